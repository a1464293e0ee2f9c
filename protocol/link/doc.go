// Package link carries sessions between the processes of a province: QUIC with
// mutual TLS, one UDP socket for a process, the ALPN picking the protocol. It
// is the only package that knows quic-go.
//
// It is not a protocol: what streams carry is defined by xy-raft/1,
// xy-gossip/1 and xy-sync/1. It does not retry, pace or queue.
//
//	pc, err := link.ListenUDP(":7443")
//	end, err := link.Open(pc, holder, []string{identity.ALPNSync}, link.Options{})
//	session, err := end.Dial(ctx, "10.1.0.1:7443", identity.ALPNSync, "", identity.RoleHub)
//	stream, err := session.OpenStream(ctx, 0) // write first: the peer sees the stream with its first bytes (pitfalls.Q6)
//
// DESIGN.md says what holds, what every error means and what was refused.
package link
