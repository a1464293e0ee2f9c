package link

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Dial connects to addr (host:port) and believes only a server of role with id
// want, or any of that role when want is "". A peer that does not answer costs
// 2 s inside the hub and 3 s from a node, then Busy at once for 1 s
// (pitfalls.Q3); the wrong peer is Denied. An attempt that ends with ctx is not
// remembered: who must be back within a second of the network (replication.R8)
// dials with a ctx of 1 s, again and again.
//
// A server that refuses our own certificate does so after Dial returned: the
// first use of the session then fails with Denied.
func (e *Endpoint) Dial(ctx context.Context, addr, alpn string, want protocol.NodeID, role identity.Role) (Session, error) {
	s, err := e.dial(ctx, lineKey{addr, alpn, want, role})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (e *Endpoint) dial(ctx context.Context, key lineKey) (*session, error) {
	if !e.begin() {
		return nil, endpointClosed("dial " + key.addr)
	}
	defer e.work.Done()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(e.ctx, func() { cancel(endpointClosed("dial " + key.addr)) })()

	l := e.lines.enter(key)
	defer e.lines.leave(key, l)
	if err := l.take(ctx); err != nil {
		return nil, err
	}
	defer l.release()
	if err := l.recent(); err != nil {
		return nil, err
	}
	start := time.Now()
	s, err := e.connect(ctx, key)
	if err != nil && ctx.Err() != nil {
		return nil, ctxError("dial "+key.addr, ctx) // the caller's hurry says nothing about the peer
	}
	l.note(err, time.Since(start))
	return s, err
}

// begin counts a dial among the endpoint's work, unless it is closed.
func (e *Endpoint) begin() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.work.Add(1)
	}
	return !e.closed
}

// connect tries the addresses of a host in turn.
func (e *Endpoint) connect(ctx context.Context, key lineKey) (*session, error) {
	addrs, err := resolve(ctx, key.addr)
	if err != nil {
		return nil, err
	}
	config := e.id.Client(key.alpn, key.want, key.role)
	for _, a := range addrs {
		var conn *quic.Conn
		if conn, err = e.tr.Dial(ctx, a, config, e.dialConf); err == nil { // never DialEarly
			return e.adopt(conn, key.alpn)
		}
		err = dialFault(key.addr, err)
	}
	return nil, err
}

// resolve gives IPv4 addresses in their 16-byte form, as the net package does.
func resolve(ctx context.Context, addr string) ([]net.Addr, error) {
	if ap, err := netip.ParseAddrPort(addr); err == nil {
		return []net.Addr{udpAddr(ap)}, nil
	}
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", addr, err)
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "udp", service)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", addr, err)
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, &protocol.Fault{Code: protocol.Busy, Op: "dial " + addr, Text: "找不到这个地址,请检查域名", Err: err}
	}
	var list []net.Addr
	for _, ip := range ips {
		list = append(list, udpAddr(netip.AddrPortFrom(ip, uint16(port))))
	}
	return list, nil
}

func udpAddr(ap netip.AddrPort) *net.UDPAddr {
	wide := ap.Addr().As16()
	return &net.UDPAddr{IP: wide[:], Port: int(ap.Port()), Zone: ap.Addr().Zone()}
}

// lineKey names who is dialled, for what and where.
type lineKey struct {
	addr string
	alpn string
	want protocol.NodeID
	role identity.Role
}

// lines keeps one line per peer being dialled or lately found dead, so that
// peers never wait for each other (pitfalls.Q3).
type lines struct {
	mu   sync.Mutex // guards open and the users of each
	open map[lineKey]*line
}

// line lets one dial at a time through and remembers a failure.
type line struct {
	users int
	turn  chan struct{} // holds one token while a dial runs

	err    error // of the last dial; guarded by turn
	failed time.Time
}

func (ls *lines) enter(key lineKey) *line {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.open[key]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		ls.open[key] = l
	}
	l.users++
	return l
}

// leave keeps a line only while somebody uses it or its failure counts.
func (ls *lines) leave(key lineKey, l *line) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.users--
	for k, other := range ls.open {
		if other.users == 0 && other.recent() == nil {
			delete(ls.open, k)
		}
	}
}

func (l *line) take(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctxError("wait for another dial", ctx)
	}
}

func (l *line) release() { <-l.turn }

func (l *line) recent() error {
	if l.err == nil || time.Since(l.failed) >= holdOff {
		return nil
	}
	return l.err
}

// note remembers what was dear: an attempt that waited for the peer, or one
// the peer had to refuse. A cable that is out fails at once and for nothing;
// remembering that would only delay the way back (replication.R8).
func (l *line) note(err error, took time.Duration) {
	l.err = nil
	if took >= holdOff || protocol.CodeOf(err) == protocol.Denied {
		l.err, l.failed = err, time.Now()
	}
}
