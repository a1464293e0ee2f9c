// Package search is the full-text and facet index over records that hub and
// node share: lists (an inbox), look-ups by key, and search in Chinese text.
//
// It is derived data in a bbolt file of its own. A Follower keeps it in step
// with the records, behind their commits and never in front of them; a lost or
// damaged index is made again from the records. It decides nothing: what it
// finds is read from the records before anybody acts on it.
//
//	ix, err := search.Open("/var/lib/xiangyun/search.db", log)
//	go search.NewFollower(ix, changes, log).Run(ctx)
//	res, err := ix.Search(ctx, search.Query{Kind: "item", Text: "失业保险 延边", Limit: 20})
//
// Compatibility: the file is no archive. A format this binary does not know is
// thrown away and built anew.
package search
