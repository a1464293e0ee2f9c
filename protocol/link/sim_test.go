package link_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"
	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/link/linktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const latency = 10 * time.Millisecond // one way

// network is a simulated one whose hosts can be cut off.
type network struct {
	simnet.Simnet
	router *cutter
}

type cutter struct {
	simnet.PerfectRouter
	mu  sync.Mutex
	cut map[string]bool
}

func (c *cutter) SendPacket(p simnet.Packet) error {
	c.mu.Lock()
	lost := c.cut[host(p.From)] || c.cut[host(p.To)]
	c.mu.Unlock()
	if lost {
		return nil
	}
	return c.PerfectRouter.SendPacket(p)
}

func host(a net.Addr) string { return a.(*net.UDPAddr).IP.String() }

func (n *network) set(ip string, cut bool) {
	n.router.mu.Lock()
	defer n.router.mu.Unlock()
	n.router.cut[ip] = cut
}

// province is a CA and the network of a test; it lives inside a bubble.
type province struct {
	t   *testing.T
	net *network
	ca  *identity.Authority
	pcs map[string]net.PacketConn

	ends []*link.Endpoint
}

// inProvince runs a test in virtual time, with one socket for each host.
func inProvince(t *testing.T, hosts []string, run func(*province)) {
	synctest.Test(t, func(t *testing.T) {
		router := &cutter{cut: make(map[string]bool)}
		p := &province{t: t, net: &network{simnet.Simnet{Router: router}, router}, pcs: make(map[string]net.PacketConn)}
		p.ca = must(identity.NewAuthority(time.Now))(t)
		for _, h := range hosts {
			p.pcs[h] = p.net.NewEndpoint(&net.UDPAddr{IP: net.ParseIP(h), Port: 7443}, simnet.NodeBiDiLinkSettings{Latency: latency})
		}
		if err := p.net.Start(); err != nil {
			t.Fatal(err)
		}
		defer p.shut()
		run(p)
	})
}

// shut runs even when the test was cut short: a bubble must be left empty.
func (p *province) shut() {
	p.close(p.ends...)
	for pc := range maps.Values(p.pcs) {
		pc.Close()
	}
	p.net.Close()
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func enrolled(t *testing.T, ca *identity.Authority, role identity.Role, id protocol.NodeID, life time.Duration) *identity.Holder {
	t.Helper()
	key := must(identity.NewKey())(t)
	leaf := must(ca.Issue(identity.KeyOf(key), role, id, life))(t)
	return must(identity.NewHolder(identity.Bundle{Key: key, Leaf: leaf, Roots: []*x509.Certificate{ca.Root()}}, time.Now))(t)
}

var everything = []string{identity.ALPNRaft, identity.ALPNGossip, identity.ALPNSync, identity.ALPNEnroll}

func (p *province) hub(host string, id protocol.NodeID, o link.Options) *link.Endpoint {
	p.t.Helper()
	o.Inside = true
	return p.open(host, enrolled(p.t, p.ca, identity.RoleHub, id, identity.HubLife), everything, o)
}

func (p *province) node(host string, id protocol.NodeID) *link.Endpoint {
	p.t.Helper()
	return p.open(host, enrolled(p.t, p.ca, identity.RoleNode, id, identity.NodeLife), nil, link.Options{})
}

func (p *province) open(host string, id *identity.Holder, alpns []string, o link.Options) *link.Endpoint {
	p.t.Helper()
	o.DisablePMTUD = true // pitfalls.S7
	e := must(link.Open(p.pcs[host], id, alpns, o))(p.t)
	p.ends = append(p.ends, e)
	return e
}

func (p *province) close(ends ...*link.Endpoint) {
	p.t.Helper()
	for _, e := range ends {
		if err := e.Close(); err != nil {
			p.t.Error(err)
		}
	}
}

// connect gives both ends of a session of alpn.
func connect(t *testing.T, from, to *link.Endpoint, addr, alpn string) (client, server link.Session) {
	t.Helper()
	client = must(from.Dial(t.Context(), addr, alpn, "", identity.RoleHub))(t)
	server = must(to.Accept(t.Context(), alpn))(t)
	return client, server
}

// ping sends n bytes one way and back.
func ping(t *testing.T, client, server link.Session, n int) error {
	t.Helper()
	near, err := client.OpenStream(t.Context(), 0)
	if err != nil {
		return err
	}
	defer near.Close()
	if _, err := near.Write(make([]byte, n)); err != nil {
		return err
	}
	far, err := server.AcceptStream(t.Context())
	if err != nil {
		return err
	}
	defer far.Close()
	if _, err := io.ReadFull(far, make([]byte, n)); err != nil {
		return err
	}
	if _, err := far.Write([]byte{1}); err != nil {
		return err
	}
	_, err = io.ReadFull(near, make([]byte, 1))
	return err
}

const hubA, hubB, nodeC = "10.0.0.1", "10.0.0.2", "10.0.1.1"

func at(host string) string { return host + ":7443" }

func TestSuiteOnSimulatedNetwork(t *testing.T) {
	for _, c := range linktest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			inProvince(t, []string{hubA, nodeC}, func(p *province) {
				hub, node := p.hub(hubA, "changchun-1", link.Options{}), p.node(nodeC, "yanbian")
				client, server := connect(p.t, node, hub, at(hubA), identity.ALPNSync)
				c.Run(p.t, client, server)
			})
		})
	}
}

func TestALinkIsCutAndHeals(t *testing.T) {
	inProvince(t, []string{hubA, hubB}, func(p *province) {
		a, b := p.hub(hubA, "changchun-1", link.Options{}), p.hub(hubB, "changchun-2", link.Options{})
		client, server := connect(p.t, a, b, at(hubB), identity.ALPNRaft)

		p.net.set(hubB, true)
		time.Sleep(8 * time.Second)
		p.net.set(hubB, false)
		if err := ping(p.t, client, server, 300); err != nil {
			p.t.Errorf("after a cut of 8 s: %v", err)
		}

		p.net.set(hubB, true)
		start := time.Now()
		<-client.Context().Done()
		<-server.Context().Done()
		p.t.Logf("noticed after %v of virtual time", time.Since(start))
		if took := time.Since(start); took > 26*time.Second {
			p.t.Errorf("noticed only after %v", took)
		}
		if err := context.Cause(client.Context()); protocol.CodeOf(err) != protocol.Unknown {
			p.t.Errorf("lost session: %v, want unknown", err)
		}
		if _, err := a.Dial(p.t.Context(), at(hubB), identity.ALPNRaft, "changchun-2", identity.RoleHub); protocol.CodeOf(err) != protocol.Busy {
			p.t.Errorf("dial while cut: %v, want busy", err)
		}
		p.net.set(hubB, false)
		time.Sleep(time.Second)
		client, server = connect(p.t, a, b, at(hubB), identity.ALPNRaft)
		if err := ping(p.t, client, server, 300); err != nil {
			p.t.Errorf("after healing: %v", err)
		}
	})
}

func TestADeadPeerCostsOneTimeOutAndThenNothingForASecond(t *testing.T) { // pitfalls.Q3
	for _, row := range []struct {
		name string
		hub  bool
		cost time.Duration
	}{
		{"inside the hub", true, 2 * time.Second},
		{"from a node", false, 3 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			inProvince(t, []string{hubA, hubB, nodeC}, func(p *province) {
				live := p.hub(hubB, "changchun-2", link.Options{})
				from := p.node(nodeC, "yanbian")
				if row.hub {
					p.close(from)
					from = p.hub(nodeC, "changchun-3", link.Options{})
				}
				p.deadPeer(from, live, row.cost)
			})
		})
	}
}

func (p *province) deadPeer(from, live *link.Endpoint, cost time.Duration) {
	dial := func() (time.Duration, error) {
		start := time.Now()
		_, err := from.Dial(p.t.Context(), at(hubA), identity.ALPNSync, "", identity.RoleHub)
		return time.Since(start), err
	}
	var wg sync.WaitGroup
	for range 10 { // ten callers at once share one attempt
		wg.Go(func() {
			if took, err := dial(); took != cost || protocol.CodeOf(err) != protocol.Busy {
				p.t.Errorf("took %v, %v; want %v and busy", took, err, cost)
			}
		})
	}
	start := time.Now()
	connect(p.t, from, live, at(hubB), identity.ALPNSync)
	if took := time.Since(start); took > 10*latency {
		p.t.Errorf("a live peer waited %v for the dead one", took)
	}
	wg.Wait()
	if took, err := dial(); took != 0 || protocol.CodeOf(err) != protocol.Busy {
		p.t.Errorf("within the second: took %v, %v", took, err)
	}
	time.Sleep(time.Second)
	if took, _ := dial(); took != cost {
		p.t.Errorf("after the second: took %v, want a real attempt of %v", took, cost)
	}
}

func TestADialGivenUpByItsCallerSaysNothingAboutThePeer(t *testing.T) {
	inProvince(t, []string{hubA, nodeC}, func(p *province) {
		node := p.node(nodeC, "yanbian")
		short, cancel := context.WithTimeout(p.t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := node.Dial(short, at(hubA), identity.ALPNSync, "", identity.RoleHub); !errors.Is(err, context.DeadlineExceeded) {
			p.t.Errorf("%v, want the context's error", err)
		}
		hub := p.hub(hubA, "changchun-1", link.Options{})
		connect(p.t, node, hub, at(hubA), identity.ALPNSync)
	})
}

// A hub server that restarts on its address is noticed by the next beat, if it
// kept its key (pitfalls.Q2, replication.md §4).
func TestARestartedHubIsNoticedByABeat(t *testing.T) {
	for _, row := range []struct {
		name string
		key  [32]byte
		most time.Duration
	}{
		{"with the persisted key: one round trip", [32]byte{1}, 3 * latency},
		{"without a key: the idle time-out", [32]byte{}, 60 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			inProvince(t, []string{hubA, nodeC}, func(p *province) {
				o := link.Options{ResetKey: row.key}
				hub, node := p.hub(hubA, "changchun-1", o), p.node(nodeC, "yanbian")
				client, server := connect(p.t, node, hub, at(hubA), identity.ALPNSync)
				if err := ping(p.t, client, server, 256); err != nil {
					p.t.Fatal(err)
				}
				beat := must(client.OpenStream(p.t.Context(), 0))(p.t)
				p.net.set(hubA, true) // it dies without a word
				p.close(hub)
				synctest.Wait()
				p.hub(hubA, "changchun-1", o)
				p.net.set(hubA, false)

				start := time.Now()
				must(beat.Write(make([]byte, 256)))(p.t)
				<-client.Context().Done()
				p.t.Logf("noticed after %v of virtual time: %v", time.Since(start), context.Cause(client.Context()))
				if took := time.Since(start); took > row.most {
					p.t.Errorf("noticed after %v, want at most %v", took, row.most)
				}
				if code := protocol.CodeOf(context.Cause(client.Context())); code != protocol.Unknown {
					p.t.Errorf("code %v, want unknown", code)
				}
			})
		})
	}
}

func TestCloseTellsEveryPeerAtOnce(t *testing.T) { // pitfalls.Q8
	inProvince(t, []string{hubA, nodeC}, func(p *province) {
		hub, node := p.hub(hubA, "changchun-1", link.Options{}), p.node(nodeC, "yanbian")
		taken, _ := connect(p.t, node, hub, at(hubA), identity.ALPNSync)
		untaken := must(node.Dial(p.t.Context(), at(hubA), identity.ALPNEnroll, "", identity.RoleHub))(p.t)
		time.Sleep(time.Second)
		start := time.Now()
		p.close(hub)
		<-taken.Context().Done()
		<-untaken.Context().Done()
		if took := time.Since(start); took > 2*latency {
			p.t.Errorf("told after %v", took)
		}
		if _, err := hub.Dial(p.t.Context(), at(nodeC), identity.ALPNSync, "", identity.RoleHub); !errors.Is(err, net.ErrClosed) {
			p.t.Errorf("dial after Close: %v", err)
		}
		if _, err := hub.Accept(p.t.Context(), identity.ALPNSync); !errors.Is(err, net.ErrClosed) {
			p.t.Errorf("accept after Close: %v", err)
		}
	})
}

func TestCloseEndsDialsAndAcceptsUnderWay(t *testing.T) {
	inProvince(t, []string{hubA, nodeC}, func(p *province) {
		hub := p.hub(hubA, "changchun-1", link.Options{})
		failed := make(chan error, 2)
		go func() {
			_, err := hub.Dial(p.t.Context(), at(nodeC), identity.ALPNSync, "", identity.RoleHub)
			failed <- err
		}()
		go func() {
			_, err := hub.Accept(p.t.Context(), identity.ALPNRaft)
			failed <- err
		}()
		synctest.Wait()
		p.close(hub)
		for range 2 {
			if err := <-failed; !errors.Is(err, net.ErrClosed) {
				p.t.Errorf("%v, want net.ErrClosed", err)
			}
		}
	})
}

func TestAStoppedReceiverDoesNotStallAnotherSession(t *testing.T) { // pitfalls.Q1
	inProvince(t, []string{hubA, nodeC}, func(p *province) {
		hub, node := p.hub(hubA, "changchun-1", link.Options{}), p.node(nodeC, "yanbian")
		urgent, urgentAtHub := connect(p.t, node, hub, at(hubA), identity.ALPNSync)
		bulk, _ := connect(p.t, node, hub, at(hubA), identity.ALPNSync) // nobody reads it
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				s := must(bulk.OpenStream(p.t.Context(), 7))(p.t)
				s.SetWriteDeadline(time.Now().Add(20 * time.Second))
				s.Write(make([]byte, 16<<20))
				s.Reset(protocol.Busy)
			})
		}
		time.Sleep(10 * time.Second) // by now bulk's windows are full
		start := time.Now()
		if err := ping(p.t, urgent, urgentAtHub, 2000); err != nil {
			p.t.Error(err)
		}
		if took := time.Since(start); took > 5*latency {
			p.t.Errorf("urgent took %v", took)
		}
		wg.Wait()
	})
}

func TestASessionEndsWithThePeersCertificate(t *testing.T) {
	inProvince(t, []string{hubA, nodeC}, func(p *province) {
		hub := p.hub(hubA, "changchun-1", link.Options{})
		id := enrolled(p.t, p.ca, identity.RoleNode, "yanbian", time.Hour)
		node := p.open(nodeC, id, nil, link.Options{})
		client, server := connect(p.t, node, hub, at(hubA), identity.ALPNSync)
		if got := server.Peer(); got != id.Self() {
			p.t.Errorf("peer %v, want %v", got, id.Self())
		}
		time.Sleep(59 * time.Minute)
		if err := ping(p.t, client, server, 256); err != nil {
			p.t.Errorf("before the end: %v", err)
		}
		time.Sleep(61 * time.Second)
		if code := protocol.CodeOf(context.Cause(client.Context())); code != protocol.Busy {
			p.t.Errorf("session closed with %v, want busy", code)
		}

		late, err := node.Dial(p.t.Context(), at(hubA), identity.ALPNSync, "", identity.RoleHub)
		if err == nil {
			_, err = late.AcceptStream(p.t.Context())
		}
		if protocol.CodeOf(err) != protocol.Denied {
			p.t.Errorf("expired: %v, want denied", err)
		}
		renewal, atHub := connect(p.t, node, hub, at(hubA), identity.ALPNEnroll)
		if err := ping(p.t, renewal, atHub, 256); err != nil || atHub.Peer() != id.Self() {
			p.t.Errorf("renewal: %v, peer %v", err, atHub.Peer())
		}

		b := id.Bundle()
		b.Leaf = must(p.ca.Issue(id.Self().Key, identity.RoleNode, "yanbian", time.Hour))(p.t)
		if err := id.Swap(b); err != nil {
			p.t.Fatal(err)
		}
		client, server = connect(p.t, node, hub, at(hubA), identity.ALPNSync)
		if err := ping(p.t, client, server, 256); err != nil {
			p.t.Errorf("after the renewal: %v", err)
		}
	})
}

// Above 200 new sessions a second a client pays one round trip more, and is
// still served.
func TestAFloodOfNewSessionsMustProveItsAddress(t *testing.T) {
	if testing.Short() {
		t.Skip("250 handshakes")
	}
	hosts := []string{hubA}
	for i := range 10 {
		hosts = append(hosts, fmt.Sprintf("10.0.1.%d", i+1))
	}
	inProvince(t, hosts, func(p *province) {
		p.hub(hubA, "changchun-1", link.Options{})
		var dials, retried atomic.Int32
		var wg sync.WaitGroup
		for _, h := range hosts[1:] {
			node := p.node(h, "yanbian")
			wg.Go(func() {
				for range 25 {
					start := time.Now()
					if _, err := node.Dial(p.t.Context(), at(hubA), identity.ALPNSync, "", identity.RoleHub); err != nil {
						p.t.Error(err)
					}
					dials.Add(1)
					if time.Since(start) >= 4*latency {
						retried.Add(1)
					}
				}
			})
		}
		start := time.Now()
		wg.Wait()
		p.t.Logf("%d sessions in %v, %d had to prove their address", dials.Load(), time.Since(start), retried.Load())
		if n := retried.Load(); n < 30 || n > 60 {
			p.t.Errorf("%d sessions paid for the flood, want about 50", n)
		}
	})
}
