package replication

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"
	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// bench is one hub server with a Downlink over a memory state, and whoever
// connects to it.
type bench struct {
	t      *testing.T
	ca     *identity.Authority
	hub    *memoryHub
	addr   string
	socket func() net.PacketConn // of the next endpoint
	opts   link.Options

	mu     sync.Mutex // guards credit
	credit [3]int64

	undo []func()
}

// onLoopback makes a bench with real sockets.
func onLoopback(t *testing.T) *bench {
	t.TempDir() // asked for first, so that folders go last: what runs writes until close
	b := &bench{t: t, socket: func() net.PacketConn { return must(link.ListenUDP("127.0.0.1:0"))(t) }}
	t.Cleanup(b.close)
	b.start()
	return b
}

// inSim runs a test in virtual time over a simulated network.
func inSim(t *testing.T, run func(*bench)) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Simnet{Router: &simnet.PerfectRouter{}}
		var pcs []net.PacketConn
		for i := range 6 {
			addr := &net.UDPAddr{IP: net.IPv4(10, 0, 0, byte(i+1)), Port: 7443}
			pcs = append(pcs, n.NewEndpoint(addr, simnet.NodeBiDiLinkSettings{Latency: 10 * time.Millisecond}))
		}
		if err := n.Start(); err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		left := pcs
		b := &bench{t: t, opts: link.Options{DisablePMTUD: true}, socket: func() net.PacketConn { // pitfalls.S7
			pc := left[0]
			left = left[1:]
			return pc
		}}
		defer func() {
			for _, pc := range left {
				pc.Close()
			}
		}()
		defer b.close()
		b.start()
		run(b)
	})
}

func (b *bench) close() {
	for i := len(b.undo) - 1; i >= 0; i-- {
		b.undo[i]()
	}
}

func (b *bench) start() {
	b.ca = must(identity.NewAuthority(time.Now))(b.t)
	b.credit = [3]int64{0, 4 << 20, 2 << 20}
	b.hub = newMemoryHub()
	end := b.endpoint(b.identity(identity.RoleHub, "hub-1"), ALPN, identity.ALPNEnroll)
	b.addr = end.Addr().String()
	b.hub.servers = []wire.Server{{ID: "hub-1", Addr: b.addr}}
	d := &Downlink{Acceptor: end, Decider: b.hub, Log: quietLog(), Credit: b.creditOf, Roots: b.roots}
	b.run(d.Run)
}

func (b *bench) roots() []*x509.Certificate { return []*x509.Certificate{b.ca.Root()} }

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (b *bench) creditOf(lane protocol.Lane) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.credit[lane]
}

func (b *bench) grant(lane protocol.Lane, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.credit[lane] = bytes
}

// run starts a component that ends with the bench.
func (b *bench) run(fn func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := fn(ctx); err != nil && !errors.Is(err, context.Canceled) {
			b.t.Errorf("run: %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	b.undo = append(b.undo, stop)
	return stop
}

func (b *bench) identity(role identity.Role, id protocol.NodeID) *identity.Holder {
	key := must(identity.NewKey())(b.t)
	leaf := must(b.ca.Issue(identity.KeyOf(key), role, id, time.Hour*24))(b.t)
	return must(identity.NewHolder(identity.Bundle{Key: key, Leaf: leaf, Roots: []*x509.Certificate{b.ca.Root()}}, time.Now))(b.t)
}

func (b *bench) endpoint(id *identity.Holder, alpns ...string) *link.Endpoint {
	pc := b.socket()
	e := must(link.Open(pc, id, alpns, b.opts))(b.t)
	b.undo = append(b.undo, func() {
		if err := e.Close(); err != nil {
			b.t.Error(err)
		}
		pc.Close()
	})
	return e
}

// enroll makes a node the hub knows, with its endpoint.
func (b *bench) enroll(id protocol.NodeID) (*identity.Holder, *link.Endpoint) {
	h := b.identity(identity.RoleNode, id)
	b.hub.enroll(id, 1, h.Self().KeyHash)
	return h, b.endpoint(h)
}

// uplink makes a node's real side over a memory store.
func (b *bench) uplink(id protocol.NodeID) (*Uplink, *memoryNode) {
	h, end := b.enroll(id)
	local := newMemoryNode(id, h)
	return &Uplink{Node: id, Build: "test", Boot: wire.Boot{1}, Local: local, Dialer: end, Servers: knownServers(b.hub.servers), Log: quietLog()}, local
}

type knownServers []wire.Server

func (s knownServers) Servers() []wire.Server    { return append([]wire.Server(nil), s...) }
func (s knownServers) Learn([]wire.Server) error { return nil }

// soon waits for what must come to pass: in virtual time this costs nothing.
func (b *bench) soon(what string, ok func() bool) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("never came to pass: %s", what)
		}
	}
}

func (b *bench) wantCode(what string, err error, want protocol.Code) {
	b.t.Helper()
	if got := protocol.CodeOf(err); got != want {
		b.t.Errorf("%s: %v (code %v), want %v", what, err, got, want)
	}
}
