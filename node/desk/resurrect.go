package desk

import (
	"context"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// ReceiptReading is what a scanned receipt code proves, and what is known of it here.
type ReceiptReading struct {
	protocol.ReceiptQR
	Node      protocol.NodeID    // that signed it
	NodeName  string             //
	Epoch     uint64             // the enrolment whose key signed
	Genuine   bool               // signed by a key that the hub registered for the node; else nothing below may be believed
	Why       string             // why it is not genuine, or what it does not prove
	Case      protocol.Ref       // the case, when it is known here
	State     protocol.CaseState // of the case here
	CanRevive bool               // the node is lost and the case is not here: Resurrect may be tried (F-03)
}

// ReadReceipt reads what a scanner typed and verifies it with the keys that every node
// holds; it needs no network. A text that is no receipt code is a malformed fault.
func (d *Desk) ReadReceipt(who *protocol.Account, scanned string) (v ReceiptReading, err error) {
	if err := d.may(who, protocol.MayReadCases, ""); err != nil {
		return v, err
	}
	signed, err := protocol.ParseReceiptQR(scanned)
	if err != nil {
		return v, err
	}
	v.ReceiptQR = signed.ReceiptQR
	return v, d.Store.View(func(tx *store.ReadTx) error {
		if err := v.verify(tx, signed); err != nil {
			return err
		}
		return v.find(tx)
	})
}

func (v *ReceiptReading) verify(tx *store.ReadTx, signed *protocol.SignedReceipt) error {
	id, ok := signed.Node()
	if !ok {
		v.Why = "办件编号的校验位不对,不能采信"
		return nil
	}
	v.Node, v.NodeName = id, string(id)
	node, err := loadIf[protocol.Node](tx, protocol.Ref{Kind: "node", ID: string(id)})
	if err != nil {
		return err
	}
	if node == nil {
		v.Why = "本地没有节点 " + string(id) + " 的登记,无法核验;联网后再试"
		return nil
	}
	v.NodeName = node.Name
	if v.Epoch, v.Genuine = node.Signed(signed); !v.Genuine {
		v.Why = "签名与节点 " + node.Name + " 登记的密钥不符:内容被改动或扫描有误,请重新扫描;仍不符的不能采信"
		return nil
	}
	v.Why = "证明该窗口于所载时间收取了所列材料;不证明已受理,也不证明其后的办理情况"
	v.CanRevive = node.State != protocol.NodeEnrolled || node.Epoch != v.Epoch
	return nil
}

func (v *ReceiptReading) find(tx *store.ReadTx) error {
	ref := protocol.Ref{Kind: "case", ID: v.ReceiptQR.Case}
	c, err := loadIf[protocol.Case](tx, ref)
	if err != nil || c == nil {
		return err
	}
	v.Case, v.State, v.CanRevive = ref, c.State, false
	return nil
}

// Resurrect brings a case back from its paper receipt when the node that took it in
// was lost before it had pushed it (F-03): with the same id, number and instant. in is
// what the applicant shows again. The hub refuses where the id exists.
func (d *Desk) Resurrect(ctx context.Context, who *protocol.Account, scanned string, in Intake) (got Received, err error) {
	if err := d.may(who, protocol.MayReceive, ""); err != nil {
		return got, err
	}
	signed, err := protocol.ParseReceiptQR(scanned)
	if err != nil {
		return got, err
	}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		got, err = d.resurrect(tx, who, signed, in)
		return err
	})
	return got, err
}

func (d *Desk) resurrect(tx *store.Tx, who *protocol.Account, signed *protocol.SignedReceipt, in Intake) (got Received, err error) {
	code, err := protocol.SealReceiptQR(signed.Text, signed.Signature) // as printed, without what the scanner added
	if err != nil {
		return got, err
	}
	node, _ := signed.Node()
	body := protocol.Case{ReceiptNo: signed.ReceiptNo, Item: signed.Item, Applicant: in.Applicant, Form: in.Form, Materials: in.Materials, Agent: in.Agent, ObjectKey: in.ObjectKey,
		Received: protocol.Receipt{Window: in.Window}, Resurrected: &protocol.Resurrection{Code: code}}
	body.Applicant.ID = protocol.NormalizeCode(body.Applicant.ID)
	body.Applicant.FP = d.Fingerprint(body.Applicant.IDType, body.Applicant.ID)
	cite := []protocol.Ref{{Kind: "node", ID: string(node)}, {Kind: "item", ID: signed.Item}, {Kind: "guide", ID: signed.Item}}
	for year := signed.Received.Time().Year(); year <= tx.Now().Time().Year()+1; year++ {
		cite = append(cite, protocol.CalendarRef(year))
	}
	rec, err := tx.Act(protocol.Draft{Ref: protocol.Ref{Kind: "case", ID: signed.Case}, Act: "resurrect", Body: body, By: By(who), Deps: tx.Cite(cite...)})
	if err != nil {
		return got, err
	}
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return got, err
	}
	return Received{Ref: rec.Ref, Case: *c, Rev: rec.Rev}, nil
}
