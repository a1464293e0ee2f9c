package desk

import (
	"context"
	"encoding/json"
	"errors"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// steward is the author of what a node does by itself.
const steward = "steward"

// Steward does what the law lets a system do at once: it signs for cases that
// arrived (C-05) and carries out what other windows ask of cases whose home is
// here, each exactly once.
func (d *Desk) Steward(ctx context.Context, changed []protocol.Ref) error {
	for _, ref := range changed {
		var err error
		switch ref.Kind {
		case "case":
			err = d.welcomeCase(ctx, ref)
		case "request":
			err = d.answer(ctx, ref)
		case "catalog.review":
			err = d.conclude(ctx, ref)
		}
		if err != nil && protocol.CodeOf(err) != protocol.Refused {
			return err
		}
	}
	return nil
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

func (d *Desk) welcomeCase(ctx context.Context, ref protocol.Ref) error {
	c, rec, err := Record[protocol.Case](d, ref)
	if err != nil || c.State != protocol.CaseHandingOver || rec.Home != d.Node {
		return ignoreGone(err)
	}
	return d.Store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Act(protocol.Draft{Ref: ref, Act: "acknowledge", Body: protocol.Case{}, By: steward, Rev: rec.Rev, Deps: calendars(tx, c)})
		return err
	})
}

// conclude notes on a changeset what the hub decided about it.
func (d *Desk) conclude(ctx context.Context, review protocol.Ref) error {
	set := protocol.Ref{Kind: "catalog.changeset", ID: review.ID}
	c, rec, err := Record[protocol.Changeset](d, set)
	if err != nil || c.State != protocol.ChangesetReviewed || rec.Home != d.Node {
		return ignoreGone(err)
	}
	_, err = d.act(ctx, protocol.Draft{Ref: set, Act: "conclude", Body: protocol.Changeset{}, By: steward, Rev: rec.Rev, Deps: []protocol.Dep{{Ref: review}}})
	return err
}

func ignoreGone(err error) error {
	if protocol.CodeOf(err) == protocol.Gone {
		return nil
	}
	return err
}

// answer carries a request out and answers it in one transaction; what a rule
// refuses is declined with the rule's words.
func (d *Desk) answer(ctx context.Context, ref protocol.Ref) error {
	r, rec, err := Record[protocol.Request](d, ref)
	if err != nil || !r.Open() || rec.Home != d.Node {
		return ignoreGone(err)
	}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		if err := d.carryOut(tx, ref, r); err != nil {
			return err
		}
		_, err := tx.Act(protocol.Draft{Ref: ref, Act: "answer", Body: protocol.Request{}, By: steward})
		return err
	})
	var f *protocol.Fault
	if !errors.As(err, &f) || f.Code != protocol.Refused {
		return err
	}
	_, err = d.act(ctx, protocol.Draft{Ref: ref, Act: "decline", Body: protocol.Request{Reason: f.Rule + " " + f.Text}, By: steward})
	return err
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
