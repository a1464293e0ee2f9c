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
	ObjectKey string          // tells two applications of one person apart (DU-02)
	Delegated string          // USCC of the receiving agency: 异地受理 under its delegation; empty: collect only
	Form      []protocol.Field
	Materials []protocol.Material
	Window    string
	Offline   bool   // the hub was away
	Nonce     string // of the form: the same form sent twice is one case
	HandOver  bool   // hand it over at once when another place decides
	Instant   *Instant
}

// Instant is 即办件 (C-26): received, accepted, decided and delivered at once.
type Instant struct {
	Decider  *protocol.Account // the second person, who confirms; nil where the item waives that (G-08)
	Decision protocol.Decision
	Delivery protocol.Delivery
}

// Received is what the receipt shows.
type Received struct {
	Ref    protocol.Ref
	Case   protocol.Case
	Rev    uint64
	Before bool // the form had been taken in already
}

// Receive takes an application in (C-02) and, when another place decides,
// hands it over in the same transaction (C-04). It returns once the receipt is
// on this node's disk, with or without the hub.
func (d *Desk) Receive(ctx context.Context, who *protocol.Account, in Intake) (got Received, err error) {
	if err := d.may(who, protocol.MayReceive, ""); err != nil {
		return got, err
	}
	idem := string(d.Node) + "/" + By(who) + "/" + in.Nonce
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		if refs := tx.ByKey("case", idem); len(refs) > 0 {
			got, err = d.receivedBefore(tx, in, refs[0])
			return err
		}
		got, err = d.receive(tx, who, in, idem)
		return err
	})
	return got, err
}

// receivedBefore answers a form that came again. One that now names somebody
// else, or another item, is no repetition: its applicant must not be sent away
// with the first one's receipt (G-11).
func (d *Desk) receivedBefore(tx *store.Tx, in Intake, ref protocol.Ref) (Received, error) {
	c, rec, err := load[protocol.Case](&tx.ReadTx, ref)
	if err != nil {
		return Received{}, err
	}
	if c.Item != in.Item || c.Applicant.FP != d.Fingerprint(in.Applicant.IDType, in.Applicant.ID) {
		return Received{}, &protocol.Fault{Code: protocol.Refused, Op: "receive", Ref: ref, Rule: "G-11",
			Text: "这张表已用于收件 " + c.ReceiptNo + ",内容与现在填写的不同;如是另一件申请,请核对后再提交一次"}
	}
	return Received{Ref: ref, Case: *c, Rev: rec.Rev, Before: true}, nil
}

func (d *Desk) receive(tx *store.Tx, who *protocol.Account, in Intake, idem string) (got Received, err error) {
	if err := d.guideShown(tx, in); err != nil {
		return got, err
	}
	body := protocol.Case{Item: in.Item, Applicant: in.Applicant, Form: in.Form, Materials: in.Materials, Idem: idem,
		Received: protocol.Receipt{Window: in.Window, Offline: in.Offline}}
	body.Applicant.ID = protocol.NormalizeCode(body.Applicant.ID)
	body.Applicant.FP = d.Fingerprint(body.Applicant.IDType, body.Applicant.ID)
	id, err := tx.NextCaseID()
	if err != nil {
		return got, err
	}
	if body.ReceiptNo, err = tx.NextReceipt(); err != nil {
		return got, err
	}
	year := tx.Now().Time().Year()
	rec, err := tx.Act(protocol.Draft{Ref: protocol.Ref{Kind: "case", ID: id}, Act: "receive", Body: body, By: By(who),
		Deps: tx.Cite(protocol.Ref{Kind: "item", ID: in.Item}, protocol.Ref{Kind: "guide", ID: in.Item},
			protocol.CalendarRef(year), protocol.CalendarRef(year+1))})
	if err != nil {
		return got, err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return got, err
	}
	if in.HandOver && c.Handler != d.Node {
		if rec, err = d.take(tx, &deed{who: who, ref: rec.Ref, act: "hand_over"}); err != nil {
			return got, err
		}
		if c, err = protocol.Load[protocol.Case](rec); err != nil {
			return got, err
		}
	}
	return Received{Ref: rec.Ref, Case: *c, Rev: rec.Rev}, nil
}

// guideShown is C-02d: what the applicant was shown is what is pinned. A guide
// that changed while the form was filled in is shown again, nothing is lost.
func (d *Desk) guideShown(tx *store.Tx, in Intake) error {
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
