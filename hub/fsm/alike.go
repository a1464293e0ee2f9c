package fsm

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// maxTwins bounds how many open cases one new case is compared with: an agent
// who files hundreds for one applicant is one mark or a few, not a page of them.
const maxTwins = 16

func alikeKey(key, id string) []byte { return append(append([]byte(key), 0), id...) }

// alike keeps the index of open cases by what they are compared by, and notes the
// pairs that may be one (cases.DU-01). It costs an act nothing that changes
// neither; the mark itself is an act of the leader.
func (st *step) alike(c *fold.Change) error {
	if c.Unlike == c.Like {
		return nil
	}
	b, id := st.tx.Bucket(bucketAlike), c.Record.Ref.ID
	if c.Unlike.Key != "" {
		if err := b.Delete(alikeKey(c.Unlike.Key, id)); err != nil {
			return err
		}
		if err := st.unpair(id); err != nil {
			return err
		}
	}
	if c.Like.Key == "" {
		return nil
	}
	for _, other := range twins(st.tx, c.Like, id) {
		if err := st.pair(id, other); err != nil {
			return err
		}
	}
	return put(b, alikeKey(c.Like.Key, id), wire.SealValue(valueVersion, []byte(c.Like.Object)))
}

// twins lists open cases with the same key, but for those about another object
// (DU-02).
func twins(tx *bbolt.Tx, l protocol.Likeness, id string) (ids []string) {
	prefix := alikeKey(l.Key, "")
	c := tx.Bucket(bucketAlike).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix) && len(ids) < maxTwins; k, v = c.Next() {
		object, err := open(v)
		other := string(k[len(prefix):])
		if err == nil && other != id && !l.Differs(protocol.Likeness{Key: l.Key, Object: string(object)}) {
			ids = append(ids, other)
		}
	}
	return ids
}

// pair notes two cases for the leader, unless they were marked before (DU-05).
func (st *step) pair(a, b string) error {
	id := protocol.DupID(a, b)
	_, marked, err := fold.Get(st.tx, protocol.Ref{Kind: "dupmark", ID: id})
	if marked || err != nil {
		return err
	}
	return st.putPair(id)
}

// unpair forgets the pairs of a case that were not marked yet.
func (st *step) unpair(id string) error {
	for _, pair := range sorted(st.f.paired[id]) {
		if st.f.marked[id][pair] {
			continue
		}
		if err := st.dropPair(pair); err != nil {
			return err
		}
	}
	return nil
}

func (st *step) putPair(pair string) error {
	for _, id := range casesOf(pair) {
		note(st.f.paired, id, pair, true)
	}
	return put(st.tx.Bucket(bucketPair), []byte(pair), wire.SealValue(valueVersion, nil))
}

func (st *step) dropPair(pair string) error {
	for _, id := range casesOf(pair) {
		note(st.f.paired, id, pair, false)
	}
	return st.tx.Bucket(bucketPair).Delete([]byte(pair))
}

// casesOf takes apart what protocol.DupID put together.
func casesOf(pair string) []string { return strings.Split(pair, ":") }

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

// remark notes a case's open marks for the leader when they say what is not so
// any more: another home, accepted meanwhile, or void (DU-03, C-22).
func (st *step) remark(c *fold.Change) error {
	for _, pair := range sorted(st.f.marked[c.Record.Ref.ID]) {
		if err := st.compare(pair); err != nil {
			return err
		}
	}
	return nil
}

// compare keeps a pair in the list for as long as its open mark is not true.
func (st *step) compare(pair string) error {
	rec, ok, err := fold.Get(st.tx, protocol.Ref{Kind: "dupmark", ID: pair})
	if err != nil || !ok {
		return err
	}
	m, err := protocol.Load[protocol.Dupmark](rec)
	if err != nil {
		return err
	}
	old := false
	for _, known := range m.Cases {
		stale, err := isStale(st.tx, m, known.ID)
		if err != nil {
			return err
		}
		old = old || stale
	}
	if m.State != protocol.DupOpen || !old {
		return st.dropPair(pair)
	}
	return st.putPair(pair)
}

// isStale: a case is void, or is not what the mark says. What is erased stays as
// it was marked.
func isStale(tx *bbolt.Tx, m *protocol.Dupmark, id string) (bool, error) {
	rec, ok, err := fold.Get(tx, protocol.Ref{Kind: "case", ID: id})
	if err != nil || !ok || rec.Body == nil {
		return false, err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return false, err
	}
	return c.State == protocol.CaseVoid || !m.Knows(protocol.DupFacts(id, c, rec.Home)), nil
}

// marks follows a mark: an open one is compared with its cases from now on.
func (st *step) marks(c *fold.Change) error {
	m, err := protocol.Load[protocol.Dupmark](c.Record)
	if err != nil {
		return err
	}
	pair := c.Record.Ref.ID
	for _, one := range m.Cases {
		note(st.f.marked, one.ID, pair, m.State == protocol.DupOpen)
	}
	return st.compare(pair)
}

// pairings is the pairs of a case, by case.
type pairings map[string]map[string]bool

func note(p pairings, id, pair string, in bool) {
	switch {
	case in && p[id] == nil:
		p[id] = map[string]bool{pair: true}
	case in:
		p[id][pair] = true
	default:
		if delete(p[id], pair); len(p[id]) == 0 {
			delete(p, id)
		}
	}
}

func loadPaired(tx *bbolt.Tx) pairings {
	p := make(pairings)
	c := tx.Bucket(bucketPair).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		for _, id := range casesOf(string(k)) {
			note(p, id, string(k), true)
		}
	}
	return p
}

// loadMarked reads the open marks: the one kind of which all records are read at
// a start, because there are few.
func loadMarked(tx *bbolt.Tx) (pairings, error) {
	p := make(pairings)
	err := fold.Each(tx, "dupmark", func(rec protocol.Record) error {
		m, err := protocol.Load[protocol.Dupmark](rec)
		if err != nil {
			return err
		}
		for _, c := range m.Cases {
			note(p, c.ID, rec.Ref.ID, m.State == protocol.DupOpen)
		}
		return nil
	})
	return p, err
}

// Pairs lists pairs of cases that need a mark, or whose mark is not true any
// more, at most max.
func (f *FSM) Pairs(max int) (pairs []string, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketPair).Cursor()
		for k, _ := c.First(); k != nil && len(pairs) < max; k, _ = c.Next() {
			pairs = append(pairs, string(k))
		}
		return nil
	})
	return pairs, err
}
