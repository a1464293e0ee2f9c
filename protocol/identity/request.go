package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"

	"xiangyun/protocol"
)

// NewKey makes the key of one place. It never leaves that place.
func NewKey() (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return key, nil
}

// KeyOf is the public half of key.
func KeyOf(key ed25519.PrivateKey) PublicKey {
	return PublicKey(key.Public().(ed25519.PublicKey))
}

// Request makes a certificate request (DER). The id in it only helps people
// who read it; the CA decides role and id.
func Request(key ed25519.PrivateKey, id protocol.NodeID) ([]byte, error) {
	t := &x509.CertificateRequest{Subject: pkix.Name{CommonName: string(id)}}
	der, err := x509.CreateCertificateRequest(rand.Reader, t, key)
	if err != nil {
		return nil, fmt.Errorf("make certificate request: %w", err)
	}
	return der, nil
}

// RequestKey reads the key a request proves to hold. A request that is not
// well signed, or for another type of key, is Denied.
func RequestKey(csr []byte) (PublicKey, error) {
	r, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return PublicKey{}, &protocol.Fault{Code: protocol.Malformed, Op: "read certificate request", Text: "证书申请不是有效的格式", Err: err}
	}
	key, ok := r.PublicKey.(ed25519.PublicKey)
	if !ok {
		return PublicKey{}, deny("证书申请的密钥不是 Ed25519")
	}
	if err := r.CheckSignature(); err != nil {
		return PublicKey{}, &protocol.Fault{Code: protocol.BadSig, Op: "read certificate request", Text: "证书申请的签名不对", Err: err}
	}
	return PublicKey(key), nil
}
