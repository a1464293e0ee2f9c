// Package store is a node's database: journal, records, indexes and numbers in
// one bbolt file, so that an act of a person is one transaction: judged,
// sealed, written to the journal, folded into its record and numbered, or not
// done at all. When Update returns nil, the act is on disk and its receipt may
// be printed, with or without the hub.
//
//	s, err := store.Open("/var/lib/xiangyun/node.db", store.Config{Node: "yanbian", Epoch: 1, Signer: holder, Log: log})
//	go s.Run(ctx)
//	err = s.Update(ctx, func(tx *store.Tx) error {
//		no, err := tx.NextReceipt()
//		…
//		rec, err = tx.Act(protocol.Draft{Ref: ref, Act: "receive", Body: c, By: clerk, Deps: tx.Cite(item, guide)})
//		return err
//	})
//
// It is not a session (replication's Uplink pushes what is here and hands in
// what the hub says), holds no blobs, and knows no screens.
//
// Compatibility: a database written by a released version stays readable (a
// golden one is kept in testdata). How it works: DESIGN.md.
package store
