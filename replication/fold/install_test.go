package fold

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func record(t *testing.T, rev, epoch, index uint64, body paper) *protocol.Record {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return &protocol.Record{Ref: ref("a"), Rev: rev, Epoch: epoch, Index: index, Home: "jilin", By: "clerk", Act: "write", Body: raw}
}

func sealed(t *testing.T, h protocol.Header, body paper) protocol.Entry {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	h.Seq = 1
	e, err := wire.Seal(&h, raw)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestInstall is replication.D3, behind a record at epoch 2, revision 5, that
// index 50 decided.
func TestInstall(t *testing.T) {
	tests := []struct {
		name              string
		rev, epoch, index uint64
		force, taken      bool
	}{
		{"the next revision is taken", 6, 2, 60, false, true},
		{"a revision that was skipped is taken", 9, 2, 60, false, true},
		{"a newer epoch is taken whatever its revision", 1, 3, 60, false, true},
		{"an older epoch is not", 9, 1, 60, false, false},
		{"an older revision is not", 4, 2, 60, false, false},
		{"the same again is not", 5, 2, 50, false, false},
		{"the same, decided later, is", 5, 2, 51, false, true},
		{"an older revision is taken by force", 4, 2, 40, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			take := func(rec *protocol.Record, force bool) (taken bool) {
				b.update(func(tx *bbolt.Tx) (err error) {
					taken, err = Install(tx, rec, force)
					return err
				})
				return taken
			}
			if !take(record(t, 5, 2, 50, paper{Text: "here"}), false) {
				t.Fatal("the first was not taken")
			}
			if got := take(record(t, tt.rev, tt.epoch, tt.index, paper{Text: "new"}), tt.force); got != tt.taken {
				t.Errorf("taken: %v", got)
			}
			if rec, _ := b.get(ref("a")); (rec.Index == tt.index) != (tt.taken || tt.index == 50) {
				t.Errorf("%+v", rec)
			}
		})
	}
}

func (b *base) lapsed(after, until protocol.Instant) (list []string) {
	b.view(func(tx *bbolt.Tx) error {
		for _, l := range Lapsed(tx, after, until, math.MaxInt) {
			list = append(list, fmt.Sprintf("%s %s %d", l.Ref.ID, l.Clock, l.At))
		}
		return nil
	})
	return list
}

func TestClocksFollowTheRecord(t *testing.T) {
	b := newBase(t)
	b.write("a", paper{Due: 100})
	b.write("b", paper{Due: 100})
	b.write("c", paper{Due: 200})
	want(t, b.lapsed(0, 99))
	want(t, b.lapsed(0, 100), "a K1 100", "b K1 100")
	want(t, b.lapsed(100, 300), "c K1 200")
	b.write("a", paper{Due: 150})
	b.write("b", paper{})
	want(t, b.lapsed(0, 300), "a K1 150", "c K1 200")
	b.update(func(tx *bbolt.Tx) error {
		rec := record(t, 7, 1, 9, paper{Due: 250})
		_, err := Install(tx, rec, false)
		return err
	})
	want(t, b.lapsed(0, 300), "c K1 200", "a K1 250")
	b.update(func(tx *bbolt.Tx) error { return Remove(tx, ref("c")) })
	want(t, b.lapsed(0, 300), "a K1 250")
}

func TestRemoveAndConfirm(t *testing.T) {
	b := newBase(t)
	b.write("a", paper{Text: "one"})
	empty := newBase(t).digest()
	b.update(func(tx *bbolt.Tx) error { return Confirm(tx, ref("a"), 1, 77) })
	if rec, _ := b.get(ref("a")); rec.Index != 77 {
		t.Errorf("%+v", rec)
	}
	for _, c := range []struct{ rev, index uint64 }{{2, 90}, {1, 60}} { // another revision, an older index
		b.update(func(tx *bbolt.Tx) error { return Confirm(tx, ref("a"), c.rev, c.index) })
	}
	if rec, _ := b.get(ref("a")); rec.Index != 77 {
		t.Errorf("%+v", rec)
	}
	b.view(func(tx *bbolt.Tx) error {
		steps, err := History(tx, ref("a"))
		if len(steps) != 1 || steps[0].Index != 77 {
			t.Errorf("history %+v", steps)
		}
		return err
	})
	for range 2 { // removing what is gone is no fault
		b.update(func(tx *bbolt.Tx) error { return Remove(tx, ref("a")) })
	}
	if _, ok := b.get(ref("a")); ok || b.digest() != empty {
		t.Error("something is left")
	}
}

// TestCompleteAndEntryAgree: what a node completes, the hub takes (R14).
func TestCompleteAndEntryAgree(t *testing.T) {
	node, hub := newBase(t), newBase(t)
	for i := range 3 {
		h := header()
		h.Rev, h.RecEpoch, h.Lane = 0, 0, 0
		var judged protocol.Judged
		node.update(func(tx *bbolt.Tx) error {
			old, j, no, err := Fold{Level: 1}.Complete(tx, &h, paper{Text: fmt.Sprint(i), Home: "yanbian"}, 0)
			if err != nil || no != nil {
				return fmt.Errorf("%v %w", no, err)
			}
			judged = j
			_, err = Fold{Level: 1}.Apply(tx, old, &h, j, 0)
			return err
		})
		wantOutcome(t, hub.entry(h, judged.Body), protocol.Applied, "")
	}
	node.update(func(tx *bbolt.Tx) error {
		h := header()
		_, _, no, err := Fold{Level: 1}.Complete(tx, &h, paper{Home: "yanbian"}, 1)
		if no == nil || no.Rule != "G-04" {
			t.Errorf("of an older state: %v", no)
		}
		return err
	})
	node.update(func(tx *bbolt.Tx) error { return Confirm(tx, ref("a"), 3, 3) })
	a, _ := node.get(ref("a"))
	if b, _ := hub.get(ref("a")); a.Rev != b.Rev || a.Home != b.Home || a.Epoch != b.Epoch || string(a.Body) != string(b.Body) || a.Index != b.Index {
		t.Errorf("node %+v, hub %+v", a, b)
	}
}

// TestTwins is replication.17: one transaction or many, the digest is one.
func TestTwins(t *testing.T) {
	var entries []protocol.Entry
	for i := range 60 {
		h := header()
		h.Ref, h.Rev = ref(fmt.Sprint(i%7)), uint64(i/7+1)
		body := paper{Home: "yanbian", Text: fmt.Sprint(i), Due: protocol.Instant(i)}
		if i%11 == 10 {
			body.Text = "bad"
		}
		entries = append(entries, sealed(t, h, body))
	}
	var digests []protocol.Hash
	for _, size := range []int{1, 7, 60} {
		b := newBase(t)
		for from := 0; from < len(entries); from += size {
			b.update(func(tx *bbolt.Tx) error {
				for i := from; i < min(from+size, len(entries)); i++ {
					if _, err := (Fold{Level: 1}).Entry(tx, &entries[i], uint64(i+1)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		digests = append(digests, b.digest())
	}
	if digests[0] != digests[1] || digests[1] != digests[2] || digests[0].IsZero() {
		t.Errorf("digests %v", digests)
	}
}

func TestReaders(t *testing.T) {
	b := newBase(t)
	for _, id := range []string{"a", "b", "c"} {
		b.write(id, paper{Text: id + "1"})
	}
	b.write("b", paper{Text: "b2"})
	b.view(func(tx *bbolt.Tx) error {
		var ids []string
		if err := EachFrom(tx, "paper", "a", func(r protocol.Record) error { ids = append(ids, r.Ref.ID); return nil }); err != nil {
			return err
		}
		want(t, ids, "b", "c")
		ids = nil
		if err := Each(tx, "", func(r protocol.Record) error { ids = append(ids, r.Ref.ID); return nil }); err != nil {
			return err
		}
		want(t, ids, "a", "b", "c")
		for rev, ok := range map[uint64]bool{1: true, 2: true, 3: false} {
			if rec, got, err := GetVersion(tx, ref("b"), rev); err != nil || got != ok || ok && rec.Rev != rev {
				t.Errorf("version %d: %+v, %v, %v", rev, rec, got, err)
			}
		}
		steps, err := History(tx, ref("b"))
		if len(steps) != 2 || steps[1].Rev != 2 || steps[1].By != "clerk" {
			t.Errorf("history %+v", steps)
		}
		return err
	})
}
