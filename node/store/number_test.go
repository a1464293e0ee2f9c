package store

import (
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestNumbersNeverRepeatOverRestartAndEpoch(t *testing.T) {
	r, p := equipped(t)
	first, no1 := r.receive(itemHere, "a")
	r = r.reopen(testConfig())
	second, no2 := r.receive(itemHere, "b")
	if number(t, no2) != number(t, no1)+1 || first.Ref == second.Ref {
		t.Fatalf("after a restart: %s %s, then %s %s", first.Ref, no1, second.Ref, no2)
	}
	p.exchange(r)
	c := testConfig()
	c.Epoch = 2
	r = r.reopen(c)
	r.must(r.Rebase(ctx(), 2, wire.Positions{p.last[protocol.Urgent], p.last[protocol.Bulk]}))
	if left := r.BlocksLeft(); left != 0 {
		t.Fatalf("%d numbers of the old epoch's blocks are left", left)
	}
	p.takeSnapshot(r, "s1")
	err := r.Update(ctx(), func(tx *Tx) error { _, err := tx.NextReceipt(); return err })
	r.want(protocol.Full, err)
	p.block(4, "yanbian", 2)
	p.feed(r)
	third, no3 := r.receive(itemHere, "c")
	if number(t, no3) != 3*protocol.BlockSize+1 || third.Ref.ID[:10] != "yanbian-2-" {
		t.Fatalf("in the new epoch: %s %s", third.Ref, no3)
	}
}

func TestABlockThatIsUsedUpSaysWhatToDo(t *testing.T) {
	r, _ := equipped(t)
	if left := r.BlocksLeft(); left != 2*protocol.BlockSize {
		t.Fatalf("%d numbers at first", left)
	}
	r.must(r.do(ctx(), false, func(g *group) error { // as if all but two were used
		g.state.blocks = []block{g.state.blocks[0], g.state.blocks[1]}
		g.state.blocks[0].next = g.state.blocks[0].to
		g.state.blocks[1].next = g.state.blocks[1].to
		g.set()
		return nil
	}))
	_, a := r.receive(itemHere, "a")
	_, b := r.receive(itemHere, "b")
	if number(t, a) != protocol.BlockSize || number(t, b) != 2*protocol.BlockSize || r.BlocksLeft() != 0 {
		t.Fatalf("last numbers %s and %s", a, b)
	}
	r = r.reopen(testConfig())
	err := r.Update(ctx(), func(tx *Tx) error {
		_, err := tx.NextReceipt()
		return err
	})
	if f, ok := err.(*protocol.Fault); !ok || f.Code != protocol.Full || f.Text == "" {
		t.Fatalf("got %v, want full with a word", err)
	}
	r.must(r.Update(ctx(), func(tx *Tx) error { _, err := tx.NextCaseID(); return err }))
}

func TestANumberWithoutAnActIsStillUsed(t *testing.T) {
	r, _ := equipped(t)
	draw := func() (no string) {
		r.must(r.Update(ctx(), func(tx *Tx) (err error) { no, err = tx.NextReceipt(); return err }))
		return no
	}
	a := draw()
	r = r.reopen(testConfig())
	if b := draw(); number(t, b) != number(t, a)+1 {
		t.Fatalf("%s, then %s", a, b)
	}
}
