package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Intake is what a clerk has at the window when the papers are complete.
type Intake struct {
	Item      string // ItemID of the version shown
	Guide     protocol.Hash
	Applicant protocol.Applicant
	Agent     *protocol.Agent // with a mandate (C-01c)
	ObjectKey string          // tells two applications of one person apart (DU-02); empty: the item's own field of the form
	Delegated string          // USCC of the receiving agency: 异地受理 under its delegation; empty: collect only
	Form      []protocol.Field
	Materials []protocol.Material
	Window    string
	Offline   bool     // the hub was away
	Nonce     string   // of the form: the same form sent twice is one case
	HandOver  bool     // hand it over at once when another place decides
	Instant   *Instant // decide and deliver it at once (C-26)
}

// Received is what the receipt shows.
type Received struct {
	Ref    protocol.Ref
	Case   protocol.Case
	Rev    uint64
	Before bool // the form had been taken in already
}

// Receive takes an application in (C-02) and, when another place decides, hands
// it over in the same transaction (C-04); 即办件 goes to its end (C-26). It returns
// once the receipt is on this node's disk, with or without the hub.
func (d *Desk) Receive(ctx context.Context, who *protocol.Account, in Intake) (Received, error) {
	if err := d.may(who, protocol.MayReceive, ""); err != nil {
		return Received{}, err
	}
	c := &command{who: who, key: in.Nonce, body: in.form()}
	c.do = func(tx *store.Tx) (protocol.Record, error) { return d.intake(tx, c, in) }
	rec, err := d.write(ctx, c)
	if err != nil {
		return Received{}, d.counted(ctx, who, protocol.Attempt{Item: in.Item}, err)
	}
	body, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return Received{}, err
	}
	return Received{Ref: rec.Ref, Case: *body, Rev: rec.Rev, Before: c.before}, nil
}

// form is what makes two submissions the same: whether the hub was away is not
// part of it, and of the second person the name is enough.
func (in Intake) form() any {
	in.Offline = false
	second := ""
	if in.Instant != nil {
		now := *in.Instant
		if now.Decider != nil {
			second = By(now.Decider)
		}
		now.Decider, in.Instant = nil, &now
	}
	return []any{in, second}
}

func (d *Desk) intake(tx *store.Tx, c *command, in Intake) (protocol.Record, error) {
	if refs := tx.ByKey("case", d.idemKey(c.who, in.Nonce)); len(refs) > 0 { // the table of answers was lost with the disk, the case was not
		c.before = true
		return d.receivedBefore(tx, in, refs[0])
	}
	rec, err := d.receive(tx, c.who, in)
	switch {
	case err != nil:
		return rec, err
	case in.Instant != nil:
		return d.atOnce(tx, c.who, rec, in.Instant)
	case in.HandOver:
		return d.sendOn(tx, c.who, rec)
	}
	return rec, nil
}

// sendOn hands over what another place decides.
func (d *Desk) sendOn(tx *store.Tx, who *protocol.Account, rec protocol.Record) (protocol.Record, error) {
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil || c.Handler == d.Node {
		return rec, err
	}
	return d.take(tx, &deed{who: who, ref: rec.Ref, act: "hand_over"})
}

// receivedBefore answers a form that came again to a node that was restored. One
// that now names somebody else, or another item, is no repetition (G-11).
func (d *Desk) receivedBefore(tx *store.Tx, in Intake, ref protocol.Ref) (protocol.Record, error) {
	c, rec, err := load[protocol.Case](&tx.ReadTx, ref)
	if err != nil {
		return rec, err
	}
	if c.Item != in.Item || c.Applicant.FP != d.Fingerprint(in.Applicant.IDType, in.Applicant.ID) {
		return rec, usedKey(ref, rec)
	}
	return rec, nil
}

func (d *Desk) receive(tx *store.Tx, who *protocol.Account, in Intake) (rec protocol.Record, err error) {
	if err := d.dated("receive", protocol.Ref{Kind: "item", ID: in.Item}); err != nil {
		return rec, err
	}
	if err := d.shown(tx, in); err != nil {
		return rec, err
	}
	body, err := d.body(tx, who, in)
	if err != nil {
		return rec, err
	}
	id, err := tx.NextCaseID()
	if err != nil {
		return rec, err
	}
	if body.ReceiptNo, err = tx.NextReceipt(); err != nil {
		return rec, err
	}
	return tx.Act(protocol.Draft{Ref: protocol.Ref{Kind: "case", ID: id}, Act: "receive", Body: body, By: By(who), Deps: d.receiptCites(tx, &body)})
}

// body is the case as the window wants it; the judge completes it.
func (d *Desk) body(tx *store.Tx, who *protocol.Account, in Intake) (protocol.Case, error) {
	c := protocol.Case{Item: in.Item, Applicant: in.Applicant, Agent: in.Agent, ObjectKey: in.ObjectKey, Form: in.Form, Materials: in.Materials,
		Idem: d.idemKey(who, in.Nonce), Received: protocol.Receipt{Window: in.Window, Offline: in.Offline}}
	c.Applicant.ID = protocol.NormalizeCode(c.Applicant.ID)
	c.Applicant.FP = d.Fingerprint(c.Applicant.IDType, c.Applicant.ID)
	item, _, err := load[protocol.Item](&tx.ReadTx, protocol.Ref{Kind: "item", ID: in.Item})
	if err != nil {
		return c, err
	}
	if c.ObjectKey == "" {
		c.ObjectKey = objectOf(item, in.Form)
	}
	if in.Delegated != "" {
		if err := d.own(who, in.Delegated); err != nil {
			return c, err
		}
		c.Mode, c.Received.Agency = protocol.ModeDelegated, in.Delegated
		c.Delegation = protocol.DelegationID(in.Item, in.Delegated, item.Agency)
	}
	return c, d.reused(&tx.ReadTx, &c, item.Agency)
}

// objectOf is the field of the form that tells two applications apart (DU-02).
func objectOf(item *protocol.Item, form []protocol.Field) string {
	for _, f := range form {
		if item.ObjectField != "" && f.Name == item.ObjectField {
			return f.Value
		}
	}
	return ""
}

// own: who receives with another agency's effect belongs to the agency that it
// delegated (G-06).
func (d *Desk) own(who *protocol.Account, agency string) error {
	if who.Agency == "" || who.Agency == agency {
		return nil
	}
	return &protocol.Fault{Code: protocol.Denied, Op: "receive", Rule: "G-06", Text: "您的账号不属于受委托的收件机构"}
}

func (d *Desk) receiptCites(tx *store.Tx, c *protocol.Case) []protocol.Dep {
	refs := append(protocol.CaseCalendars(nil, tx.Now()), protocol.Ref{Kind: "item", ID: c.Item}, protocol.Ref{Kind: "guide", ID: c.Item})
	if c.Delegation != "" {
		refs = append(refs, protocol.Ref{Kind: "delegation", ID: c.Delegation})
	}
	deps := append(tx.Cite(refs...), blobs(&tx.ReadTx, c.Materials)...)
	return deps[:min(len(deps), protocol.MaxDeps)]
}

// shown is C-02d: what the applicant was shown is what is pinned. A guide that
// changed while the form was filled in is shown again, nothing is lost.
func (d *Desk) shown(tx *store.Tx, in Intake) error {
	rec, ok, err := tx.Get(protocol.Ref{Kind: "guide", ID: in.Item})
	if err != nil {
		return err
	}
	if !ok {
		return &protocol.Fault{Code: protocol.Refused, Op: "receive", Rule: "C-02a", Text: "没有找到该事项的办事指南"}
	}
	if !in.Guide.IsZero() && protocol.HashOf(rec.Body) != in.Guide {
		return &protocol.Fault{Code: protocol.Refused, Op: "receive", Rule: "C-02d", Text: "办事指南刚刚更新,请按新指南核对材料(已填内容已保留)"}
	}
	return nil
}

// Fingerprint is the keyed hash by which a person's cases are found: indexes,
// feeds and logs never hold the number itself (cases.md §4).
func (d *Desk) Fingerprint(idType, id string) string {
	m := hmac.New(sha256.New, d.Key[:])
	m.Write([]byte(idType + "\x00" + protocol.NormalizeCode(id)))
	return hex.EncodeToString(m.Sum(nil)[:16])
}
