package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"xiangyun/protocol"
)

// Random bytes never have a right checksum, so each target also tries its
// input as the fields of an envelope whose length and checksum are made right.

// fuzzForms feeds one decoder; what it accepts must encode to the same bytes.
func fuzzForms(f *testing.F, magic string, reread func([]byte) ([]byte, error), seeds ...string) {
	all := binaryForms(f)
	for _, name := range seeds {
		b := all[name].bytes
		f.Add(b)
		f.Add(b[:len(b)/2])
		f.Add(b[min(envelopeHead, len(b)):])
		f.Add(b[min(envelopeHead, len(b)) : len(b)-envelopeTail])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		try(t, b, reread)
		try(t, endEnvelope(append(beginEnvelope(nil, magic), b...), 0), reread)
		if len(b) >= envelopeHead+envelopeTail {
			try(t, reseal(mend(bytes.Clone(b))), reread)
		}
	})
}

// mend makes the checksums of the envelopes inside b right.
func mend(b []byte) []byte {
	for at := len(b) - envelopeHead - envelopeTail; at > 0; at-- {
		if b[at] != 'X' || b[at+1] != 'Y' {
			continue
		}
		if n := uint64(binary.BigEndian.Uint32(b[at+4:])); n >= envelopeHead+envelopeTail && uint64(at)+n <= uint64(len(b)) {
			end := at + int(n) - envelopeTail
			binary.BigEndian.PutUint32(b[end:], checksum(b[at:end]))
		}
	}
	return b
}

func try(t *testing.T, b []byte, reread func([]byte) ([]byte, error)) {
	given := bytes.Clone(b)
	again, err := reread(b)
	if err != nil {
		switch protocol.CodeOf(err) {
		case protocol.Malformed, protocol.TooBig, protocol.BadChain:
		default:
			t.Errorf("%x: %v", given, err)
		}
	} else if !bytes.Equal(again, given) {
		t.Errorf("%x\nencodes to\n%x", given, again)
	}
	if !bytes.Equal(b, given) {
		t.Error("the decoder changed its input")
	}
}

func FuzzEntry(f *testing.F) {
	fuzzForms(f, magicHeader, func(b []byte) ([]byte, error) {
		if h, err := ParseHeader(b); err == nil { // body out of the way: header fields alone
			if again := appendHeader(nil, &h); !bytes.Equal(again, b) {
				return again, nil
			}
			return b, nil
		}
		return rereadEntry(b)
	}, "entry", "stub")
}

func FuzzBatch(f *testing.F) {
	fuzzForms(f, magicBatch, func(b []byte) ([]byte, error) {
		batch, _, err := ReadBatch(b)
		if err != nil {
			return nil, err
		}
		for _, prev := range []protocol.Pos{{Epoch: 3, Lane: protocol.Bulk}, batch.Checkpoint.Pos, samplePos(protocol.Bulk, 2)} {
			switch err := batch.CheckChain(prev); protocol.CodeOf(err) {
			case 0, protocol.Malformed, protocol.BadChain, protocol.Gap, protocol.Fork, protocol.Fenced:
			default:
				return nil, err
			}
		}
		return rereadBatch(b)
	}, "batch", "checkpoint")
}

func FuzzRecord(f *testing.F) {
	fuzzForms(f, magicRecord, func(b []byte) ([]byte, error) {
		if list, err := ReadSnapPart(b); err == nil {
			var again []byte
			for i := range list {
				again = AppendRecord(again, &list[i])
			}
			return again, nil
		}
		return rereadRecord(b)
	}, "record")
}

func FuzzLines(f *testing.F) { fuzzForms(f, magicLines, rereadLines, "lines") }

func FuzzAck(f *testing.F) { fuzzForms(f, magicAck, rereadAck, "ack") }

func FuzzValue(f *testing.F) {
	for _, seed := range [][]byte{nil, {0}, SealValue(1, nil), SealValue(2, []byte("payload")), make([]byte, 9)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if version, payload, err := OpenValue(b); err == nil && !bytes.Equal(SealValue(version, payload), b) {
			t.Errorf("%x has a second spelling", b)
		}
		version, payload, err := OpenValue(SealValue(7, b))
		if err != nil || version != 7 || !bytes.Equal(payload, b) {
			t.Errorf("%x: got %d %x %v", b, version, payload, err)
		}
	})
}

// FuzzFrame reads a stream of frames, once as it is and once with every
// checksum it meets made right.
func FuzzFrame(f *testing.F) {
	seed := frames(f, func(w *Writer) error {
		for _, err := range []error{
			w.Send(sampleHello()), w.Send(sampleHubBeat()), w.Write(99, 0, []byte("skipped")),
			w.Write(FrameChunk, 0, bytes.Repeat([]byte("c"), 300)), w.Fault(protocol.NewFault(protocol.Gap, "push", "缺")),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	f.Add(seed)
	f.Add(seed[:50])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1, 1, 0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		drainFrames(t, b)
		drainFrames(t, mendFrames(bytes.Clone(b)))
	})
}

func drainFrames(t *testing.T, b []byte) {
	r := NewReader(bytes.NewReader(b))
	read := 0
	for {
		frame, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			if protocol.CodeOf(err) == 0 {
				t.Errorf("%v has no code", err)
			}
			return
		}
		if read += frameHead + len(frame.Payload); read > len(b) || !frame.Type.known() || frame.Type == FrameFault {
			t.Fatalf("%s of %d bytes out of %d", frame.Type, len(frame.Payload), len(b))
		}
	}
}

func mendFrames(b []byte) []byte {
	for at := 0; len(b)-at >= frameHead; {
		end := uint64(at) + frameHead + uint64(frameLen(b[at:]))
		if end > uint64(len(b)) {
			break
		}
		binary.BigEndian.PutUint32(b[at+6:], frameSum(b[at:at+6], b[at+frameHead:end]))
		at = int(end)
	}
	return b
}

// FuzzControl gives the payload to every message: what one accepts it must
// encode, and read back the same.
func FuzzControl(f *testing.F) {
	all := forms()
	for name, form := range all {
		if name != "Ack" { // FuzzAck
			f.Add(must2(Encode(form.sample))(f))
		}
	}
	for _, seed := range []string{"", "null", "{}", `{"lane":1}`, `{"ids":[]}`, `{"boot":"0"}`, badPos, `{"lane":1,"bytes":1e3}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, form := range all {
			m, err := form.decode(b)
			if err != nil {
				if code := protocol.CodeOf(err); code != protocol.Malformed && code != protocol.TooBig {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			once := must2(Encode(m))(t)
			back, err := form.decode(once)
			if err != nil {
				t.Fatalf("%s: %s came from %s: %v", name, once, b, err)
			}
			if twice := must2(Encode(back))(t); !bytes.Equal(once, twice) {
				t.Errorf("%s: %s then %s", name, once, twice)
			}
		}
	})
}
