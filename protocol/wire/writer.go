package wire

import (
	"bytes"
	"fmt"
	"io"
)

// Writer writes frames, each by a single Write of the stream. It keeps one
// buffer as large as the largest frame so far. It is for one goroutine.
type Writer struct {
	dst io.Writer
	buf []byte
}

// NewWriter makes a Writer; the first byte is written by the first frame.
func NewWriter(dst io.Writer) *Writer { return &Writer{dst: dst} }

// Write sends one frame and does not keep payload. A payload above MaxPayload
// is toobig and nothing is written. A beat is padded with spaces, which JSON
// ignores, to MinBeat.
func (w *Writer) Write(t FrameType, flags Flags, payload []byte) error {
	if len(payload) > MaxPayload {
		return asFault("write "+t.String(), tooBig("payload of %d bytes, at most %d", len(payload), MaxPayload))
	}
	if t == FrameBeat && len(payload) < MinBeat { // pitfalls.Q2
		payload = append(bytes.Clone(payload), bytes.Repeat([]byte{' '}, MinBeat-len(payload))...)
	}
	w.buf = appendFrameHead(w.buf[:0], t, flags, payload)
	w.buf = append(w.buf, payload...)
	if _, err := w.dst.Write(w.buf); err != nil {
		return fmt.Errorf("write %s: %w", t, err)
	}
	return nil
}

// Send validates a control message and writes it as its frame, to be
// understood.
func (w *Writer) Send(m Message) error {
	payload, err := Encode(m)
	if err != nil {
		return err
	}
	return w.Write(m.Frame(), MustUnderstand, payload)
}

// Fault tells the peer why this side stops. Only a *protocol.Fault in err's
// chain is told; any other error, and every internal fault, crosses without
// its text. The caller then resets the stream (replication.R5).
func (w *Writer) Fault(err error) error {
	payload, encodeErr := faultPayload(err)
	if encodeErr != nil {
		return asFault("write fault", encodeErr)
	}
	return w.Write(FrameFault, MustUnderstand, payload)
}
