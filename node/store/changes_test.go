package store

import (
	"context"
	"fmt"
	"testing"

	"xiangyun/protocol"
)

func TestAFollowerHearsOfEveryChangeOnceAndInOrder(t *testing.T) {
	r, p := equipped(t)
	c := r.Changes()
	defer c.Close()
	a, _ := r.receive(itemThere, "a")
	b, _ := r.receive(itemHere, "b")
	_, err := r.act(a.Ref, "hand_over", protocol.Case{}, ref("agency", usccThere))
	r.must(err)
	refs, err := c.Next(ctx())
	if err != nil || len(refs) != 2 || refs[0] != a.Ref || refs[1] != b.Ref {
		t.Fatalf("%v, %v", refs, err)
	}
	if err := r.Update(ctx(), func(tx *Tx) error {
		if _, _, err := receive(tx, itemHere, "c"); err != nil {
			return err
		}
		return errNo
	}); err == nil {
		t.Fatal("not refused")
	}
	p.act("agency", usccThere, "disable", protocol.Agency{})
	p.feed(r)
	refs, err = c.Next(ctx())
	if err != nil || len(refs) != 1 || refs[0] != ref("agency", usccThere) {
		t.Fatalf("%v, %v", refs, err)
	}
	ended, cancel := context.WithCancelCause(ctx())
	cancel(errNo)
	if _, err := c.Next(ended); err == nil {
		t.Fatal("something changed by itself")
	}
}

func TestAFollowerThatFellBehindIsToldSo(t *testing.T) {
	r := fresh(t)
	c := r.Changes()
	defer c.Close()
	var refs []protocol.Ref
	for i := range maxChanges + 1 {
		refs = append(refs, ref("case", fmt.Sprint(i)))
	}
	c.add(refs)
	if _, err := c.Next(ctx()); protocol.CodeOf(err) != protocol.Gap {
		t.Fatalf("got %v, want gap", err)
	}
	c.add(refs[:2])
	if got, err := c.Next(ctx()); err != nil || len(got) != 2 {
		t.Fatalf("after that: %v, %v", got, err)
	}
}
