package link

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"xiangyun/protocol"
)

// receiver and sender are the halves of a quic stream that the adapter uses.
type receiver interface {
	io.Reader
	SetReadDeadline(time.Time) error
	CancelRead(quic.StreamErrorCode)
}

type sender interface {
	io.WriteCloser
	SetWriteDeadline(time.Time) error
	CancelWrite(quic.StreamErrorCode)
	Context() context.Context
}

// stream makes a quic stream behave like a TCP connection: Close ends both
// directions and may run beside Read and Write (pitfalls.Q4), and a clean
// cancel reads as io.EOF (pitfalls.Q5). One half is nil for one-way streams.
type stream struct {
	in  receiver
	out sender

	writing sync.Mutex // held during Write and FIN: quic-go forbids FIN beside Write

	mu     sync.Mutex // guards closed, and the write deadline once closed
	closed bool
}

func newStream(in receiver, out sender) *stream { return &stream{in: in, out: out} }

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	return n, s.readError(err)
}

func (s *stream) Write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	n, err := s.out.Write(p)
	return n, s.writeError(err)
}

func (s *stream) readError(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if s.isClosed() {
		return closedError("read stream", err)
	}
	if e, ok := errors.AsType[*quic.StreamError](err); ok && e.Remote && e.ErrorCode == 0 {
		return io.EOF
	}
	return streamFault("read stream", err)
}

func (s *stream) writeError(err error) error {
	if err == nil {
		return nil
	}
	if s.isClosed() {
		return closedError("write stream", err)
	}
	if e, ok := errors.AsType[*quic.StreamError](err); ok && e.Remote && e.ErrorCode == 0 {
		return io.ErrClosedPipe // the peer reads no more; EOF would look like success to a writer
	}
	return streamFault("write stream", err)
}

func (s *stream) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func (s *stream) SetReadDeadline(t time.Time) error { return s.in.SetReadDeadline(t) }

// SetWriteDeadline does nothing once the stream is closed: it would let a
// write go on that Close has just cut off.
func (s *stream) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	return s.out.SetWriteDeadline(t)
}

func (s *stream) SetDeadline(t time.Time) error {
	return errors.Join(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

func (s *stream) CancelRead() { s.in.CancelRead(0) }

func (s *stream) CloseWrite() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.out.Close() // fails only when the peer has cancelled: then there is nothing left to end
	return nil
}

func (s *stream) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.in.CancelRead(0)
	err := s.out.SetWriteDeadline(time.Now()) // wakes a blocked Write
	s.mu.Unlock()
	return errors.Join(err, s.CloseWrite())
}

func (s *stream) Reset(code protocol.Code) {
	if s.in != nil {
		s.in.CancelRead(quic.StreamErrorCode(code))
	}
	s.out.CancelWrite(quic.StreamErrorCode(code))
}

func (s *stream) Context() context.Context { return s.out.Context() }

func closedError(op string, err error) error {
	return errors.Join(&net.OpError{Op: op, Net: "quic", Err: net.ErrClosed}, err)
}
