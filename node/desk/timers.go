package desk

import (
	"context"
	"fmt"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// effectDue stops a person's act: the law has done something with the case that
// nobody has recorded yet.
type effectDue struct {
	ref protocol.Ref
	rev uint64
	act protocol.Act
}

func (e *effectDue) Error() string { return fmt.Sprintf("G-13: %s of %s is due", e.act, e.ref) }

// effectFirst is G-13: a lawful effect is recorded before any other act.
func (d *Desk) effectFirst(tx *store.Tx, on protocol.Ref) error {
	if on.Kind != "case" {
		return nil
	}
	rec, ok, err := tx.Get(on)
	if err != nil || !ok || rec.Home != d.Node {
		return err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return err
	}
	if act := c.Effect(tx.Now()); act != "" {
		return &effectDue{on, rec.Rev, act}
	}
	return nil
}

// recordEffect records what is due, unless a rule says that it is not yet (C-09c),
// and gives the revision of the case then.
func (d *Desk) recordEffect(ctx context.Context, due *effectDue) (rev uint64, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		rec, err := d.turn(tx, due.ref, due.act)
		rev = rec.Rev
		return err
	})
	if protocol.CodeOf(err) == protocol.Refused {
		return due.rev, nil
	}
	return rev, err
}

// turn writes what the system itself does with a case.
func (d *Desk) turn(tx *store.Tx, ref protocol.Ref, act protocol.Act) (protocol.Record, error) {
	c, rec, err := load[protocol.Case](&tx.ReadTx, ref)
	if err != nil {
		return rec, err
	}
	a := &around{tx: &tx.ReadTx, now: tx.Now(), ref: ref, c: c, want: &protocol.Case{}}
	return tx.Act(protocol.Draft{Ref: ref, Act: act, Body: protocol.Case{}, By: steward, Rev: rec.Rev, Deps: a.deps(act)})
}
