package protocol

import (
	"strconv"
	"strings"
)

// Resurrection is F-03: the node that received a case was lost before anybody else
// had heard of it, and the paper receipt brings the case back, with its id, its
// receipt number and its instant. The window that does it stands in for the lost one.
type Resurrection struct {
	Code string  `json:"code"` // as scanned, XYR1
	From NodeID  `json:"from"` // the lost node, whose key signed it
	Same bool    `json:"same"` // the materials are answered as they were then
	By   string  `json:"by"`
	At   Instant `json:"at"`
}

// resurrectCase is F-03. An id that exists is refused by the table (G-07), here and
// at the hub, where every case is known that was ever pushed.
func resurrectCase(d *deed) *Refusal {
	want, n := d.want, d.next
	if want.Resurrected == nil {
		return refuse("F-03a", "请扫描收件凭证上的二维码")
	}
	r, err := ParseReceiptQR(want.Resurrected.Code)
	if err != nil {
		return refuse("F-03a", "收件凭证的二维码不能识别,请展平凭证后重新扫描")
	}
	node, no := d.lostNode(r)
	if no != nil {
		return no
	}
	*n = Case{ReceiptNo: r.ReceiptNo, Item: r.Item, Applicant: want.Applicant, Form: want.Form, Materials: want.Materials, Agent: want.Agent,
		ObjectKey: want.ObjectKey, Received: want.Received, Idem: "resurrect/" + r.Case, State: CaseReceived, Rest: want.Rest,
		Resurrected: &Resurrection{Code: want.Resurrected.Code, From: node, Same: MaterialsDigest(want.Materials) == r.Materials, By: d.h.By, At: d.h.At}}
	n.Received.At, n.Received.Node, n.Received.Clerk, n.Received.Offline, n.Received.Agency = r.Received, d.h.Origin, d.h.By, false, ""
	if n.Received.At > d.h.At {
		return refuse("F-03a", "收件凭证的时间(%s)晚于现在,不能恢复", r.Received)
	}
	if ShortFP(n.Applicant.FP) != r.FP {
		return refuse("F-03d", "申请人证件与收件凭证不符,请核对证件")
	}
	for _, no := range []*Refusal{CheckApplicant(&n.Applicant, d.h.At), n.Agent.check(d.h.At), d.ownBlobs(n.Materials), d.pinItem()} {
		if no != nil {
			return no
		}
	}
	if n.Guide != r.Guide {
		return refuse("F-03d", "办事指南与收件时出示的版本不符,不能恢复")
	}
	n.date(d.calendar(), K1, K5p)
	return nil
}

// lostNode checks that a key of the node that made the case id signed the code, and
// that this node is gone: a node that is merely cut off still has the case.
func (d *deed) lostNode(r *SignedReceipt) (NodeID, *Refusal) {
	id, ok := r.Node()
	if !ok || r.Case != d.h.Ref.ID {
		return "", refuse("F-03a", "收件凭证属于办件 %s", r.Case)
	}
	node, ok := citedAs[Node](d.v, Ref{"node", string(id)})
	if !ok {
		return "", refuse("F-03b", "恢复办件须引用签发节点 %s 的登记", id)
	}
	epoch, ok := node.Signed(r)
	switch {
	case !ok:
		return "", refuse("F-03b", "收件凭证的签名与节点 %s 登记的密钥不符,不能采信;请联系省级管理员核查", id)
	case epoch != caseEpoch(r.Case):
		return "", refuse("F-03b", "收件凭证的签名与办件编号的代次不符,不能采信")
	case node.State == NodeEnrolled && node.Epoch == epoch:
		return "", refuse("F-03c", "收件节点 %s 仍在运行,办件在该节点;请等待联网,不要恢复", node.Name)
	}
	return id, nil
}

// Signed tells which enrolment of the node signed a receipt code.
func (n *Node) Signed(r *SignedReceipt) (epoch uint64, ok bool) {
	for i := len(n.Keys) - 1; i >= 0; i-- {
		if r.SignedBy(n.Keys[i].Key) {
			return n.Keys[i].Epoch, true
		}
	}
	return 0, false
}

// caseEpoch is the enrolment under which a case id was made: the 1 of
// "yanbian-1-00000042-K"; 0 when the id is not of that form.
func caseEpoch(id string) uint64 {
	parts := strings.Split(id, "-")
	if len(parts) < 4 {
		return 0
	}
	epoch, err := strconv.ParseUint(parts[len(parts)-3], 10, 64)
	if err != nil {
		return 0
	}
	return epoch
}
