package fsm

import (
	"testing"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Only what a record's own home was refused is a defect (replication.R14).
func TestRefusalsOfTheHomeAreCounted(t *testing.T) {
	h := newHub(t)
	pens := h.enrol("yanbian", "jilin")
	yanbian, jilin := pens[0], pens[1]
	h.push(batch(yanbian.write("a", paper{Text: "one"})))
	jilin.recs = yanbian.recs
	h.push(batch(jilin.write("a", paper{Text: "not mine"}))) // G-01
	h.push(batch(jilin.write("b", paper{Text: "bad"})))      // there is no record yet
	if n := h.f.HomeRefused(); n != 0 {
		t.Errorf("%d counted, want none", n)
	}
	yanbian.recs = map[protocol.Ref]protocol.Record{paperRef("a"): {Rev: 1, Epoch: 1}}
	h.push(batch(yanbian.write("a", paper{Text: "bad"})))
	if n := h.f.HomeRefused(); n != 1 {
		t.Errorf("%d counted, want 1", n)
	}
}

func TestOpenReadsAreKnown(t *testing.T) {
	h := newHub(t)
	h.enrol("yanbian")
	snap, err := h.f.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if n, age := h.f.OpenReads(); n != 1 || age <= 0 {
		t.Errorf("%d open for %s", n, age)
	}
	snap.Release()
	if err := h.f.View(func(*bbolt.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n, _ := h.f.OpenReads(); n != 0 {
		t.Errorf("%d stay open", n)
	}
}
