package desk

import (
	"context"
	"errors"
	"slices"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// steward is the author of what a node does by itself.
const steward = "steward"

// together is how many records the steward sees to at once: what it must do
// about them is one transaction, and all others wait for it.
const together = 64

// Steward does what the law lets a system do at once, each exactly once: it signs
// for cases that arrived (C-05), records what a clock brought about (C-09, C-11),
// carries out what other windows ask (R-01…R-09), takes over what a duplicate had
// (C-22x), ends tasks whose case is decided (T-04) and recounts when a calendar is
// revised (K-cal-2).
func (d *Desk) Steward(ctx context.Context, changed []protocol.Ref) error {
	for _, ref := range changed {
		if ref.Kind == "calendar" {
			if err := d.recount(ctx, ref); err != nil {
				return err
			}
		}
	}
	for part := range slices.Chunk(subjects(changed), together) {
		duties, err := d.duties(ctx, part)
		if err != nil {
			return err
		}
		if err := d.perform(ctx, duties); err != nil {
			return err
		}
	}
	return nil
}

// duty is what must be done about one record, and what instead when a rule
// forbids it; nil is to look at it again some time later.
type duty struct {
	ref     protocol.Ref
	do      func(tx *store.Tx) error
	instead func(no *protocol.Fault) protocol.Draft
}

// duties looks at what changed. It reads as the acts do, between two of them:
// to have every change committed first would cost more than the acts.
func (d *Desk) duties(ctx context.Context, changed []protocol.Ref) (list []duty, err error) {
	records, err := d.Store.Current(ctx, changed)
	if err != nil {
		return nil, err
	}
	for _, rec := range records {
		var due []duty
		switch {
		case rec.Ref.Kind == "case":
			due, err = d.onCase(rec)
		case rec.Ref.Kind == "evaluation":
			due, err = d.remedyDue(rec)
		case rec.Home != d.Node:
		case rec.Ref.Kind == "request":
			due, err = d.answer(rec)
		case rec.Ref.Kind == "task":
			due, err = d.onTaskHere(rec)
		case rec.Ref.Kind == "catalog.changeset":
			due, err = d.conclude(rec)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, due...)
	}
	return list, nil
}

// subjects are the records that may have to be acted on: of a review, the
// changeset it is about.
func subjects(changed []protocol.Ref) (refs []protocol.Ref) {
	for _, ref := range changed {
		switch ref.Kind {
		case "catalog.review":
			refs = append(refs, protocol.Ref{Kind: "catalog.changeset", ID: ref.ID})
		case "case", "request", "task", "evaluation":
			refs = append(refs, ref)
		}
	}
	return refs
}

// perform does all in one transaction, or, when a rule forbids one of them,
// each in its own: what one may not do must not keep the others.
func (d *Desk) perform(ctx context.Context, duties []duty) error {
	if len(duties) == 0 {
		return nil
	}
	err := d.Store.Update(ctx, func(tx *store.Tx) error {
		for _, due := range duties {
			if err := due.do(tx); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err == nil:
		for _, due := range duties {
			d.put.done(due.ref)
		}
		return nil
	case protocol.CodeOf(err) != protocol.Refused:
		return err
	case len(duties) == 1:
		return d.forbidden(ctx, duties[0], err)
	}
	for i := range duties {
		if err := d.perform(ctx, duties[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// forbidden does what is to be done instead. A record that changed meanwhile
// is no failure: its change is told, too.
func (d *Desk) forbidden(ctx context.Context, due duty, no error) error {
	var f *protocol.Fault
	if !errors.As(no, &f) {
		return no
	}
	if due.instead == nil || f.Rule == "G-03" { // on its way: whoever it reaches does it
		d.put.put(due.ref, d.Store.Now()+protocol.Instant(putOff.Milliseconds()))
		return nil
	}
	if _, err := d.act(ctx, due.instead(f)); protocol.CodeOf(err) != protocol.Refused {
		return err
	}
	return nil
}

// Waiting lists what the steward must look at after a start, or when it lost
// track of the changes.
func (d *Desk) Waiting(ctx context.Context) (refs []protocol.Ref, err error) {
	if refs, _, err = d.Due(ctx); err != nil {
		return nil, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		refs = append(refs, tx.ByKey("case", protocol.VoidKey)...)
		refs = append(refs, tx.ByKey("task", protocol.OpenTaskKey)...)
		years, err := unfinished(tx, d.Store.Now())
		if err != nil {
			return err
		}
		refs = append(refs, years...)
		for _, kind := range []protocol.KindName{"catalog.review", "evaluation"} {
			if err := tx.Each(kind, func(rec protocol.Record) error {
				refs = append(refs, rec.Ref)
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return refs, err
}

// onCase: its turn where its home is here, and what its end means for others.
func (d *Desk) onCase(rec protocol.Record) (list []duty, err error) {
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return nil, err
	}
	if c.DupOf != "" {
		list = append(list, duty{ref: rec.Ref, do: func(tx *store.Tx) error { return d.absorb(tx, rec.Ref.ID, c.DupOf) }})
	}
	if len(c.Tasks) > 0 && c.State != protocol.CaseJoint {
		list = append(list, duty{ref: rec.Ref, do: func(tx *store.Tx) error { return d.cancelTasks(tx, rec.Ref) }})
	}
	act := c.Turn(d.Store.Now())
	if rec.Home == d.Node && act != "" && d.dates(act) {
		list = append(list, duty{ref: rec.Ref, do: func(tx *store.Tx) error {
			_, err := d.turn(tx, rec.Ref, act, protocol.Case{})
			return err
		}})
	}
	return list, nil
}

// absorb is C-22x: the canonical case takes over what the void one had, once.
func (d *Desk) absorb(tx *store.Tx, void, canonical string) error {
	ref := protocol.Ref{Kind: "case", ID: canonical}
	rec, here, err := tx.Get(ref)
	if err != nil || !here || rec.Home != d.Node {
		return err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil || !c.State.Undecided() || slices.ContainsFunc(c.Absorbed, func(a protocol.Absorption) bool { return a.Case == void }) {
		return err
	}
	_, err = d.turn(tx, ref, "absorb", protocol.Case{DupOf: void})
	return err
}

// conclude notes on a changeset what the hub decided about it.
func (d *Desk) conclude(rec protocol.Record) ([]duty, error) {
	c, err := protocol.Load[protocol.Changeset](rec)
	if err != nil || c.State != protocol.ChangesetReviewed {
		return nil, err
	}
	review := protocol.Ref{Kind: "catalog.review", ID: rec.Ref.ID}
	draft := protocol.Draft{Ref: rec.Ref, Act: "conclude", Body: protocol.Changeset{}, By: steward, Rev: rec.Rev, Deps: []protocol.Dep{{Ref: review}}}
	return []duty{{ref: rec.Ref, do: func(tx *store.Tx) error {
		_, err := tx.Act(draft)
		return err
	}}}, nil
}
