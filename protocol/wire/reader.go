package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// firstRead is what a Reader gives a payload before it has seen any of it, in
// bytes: a length costs its sender nothing, so the buffer grows with what
// really came.
const firstRead = 32 << 10

// Reader reads the frames of one direction of one stream. It keeps one buffer,
// as large as the largest frame so far and never beyond MaxPayload. It is for
// one goroutine.
type Reader struct {
	src  io.Reader
	head [frameHead]byte
	buf  []byte
}

// NewReader makes a Reader that reads no byte beyond the frames it returns.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// Next gives the next frame that this build knows. Its payload is the Reader's
// own buffer: it holds until the next call of Next or Expect.
//
// The error is io.EOF when the stream ended between two frames; a
// *protocol.Fault of code malformed or toobig when the bytes break
// replication.R6 (close the connection); the fault the peer sent, when it sent
// one; and otherwise the stream's own error wrapped.
func (r *Reader) Next() (Frame, error) {
	for {
		f, err := r.read()
		switch {
		case err != nil:
			return Frame{}, err
		case f.Type == FrameFault:
			return Frame{}, readFault(f.Payload)
		case f.Type.known():
			return f, nil
		case f.Flags&MustUnderstand != 0:
			return Frame{}, asFault("read frame", fmt.Errorf("%s must be understood and is not known", f.Type))
		}
	}
}

// Expect is Next where only a frame of type t is in turn. The end of the
// stream is then malformed, too: something was still to come.
func (r *Reader) Expect(t FrameType) (Frame, error) {
	f, err := r.Next()
	if err == io.EOF {
		return Frame{}, asFault("read frame", fmt.Errorf("stream ended, want %s: %w", t, io.ErrUnexpectedEOF))
	}
	if err == nil && f.Type != t {
		return Frame{}, asFault("read frame", fmt.Errorf("%s is out of turn, want %s", f.Type, t))
	}
	return f, err
}

func (r *Reader) read() (Frame, error) {
	if _, err := io.ReadFull(r.src, r.head[:]); err != nil {
		if err == io.EOF {
			return Frame{}, io.EOF
		}
		return Frame{}, readErr("frame head", err)
	}
	n := frameLen(r.head[:])
	if n > MaxPayload {
		return Frame{}, asFault("read frame", tooBig("payload of %d bytes, at most %d", n, MaxPayload))
	}
	if err := r.fill(int(n)); err != nil {
		return Frame{}, err
	}
	if frameSum(r.head[:6], r.buf) != binary.BigEndian.Uint32(r.head[6:]) {
		return Frame{}, asFault("read frame", errors.New("checksum does not match"))
	}
	return Frame{Type: FrameType(r.head[4]), Flags: Flags(r.head[5]), Payload: r.buf}, nil
}

// fill reads n bytes into buf, growing it only behind bytes that came.
func (r *Reader) fill(n int) error {
	r.buf = r.buf[:0]
	for len(r.buf) < n {
		had := len(r.buf)
		step := min(n-had, max(firstRead, had, cap(r.buf)-had))
		r.buf = slices.Grow(r.buf, step)[:had+step]
		if _, err := io.ReadFull(r.src, r.buf[had:]); err != nil {
			return readErr("frame payload", err)
		}
	}
	return nil
}

// readErr tells a stream that ended inside a frame from one that broke.
func readErr(what string, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return asFault("read frame", fmt.Errorf("%s: %w", what, io.ErrUnexpectedEOF))
	}
	return fmt.Errorf("read %s: %w", what, err)
}
