package identity

import (
	"crypto/tls"
	"crypto/x509"
	"time"

	"xiangyun/protocol"
)

// verifyChain believes a leaf that a root signed itself. Intermediates are
// never used; at decides the dates of leaf and root.
func verifyChain(certs, roots []*x509.Certificate, usage x509.ExtKeyUsage, at time.Time) (Peer, error) {
	if len(certs) == 0 {
		return Peer{}, deny("对方没有出示证书")
	}
	peer, err := PeerOf(certs[0])
	if err != nil {
		return Peer{}, err
	}
	pool := x509.NewCertPool()
	for _, r := range roots {
		pool.AddCert(r)
	}
	opts := x509.VerifyOptions{Roots: pool, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usage}}
	if _, err := certs[0].Verify(opts); err != nil {
		return Peer{}, &protocol.Fault{Code: protocol.Denied, Op: "verify certificate", Text: chainText(certs[0], at), Err: err}
	}
	return peer, nil
}

// ServerAt gives the hub server that a certificate (DER) named at a time. It is
// Denied when none of roots issued it, when it was not valid then, or when it is
// not a hub server's.
func ServerAt(der []byte, roots []*x509.Certificate, at time.Time) (Peer, error) {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return Peer{}, &protocol.Fault{Code: protocol.Denied, Op: "verify certificate", Text: "证书无法读取", Err: err}
	}
	peer, err := verifyChain([]*x509.Certificate{leaf}, roots, x509.ExtKeyUsageServerAuth, at)
	if err == nil && peer.Role != RoleHub {
		err = deny("身份 %s 不是省级服务器", peer)
	}
	return peer, err
}

func chainText(leaf *x509.Certificate, at time.Time) string {
	switch {
	case at.After(leaf.NotAfter):
		return "证书已过期,请续期或重新登记;若本机时间不对请先校时"
	case at.Before(leaf.NotBefore):
		return "证书尚未生效,请检查两端的时间"
	}
	return "证书不是由本省的签发机构签发"
}

// verifyClient is the hub's side of the handshake. It runs in VerifyConnection
// and so on every connection (pitfalls.Q9).
func (h *Holder) verifyClient(cs tls.ConnectionState) error {
	r, at := ruleOf(cs.NegotiatedProtocol), h.now()
	if r.open {
		if len(cs.PeerCertificates) == 0 {
			return nil
		}
		at = withinLife(cs.PeerCertificates[0], at)
	}
	peer, err := verifyChain(cs.PeerCertificates, h.bundle().Roots, x509.ExtKeyUsageClientAuth, at)
	if err != nil {
		return err
	}
	if !r.mayDial(peer.Role) {
		return deny("身份 %s 不能使用 %s", peer, cs.NegotiatedProtocol)
	}
	return nil
}

// withinLife lets a node that was away for weeks prove its key, so that it can
// renew without anyone driving there. Whether it may is the hub's registry's to say.
func withinLife(leaf *x509.Certificate, now time.Time) time.Time {
	if now.After(leaf.NotAfter) {
		return leaf.NotAfter
	}
	return now
}

// verifyServer is the dialler's side: the wanted role and id, or any id of that
// role when want is empty.
func (h *Holder) verifyServer(cs tls.ConnectionState, alpn string, want protocol.NodeID, role Role) error {
	if cs.NegotiatedProtocol != alpn {
		return deny("对方不支持协议 %s", alpn)
	}
	roots, err := h.trusted(cs.PeerCertificates)
	if err != nil {
		return err
	}
	peer, err := verifyChain(cs.PeerCertificates, roots, x509.ExtKeyUsageServerAuth, h.now())
	switch {
	case err != nil:
		return err
	case peer.Role != role || !ruleOf(alpn).mayServe(peer.Role):
		return deny("对方身份是 %s,不能作为 %s 的 %s 服务端", peer, alpn, role)
	case want != "" && peer.ID != want:
		return deny("对方是 %s,要找的是 %s,请检查地址", peer.ID, want)
	}
	return nil
}

// trusted gives the roots to believe. Before enrolment that is the root at the
// end of the server's own chain, if the token's pin names it.
func (h *Holder) trusted(certs []*x509.Certificate) ([]*x509.Certificate, error) {
	s := h.state.Load()
	if s.pin.IsZero() {
		return s.bundle.Roots, nil
	}
	if len(certs) < 2 {
		return nil, deny("服务器没有出示签发机构的证书,无法与令牌核对")
	}
	root := certs[len(certs)-1]
	if PinOf(root) != s.pin || !root.IsCA {
		return nil, deny("服务器的签发机构与令牌里的指纹不符,请向省级管理员核实令牌和地址")
	}
	return []*x509.Certificate{root}, nil
}
