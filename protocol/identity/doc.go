// Package identity says who is who in a province: the provincial CA, the
// certificates of hub servers and nodes, enrolment tokens, and the rules by
// which one side of a TLS handshake believes the other.
//
// A process keeps a Holder. It hands out TLS configurations whose certificate
// follows renewals and whose verification looks at four things: the chain ends
// in a provincial root, the certificate is in date, its one URI names a role
// and an id, and that role may speak the negotiated protocol.
//
//	xiangyun://jilin/hub/changchun-1      a hub server
//	xiangyun://jilin/node/yanbian         a node
//
// It does not store who is enrolled, revoked or fenced: that is a record of
// the hub. Keys are Ed25519, protocols TLS 1.3 (pitfalls.Q13: no SM suites).
//
// Compatibility: the URI form, the token form "xy1" and the text signed by a
// checkpoint are frozen; a change is a new form beside the old one.
package identity
