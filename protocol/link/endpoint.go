package link

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Options of an Endpoint. The zero value is that of a node.
type Options struct {
	Inside       bool         // a hub server: short timings when dialling its peers, more streams
	PacketSize   int          // first packet size in bytes, 1200 where tunnels are narrow; 0 is 1280 (pitfalls.Q15)
	ResetKey     [32]byte     // from LoadResetKey; zero sends no stateless resets (pitfalls.Q2)
	Log          *slog.Logger // nil: no log
	DisablePMTUD bool         // for simulated networks (pitfalls.S7)
}

// Endpoint is a process's one place on the network: it listens and dials over
// one socket. It is safe for concurrent use.
type Endpoint struct {
	tr       *quic.Transport
	listener *quic.Listener // nil when it only dials
	id       *identity.Holder
	dialConf *quic.Config
	log      *slog.Logger
	refused  limiter // of log lines about refused peers

	queues map[string]chan *session // by ALPN, read-only after Open
	lines  lines
	ctx    context.Context // ends when Close begins
	stop   context.CancelFunc
	work   sync.WaitGroup // accept loop, dials, and one per session until it is gone

	mu       sync.Mutex // guards closed and sessions
	closed   bool
	sessions map[*session]struct{}
}

// Open starts an endpoint on pc, which must not be used by anyone else until
// Close and is left open then. It listens for alpns; with none it only dials.
func Open(pc net.PacketConn, id *identity.Holder, alpns []string, o Options) (*Endpoint, error) {
	if o.PacketSize != 0 && (o.PacketSize < minimumPacketSize || o.PacketSize > math.MaxUint16) {
		return nil, fmt.Errorf("open endpoint: packet size %d, want at least %d or 0", o.PacketSize, minimumPacketSize)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Endpoint{
		id: id, log: o.Log, dialConf: dialConfig(o),
		refused: limiter{most: 1}, lines: lines{open: make(map[lineKey]*line)},
		queues: make(map[string]chan *session), sessions: make(map[*session]struct{}),
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.tr = transport(pc, o)
	if err := e.listen(alpns, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open endpoint: %w", err), e.tr.Close())
	}
	return e, nil
}

func transport(pc net.PacketConn, o Options) *quic.Transport {
	flood := &limiter{most: retryAbove}
	tr := &quic.Transport{Conn: pc, VerifySourceAddress: func(net.Addr) bool { return !flood.allow() }}
	if o.ResetKey != [32]byte{} {
		key := quic.StatelessResetKey(o.ResetKey)
		tr.StatelessResetKey = &key // pitfalls.Q2
	}
	return tr
}

func (e *Endpoint) listen(alpns []string, o Options) error {
	if len(alpns) == 0 {
		return nil
	}
	for _, alpn := range alpns {
		e.queues[alpn] = make(chan *session, waiting)
	}
	l, err := e.tr.Listen(e.serverTLS(alpns), listenConfig(o))
	if err != nil {
		return err
	}
	e.listener = l
	e.work.Go(e.acceptLoop)
	return nil
}

// serverTLS logs why a peer was turned away: its own log cannot know.
func (e *Endpoint) serverTLS(alpns []string) *tls.Config {
	c := e.id.Server(alpns...)
	verify := c.VerifyConnection
	c.VerifyConnection = func(cs tls.ConnectionState) error {
		err := verify(cs)
		if err != nil && e.refused.allow() {
			e.log.Warn("peer refused", "alpn", cs.NegotiatedProtocol, "err", err)
		}
		return err
	}
	return c
}

// acceptLoop ends with the listener, once it has drained it: a connection left
// in there would be dropped without a word (pitfalls.Q8).
func (e *Endpoint) acceptLoop() {
	for {
		conn, err := e.listener.Accept(context.Background())
		if err != nil {
			if e.ctx.Err() == nil {
				e.log.Error("listening has ended", "err", err)
			}
			return
		}
		alpn := conn.ConnectionState().TLS.NegotiatedProtocol
		s, err := e.adopt(conn, alpn)
		if errors.Is(err, net.ErrClosed) {
			continue
		}
		if err != nil {
			e.log.Warn("session refused", "from", conn.RemoteAddr(), "alpn", alpn, "err", err)
			continue
		}
		select {
		case e.queues[alpn] <- s:
		default:
			e.log.Warn("session turned away, nobody takes new ones", "peer", s.peer, "alpn", alpn)
			_ = s.Close(protocol.Busy, "新连接过多,请稍后再试") // cannot fail: it only marks the session closed
		}
	}
}

// adopt makes a session of a connection and keeps track of it until it is gone.
func (e *Endpoint) adopt(conn *quic.Conn, alpn string) (*session, error) {
	var peer identity.Peer
	if certs := conn.ConnectionState().TLS.PeerCertificates; len(certs) > 0 {
		var err error
		if peer, err = identity.PeerOf(certs[0]); err != nil {
			return nil, errors.Join(err, conn.CloseWithError(quic.ApplicationErrorCode(protocol.Denied), ""))
		}
	}
	s := newSession(conn, peer)
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil, errors.Join(endpointClosed("adopt session"), conn.CloseWithError(0, ""))
	}
	e.sessions[s] = struct{}{}
	e.work.Add(1)
	e.mu.Unlock()
	if !identity.OpenToStrangers(alpn) { // there an expired certificate is what brings the peer here
		s.expireIn(peer.NotAfter.Sub(e.id.Now()))
	}
	context.AfterFunc(conn.Context(), func() { e.forget(s) })
	return s, nil
}

func (e *Endpoint) forget(s *session) {
	defer e.work.Done()
	s.gone()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.sessions, s)
}

// Accept waits for the next session of alpn, one of those given to Open.
func (e *Endpoint) Accept(ctx context.Context, alpn string) (Session, error) {
	queue, ok := e.queues[alpn]
	if !ok {
		return nil, fmt.Errorf("accept session: not listening for %q", alpn)
	}
	for {
		select {
		case s := <-queue:
			if s.conn.Context().Err() == nil {
				return s, nil
			}
		case <-ctx.Done():
			return nil, ctxError("accept session", ctx)
		case <-e.ctx.Done():
			return nil, endpointClosed("accept session")
		}
	}
}

// Addr is the socket's own address.
func (e *Endpoint) Addr() net.Addr { return e.tr.Conn.LocalAddr() }

// Close ends every session with code 0, and returns when all goroutines of the
// endpoint are gone. The socket stays open.
func (e *Endpoint) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.stop() // dials and Accept return
	var all sync.WaitGroup
	for s := range e.sessions {
		all.Go(func() { _ = s.Close(0, "") }) // pitfalls.Q8: Transport.Close alone tells nobody
	}
	e.mu.Unlock()
	all.Wait()
	var err error
	if e.listener != nil {
		err = e.listener.Close()
	}
	e.work.Wait()
	if err := errors.Join(err, e.tr.Close()); err != nil {
		return fmt.Errorf("close endpoint: %w", err)
	}
	return nil
}

// limiter counts events of the current second.
type limiter struct {
	most int

	mu    sync.Mutex // guards start, n
	start time.Time
	n     int
}

// allow reports whether no more than most happened this second, this one included.
func (l *limiter) allow() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.start) >= time.Second {
		l.start, l.n = now, 0
	}
	l.n++
	return l.n <= l.most
}
