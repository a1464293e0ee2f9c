package link

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Session is one connection to a peer whose certificate was verified. All its
// methods may be called from many goroutines. Errors are Faults: the code the
// peer closed with, Denied for certificates, or Unknown when the session was
// lost and the outcome of what was under way is not known.
type Session interface {
	// OpenStream waits for stream credit, not for the peer: the peer sees the
	// stream with the first bytes written (pitfalls.Q6). Urgency is 0 (first)
	// to 7 and orders this side's sending only (pitfalls.Q11).
	OpenStream(ctx context.Context, urgency int) (Stream, error)
	AcceptStream(ctx context.Context) (Stream, error)
	OpenUni(ctx context.Context, urgency int) (SendStream, error)
	AcceptUni(ctx context.Context) (ReceiveStream, error)
	// SendDatagram sends b, which it copies, or fails with TooBig. It blocks
	// while 32 are queued (pitfalls.Q12); a datagram may get lost.
	SendDatagram(b []byte) error
	ReceiveDatagram(ctx context.Context) ([]byte, error)
	// Peer is who the certificate names; the zero Peer for a stranger who may
	// only enrol.
	Peer() identity.Peer
	RemoteAddr() net.Addr
	// Context is done when the session is gone; its Cause says why.
	Context() context.Context
	// Close ends the session at once; what is not yet delivered is lost. The
	// peer gets code and reason as a Fault, or Unknown when code is 0.
	Close(code protocol.Code, reason string) error
}

// Stream is a two-way stream. One goroutine may read while another writes;
// Close may be called beside both.
type Stream interface {
	SendStream
	ReceiveStream
	SetDeadline(t time.Time) error
	// Close ends both directions: what was written is delivered, a write under
	// way is cut off, and the peer learns that nobody reads any more
	// (pitfalls.Q4). It never waits for the peer.
	Close() error
	// Context is done when this side's writing has ended: by Close or
	// CloseWrite, because the peer stopped reading, or with the session.
	Context() context.Context
}

// SendStream is the sending half of a stream.
type SendStream interface {
	io.Writer
	SetWriteDeadline(t time.Time) error
	// CloseWrite ends what this side sends; the peer reads to io.EOF. It waits
	// for a Write under way.
	CloseWrite() error
	// Reset gives up the stream: what is not yet delivered is dropped, and the
	// peer's reads and writes fail with code.
	Reset(code protocol.Code)
}

// ReceiveStream is the receiving half of a stream.
type ReceiveStream interface {
	io.Reader
	SetReadDeadline(t time.Time) error
	// CancelRead tells the peer to stop sending. Whoever stops reading must
	// call it (replication.R5, pitfalls.Q1, Q4).
	CancelRead()
}

// maxReason keeps a close frame inside one packet.
const maxReason = 400

type session struct {
	conn   *quic.Conn
	peer   identity.Peer
	ctx    context.Context
	cancel context.CancelCauseFunc
	born   time.Time

	mu     sync.Mutex // guards expiry
	expiry *time.Timer
	died   atomic.Pointer[time.Time]
}

func newSession(conn *quic.Conn, peer identity.Peer) *session {
	s := &session{conn: conn, peer: peer, born: time.Now()}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// expireIn ends the session when the peer's certificate does: a peer whose
// renewal was refused must not live on in an old session.
func (s *session) expireIn(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expiry = time.AfterFunc(d, func() {
		_ = s.Close(protocol.Busy, "证书已到期,请用续期后的证书重新连接") // cannot fail: it only marks the session closed
	})
}

// gone runs once, when the connection has ended.
func (s *session) gone() {
	s.cancel(sessionFault("session", context.Cause(s.conn.Context())))
	now := time.Now()
	s.died.Store(&now)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expiry != nil {
		s.expiry.Stop()
	}
}

// stillborn tells a session that died right after the handshake: with TLS 1.3
// a dial succeeds before the server has looked at the client's certificate.
func (s *session) stillborn() bool {
	died := s.died.Load()
	return died != nil && died.Sub(s.born) < holdOff && time.Since(*died) < holdOff
}

func (s *session) OpenStream(ctx context.Context, urgency int) (Stream, error) {
	q, err := s.conn.OpenStreamSync(ctx)
	if err != nil {
		return nil, s.fault(ctx, "open stream", err)
	}
	q.SetPriority(clampUrgency(urgency), true)
	return newStream(q, q), nil
}

func (s *session) AcceptStream(ctx context.Context) (Stream, error) {
	q, err := s.conn.AcceptStream(ctx)
	if err != nil {
		return nil, s.fault(ctx, "accept stream", err)
	}
	return newStream(q, q), nil
}

func (s *session) OpenUni(ctx context.Context, urgency int) (SendStream, error) {
	q, err := s.conn.OpenUniStreamSync(ctx)
	if err != nil {
		return nil, s.fault(ctx, "open one-way stream", err)
	}
	q.SetPriority(clampUrgency(urgency), true)
	return newStream(nil, q), nil
}

func (s *session) AcceptUni(ctx context.Context) (ReceiveStream, error) {
	q, err := s.conn.AcceptUniStream(ctx)
	if err != nil {
		return nil, s.fault(ctx, "accept one-way stream", err)
	}
	return newStream(q, nil), nil
}

func clampUrgency(u int) int8 { return int8(max(0, min(u, 7))) }

func (s *session) SendDatagram(b []byte) error {
	return sessionFault("send datagram", s.conn.SendDatagram(b))
}

func (s *session) ReceiveDatagram(ctx context.Context) ([]byte, error) {
	b, err := s.conn.ReceiveDatagram(ctx)
	if err != nil {
		return nil, s.fault(ctx, "receive datagram", err)
	}
	return b, nil
}

func (s *session) Peer() identity.Peer      { return s.peer }
func (s *session) RemoteAddr() net.Addr     { return s.conn.RemoteAddr() }
func (s *session) Context() context.Context { return s.ctx }

func (s *session) Close(code protocol.Code, reason string) error {
	err := s.conn.CloseWithError(quic.ApplicationErrorCode(code), shorten(reason, maxReason))
	<-s.ctx.Done() // so that nobody sees a closed session alive
	return err
}

// fault tells the caller's own cancellation from the session's end.
func (s *session) fault(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil && s.conn.Context().Err() == nil {
		return ctxError(op, ctx)
	}
	return sessionFault(op, err)
}

// shorten cuts text to n bytes without splitting a character.
func shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	cut := 0
	for i := range text {
		if i > n {
			break
		}
		cut = i
	}
	return text[:cut]
}
