package identity

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"xiangyun/protocol"
)

// Holder keeps the current identity of a process. It is safe for concurrent
// use; TLS configurations it has handed out follow every Swap.
type Holder struct {
	now   func() time.Time
	state atomic.Pointer[state]
}

// state is replaced as a whole, so that key, certificate and roots always match.
type state struct {
	bundle Bundle
	pin    Pin // not zero only before enrolment
	self   Peer
	cert   *tls.Certificate
}

// NewHolder takes an enrolled identity, expired or not. now decides the dates
// of certificates (pitfalls.C2).
func NewHolder(b Bundle, now func() time.Time) (*Holder, error) {
	h := &Holder{now: now}
	if err := h.Swap(b); err != nil {
		return nil, err
	}
	return h, nil
}

// NewEnrolling makes the identity of a process that has a key and a token but
// no certificate: it can dial ALPNEnroll at a hub whose root matches the pin.
// Swap turns it into an ordinary one.
func NewEnrolling(key ed25519.PrivateKey, pin Pin, now func() time.Time) *Holder {
	h := &Holder{now: now}
	h.state.Store(&state{bundle: Bundle{Key: key}, pin: pin})
	return h
}

// Swap installs a renewed or first certificate. The bundle must be whole; one
// that follows an enrolment must contain the root of the token's pin.
func (h *Holder) Swap(b Bundle) error {
	if b.Leaf == nil {
		return errors.New("install identity: no certificate")
	}
	if err := b.check(); err != nil {
		return fmt.Errorf("install identity: %w", err)
	}
	old := h.state.Load()
	if old != nil && !old.pin.IsZero() && !slices.ContainsFunc(b.Roots, func(r *x509.Certificate) bool { return PinOf(r) == old.pin }) {
		return errors.New("install identity: the roots do not hold the one named by the enrolment token")
	}
	self, err := PeerOf(b.Leaf)
	if err != nil {
		return fmt.Errorf("install identity: %w", err)
	}
	h.state.Store(&state{bundle: b, self: self, cert: tlsCertificate(b)})
	return nil
}

// tlsCertificate sends the signing root along: an enrolling node compares it
// with its token.
func tlsCertificate(b Bundle) *tls.Certificate {
	chain := [][]byte{b.Leaf.Raw}
	for _, r := range b.Roots {
		if b.Leaf.CheckSignatureFrom(r) == nil {
			chain = append(chain, r.Raw)
			break
		}
	}
	return &tls.Certificate{Certificate: chain, PrivateKey: b.Key, Leaf: b.Leaf}
}

func (h *Holder) bundle() Bundle { return h.state.Load().bundle }

// Bundle gives the current identity, for Save and for renewal.
func (h *Holder) Bundle() Bundle { return h.bundle() }

// Self is who this process is; the zero Peer before enrolment.
func (h *Holder) Self() Peer { return h.state.Load().self }

// Now is the clock by which this process judges certificates.
func (h *Holder) Now() time.Time { return h.now() }

// NeedsRenewal reports whether a third or less of the certificate's life is
// left at now. It is true before enrolment.
func (h *Holder) NeedsRenewal(now time.Time) bool { return h.bundle().needsRenewal(now) }

// Sign signs a checkpoint with the current key; see Verify.
func (h *Holder) Sign(hash protocol.Hash) ([]byte, error) {
	return KeySigner(h.bundle().Key).Sign(hash)
}

// Server makes the configuration of a listener for alpns. Clients are asked
// for a certificate and verified by the rule of the protocol they chose.
func (h *Holder) Server(alpns ...string) *tls.Config {
	c := h.base(alpns)
	c.ClientAuth = tls.RequestClientCert // verifyClient demands it, except to enrol
	c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return h.serverCert() }
	c.VerifyConnection = h.verifyClient
	return c
}

func (h *Holder) serverCert() (*tls.Certificate, error) {
	cert := h.state.Load().cert
	if cert == nil {
		return nil, errors.New("this process is not enrolled")
	}
	return cert, nil
}

// Client makes the configuration of one dial: protocol alpn, to a server of
// role, with id want or any id when want is empty.
func (h *Holder) Client(alpn string, want protocol.NodeID, role Role) *tls.Config {
	c := h.base([]string{alpn})
	c.ServerName = Province     // not used to verify: the URI is
	c.InsecureSkipVerify = true // VerifyConnection does all of it, with our rules
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if cert := h.state.Load().cert; cert != nil {
			return cert, nil
		}
		return new(tls.Certificate), nil // no certificate: only ALPNEnroll takes that
	}
	c.VerifyConnection = func(cs tls.ConnectionState) error { return h.verifyServer(cs, alpn, want, role) }
	return c
}

func (h *Holder) base(alpns []string) *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		NextProtos:             slices.Clone(alpns),
		SessionTicketsDisabled: true, // no resumption, no 0-RTT (pitfalls.Q9)
		Time:                   h.now,
	}
}
