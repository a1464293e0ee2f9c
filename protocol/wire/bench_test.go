package wire

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"

	"xiangyun/protocol"
)

var sink [sha256.Size]byte // keeps the compiler from leaving the work out

func benchBody() []byte { return bytes.Repeat([]byte("a"), 1024) }

func BenchmarkEntry(b *testing.B) {
	h, body := sampleHeader(), benchBody()
	e := seal(b, &h, body)
	encoded := AppendEntry(nil, &e)
	b.Run("sha256 of header and body", func(b *testing.B) {
		for b.Loop() {
			sink = sha256.Sum256(e.Raw)
			sink = sha256.Sum256(e.Body)
		}
	})
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Seal(&h, body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var dst []byte
		for b.Loop() {
			dst = AppendEntry(dst[:0], &e)
		}
	})
	b.Run("parse header", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ParseHeader(e.Raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := ReadEntry(encoded); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkBatchOf64(b *testing.B) {
	prev := protocol.Pos{Epoch: 3, Lane: protocol.Urgent}
	batch := batchOf(chain(b, prev, 64, benchBody()))
	payload := must2(AppendBatch(nil, &batch))(b)
	perEntry := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/entry") }
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var dst []byte
		for b.Loop() {
			dst, _ = AppendBatch(dst[:0], &batch)
		}
		perEntry(b)
	})
	b.Run("read and check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			got, _, err := ReadBatch(payload)
			if err == nil {
				err = got.CheckChain(prev)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		perEntry(b)
	})
}

func BenchmarkRecord(b *testing.B) {
	r := sampleRecord()
	r.Body = benchBody()
	stored := SealValue(1, AppendRecord(nil, &r))
	b.Run("append and seal", func(b *testing.B) {
		b.ReportAllocs()
		var dst []byte
		for b.Loop() {
			dst = AppendRecord(dst[:0], &r)
			SealValue(1, dst)
		}
	})
	b.Run("open and read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, payload, err := OpenValue(stored)
			if err == nil {
				_, _, err = ReadRecord(payload)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkAckOf64Verdicts(b *testing.B) {
	var a Ack
	for i := range uint64(64) {
		v := sampleVerdict()
		v.Pos, v.Outcome, v.Rule, v.Text = samplePos(protocol.Urgent, i+1), protocol.Applied, "", ""
		a.Lane, a.Pos, a.Verdicts = v.Pos.Lane, v.Pos, append(a.Verdicts, v)
	}
	payload := must2(Encode(a))(b)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Encode(a); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Decode[Ack](payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLinesOf64Records(b *testing.B) {
	r := sampleRecord()
	r.Body = benchBody()
	l := Lines{Last: 64}
	for i := range uint64(64) {
		l.Lines = append(l.Lines, Line{Index: i + 1, What: LineRecord, Record: &r})
	}
	payload := must2(AppendLines(nil, &l))(b)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		var dst []byte
		for b.Loop() {
			dst, _ = AppendLines(dst[:0], &l)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadLines(payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	for _, n := range []int{1 << 10, 64 << 10, 512 << 10} {
		payload := make([]byte, n)
		one := frames(b, func(w *Writer) error { return w.Write(FrameChunk, 0, payload) })
		b.Run(fmt.Sprintf("write %d KiB", n>>10), func(b *testing.B) {
			b.SetBytes(int64(n))
			b.ReportAllocs()
			w := NewWriter(io.Discard)
			for b.Loop() {
				if err := w.Write(FrameChunk, 0, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("read %d KiB", n>>10), func(b *testing.B) {
			b.SetBytes(int64(n))
			b.ReportAllocs()
			src := bytes.NewReader(one)
			r := NewReader(src)
			for b.Loop() {
				src.Reset(one)
				if _, err := r.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
