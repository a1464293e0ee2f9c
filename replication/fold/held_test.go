package fold

import (
	"fmt"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func (b *base) held() (list []string) {
	b.t.Helper()
	b.view(func(tx *bbolt.Tx) error {
		return EachHeld(tx, func(h Held) error {
			list = append(list, fmt.Sprintf("%s#%d", h.Entry.Ref.ID, h.Entry.Seq))
			return nil
		})
	})
	return list
}

func (b *base) drain(do func(tx *bbolt.Tx, index uint64) ([]Result, error)) (outcomes []string) {
	b.t.Helper()
	b.index++
	b.update(func(tx *bbolt.Tx) error {
		results, err := do(tx, b.index)
		for _, r := range results {
			outcomes = append(outcomes, fmt.Sprintf("%s of %s", r.Verdict.Outcome, r.Origin))
		}
		return err
	})
	return outcomes
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestQueueOfAHeldRecord is replication.Q1, Q2: order is kept, others pass.
func TestQueueOfAHeldRecord(t *testing.T) {
	b := newBase(t)
	f := Fold{Level: 1}
	b.entry(header(), []byte("poison")) // #1
	for rev := uint64(1); rev <= 3; rev++ {
		h := header()
		h.Rev = rev
		wantOutcome(t, b.entry(h, paper{Home: "yanbian", Text: fmt.Sprint(rev)}), protocol.Queued, "")
	}
	wantOutcome(t, b.write("b", paper{}), protocol.Applied, "")
	h := header()
	h.Rev = 4
	wantOutcome(t, b.entry(h, []byte("poison")), protocol.Queued, "") // #6
	want(t, b.held(), "a#1", "a#2", "a#3", "a#4", "a#6")

	replay := func(tx *bbolt.Tx, index uint64) ([]Result, error) { return f.Replay(tx, ref("a"), index) }
	discard := func(tx *bbolt.Tx, index uint64) ([]Result, error) { return f.Discard(tx, ref("a"), index) }
	want(t, b.drain(replay), "quarantined of yanbian", "queued of yanbian", "queued of yanbian", "queued of yanbian", "queued of yanbian")
	want(t, b.held(), "a#1", "a#2", "a#3", "a#4", "a#6")
	want(t, b.drain(discard), "applied of yanbian", "applied of yanbian", "applied of yanbian", "quarantined of yanbian")
	want(t, b.held(), "a#6")
	if rec, _ := b.get(ref("a")); rec.Rev != 3 || rec.Index != b.index {
		t.Errorf("%+v", rec)
	}
	want(t, b.drain(discard))
	want(t, b.held())
	want(t, b.drain(discard))
	want(t, b.drain(replay))
	wantOutcome(t, b.write("a", paper{}), protocol.Applied, "")
}

// TestAHeaderWithoutItsBodyIsHeld: no kind of this version lets an entry travel
// without its body (replication.R3), and an erased one was judged before (R2).
func TestAHeaderWithoutItsBodyIsHeld(t *testing.T) { // replication.A15
	b := newBase(t)
	b.write("a", paper{Text: "one"})
	h := header()
	h.Rev, h.Seq = 2, 2
	e, err := wire.Seal(&h, []byte(`{"text":"two"}`))
	if err != nil {
		t.Fatal(err)
	}
	e.Body = nil
	wantOutcome(t, b.fold(&e), protocol.Quarantined, "")
	if rec, ok := b.get(h.Ref); !ok || rec.Rev != 1 {
		t.Errorf("the record is %+v", rec)
	}
}
