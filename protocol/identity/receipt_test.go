package identity

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
)

func receiptOf(t *testing.T, node protocol.NodeID) protocol.ReceiptQR {
	t.Helper()
	id := string(node) + "-1-00000042"
	c := must(protocol.CheckChar37(id))(t)
	return protocol.ReceiptQR{Case: id + "-" + string(c), ReceiptNo: "220000000042A", Item: "11220000412759000X3442199806003@3",
		Guide: protocol.HashOf([]byte("guide")), Received: protocol.At(today), FP: [16]byte{9}}
}

func TestReceiptIsVerifiedWithoutTheHub(t *testing.T) {
	ca := must(NewAuthority(fixed))(t)
	h := enrolled(t, ca, RoleNode, "yanbian")
	r := receiptOf(t, "yanbian")
	code := must(h.SignReceipt(r))(t)
	if again := must(h.SignReceipt(r))(t); again != code {
		t.Error("the same receipt was signed into two texts")
	}
	b := h.Bundle()
	got, err := VerifyReceipt(code+"\r\n", b.Leaf, b.Roots)
	if err != nil {
		t.Fatal(err)
	}
	r.Certificate = CertificateID(b.Leaf)
	if *got != r {
		t.Errorf("read %+v, want %+v", got, r)
	}
}

func TestReceiptOfALongCutOffNodeIsBelieved(t *testing.T) {
	ca := must(NewAuthority(fixed))(t)
	h := enrolled(t, ca, RoleNode, "yanbian")
	r := receiptOf(t, "yanbian")
	r.Received = protocol.At(today.Add(NodeLife + 30*24*time.Hour))
	b := h.Bundle()
	if _, err := VerifyReceipt(must(h.SignReceipt(r))(t), b.Leaf, b.Roots); err != nil {
		t.Error(err)
	}
}

func TestFalseReceiptsAreRefused(t *testing.T) {
	ca, other := must(NewAuthority(fixed))(t), must(NewAuthority(fixed))(t)
	h := enrolled(t, ca, RoleNode, "yanbian")
	b := h.Bundle()
	code := must(h.SignReceipt(receiptOf(t, "yanbian")))(t)
	elsewhere := must(h.SignReceipt(receiptOf(t, "changchun")))(t)
	early := receiptOf(t, "yanbian")
	early.Received = protocol.At(today.Add(-48 * time.Hour))
	hub := enrolled(t, ca, RoleHub, "yanbian")
	for name, c := range map[string]struct {
		code  string
		leaf  *x509.Certificate
		roots []*x509.Certificate
		want  protocol.Code
		says  string
	}{
		"one digit of the payload":   {changed(t, code, 40), b.Leaf, b.Roots, protocol.BadSig, "签名与内容不符"},
		"one digit of the signature": {changed(t, code, len(code)-20), b.Leaf, b.Roots, protocol.BadSig, "签名与内容不符"},
		"truncated":                  {code[:len(code)-10], b.Leaf, b.Roots, protocol.Malformed, "不完整"},
		"another node's case":        {elsewhere, b.Leaf, b.Roots, protocol.Denied, "不属于该节点"},
		"another node's certificate": {code, enrolled(t, ca, RoleNode, "changchun").Bundle().Leaf, b.Roots, protocol.Denied, "不是用这张节点证书"},
		"another province":           {code, b.Leaf, []*x509.Certificate{other.Root()}, protocol.Denied, "不是由本省"},
		"before the certificate":     {must(h.SignReceipt(early))(t), b.Leaf, b.Roots, protocol.Denied, "尚未生效"},
		"signed by a hub server":     {must(hub.SignReceipt(receiptOf(t, "yanbian")))(t), hub.Bundle().Leaf, b.Roots, protocol.Denied, "不属于该节点"},
	} {
		_, err := VerifyReceipt(c.code, c.leaf, c.roots)
		if protocol.CodeOf(err) != c.want || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v that says %q", name, err, c.want, c.says)
		}
	}
}

// changed swaps one character for another of the alphabet, within a case id or
// a signature, so that the form stays right.
func changed(t *testing.T, code string, at int) string {
	t.Helper()
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		s := code[:at] + string(c) + code[at+1:]
		if r, err := protocol.ParseReceiptQR(s); err == nil && s != code {
			if _, ok := r.Node(); ok {
				return s
			}
		}
	}
	t.Fatal("no change keeps the form")
	return ""
}

func TestAnEnrollingNodeSignsNothing(t *testing.T) {
	h := NewEnrolling(must(NewKey())(t), Pin{1}, fixed)
	if _, err := h.SignReceipt(receiptOf(t, "yanbian")); protocol.CodeOf(err) != protocol.Denied {
		t.Errorf("%v, want denied", err)
	}
}
