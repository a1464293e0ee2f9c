package link_test

import (
	"crypto/x509"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/link/linktest"
)

// real opens an endpoint on a loopback socket and closes both with the test.
func real(t *testing.T, id *identity.Holder, alpns ...string) (*link.Endpoint, string) {
	t.Helper()
	pc := must(link.ListenUDP("127.0.0.1:0"))(t)
	e := must(link.Open(pc, id, alpns, link.Options{}))(t)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		pc.Close()
	})
	return e, e.Addr().String()
}

func TestSuiteOnRealSockets(t *testing.T) {
	ca := must(identity.NewAuthority(time.Now))(t)
	hubID := enrolled(t, ca, identity.RoleHub, "changchun-1", identity.HubLife)
	nodeID := enrolled(t, ca, identity.RoleNode, "yanbian", identity.NodeLife)
	linktest.Suite(t, func(t *testing.T) (client, server link.Session) {
		hub, addr := real(t, hubID, identity.ALPNSync)
		node, _ := real(t, nodeID)
		client, server = connect(t, node, hub, addr, identity.ALPNSync)
		if f, ok := link.FactsOf(client); !ok || f.PacketsSent == 0 {
			t.Errorf("facts %+v, %t", f, ok)
		}
		return client, server
	})
}

// A dial succeeds before the server has judged the client's certificate, so
// each row says which side refuses; the answer is Denied either way.
func TestWhoIsDenied(t *testing.T) {
	ca, other := must(identity.NewAuthority(time.Now))(t), must(identity.NewAuthority(time.Now))(t)
	hub := enrolled(t, ca, identity.RoleHub, "changchun-1", identity.HubLife)
	node := enrolled(t, ca, identity.RoleNode, "yanbian", identity.NodeLife)
	for _, row := range []struct {
		name    string
		dialler *identity.Holder
		server  *identity.Holder
		alpn    string
		want    protocol.NodeID
		code    protocol.Code
	}{
		{"a node syncs", node, hub, identity.ALPNSync, "changchun-1", 0},
		{"a node may not speak raft", node, hub, identity.ALPNRaft, "", protocol.Denied},
		{"a node may not gossip", node, hub, identity.ALPNGossip, "", protocol.Denied},
		{"a node may not serve", hub, node, identity.ALPNSync, "", protocol.Denied},
		{"another server than wanted", node, hub, identity.ALPNSync, "changchun-2", protocol.Denied},
		{"a client of another CA", trusting(t, other, ca, "yanbian", time.Hour), hub, identity.ALPNSync, "", protocol.Denied},
		{"a server of another CA", node, enrolled(t, other, identity.RoleHub, "changchun-1", time.Hour), identity.ALPNSync, "", protocol.Denied},
		{"an expired client", trusting(t, ca, ca, "yanbian", time.Nanosecond), hub, identity.ALPNSync, "", protocol.Denied},
		{"an expired client may renew", trusting(t, ca, ca, "yanbian", time.Nanosecond), hub, identity.ALPNEnroll, "", 0},
		{"a stranger may enrol", identity.NewEnrolling(must(identity.NewKey())(t), identity.PinOf(ca.Root()), time.Now), hub, identity.ALPNEnroll, "", 0},
		{"a stranger may not sync", identity.NewEnrolling(must(identity.NewKey())(t), identity.PinOf(ca.Root()), time.Now), hub, identity.ALPNSync, "", protocol.Denied},
		{"a stranger with a token of another root", identity.NewEnrolling(must(identity.NewKey())(t), identity.PinOf(other.Root()), time.Now), hub, identity.ALPNEnroll, "", protocol.Denied},
		{"a server that is not enrolled yet", node, identity.NewEnrolling(must(identity.NewKey())(t), identity.PinOf(ca.Root()), time.Now), identity.ALPNSync, "", protocol.Busy},
		{"a protocol the server does not have", hub, hub, "xy-none/1", "", protocol.Denied},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, addr := real(t, row.server, everything...)
			from, _ := real(t, row.dialler)
			session, err := from.Dial(t.Context(), addr, row.alpn, row.want, identity.RoleHub)
			if err == nil {
				err = objection(t, session, row.code != 0)
			}
			if got := protocol.CodeOf(err); got != row.code {
				t.Errorf("%v, want %v", err, row.code)
			}
		})
	}
}

// objection waits for the server to end the session, long if it must come.
func objection(t *testing.T, s link.Session, expected bool) error {
	wait := 100 * time.Millisecond
	if expected {
		wait = 10 * time.Second
	}
	select {
	case <-s.Context().Done():
		_, err := s.OpenStream(t.Context(), 0)
		return err
	case <-time.After(wait):
		return nil
	}
}

// trusting is enrolled by one CA and believes in another.
func trusting(t *testing.T, issuer, believed *identity.Authority, id protocol.NodeID, life time.Duration) *identity.Holder {
	t.Helper()
	h := enrolled(t, issuer, identity.RoleNode, id, life)
	b := h.Bundle()
	b.Roots = []*x509.Certificate{issuer.Root(), believed.Root()}
	return must(identity.NewHolder(b, time.Now))(t)
}

func TestNothingIsLeftAfterClose(t *testing.T) {
	ca := must(identity.NewAuthority(time.Now))(t)
	pc := must(link.ListenUDP("127.0.0.1:0"))(t)
	defer pc.Close()
	before := goleak.IgnoreCurrent()
	id := enrolled(t, ca, identity.RoleHub, "changchun-1", time.Hour)
	for range 3 { // the socket outlives the endpoint
		e := must(link.Open(pc, id, everything, link.Options{Inside: true}))(t)
		client, server := connect(t, e, e, e.Addr().String(), identity.ALPNRaft) // it may dial itself
		must(client.OpenStream(t.Context(), 0))(t)
		go server.AcceptStream(t.Context())
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if err := goleak.Find(before); err != nil {
			t.Error(err)
		}
	}
}

func TestResetKeyIsMadeOnceAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reset.key")
	first, second := must(link.LoadResetKey(path))(t), must(link.LoadResetKey(path))(t)
	if first != second || first == [32]byte{} {
		t.Error("the key was not kept")
	}
	if info := must(os.Stat(path))(t); info.Mode().Perm() != fs.FileMode(0o600) {
		t.Errorf("mode %v", info.Mode())
	}
	os.WriteFile(path, []byte("short"), 0o600)
	if _, err := link.LoadResetKey(path); err == nil {
		t.Error("took a broken key")
	}
	if _, err := link.LoadResetKey(filepath.Join(path, "x")); err == nil {
		t.Error("took a path that cannot be")
	}
}

func TestANameWithSeveralAddressesIsTriedInTurn(t *testing.T) {
	ca := must(identity.NewAuthority(time.Now))(t)
	hub, addr := real(t, enrolled(t, ca, identity.RoleHub, "changchun-1", time.Hour), identity.ALPNSync)
	node, _ := real(t, enrolled(t, ca, identity.RoleNode, "yanbian", time.Hour))
	_, port, _ := net.SplitHostPort(addr)
	client, server := connect(t, node, hub, net.JoinHostPort("localhost", port), identity.ALPNSync)
	if client.RemoteAddr().String() != addr || server.RemoteAddr().String() != node.Addr().String() {
		t.Errorf("connected %v to %v", server.RemoteAddr(), client.RemoteAddr())
	}
}

func TestAnAttemptThatFailsAtOnceIsNotRemembered(t *testing.T) { // replication.R8
	ca := must(identity.NewAuthority(time.Now))(t)
	node, _ := real(t, enrolled(t, ca, identity.RoleNode, "yanbian", time.Hour))
	start := time.Now()
	for range 2 {
		_, err := node.Dial(t.Context(), "[::1]:7443", identity.ALPNSync, "", identity.RoleHub) // from an IPv4 socket
		if protocol.CodeOf(err) != protocol.Busy {
			t.Errorf("%v, want busy", err)
		}
	}
	t.Logf("two attempts took %v", time.Since(start))
}

func TestBadAddressesAndOptions(t *testing.T) {
	ca := must(identity.NewAuthority(time.Now))(t)
	id := enrolled(t, ca, identity.RoleNode, "yanbian", time.Hour)
	e, _ := real(t, id)
	for _, addr := range []string{"", "nohost", "10.0.0.1", "host:port:more", "127.0.0.1:notaport"} {
		if _, err := e.Dial(t.Context(), addr, identity.ALPNSync, "", identity.RoleHub); err == nil {
			t.Errorf("dialled %q", addr)
		}
	}
	if _, err := e.Accept(t.Context(), identity.ALPNSync); err == nil {
		t.Error("accepted without listening")
	}
	pc := must(net.ListenPacket("udp", "127.0.0.1:0"))(t)
	defer pc.Close()
	for _, size := range []int{1, 1199, 70000} {
		if _, err := link.Open(pc, id, nil, link.Options{PacketSize: size}); err == nil {
			t.Errorf("packet size %d accepted", size)
		}
	}
	small := must(link.Open(pc, id, nil, link.Options{PacketSize: 1200}))(t)
	small.Close()
	if _, err := link.ListenUDP("nowhere:x"); err == nil {
		t.Error("listened nowhere")
	}
}
