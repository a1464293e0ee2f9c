package desk

import (
	"encoding/json"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// answer carries a request out and answers it in one transaction; what a rule
// refuses is declined with the rule's words. What a person has to look at is
// signed for, and waits for that person (Do, Decline).
func (d *Desk) answer(rec protocol.Record) ([]duty, error) {
	r, err := protocol.Load[protocol.Request](rec)
	if err != nil || !r.Open() || r.Want == protocol.WantParcelSettle { // which a person answers (P-07)
		return nil, err
	}
	forPeople := r.Want == protocol.WantMerge || r.Want == protocol.WantReturn
	if forPeople && r.State == protocol.RequestDelivered {
		return nil, nil
	}
	do := func(tx *store.Tx) error {
		act, err := protocol.Act("answer"), error(nil)
		if forPeople {
			act, err = "deliver", d.possible(&tx.ReadTx, rec.Ref, r)
		} else {
			err = d.carryOut(tx, rec.Ref, r)
		}
		if err != nil {
			return err
		}
		_, err = tx.Act(protocol.Draft{Ref: rec.Ref, Act: act, Body: protocol.Request{}, By: steward})
		return err
	}
	decline := func(no *protocol.Fault) protocol.Draft {
		return protocol.Draft{Ref: rec.Ref, Act: "decline", Body: protocol.Request{Reason: no.Rule + " " + no.Text, Rule: no.Rule}, By: steward}
	}
	return []duty{{rec.Ref, do, decline}}, nil
}

// possible refuses at once what no person could do.
func (d *Desk) possible(tx *store.ReadTx, ref protocol.Ref, r *protocol.Request) error {
	c, _, err := load[protocol.Case](tx, r.On)
	if err != nil {
		return err
	}
	no := func(text string) error {
		return &protocol.Fault{Code: protocol.Refused, Op: "answer", Ref: ref, Rule: "G-07", Text: "办件处于“" + c.State.Title() + "”," + text}
	}
	switch {
	case c.State == protocol.CaseHandingOver:
		return nil // whoever it reaches looks at it
	case r.Want == protocol.WantReturn && c.State != protocol.CaseArrived:
		return no("不能再退回")
	case r.Want == protocol.WantMerge && !c.State.Undecided():
		return no("不能并案")
	}
	return nil
}

// carryOut takes the act that a request asks for; an urging only has to be read.
// What the law did meanwhile is recorded first (G-13).
func (d *Desk) carryOut(tx *store.Tx, ref protocol.Ref, r *protocol.Request) error {
	if r.Want == protocol.WantUrge {
		return nil
	}
	switch r.Want {
	case protocol.WantTaskAgain:
		return d.askAgain(tx, ref, r)
	case protocol.WantParcelArrived:
		return d.countArrived(tx, ref, r)
	}
	c, _, err := load[protocol.Case](&tx.ReadTx, r.On)
	if err != nil || r.On.Kind != "case" {
		return noSuchRequest(ref)
	}
	act, want, err := askedAct(r, c)
	if err != nil {
		return err
	}
	if act == "" {
		return noSuchRequest(ref)
	}
	if effect := c.Effect(tx.Now()); effect != "" && effect != "lapse" && d.dates(effect) {
		rec, err := d.turn(tx, r.On, effect, protocol.Case{})
		if err != nil {
			return err
		}
		if c, err = protocol.Load[protocol.Case](rec); err != nil {
			return err
		}
	}
	a := &around{tx: &tx.ReadTx, now: tx.Now(), ref: r.On, c: c, want: &want}
	_, err = tx.Act(protocol.Draft{Ref: r.On, Act: act, Body: want, By: steward, Answers: ref, Deps: a.deps(act)})
	return err
}

// askedAct is the act of the home that a request asks for (cases.md §5.1). Papers
// that came in time open a lapsed case again (C-08r).
func askedAct(r *protocol.Request, c *protocol.Case) (act protocol.Act, want protocol.Case, err error) {
	switch r.Want {
	case protocol.WantSupplement:
		act = "supplement"
		if c.State == protocol.CaseLapsed {
			act = "reopen"
		}
		want.Supplements, err = listOf[protocol.Supplement](r)
	case protocol.WantOwed:
		act = "owed_received"
		want.Supplements, err = listOf[protocol.Supplement](r)
	case protocol.WantDelivery:
		act = "deliver"
		want.Delivery, err = data[protocol.Delivery](r)
	case protocol.WantWithdraw:
		act = "withdraw"
		want.WithdrawnBy, err = data[protocol.Ending](r)
	case protocol.WantPayment:
		act = "fee_paid"
		var p *protocol.Payment
		if p, err = data[protocol.Payment](r); err == nil {
			want.Fee = &protocol.Fee{Ref: p.Ref, Amount: p.Amount}
		}
	case protocol.WantContact:
		act = "amend"
		var x *protocol.ContactChange
		if x, err = data[protocol.ContactChange](r); err == nil {
			want.Amendments = []protocol.Amendment{{Field: "applicant.contact", Old: c.Applicant.Contact, New: x.Contact, Reason: "申请人申请变更联系方式"}}
		}
	}
	return act, want, err
}

func data[T any](r *protocol.Request) (*T, error) {
	var t T
	if err := json.Unmarshal(r.Data, &t); err != nil {
		return nil, &protocol.Fault{Code: protocol.Refused, Op: "answer", Ref: r.On, Rule: "G-09", Text: "请求内容无法读取"}
	}
	return &t, nil
}

func listOf[T any](r *protocol.Request) ([]T, error) {
	t, err := data[T](r)
	if err != nil {
		return nil, err
	}
	return []T{*t}, nil
}

func noSuchRequest(ref protocol.Ref) error {
	return &protocol.Fault{Code: protocol.Refused, Op: "answer", Ref: ref, Rule: "R-00", Text: "本节点不受理这种请求"}
}
