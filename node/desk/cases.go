package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// CaseAct is a decision about a case by a person. Seen is the revision that
// person saw; the act is refused when the case has moved on since.
type CaseAct struct {
	Case   protocol.Ref
	Seen   uint64
	Viewed []string // record ids of the duplicate marks that person looked at (C-10c)
}

// HandOver sends a case to the place that decides (C-04).
func (d *Desk) HandOver(ctx context.Context, who *protocol.Account, a CaseAct) (rec protocol.Record, err error) {
	if err := d.may(who, protocol.MayReceive, ""); err != nil {
		return rec, err
	}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		c, _, err := load[protocol.Case](&tx.ReadTx, a.Case)
		if err != nil {
			return err
		}
		rec, err = d.handOver(tx, who, a, c)
		return err
	})
	return rec, err
}

func (d *Desk) handOver(tx *store.Tx, who *protocol.Account, a CaseAct, c *protocol.Case) (protocol.Record, error) {
	return tx.Act(protocol.Draft{Ref: a.Case, Act: "hand_over", Body: protocol.Case{}, By: By(who), Rev: a.Seen,
		Deps: tx.Cite(protocol.Ref{Kind: "agency", ID: c.Agency})})
}

// Accept starts the statutory clocks (C-10).
func (d *Desk) Accept(ctx context.Context, who *protocol.Account, a CaseAct) (rec protocol.Record, err error) {
	err = d.onCase(ctx, who, protocol.MayAccept, a, func(tx *store.Tx, c *protocol.Case) error {
		around := append(tx.ByKey("dupmark", a.Case.ID), protocol.Ref{Kind: "item", ID: c.Item})
		rec, err = tx.Act(protocol.Draft{Ref: a.Case, Act: "accept", Body: protocol.Case{DupsViewed: a.Viewed}, By: By(who), Rev: a.Seen,
			Deps: append(tx.Cite(around...), calendars(tx, c)...)})
		return err
	})
	return rec, err
}

// Decide grants, denies or refuses to accept (C-18, C-19, C-03): kind is the
// act's name.
func (d *Desk) Decide(ctx context.Context, who *protocol.Account, a CaseAct, kind protocol.Act, decision protocol.Decision) (rec protocol.Record, err error) {
	verb := protocol.MayDecide
	if kind == "refuse" {
		verb = protocol.MayAccept
	}
	err = d.onCase(ctx, who, verb, a, func(tx *store.Tx, c *protocol.Case) error {
		rec, err = tx.Act(protocol.Draft{Ref: a.Case, Act: kind, Body: protocol.Case{Decision: &decision}, By: By(who), Rev: a.Seen,
			Deps: append(calendars(tx, c), scans(tx, c)...)})
		return err
	})
	return rec, err
}

// scans cites the manifests of a case whose scans were still on their way when it
// arrived: nothing is granted before they are here (C-18e).
func scans(tx *store.Tx, c *protocol.Case) (deps []protocol.Dep) {
	if !c.BlobsPending {
		return nil
	}
	for _, m := range c.Materials {
		for _, id := range m.Blobs {
			deps = append(deps, tx.Cite(protocol.Ref{Kind: "blob", ID: id})...)
		}
	}
	return deps
}

// signature cites the scan that proves a delivery (C-20c).
func signature(tx *store.Tx, how *protocol.Delivery) []protocol.Dep {
	if how.Proof == "" || how.Proof == "paper" {
		return nil
	}
	return tx.Cite(protocol.Ref{Kind: "blob", ID: how.Proof})
}

// calendars cites the years that an act on c counts its clocks with.
func calendars(tx *store.Tx, c *protocol.Case) []protocol.Dep {
	return tx.Cite(protocol.CaseCalendars(c, tx.Now())...)
}

// Deliver hands the result out. At the home it is an act (C-20); at any other
// window it is a request to the home, which answers once.
func (d *Desk) Deliver(ctx context.Context, who *protocol.Account, a CaseAct, how protocol.Delivery) (rec protocol.Record, err error) {
	err = d.onCase(ctx, who, protocol.MayDeliver, a, func(tx *store.Tx, c *protocol.Case) error {
		if how.Way != "courier" && how.Tracking != "" {
			return &protocol.Fault{Code: protocol.Refused, Rule: "C-20b", Op: "case.deliver", Ref: a.Case,
				Text: "只有快递送达才填写快递单号;请清空单号,或将送达方式改为快递"}
		}
		home, _, err := tx.Get(a.Case)
		if err != nil {
			return err
		}
		if home.Home == d.Node {
			rec, err = tx.Act(protocol.Draft{Ref: a.Case, Act: "deliver", Body: protocol.Case{Delivery: &how}, By: By(who), Rev: a.Seen,
				Deps: signature(tx, &how)})
			return err
		}
		how.Place, how.By, how.At = d.Node, By(who), tx.Now()
		rec, err = d.request(tx, who, protocol.WantDelivery, home, c, how)
		return err
	})
	return rec, err
}

// Withdraw ends a case at the applicant's wish (C-21, elsewhere R-02).
func (d *Desk) Withdraw(ctx context.Context, who *protocol.Account, a CaseAct, reason string) (rec protocol.Record, err error) {
	err = d.onCase(ctx, who, protocol.MayReceive, a, func(tx *store.Tx, c *protocol.Case) error {
		home, _, err := tx.Get(a.Case)
		if err != nil {
			return err
		}
		ending := protocol.Ending{Reason: reason}
		if home.Home == d.Node {
			rec, err = tx.Act(protocol.Draft{Ref: a.Case, Act: "withdraw", Body: protocol.Case{WithdrawnBy: &ending}, By: By(who), Rev: a.Seen})
			return err
		}
		rec, err = d.request(tx, who, protocol.WantWithdraw, home, c, ending)
		return err
	})
	return rec, err
}

// onCase checks the right against the case's agency and runs one transaction.
func (d *Desk) onCase(ctx context.Context, who *protocol.Account, verb protocol.Verb, a CaseAct, do func(*store.Tx, *protocol.Case) error) error {
	return d.Store.Update(ctx, func(tx *store.Tx) error {
		c, _, err := load[protocol.Case](&tx.ReadTx, a.Case)
		if err != nil {
			return err
		}
		if err := d.may(who, verb, c.Agency); err != nil {
			return err
		}
		return do(tx, c)
	})
}

// request files a request on a record whose home is elsewhere. Its id follows
// from what it wants of which state of the record, so that asking twice is
// asking once, and asking again after a decline is possible.
func (d *Desk) request(tx *store.Tx, who *protocol.Account, want string, on protocol.Record, c *protocol.Case, data any) (protocol.Record, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return protocol.Record{}, err
	}
	id := fmt.Sprintf("%s:%s:%s@%d", want, d.Node, on.Ref.ID, on.Rev)
	if rec, ok, err := tx.Get(protocol.Ref{Kind: "request", ID: id}); ok || err != nil {
		return rec, err
	}
	body := protocol.Request{Want: want, On: on.Ref, Agency: c.Agency, Title: c.ItemName + " " + c.ReceiptNo, Data: raw, Key: id}
	return tx.Act(protocol.Draft{Ref: protocol.Ref{Kind: "request", ID: id}, Act: "file", Body: body, By: By(who)})
}
