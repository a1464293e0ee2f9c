package search

import (
	"bytes"
	"strings"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// plan is a query made ready to run in one read transaction.
type plan struct {
	filter stream // what is alive and passes every filter
	single string // prefix of the only list of filter, when it has a count
	text   *text  // nil for a list
	check  checker
	after  *place
	limit  int
	newest bool
	none   bool // a text that holds nothing to look for

	totalKnown bool // the total is kept in the file
	countSeen  bool // facets must be counted over the matches
}

func makePlan(tx *bbolt.Tx, q *Query) (*plan, error) {
	q.Text = strings.TrimSpace(q.Text)
	p := &plan{limit: q.Limit, newest: q.Newest}
	if p.limit <= 0 {
		p.limit = DefaultLimit
	}
	p.limit = min(p.limit, MaxLimit)
	var err error
	if p.after, err = parsePlace(q.After); err != nil {
		return nil, err
	}
	if p.check.phrase, err = parse(q.Text); err != nil {
		return nil, err
	}
	p.filters(tx, q)
	p.totalKnown = q.Text == "" && p.single != ""
	p.countSeen = len(q.Count) > 0 && (q.Text != "" || q.Kind == "" || p.single != listPrefix(q.Kind, "", ""))
	if q.Text == "" {
		return p, nil
	}
	if p.none = len(p.check.terms) == 0; p.none {
		return p, nil
	}
	st, err := loadState(tx)
	if err != nil {
		return nil, err
	}
	p.text, err = newText(tx, st, p.check.terms)
	return p, err
}

// filters chooses the lists. With no filter at all it is the list of the kind,
// which also says what is alive.
func (p *plan) filters(tx *bbolt.Tx, q *Query) {
	var groups [][2]string // name, value
	if q.State != "" {
		groups = append(groups, [2]string{stateName, clean(q.State)})
	}
	if q.Key != "" {
		groups = append(groups, [2]string{keyName, clean(q.Key)})
	}
	byName := map[string][]string{}
	var names []string
	for _, f := range q.Facets {
		name := clean(f.Name)
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], clean(f.Value))
	}
	kinds := kindsOf(tx, q.Kind)
	var all both
	for _, g := range groups {
		all = append(all, anyOf(tx, kinds, g[0], []string{g[1]}))
	}
	for _, name := range names {
		all = append(all, anyOf(tx, kinds, name, byName[name]))
	}
	switch {
	case len(all) == 0:
		p.single = listPrefix(q.Kind, "", "")
		all = both{newList(tx, p.single)}
	case len(all) == 1 && q.Key == "":
		if l, ok := all[0].(*list); ok {
			p.single = string(l.prefix)
		}
	}
	p.filter = all
}

// anyOf is the list of what carries any of the values, in any of the kinds.
func anyOf(tx *bbolt.Tx, kinds []protocol.KindName, name string, values []string) stream {
	var u union
	for _, kind := range kinds {
		for _, v := range values {
			u = append(u, newList(tx, listPrefix(kind, name, v)))
		}
	}
	if len(u) == 1 {
		return u[0]
	}
	return u
}

// kindsOf lists the kinds that a query looks through.
func kindsOf(tx *bbolt.Tx, kind protocol.KindName) []protocol.KindName {
	if kind != "" {
		return []protocol.KindName{kind}
	}
	var kinds []protocol.KindName
	c := tx.Bucket(listBucket).Cursor()
	for k, _ := c.Seek([]byte{1}); k != nil; { // behind the list of everything
		name, _, _ := bytes.Cut(k, []byte{0})
		kinds = append(kinds, protocol.KindName(name))
		k, _ = c.Seek(append(bytes.Clone(name), 1)) // names hold no byte below
	}
	return kinds
}
