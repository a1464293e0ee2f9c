package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"xiangyun/protocol"
)

func frames(t testing.TB, write func(*Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(NewWriter(&out)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func frame(t testing.TB, typ FrameType, flags Flags, payload string) []byte {
	t.Helper()
	return frames(t, func(w *Writer) error { return w.Write(typ, flags, []byte(payload)) })
}

func TestFramesComeBackInOrder(t *testing.T) {
	payloads := []string{"", "a", strings.Repeat("b", firstRead), strings.Repeat("c", firstRead+1), "d", strings.Repeat("e", MaxPayload), "f"}
	src := frames(t, func(w *Writer) error {
		for _, p := range payloads {
			if err := w.Write(FrameChunk, 0, []byte(p)); err != nil {
				return err
			}
		}
		return nil
	})
	for name, stream := range map[string]io.Reader{
		"at once": bytes.NewReader(src), "halves": iotest.HalfReader(bytes.NewReader(src)), "end with data": iotest.DataErrReader(bytes.NewReader(src)),
	} {
		t.Run(name, func(t *testing.T) {
			r := NewReader(stream)
			for i, want := range payloads {
				f, err := r.Next()
				if err != nil || f.Type != FrameChunk || string(f.Payload) != want {
					t.Fatalf("frame %d: %s of %d bytes, %v", i, f.Type, len(f.Payload), err)
				}
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("got %v, want io.EOF", err)
			}
		})
	}
}

// counter counts calls of Write.
type counter struct{ calls, bytes int }

func (c *counter) Write(b []byte) (int, error) { c.calls++; c.bytes += len(b); return len(b), nil }

func TestAFrameIsOneWrite(t *testing.T) {
	var c counter
	w := NewWriter(&c)
	for _, n := range []int{0, 1, 40_000, MaxPayload} {
		if err := w.Write(FrameChunk, 0, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	if c.calls != 4 {
		t.Errorf("%d writes for 4 frames", c.calls)
	}
	wantCode(t, w.Write(FrameChunk, 0, make([]byte, MaxPayload+1)), protocol.TooBig)
	if c.calls != 4 {
		t.Error("a frame that is too big was written")
	}
}

func TestBeatsArePadded(t *testing.T) { // pitfalls.Q2
	for _, m := range []Message{sampleNodeBeat(), sampleHubBeat(), HubBeat{Time: 1}} {
		src := frames(t, func(w *Writer) error { return w.Send(m) })
		if len(src) < frameHead+MinBeat {
			t.Errorf("%T: beat of %d bytes", m, len(src))
		}
		f, err := NewReader(bytes.NewReader(src)).Expect(FrameBeat)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(bytes.TrimRight(f.Payload, " "), []byte("}")) {
			t.Errorf("padding is not spaces: %q", f.Payload)
		}
	}
}

func TestBeatPaddingLeavesTheCallersBytesAlone(t *testing.T) {
	backing := []byte("{}not yours")
	if err := NewWriter(io.Discard).Write(FrameBeat, 0, backing[:2]); err != nil {
		t.Fatal(err)
	}
	if string(backing) != "{}not yours" {
		t.Errorf("became %q", backing)
	}
}

func TestUnknownFrames(t *testing.T) { // replication.R6
	known := frame(t, FrameCredit, 0, "x")
	for _, unknown := range []FrameType{0, FrameLook + 1, 255} {
		skipped := append(frame(t, unknown, 0xfe, "whatever"), known...)
		f, err := NewReader(bytes.NewReader(skipped)).Next()
		if err != nil || f.Type != FrameCredit || string(f.Payload) != "x" {
			t.Errorf("%s was not skipped: %+v %v", unknown, f, err)
		}
		_, err = NewReader(bytes.NewReader(frame(t, unknown, MustUnderstand, ""))).Next()
		wantCode(t, err, protocol.Malformed)
	}
}

func TestBrokenFrames(t *testing.T) { // replication.R6
	whole := frame(t, FrameChunk, MustUnderstand, "payload")
	for n := 1; n < len(whole); n++ {
		_, err := NewReader(bytes.NewReader(whole[:n])).Next()
		wantCode(t, err, protocol.Malformed)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	for n := range len(whole) * 8 {
		if f, err := NewReader(bytes.NewReader(flip(whole, n/8, n%8))).Next(); err == nil || err == io.EOF {
			t.Fatalf("bit %d of byte %d flipped and accepted: %+v %v", n%8, n/8, f, err)
		}
	}
}

func TestAFrameThatIsTooLongIsNotRead(t *testing.T) {
	head := make([]byte, frameHead)
	for _, n := range []uint32{MaxPayload + 1, 1 << 31, 1<<32 - 1} {
		binary.BigEndian.PutUint32(head, n)
		r := NewReader(io.MultiReader(bytes.NewReader(head), iotest.ErrReader(errors.New("read on"))))
		_, err := r.Next()
		wantCode(t, err, protocol.TooBig)
	}
}

func TestReaderBelievesALengthOnlyAsBytesCome(t *testing.T) { // invariant 9
	head := make([]byte, frameHead, 100)
	binary.BigEndian.PutUint32(head, MaxPayload)
	r := NewReader(bytes.NewReader(head[:100]))
	_, err := r.Next()
	wantCode(t, err, protocol.Malformed)
	if cap(r.buf) > 2*firstRead {
		t.Errorf("%d bytes reserved for 90", cap(r.buf))
	}
}

func TestReaderReusesItsBuffer(t *testing.T) {
	one := frame(t, FrameChunk, 0, strings.Repeat("a", 100_000))
	r := NewReader(bytes.NewReader(bytes.Repeat(one, 50)))
	first, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	for range 49 {
		f, err := r.Next()
		if err != nil || &f.Payload[0] != &first.Payload[0] {
			t.Fatalf("a new buffer, or %v", err)
		}
	}
}

func TestABrokenStreamKeepsItsError(t *testing.T) {
	broken := errors.New("connection lost")
	whole := frame(t, FrameChunk, 0, "payload")
	for _, n := range []int{0, 5, 12} {
		_, err := NewReader(io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken))).Next()
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	if err := NewWriter(failing{broken}).Write(FrameChunk, 0, nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestExpect(t *testing.T) {
	src := append(frame(t, FrameCredit, 0, "x"), frame(t, FrameAck, 0, "y")...)
	r := NewReader(bytes.NewReader(src))
	if f, err := r.Expect(FrameCredit); err != nil || string(f.Payload) != "x" {
		t.Errorf("got %+v %v", f, err)
	}
	_, err := r.Expect(FrameCredit)
	wantCode(t, err, protocol.Malformed) // out of turn
	_, err = r.Expect(FrameCredit)
	wantCode(t, err, protocol.Malformed) // the end
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestAFaultFrameBecomesTheError(t *testing.T) {
	sent := &protocol.Fault{Code: protocol.Gap, Op: "push", Ref: protocol.Ref{Kind: "case", ID: "1"}, Pos: samplePos(protocol.Bulk, 4),
		Rule: "G-04", Text: "请从第 5 条起重发", Hint: "none", Err: errors.New("secret of this side")}
	src := frames(t, func(w *Writer) error { return w.Fault(fmt.Errorf("receive: %w", sent)) })
	if bytes.Contains(src, []byte("secret")) {
		t.Error("the cause crossed the wire")
	}
	for name, read := range map[string]func(*Reader) error{
		"Next":    func(r *Reader) error { _, err := r.Next(); return err },
		"Expect":  func(r *Reader) error { _, err := r.Expect(FrameAck); return err },
		"Receive": func(r *Reader) error { _, err := Receive[Welcome](r); return err },
	} {
		err := read(NewReader(bytes.NewReader(src)))
		var got *protocol.Fault
		if !errors.As(err, &got) {
			t.Fatalf("%s: got %v", name, err)
		}
		want := *sent
		want.Err = nil
		if *got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestWhatAFaultFrameTells(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		code protocol.Code
		text string
	}{
		{"any other error is internal and keeps its text", errors.New("open /var/lib: denied"), protocol.Internal, "内部错误"},
		{"an internal fault keeps its text", protocol.NewFault(protocol.Internal, "fold", "index 7 out of range"), protocol.Internal, "内部错误"},
		{"a long text is cut between characters", protocol.NewFault(protocol.Busy, "push", "%s", strings.Repeat("忙", 5000)), protocol.Busy, "忙忙"},
		{"half a reference is left out", &protocol.Fault{Code: protocol.Denied, Ref: protocol.Ref{Kind: "case"}, Text: "不允许"}, protocol.Denied, "不允许"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := NewReader(bytes.NewReader(frames(t, func(w *Writer) error { return w.Fault(row.err) }))).Next()
			wantCode(t, err, row.code)
			var f *protocol.Fault
			if errors.As(err, &f); !strings.Contains(f.Text, row.text) || strings.ContainsRune(f.Text, '�') || len(f.Text) > maxFaultText {
				t.Errorf("text of %d bytes: %q", len(f.Text), f.Text)
			}
			if strings.Contains(f.Text, "/var") || strings.Contains(f.Text, "range") {
				t.Errorf("tells too much: %q", f.Text)
			}
		})
	}
}

func TestBrokenFaultFrames(t *testing.T) {
	for _, row := range []struct {
		name, payload string
		code          protocol.Code
	}{
		{"not JSON", "x", protocol.Malformed},
		{"without a code", `{"text":"x"}`, protocol.Malformed},
		{"null", `null`, protocol.Malformed},
		{"too long", `{"code":7,"text":"` + strings.Repeat("x", maxFault) + `"}`, protocol.TooBig},
		{"a code of a newer build", `{"code":77,"text":"x"}`, 77},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := NewReader(bytes.NewReader(frame(t, FrameFault, MustUnderstand, row.payload))).Next()
			wantCode(t, err, row.code)
		})
	}
}
