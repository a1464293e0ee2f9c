package desk

import (
	"context"
	"encoding/json"
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

// Steward does what the law lets a system do at once: it signs for cases that
// arrived (C-05) and carries out what other windows ask of cases whose home is
// here, each exactly once.
func (d *Desk) Steward(ctx context.Context, changed []protocol.Ref) error {
	for part := range slices.Chunk(changed, together) {
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
// forbids it; nil is nothing.
type duty struct {
	do      func(tx *store.Tx) error
	instead func(no *protocol.Fault) protocol.Draft
}

// duties looks at what changed. It reads as the acts do, between two of them:
// to have every change committed first would cost more than the acts.
func (d *Desk) duties(ctx context.Context, changed []protocol.Ref) (list []duty, err error) {
	records, err := d.Store.Current(ctx, subjects(changed))
	if err != nil {
		return nil, err
	}
	for _, rec := range records {
		if rec.Home != d.Node {
			continue
		}
		var due *duty
		switch rec.Ref.Kind {
		case "case":
			due, err = d.welcomeCase(rec)
		case "request":
			due, err = d.answer(rec)
		case "catalog.changeset":
			due, err = d.conclude(rec)
		}
		if err != nil {
			return nil, err
		}
		if due != nil {
			list = append(list, *due)
		}
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
		case "case", "request":
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
	if protocol.CodeOf(err) != protocol.Refused {
		return err
	}
	if len(duties) == 1 {
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
	if due.instead == nil || !errors.As(no, &f) {
		return nil
	}
	if _, err := d.act(ctx, due.instead(f)); protocol.CodeOf(err) != protocol.Refused {
		return err
	}
	return nil
}

// acts gives the duty of one act that nothing stands in for.
func acts(draft protocol.Draft) *duty {
	return &duty{do: func(tx *store.Tx) error {
		_, err := tx.Act(draft)
		return err
	}}
}

// Waiting lists what the steward must look at after a start.
func (d *Desk) Waiting() (refs []protocol.Ref, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		for _, kind := range []protocol.KindName{"case", "request", "catalog.review"} {
			if err := tx.Each(kind, func(rec protocol.Record) error {
				if rec.Home == d.Node || kind == "catalog.review" {
					refs = append(refs, rec.Ref)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return refs, err
}

func (d *Desk) welcomeCase(rec protocol.Record) (*duty, error) {
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil || c.State != protocol.CaseHandingOver {
		return nil, err
	}
	return &duty{do: func(tx *store.Tx) error {
		_, err := d.turn(tx, rec.Ref, "acknowledge")
		return err
	}}, nil
}

// conclude notes on a changeset what the hub decided about it.
func (d *Desk) conclude(rec protocol.Record) (*duty, error) {
	c, err := protocol.Load[protocol.Changeset](rec)
	if err != nil || c.State != protocol.ChangesetReviewed {
		return nil, err
	}
	review := protocol.Ref{Kind: "catalog.review", ID: rec.Ref.ID}
	return acts(protocol.Draft{Ref: rec.Ref, Act: "conclude", Body: protocol.Changeset{}, By: steward, Rev: rec.Rev, Deps: []protocol.Dep{{Ref: review}}}), nil
}

// answer carries a request out and answers it in one transaction; what a rule
// refuses is declined with the rule's words.
func (d *Desk) answer(rec protocol.Record) (*duty, error) {
	r, err := protocol.Load[protocol.Request](rec)
	if err != nil || !r.Open() {
		return nil, err
	}
	do := func(tx *store.Tx) error {
		if err := d.carryOut(tx, rec.Ref, r); err != nil {
			return err
		}
		_, err := tx.Act(protocol.Draft{Ref: rec.Ref, Act: "answer", Body: protocol.Request{}, By: steward})
		return err
	}
	decline := func(no *protocol.Fault) protocol.Draft {
		return protocol.Draft{Ref: rec.Ref, Act: "decline", Body: protocol.Request{Reason: no.Rule + " " + no.Text}, By: steward}
	}
	return &duty{do, decline}, nil
}

func (d *Desk) carryOut(tx *store.Tx, ref protocol.Ref, r *protocol.Request) error {
	draft := protocol.Draft{Ref: r.On, By: steward, Answers: ref}
	switch r.Want {
	case protocol.WantDelivery:
		var how protocol.Delivery
		if err := json.Unmarshal(r.Data, &how); err != nil {
			return badRequest(ref)
		}
		draft.Act, draft.Body = "deliver", protocol.Case{Delivery: &how}
		draft.Deps = proof(&around{tx: &tx.ReadTx, want: &protocol.Case{Delivery: &how}})
	case protocol.WantWithdraw:
		var ending protocol.Ending
		if err := json.Unmarshal(r.Data, &ending); err != nil {
			return badRequest(ref)
		}
		draft.Act, draft.Body = "withdraw", protocol.Case{WithdrawnBy: &ending}
	default:
		return &protocol.Fault{Code: protocol.Refused, Op: "answer", Ref: ref, Rule: "R-00", Text: "本节点不受理这种请求"}
	}
	_, err := tx.Act(draft)
	return err
}

func badRequest(ref protocol.Ref) error {
	return &protocol.Fault{Code: protocol.Refused, Op: "answer", Ref: ref, Rule: "G-09", Text: "请求内容无法读取"}
}
