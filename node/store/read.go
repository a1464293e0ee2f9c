package store

import (
	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// ReadTx reads one state of the database. What it gives is a copy and stays
// valid after the transaction. It is for one goroutine.
type ReadTx struct {
	b   *bbolt.Tx
	err error // first error of a method that gives none; the transaction fails with it
}

// Get gives the current record of ref; false when there is none.
func (t *ReadTx) Get(ref protocol.Ref) (protocol.Record, bool, error) { return fold.Get(t.b, ref) }

// GetVersion gives ref as it was at rev, for kinds that keep their versions and
// for the current one.
func (t *ReadTx) GetVersion(ref protocol.Ref, rev uint64) (protocol.Record, bool, error) {
	return fold.GetVersion(t.b, ref, rev)
}

// Each calls fn for the records of a kind in order of id, or for all when kind
// is "", until fn returns an error.
func (t *ReadTx) Each(kind protocol.KindName, fn func(protocol.Record) error) error {
	return fold.Each(t.b, kind, fn)
}

// EachFrom is Each, starting behind the record with id after.
func (t *ReadTx) EachFrom(kind protocol.KindName, after string, fn func(protocol.Record) error) error {
	return fold.EachFrom(t.b, kind, after, fn)
}

// History lists what this place has seen happen to ref, oldest first.
func (t *ReadTx) History(ref protocol.Ref) ([]fold.Step, error) { return fold.History(t.b, ref) }

// Lapsed lists the clocks whose instant lies in (after, until], at most max.
func (t *ReadTx) Lapsed(after, until protocol.Instant, max int) []fold.Lapse {
	return fold.Lapsed(t.b, after, until, max)
}

// ByKey gives the records of a kind that carry key (protocol.Terms.Keys): a
// receipt number, an applicant's fingerprint, an idempotency key; in order of id.
func (t *ReadTx) ByKey(kind protocol.KindName, key string) []protocol.Ref {
	return findKey(t.b, kind, key)
}

// Cite gives the current versions of refs for a Draft's Deps. A ref that this
// place does not have is left out: the judge then says what is missing.
func (t *ReadTx) Cite(refs ...protocol.Ref) []protocol.Dep {
	deps := make([]protocol.Dep, 0, len(refs))
	for _, ref := range refs {
		rec, ok, err := fold.Get(t.b, ref)
		if err != nil && t.err == nil {
			t.err = err
		}
		if ok && err == nil {
			deps = append(deps, protocol.Dep{Ref: ref, Rev: rec.Rev})
		}
	}
	return deps
}
