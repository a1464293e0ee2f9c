package quorum

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
)

// province issues the certificates of a test. In a bubble it must be made
// inside (pitfalls.C3).
type province struct {
	t  testing.TB
	ca *identity.Authority
}

func newProvince(t testing.TB) *province {
	t.Helper()
	ca, err := identity.NewAuthority(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &province{t, ca}
}

func (p *province) holder(role identity.Role, id protocol.NodeID) *identity.Holder {
	p.t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		p.t.Fatal(err)
	}
	leaf, err := p.ca.Issue(identity.KeyOf(key), role, id, 30*24*time.Hour)
	if err != nil {
		p.t.Fatal(err)
	}
	h, err := identity.NewHolder(identity.Bundle{Key: key, Leaf: leaf, Roots: []*x509.Certificate{p.ca.Root()}}, time.Now)
	if err != nil {
		p.t.Fatal(err)
	}
	return h
}

func (p *province) endpoint(pc net.PacketConn, role identity.Role, id protocol.NodeID) *link.Endpoint {
	p.t.Helper()
	end, err := link.Open(pc, p.holder(role, id), []string{identity.ALPNRaft, identity.ALPNGossip},
		link.Options{Inside: true, DisablePMTUD: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		p.t.Fatal(err)
	}
	return end
}

// simulated is a network with 10 ms between any two servers, on which servers
// can be cut off without noticing.
type simulated struct {
	*province
	router *dropper
	sim    *simnet.Simnet
	socket map[string]net.PacketConn
	ends   map[string]*link.Endpoint
}

// dropper loses the packets of those who are cut off.
type dropper struct {
	simnet.PerfectRouter
	mu  sync.Mutex // guards off
	off map[string]bool
}

func (d *dropper) SendPacket(p simnet.Packet) error {
	d.mu.Lock()
	lost := d.off[plainAddr(p.From)] || d.off[plainAddr(p.To)]
	d.mu.Unlock()
	if lost {
		return nil
	}
	return d.PerfectRouter.SendPacket(p)
}

func plainAddr(a net.Addr) string {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()).String()
}

// newSimulated makes the network with a socket for each of n servers.
func newSimulated(t testing.TB, servers int) *simulated {
	n := &simulated{province: newProvince(t), router: &dropper{off: map[string]bool{}}, socket: map[string]net.PacketConn{}, ends: map[string]*link.Endpoint{}}
	n.sim = &simnet.Simnet{Router: n.router}
	for i := range servers {
		addr := n.address(i + 1)
		udp := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr))
		udp.IP = udp.IP.To16()
		n.socket[addr] = n.sim.NewEndpoint(udp, simnet.NodeBiDiLinkSettings{Latency: 10 * time.Millisecond})
	}
	if err := n.sim.Start(); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *simulated) address(i int) string { return fmt.Sprintf("10.0.0.%d:7443", i) }

func (n *simulated) join(id protocol.NodeID, addr string) *link.Endpoint {
	n.ends[addr] = n.endpoint(n.socket[addr], identity.RoleHub, id)
	return n.ends[addr]
}

func (n *simulated) leave(addr string) {
	if err := n.ends[addr].Close(); err != nil {
		n.t.Error(err)
	}
}

func (n *simulated) cut(addr string, cut bool) {
	n.router.mu.Lock()
	defer n.router.mu.Unlock()
	n.router.off[addr] = cut
}

// close ends the network; every socket must be left before.
func (n *simulated) close() {
	for _, pc := range n.socket {
		if err := pc.Close(); err != nil {
			n.t.Error(err)
		}
	}
	if err := n.sim.Close(); err != nil {
		n.t.Error(err)
	}
}

// loopback is the machine's own UDP. A server that starts again has its old port.
type loopback struct {
	*province
	sockets []net.PacketConn
	ends    map[string]*link.Endpoint
}

func newLoopback(t testing.TB, servers int) *loopback {
	n := &loopback{province: newProvince(t), ends: map[string]*link.Endpoint{}}
	for range servers {
		pc, err := link.ListenUDP("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		n.sockets = append(n.sockets, pc)
	}
	return n
}

func (n *loopback) address(i int) string { return n.sockets[i-1].LocalAddr().String() }

func (n *loopback) join(id protocol.NodeID, addr string) *link.Endpoint {
	for _, pc := range n.sockets {
		if pc.LocalAddr().String() == addr {
			n.ends[addr] = n.endpoint(pc, identity.RoleHub, id)
		}
	}
	return n.ends[addr]
}

func (n *loopback) leave(addr string) {
	if err := n.ends[addr].Close(); err != nil {
		n.t.Error(err)
	}
}

func (n *loopback) cut(string, bool) { n.t.Fatal("the loopback cannot be cut") }

func (n *loopback) close() {
	for _, pc := range n.sockets {
		if err := pc.Close(); err != nil {
			n.t.Error(err)
		}
	}
}
