package quorum

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"

	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
)

var errStopped = errors.New("this server is stopping")

// peers is one protocol between hub servers: a shared session to each of the
// others, and the sessions they dialled. The endpoint belongs to the process.
type peers struct {
	end  *link.Endpoint
	pool *link.Pool
	alpn string
	log  *slog.Logger

	ctx  context.Context // ends with close
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu     sync.Mutex // guards closed
	closed bool
}

func newPeers(end *link.Endpoint, alpn string, log *slog.Logger) *peers {
	ctx, stop := context.WithCancel(context.Background())
	return &peers{end: end, pool: link.NewPool(end, alpn, identity.RoleHub), alpn: alpn, log: log, ctx: ctx, stop: stop}
}

// goRun runs f as one of the goroutines that close waits for; after close it
// does nothing.
func (p *peers) goRun(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.wg.Go(f)
	}
}

// accept takes the sessions others dial until close, and runs serve for each
// in a goroutine of its own. serve's ctx ends with the session.
func (p *peers) accept(serve func(ctx context.Context, s link.Session)) {
	for {
		s, err := p.end.Accept(p.ctx, p.alpn)
		if err != nil {
			if p.ctx.Err() == nil {
				p.log.Warn("no longer taking sessions", "alpn", p.alpn, "err", err)
			}
			return
		}
		p.goRun(func() { p.serve(s, serve) })
	}
}

func (p *peers) serve(s link.Session, serve func(ctx context.Context, s link.Session)) {
	defer func() {
		if err := s.Close(0, ""); err != nil {
			p.log.Debug("close session", "alpn", p.alpn, "peer", s.Peer(), "err", err)
		}
	}()
	if s.Peer().Role != identity.RoleHub { // link checks it too; a second lock costs nothing
		p.log.Warn("session refused: not a hub server", "alpn", p.alpn, "peer", s.Peer())
		return
	}
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	defer context.AfterFunc(s.Context(), cancel)()
	serve(ctx, s)
}

// close ends all sessions and returns when all goroutines are gone.
func (p *peers) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.stop()
	p.pool.Close()
	p.wg.Wait()
}

// streamConn makes a stream look like a TCP connection to raft and memberlist.
type streamConn struct {
	link.Stream
	session       link.Session
	local, remote net.Addr
}

// Read gives io.EOF once the session has ended, however it did: raft would
// report every pooled stream of a stopped peer as a failure (pitfalls.Q5).
func (c streamConn) Read(b []byte) (int, error) {
	n, err := c.Stream.Read(b)
	if err != nil && c.session.Context().Err() != nil {
		return n, io.EOF
	}
	return n, err
}

func (c streamConn) LocalAddr() net.Addr  { return c.local }
func (c streamConn) RemoteAddr() net.Addr { return c.remote }

// hostPort is a net.Addr that is just its text.
type hostPort string

func (hostPort) Network() string  { return "udp" }
func (a hostPort) String() string { return string(a) }
