package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// asking is the right that a request needs at the place that files it. The home
// judges the rest when it answers.
var asking = map[string]protocol.Verb{
	protocol.WantSupplement: protocol.MayAmend,
	protocol.WantWithdraw:   protocol.MayReceive,
	protocol.WantDelivery:   protocol.MayDeliver,
	protocol.WantMerge:      protocol.MayReceive,
	protocol.WantReturn:     protocol.MayReceive,
	protocol.WantUrge:       protocol.MayReceive, // R-06, of a supervisor MaySupervise
	protocol.WantOwed:       protocol.MayAmend,
	protocol.WantPayment:    protocol.MayReceive,
	protocol.WantContact:    protocol.MayAmend,
	protocol.WantTaskAgain:  protocol.MayExamine, // T-03
}

// asks is what is asked of the home where an act cannot be taken here. The data is
// made of what the act would have set.
var asks = map[protocol.Act]struct {
	want string
	data func(x *deed, c *protocol.Case) any
}{
	"supplement":       {protocol.WantSupplement, func(x *deed, _ *protocol.Case) any { return last(x.want.Supplements) }},
	"owed_received":    {protocol.WantOwed, func(x *deed, _ *protocol.Case) any { return last(x.want.Supplements) }},
	"withdraw":         {protocol.WantWithdraw, func(x *deed, _ *protocol.Case) any { return orZero(x.want.WithdrawnBy) }},
	"deliver":          {protocol.WantDelivery, func(x *deed, _ *protocol.Case) any { return orZero(x.want.Delivery) }},
	"merge":            {protocol.WantMerge, func(x *deed, _ *protocol.Case) any { return protocol.DuplicateHint{Other: x.want.DupOf} }},
	"return_misrouted": {protocol.WantReturn, func(x *deed, _ *protocol.Case) any { return protocol.PleaseReturn{Reason: last(x.want.Hops).Reason} }},
	"fee_paid": {protocol.WantPayment, func(x *deed, _ *protocol.Case) any {
		fee := orZero(x.want.Fee)
		return protocol.Payment{Ref: fee.Ref, Amount: fee.Amount}
	}},
	"amend": {protocol.WantContact, func(x *deed, c *protocol.Case) any {
		return protocol.ContactChange{Old: c.Applicant.Contact, Contact: last(x.want.Amendments).New}
	}},
}

// Ask files a request (R-01…R-09, T-03) on a case or a task, wherever its home is.
// data is what the want needs (protocol/request_want.go), as its type or as JSON;
// place, clerk and time of a receipt are those of this window.
func (d *Desk) Ask(ctx context.Context, who *protocol.Account, on protocol.Ref, want string, data any, key string) (protocol.Record, error) {
	far, err := d.fetchAway(ctx, who, on, want) // before the transaction: nothing waits for a line inside one
	if err != nil {
		return protocol.Record{}, err
	}
	return d.write(ctx, &command{who: who, on: on, key: key, body: []any{on, want, data},
		do: func(tx *store.Tx) (protocol.Record, error) { return d.request(tx, who, on, want, data, far) }})
}

// request writes a request. Its id follows from what it wants of which state of the
// record, so that asking twice is asking once, and asking again after a decline
// is possible.
func (d *Desk) request(tx *store.Tx, who *protocol.Account, on protocol.Ref, want string, data any, far *away) (protocol.Record, error) {
	rec, agency, title, err := about(&tx.ReadTx, on, far)
	if err != nil {
		return rec, err
	}
	if err := d.mayAsk(who, want, agency); err != nil {
		return rec, err
	}
	if want != protocol.WantUrge && want != protocol.WantContact {
		if err := d.dated(protocol.Act(want), on); err != nil { // the home counts from this window's time
			return rec, err
		}
	}
	raw, err := d.stamped(tx, who, want, data)
	if err != nil {
		return rec, err
	}
	id, err := requestID(d.Node, rec, want, data, tx.Now())
	if err != nil {
		return rec, err
	}
	ref := protocol.Ref{Kind: "request", ID: id}
	if before, ok, err := tx.Get(ref); ok || err != nil {
		return before, err
	}
	body := protocol.Request{Want: want, On: on, Agency: agency, Title: title, Data: raw, Key: id}
	return tx.Act(protocol.Draft{Ref: ref, Act: "file", Body: body, By: By(who)})
}

// about reads the record that a request is on: here, as the province showed it, or,
// while the province cannot be asked, by the case's number alone (R-01…R-03).
func about(tx *store.ReadTx, on protocol.Ref, far *away) (rec protocol.Record, agency, title string, err error) {
	rec, ok, err := tx.Get(on)
	switch {
	case err == nil && ok:
		agency, title, err = subject(tx, rec)
	case err == nil && far != nil:
		rec, agency, title = far.rec, far.agency, far.title
	case err == nil && on.Kind == "case" && protocol.PlausibleCase(on.ID):
		rec, title = protocol.Record{Ref: on}, "办件 "+on.ID
	default:
		err = orGone(err, on)
	}
	return rec, agency, title, err
}

// mayAsk: whoever urges is the applicant at a window, or a supervisor.
func (d *Desk) mayAsk(who *protocol.Account, want, agency string) error {
	verb, known := asking[want]
	if !known {
		return &protocol.Fault{Code: protocol.Refused, Op: "ask", Rule: "G-09", Text: "没有“" + want + "”这种请求"}
	}
	if want == protocol.WantUrge && d.may(who, protocol.MaySupervise, agency) == nil {
		return nil
	}
	return d.may(who, verb, agency)
}

// subject says for whom a request on a record is, and in one line about what. A
// task is asked again by those who handle its case.
func subject(tx *store.ReadTx, rec protocol.Record) (agency, title string, err error) {
	of := rec.Ref
	if of.Kind == "task" {
		t, err := protocol.Load[protocol.Task](rec)
		if err != nil {
			return "", "", err
		}
		of = protocol.Ref{Kind: "case", ID: t.Case}
	}
	c, _, err := load[protocol.Case](tx, of)
	if err != nil {
		return "", "", err
	}
	return c.Agency, c.ItemName + " " + c.ReceiptNo, nil
}

// requestID: one urging a day; of anything else, one for each content and
// state of the record.
func requestID(at protocol.NodeID, on protocol.Record, want string, data any, now protocol.Instant) (string, error) {
	if want == protocol.WantUrge {
		return protocol.UrgeID(on.Ref.ID, now.Day()), nil
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("encode request: %w", err)
	}
	return fmt.Sprintf("%s:%s:%s@%d:%s", want, at, on.Ref.ID, on.Rev, protocol.HashOf(raw).Short()), nil
}

// stamped puts place, person and time of a receipt or a delivery where the law
// wants them: those of the window, not of whoever filled in the form.
func (d *Desk) stamped(tx *store.Tx, who *protocol.Account, want string, data any) (json.RawMessage, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	switch want {
	case protocol.WantSupplement, protocol.WantOwed:
		return restamp(raw, func(s *protocol.Supplement) { s.At, s.Node, s.Clerk = tx.Now(), d.Node, By(who) })
	case protocol.WantDelivery:
		return restamp(raw, func(s *protocol.Delivery) { s.At, s.Place, s.By = tx.Now(), d.Node, By(who) })
	case protocol.WantWithdraw:
		return restamp(raw, func(s *protocol.Ending) { s.At, s.By = tx.Now(), By(who) })
	}
	return raw, nil
}

func restamp[T any](raw json.RawMessage, put func(*T)) (json.RawMessage, error) {
	var t T
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, &protocol.Fault{Code: protocol.Refused, Op: "ask", Rule: "G-09", Text: "请求内容无法读取", Err: err}
	}
	put(&t)
	return json.Marshal(t)
}

// openRequests cites what is asked of a record and not yet answered.
func openRequests(tx *store.ReadTx, on protocol.Ref, want string) (deps []protocol.Dep) {
	for _, ref := range tx.ByKey("request", on.String()) {
		if r, rec, err := load[protocol.Request](tx, ref); err == nil && r.Want == want && r.Open() {
			deps = append(deps, protocol.Dep{Ref: ref, Rev: rec.Rev})
		}
	}
	return deps
}

func orZero[T any](p *T) (t T) {
	if p != nil {
		t = *p
	}
	return t
}

func orGone(err error, ref protocol.Ref) error {
	if err != nil {
		return err
	}
	return &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "没有找到该记录"}
}

// Decline answers a request that a person has looked at with a no;
// what the system can judge it answers by itself.
func (d *Desk) Decline(ctx context.Context, who *protocol.Account, ref protocol.Ref, reason, key string) (protocol.Record, error) {
	return d.write(ctx, &command{who: who, on: ref, key: key, body: []any{ref, reason},
		do: func(tx *store.Tx) (protocol.Record, error) { return d.decline(tx, who, ref, reason) }})
}

func (d *Desk) decline(tx *store.Tx, who *protocol.Account, ref protocol.Ref, reason string) (protocol.Record, error) {
	r, rec, err := load[protocol.Request](&tx.ReadTx, ref)
	if err != nil {
		return rec, err
	}
	if err := d.may(who, protocol.MayAccept, r.Agency); err != nil {
		return rec, err
	}
	return tx.Act(protocol.Draft{Ref: ref, Act: "decline", Body: protocol.Request{Reason: reason}, By: By(who)})
}
