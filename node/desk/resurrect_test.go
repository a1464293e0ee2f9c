package desk

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// lose registers the node that wrote the receipts of lost as gone for good: its key
// stays known, and what it had is nowhere.
func (o *office) lose(key ed25519.PublicKey, state string, epoch uint64) {
	o.hub("node", "changchun", protocol.Node{ID: there, Name: "长春市", Divisions: []protocol.Division{"220100"}, State: state, Epoch: epoch, Ordinal: 1,
		Keys: []protocol.NodeKey{{Epoch: 1, Key: key}}})
}

// receipt is what a window of the other node printed before that was lost.
func (o *office) receipt(key ed25519.PrivateKey, in Intake) string {
	o.t.Helper()
	id := "changchun-1-00000009"
	check, err := protocol.CheckChar37(id)
	o.must(err)
	guide, ok := o.get(protocol.Ref{Kind: "guide", ID: in.Item})
	if !ok {
		o.t.Fatal("no guide")
	}
	text, err := (&protocol.ReceiptQR{Case: id + "-" + string(check), ReceiptNo: "220000000009X", Item: in.Item, Guide: protocol.HashOf(guide.Body),
		Received: protocol.At(startAt.AddDate(0, 0, -3)), FP: protocol.ShortFP(o.Fingerprint(in.Applicant.IDType, in.Applicant.ID)),
		Materials: protocol.MaterialsDigest(in.Materials), Certificate: [16]byte{1}}).Text()
	o.must(err)
	code, err := protocol.SealReceiptQR(text, ed25519.Sign(key, []byte(protocol.ReceiptDomain+text)))
	o.must(err)
	return code
}

// TestF03AnyWindowReadsAReceiptOffline is cases.F-03: what the code proves is said, and what it does not.
func TestF03AnyWindowReadsAReceiptOffline(t *testing.T) {
	o := newOffice(t)
	key, err := identity.NewKey()
	o.must(err)
	code := o.receipt(key, form(itemHere, "n"))
	v, err := o.ReadReceipt(clerk, code)
	o.must(err)
	if v.Genuine || !strings.Contains(v.Why, "没有节点") {
		t.Errorf("of a node nobody registered: %+v", v)
	}
	o.lose(key.Public().(ed25519.PublicKey), protocol.NodeEnrolled, 1)
	v, err = o.ReadReceipt(clerk, " "+code+"\r\n")
	o.must(err)
	if !v.Genuine || v.Node != there || v.Epoch != 1 || v.CanRevive || v.ReceiptNo != "220000000009X" {
		t.Errorf("%+v", v)
	}
	other, err := identity.NewKey()
	o.must(err)
	if v, err = o.ReadReceipt(clerk, o.receipt(other, form(itemHere, "n"))); err != nil || v.Genuine {
		t.Errorf("signed by another key: %+v %v", v, err)
	}
	if _, err := o.ReadReceipt(clerk, "https://example.invalid/"); protocol.CodeOf(err) != protocol.Malformed {
		t.Errorf("no receipt: %v", err)
	}
	own := o.receive(itemHere, "n1")
	o.hub("node", "yanbian", protocol.Node{ID: here, Name: "延边州", State: protocol.NodeEnrolled, Epoch: 1,
		Keys: []protocol.NodeKey{{Epoch: 1, Key: o.Sign.(pen).Bundle().Key.Public().(ed25519.PublicKey)}}})
	if v, err = o.ReadReceipt(clerk, last(own.Case.Docs).Code); err != nil || !v.Genuine || v.Case != own.Ref || v.State != protocol.CaseReceived {
		t.Errorf("its own receipt: %+v %v", v, err)
	}
}

// TestF03ALostCaseIsBroughtBackOnce is cases.F-03 over a real store and fold.
func TestF03ALostCaseIsBroughtBackOnce(t *testing.T) {
	o := newOffice(t)
	key, err := identity.NewKey()
	o.must(err)
	in := form(itemHere, "n")
	code := o.receipt(key, in)
	o.lose(key.Public().(ed25519.PublicKey), protocol.NodeEnrolled, 1)
	if _, err := o.Resurrect(t.Context(), clerk, code, in); !refusedBy(err, "F-03c") {
		t.Fatalf("of a node that is only cut off: %v", err)
	}
	o.lose(key.Public().(ed25519.PublicKey), protocol.NodeFenced, 2)
	if v, err := o.ReadReceipt(clerk, code); err != nil || !v.CanRevive {
		t.Errorf("%+v %v", v, err)
	}
	stranger := in
	stranger.Applicant.ID = "440524188001010014"
	if _, err := o.Resurrect(t.Context(), clerk, code, stranger); !refusedBy(err, "F-03d") {
		t.Errorf("another person with the same paper: %v", err)
	}
	got, err := o.Resurrect(t.Context(), clerk, code, in)
	o.must(err)
	if got.Case.ReceiptNo != "220000000009X" || got.Case.Received.At != protocol.At(startAt.AddDate(0, 0, -3)) || got.Case.Resurrected.From != there || !got.Case.Resurrected.Same {
		t.Errorf("%+v", got.Case)
	}
	doc, p := o.paperOf(got.Ref)
	if doc.Code != code || len(p.PDF) == 0 {
		t.Error("the receipt that is printed now bears another code")
	}
	if _, err := o.Resurrect(t.Context(), clerk, code, in); !refusedBy(err, "G-07") {
		t.Errorf("a second time: %v", err)
	}
	if v, err := o.ReadReceipt(clerk, code); err != nil || v.CanRevive || v.Case != got.Ref {
		t.Errorf("%+v %v", v, err)
	}
}
