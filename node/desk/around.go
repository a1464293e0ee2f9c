package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// around takes one act on a kind around the case whose home is here (cases.md §15):
// the right is that of the act, for the agency the record is about.
func (d *Desk) around(ctx context.Context, who *protocol.Account, draft protocol.Draft, agency string, cite ...protocol.Ref) (rec protocol.Record, err error) {
	verb, ok := protocol.ActVerb(draft.Ref.Kind, draft.Act)
	if !ok {
		return rec, &protocol.Fault{Code: protocol.Refused, Rule: "G-07", Op: string(draft.Act), Ref: draft.Ref, Text: "工作人员不能进行这项操作"}
	}
	if err := d.may(who, verb, agency); err != nil {
		return rec, err
	}
	draft.By = By(who)
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		draft.Deps = tx.Cite(append(cite, years(tx)...)...)
		rec, err = tx.Act(draft)
		return err
	})
	return rec, err
}

// years are the calendars that a clock which begins now is counted on.
func years(tx *store.Tx) []protocol.Ref {
	year := tx.Now().Time().Year()
	return []protocol.Ref{protocol.CalendarRef(year), protocol.CalendarRef(year + 1)}
}

// EvaluationToken is what the link of one service event carries: only this province
// makes it, so that nobody evaluates what did not happen (E-01).
func (d *Desk) EvaluationToken(on protocol.Ref, event string) string {
	m := hmac.New(sha256.New, d.Key[:])
	m.Write([]byte("evaluation\x00" + protocol.EvaluationID(on, event)))
	return hex.EncodeToString(m.Sum(nil)[:12])
}

// EvaluationLink gives the token of a service event of a case, once it has taken place:
// for the code that the window shows or prints.
func (d *Desk) EvaluationLink(who *protocol.Account, on protocol.Ref, event string) (string, error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return "", err
	}
	c, _, err := Record[protocol.Case](d, on)
	if err != nil {
		return "", err
	}
	took := map[string]bool{"receive": true, "notice": len(c.Notices) > 0, "accept": c.Accepted != 0, "decide": c.Decision != nil, "deliver": c.Delivery != nil}
	if !took[event] {
		return "", &protocol.Fault{Code: protocol.Refused, Rule: "G-07", Op: "evaluation link", Ref: on, Text: "该次服务尚未发生,不能评价"}
	}
	return d.EvaluationToken(on, event), nil
}

// Evaluate takes what a person says of one service event (E-01). It is given by the
// person: staff is refused by the rule, whoever has the link is not asked who he is.
func (d *Desk) Evaluate(ctx context.Context, who *protocol.Account, token string, e protocol.Evaluation) (rec protocol.Record, err error) {
	if !hmac.Equal([]byte(token), []byte(d.EvaluationToken(e.On, e.Event))) {
		return rec, &protocol.Fault{Code: protocol.Denied, Op: "evaluate", Ref: e.On, Text: "评价链接无效或不完整,请重新扫描回执上的评价二维码"}
	}
	by := "service-" + e.Channel
	if who != nil {
		by = By(who)
	}
	ref := protocol.Ref{Kind: "evaluation", ID: protocol.EvaluationID(e.On, e.Event)}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		if e.On.Kind == "case" {
			if err := servedBy(tx, &e); err != nil {
				return err
			}
		}
		rec, err = tx.Act(protocol.Draft{Ref: ref, Act: "give", Body: e, By: by, Deps: tx.Cite(protocol.Ref{Kind: "agency", ID: e.Agency})})
		return err
	})
	return rec, err
}

// servedBy fills in whom a case's evaluation is about.
func servedBy(tx *store.Tx, e *protocol.Evaluation) error {
	c, _, err := load[protocol.Case](&tx.ReadTx, e.On)
	if err != nil {
		return err
	}
	e.Agency, e.Window, e.Clerk = c.Agency, c.Received.Window, ""
	switch {
	case e.Event == "receive":
		e.Clerk = c.Received.Clerk
	case e.Event == "decide" && c.Decision != nil:
		e.Clerk = c.Decision.By
	case e.Event == "deliver" && c.Delivery != nil:
		e.Clerk = c.Delivery.By
	}
	return nil
}

// Evaluation gives an evaluation as staff may see it: nobody learns who gave it before
// the remedy is closed (E-02).
func (d *Desk) Evaluation(who *protocol.Account, id string) (seen protocol.Evaluation, err error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return seen, err
	}
	err = d.Store.View(func(tx *store.ReadTx) error {
		e, _, err := load[protocol.Evaluation](tx, protocol.Ref{Kind: "evaluation", ID: id})
		if err != nil {
			return err
		}
		r, err := loadIf[protocol.Remedy](tx, protocol.Ref{Kind: "remedy", ID: id})
		seen = e.ForClerk(r)
		return err
	})
	return seen, err
}

// remedyDue is what the steward owes an evaluation of grade 1 or 2 that arrived at the
// evaluated agency's node (E-02).
func (d *Desk) remedyDue(rec protocol.Record) ([]duty, error) {
	e, err := protocol.Load[protocol.Evaluation](rec)
	if err != nil || !e.Negative() || e.Handler != d.Node {
		return nil, err
	}
	ref := protocol.Ref{Kind: "remedy", ID: rec.Ref.ID}
	return []duty{{ref: rec.Ref, do: func(tx *store.Tx) error {
		if _, had, err := tx.Get(ref); had || err != nil {
			return err
		}
		_, err := tx.Act(protocol.Draft{Ref: ref, Act: "open", Body: protocol.Remedy{}, By: steward, Deps: tx.Cite(append(years(tx), rec.Ref)...)})
		return err
	}}}, nil
}

// Remedy takes one act of an agency on what it owes somebody dissatisfied (E-02).
func (d *Desk) Remedy(ctx context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Remedy) (protocol.Record, error) {
	ref := protocol.Ref{Kind: "remedy", ID: id}
	r, _, err := Record[protocol.Remedy](d, ref)
	if err != nil {
		return protocol.Record{}, err
	}
	return d.around(ctx, who, protocol.Draft{Ref: ref, Act: act, Body: want, Rev: seen}, r.Agency)
}

// Complain files a complaint. A ticket of the hotline is one complaint however
// often it comes; own ones are told apart by the key of their form (G-11).
func (d *Desk) Complain(ctx context.Context, who *protocol.Account, c protocol.Complaint, key string) (protocol.Record, error) {
	id := d.formID(who, key)
	if c.Source == protocol.Hotline {
		id = protocol.HotlineID(c.External)
	}
	ref := protocol.Ref{Kind: "complaint", ID: id}
	if had, err := d.filed(ref); err != nil || had.Ref == ref {
		if err == nil && c.Source != protocol.Hotline {
			err = sameText[protocol.Complaint](had, func(o *protocol.Complaint) bool { return o.Text == c.Text })
		}
		return had, err
	}
	return d.around(ctx, who, protocol.Draft{Ref: ref, Act: "file", Body: c}, "", protocol.Ref{Kind: "agency", ID: c.Agency})
}

// Complaint takes one act of the handling agency.
func (d *Desk) Complaint(ctx context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Complaint) (protocol.Record, error) {
	ref := protocol.Ref{Kind: "complaint", ID: id}
	c, _, err := Record[protocol.Complaint](d, ref)
	if err != nil {
		return protocol.Record{}, err
	}
	return d.around(ctx, who, protocol.Draft{Ref: ref, Act: act, Body: want, Rev: seen}, c.Agency)
}

// Object files an objection to a datum (O-01), at any window.
func (d *Desk) Object(ctx context.Context, who *protocol.Account, o protocol.Objection, key string) (protocol.Record, error) {
	ref := protocol.Ref{Kind: "objection", ID: d.formID(who, key)}
	o.Person.ID = protocol.NormalizeCode(o.Person.ID)
	o.Person.FP = d.Fingerprint(o.Person.IDType, o.Person.ID)
	if had, err := d.filed(ref); err != nil || had.Ref == ref {
		if err == nil {
			err = sameText[protocol.Objection](had, func(x *protocol.Objection) bool { return x.Text == o.Text && x.Disputed == o.Disputed })
		}
		return had, err
	}
	return d.around(ctx, who, protocol.Draft{Ref: ref, Act: "file", Body: o}, "")
}

// Objection takes one act of the department an objection was passed to (O-04).
func (d *Desk) Objection(ctx context.Context, who *protocol.Account, id string, seen uint64, act protocol.Act, want protocol.Objection) (protocol.Record, error) {
	ref := protocol.Ref{Kind: "objection", ID: id}
	o, _, err := Record[protocol.Objection](d, ref)
	if err != nil {
		return protocol.Record{}, err
	}
	return d.around(ctx, who, protocol.Draft{Ref: ref, Act: act, Body: want, Rev: seen}, o.Agency)
}

// Marks lists the open marks on a record: shown beside the values they are about, to
// everybody who sees those (O-02, art. 46).
func (d *Desk) Marks(on protocol.Ref) (list []protocol.Mark, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		for _, ref := range tx.ByKey("mark", on.String()) {
			m, _, err := load[protocol.Mark](tx, ref)
			if err != nil {
				return err
			}
			if m.State == protocol.MarkSet {
				list = append(list, *m)
			}
		}
		return nil
	})
	return list, err
}

// formID names what a form files: the same form sent twice is one record.
func (d *Desk) formID(who *protocol.Account, key string) string {
	if who == nil {
		return string(d.Node) + "-" + key
	}
	sum := sha256.Sum256([]byte(By(who) + "\x00" + key))
	return string(d.Node) + "-" + hex.EncodeToString(sum[:10])
}

// filed gives a record that is here already, or the zero one.
func (d *Desk) filed(ref protocol.Ref) (rec protocol.Record, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		var ok bool
		if rec, ok, err = tx.Get(ref); !ok {
			rec = protocol.Record{}
		}
		return err
	})
	return rec, err
}

// sameText refuses another form under a used key (G-11).
func sameText[T any](had protocol.Record, same func(*T) bool) error {
	t, err := protocol.Load[T](had)
	if err == nil && !same(t) {
		err = &protocol.Fault{Code: protocol.Refused, Rule: "G-11", Op: "file", Ref: had.Ref, Text: "这张表已提交过,内容与现在填写的不同;如是另一件,请另填一张"}
	}
	return err
}
