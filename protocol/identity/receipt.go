package identity

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"

	"xiangyun/protocol"
)

// CertificateID is how a receipt code names the certificate of its node: the
// first half of the SHA-256 of the certificate as issued.
func CertificateID(cert *x509.Certificate) [16]byte {
	sum := sha256.Sum256(cert.Raw)
	return [16]byte(sum[:16])
}

// SignReceipt signs the code of a receipt with the key of this node and names
// its certificate in it. The same receipt gives the same text for as long as the
// certificate stays: keep the text, it cannot be made again after a renewal.
func (h *Holder) SignReceipt(r protocol.ReceiptQR) (string, error) {
	b := h.bundle()
	if b.Leaf == nil {
		return "", protocol.NewFault(protocol.Denied, "sign receipt", "本机尚未登记,不能签发收件凭证")
	}
	r.Certificate = CertificateID(b.Leaf)
	text, err := r.Text()
	if err != nil {
		return "", err
	}
	return protocol.SealReceiptQR(text, ed25519.Sign(b.Key, []byte(protocol.ReceiptDomain+text)))
}

// VerifyReceipt believes a scanned code when leaf, issued by one of roots to the
// node that made the case id, signed it. It needs no network. The certificate may
// have expired since, or while the node was cut off: a receipt is never less true
// for that. Whether the node's epoch was fenced is the registry's to say.
//
// Errors are faults: Malformed for what is no receipt code, Denied for a wrong
// certificate, BadSig for a code that was changed.
func VerifyReceipt(scanned string, leaf *x509.Certificate, roots []*x509.Certificate) (*protocol.ReceiptQR, error) {
	r, err := protocol.ParseReceiptQR(scanned)
	if err != nil {
		return nil, err
	}
	if r.Certificate != CertificateID(leaf) {
		return nil, denyReceipt("收件凭证不是用这张节点证书签发的,请取得签发节点当时的证书后再核验")
	}
	peer, err := verifyChain([]*x509.Certificate{leaf}, roots, x509.ExtKeyUsageClientAuth, withinLife(leaf, r.Received.Time()))
	if err != nil {
		return nil, err
	}
	node, ok := r.Node()
	if !ok || peer.Role != RoleNode || peer.ID != node {
		return nil, denyReceipt("收件凭证由 %s 签发,但办件 %s 不属于该节点,不能采信;请联系省级管理员核查", peer, r.Case)
	}
	if !r.SignedBy(peer.Key[:]) {
		return nil, protocol.NewFault(protocol.BadSig, "verify receipt", "收件凭证的签名与内容不符:内容被改动或扫描有误,请重新扫描;仍不符的不能采信")
	}
	return &r.ReceiptQR, nil
}

func denyReceipt(format string, args ...any) error {
	return protocol.NewFault(protocol.Denied, "verify receipt", format, args...)
}
