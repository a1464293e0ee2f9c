package wire

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"xiangyun/protocol"
)

func TestLinesRules(t *testing.T) { // replication.D1, D2
	rec, verdict := sampleRecord(), sampleVerdict()
	ref := protocol.Ref{Kind: "item", ID: "1"}
	one := func(l Line) Lines { l.Index = 1; return Lines{Last: 1, Lines: []Line{l}} }
	at := func(prev, last uint64, indexes ...uint64) Lines {
		l := Lines{Prev: prev, Last: last}
		for _, i := range indexes {
			l.Lines = append(l.Lines, Line{Index: i, What: LineLevel, Value: 1})
		}
		return l
	}
	spoilt := func(spoil func(*protocol.Verdict)) Lines {
		v := verdict
		spoil(&v)
		return one(Line{What: LineVerdict, Verdict: &v})
	}
	for _, row := range []struct {
		name  string
		lines Lines
		code  protocol.Code
	}{
		{"no lines: the Feeder looked further", at(5, 9), 0},
		{"no lines and no progress", at(5, 5), 0},
		{"lines of one index", at(5, 6, 6, 6), 0},
		{"the last index there is", at(5, math.MaxUint64, math.MaxUint64), 0},
		{"ends before it begins", at(6, 5), protocol.Malformed},
		{"a line at prev: it was in the piece before", at(5, 9, 5, 6), protocol.Malformed},
		{"a line beyond last", at(5, 9, 10), protocol.Malformed},
		{"a line where no progress is said", at(5, 5, 5), protocol.Malformed},
		{"reordered lines", at(5, 9, 7, 6), protocol.Malformed},
		{"a line after the last index there is", at(math.MaxUint64, math.MaxUint64, 0), protocol.Malformed},
		{"a record line without its record", one(Line{What: LineRecord, Ref: ref}), protocol.Malformed},
		{"a force line without its record", one(Line{What: LineForce, Verdict: &verdict}), protocol.Malformed},
		{"a verdict line without its verdict", one(Line{What: LineVerdict, Record: &rec}), protocol.Malformed},
		{"an erase line without a reference", one(Line{What: LineErase}), protocol.Malformed},
		{"a request line with its record", one(Line{What: LineRequest, Record: &rec}), 0},
		{"a request line with a reference", one(Line{What: LineRequest, Ref: ref}), 0},
		{"a request line with nothing", one(Line{What: LineRequest}), protocol.Malformed},
		{"a calendar line with nothing but a value", one(Line{What: LineCalendar, Value: 1}), protocol.Malformed},
		{"an epoch line without a value", one(Line{What: LineEpoch}), protocol.Malformed},
		{"a level line without a value", one(Line{What: LineLevel}), protocol.Malformed},
		{"an unknown kind of line", one(Line{What: 9, Record: &rec}), protocol.Malformed},
		{"no kind of line", one(Line{Record: &rec}), protocol.Malformed},
		{"half a reference", one(Line{What: LineErase, Ref: protocol.Ref{Kind: "item"}}), protocol.Malformed},
		{"a verdict on no lane", spoilt(func(v *protocol.Verdict) { v.Pos.Lane = 0 }), protocol.Malformed},
		{"a verdict on no entry", spoilt(func(v *protocol.Verdict) { v.Pos = protocol.Pos{Lane: 1} }), protocol.Malformed},
		{"a verdict on no record", spoilt(func(v *protocol.Verdict) { v.Ref = protocol.Ref{} }), protocol.Malformed},
		{"a verdict without outcome", spoilt(func(v *protocol.Verdict) { v.Outcome = 0 }), protocol.Malformed},
		{"a verdict of unknown outcome", spoilt(func(v *protocol.Verdict) { v.Outcome = 9 }), protocol.Malformed},
		{"a verdict with a long rule", spoilt(func(v *protocol.Verdict) { v.Rule = strings.Repeat("r", 256) }), protocol.Malformed},
		{"a verdict with a long text", spoilt(func(v *protocol.Verdict) { v.Text = strings.Repeat("r", 1<<16) }), protocol.Malformed},
		{"a verdict whose text is not UTF-8", spoilt(func(v *protocol.Verdict) { v.Text = "\xff" }), protocol.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			dst, err := AppendLines([]byte("before"), &row.lines)
			if protocol.CodeOf(err) != row.code {
				t.Fatalf("encode: got %v, want %v", err, row.code)
			}
			if err != nil && string(dst) != "before" {
				t.Errorf("dst became %q", dst)
			}
			if row.name != "a verdict with a long rule" && row.name != "a verdict with a long text" { // they have no encoding
				_, err = ReadLines(rawLines(&row.lines))
				if protocol.CodeOf(err) != row.code {
					t.Errorf("decode: got %v, want %v", err, row.code)
				}
			}
		})
	}
}

// rawLines encodes like a peer that does not look.
func rawLines(l *Lines) []byte {
	out := beginEnvelope(nil, magicLines)
	out = appendU64(appendU64(appendU64(out, l.Generation), l.Prev), l.Last)
	out = appendU32(out, uint32(len(l.Lines)))
	for i := range l.Lines {
		out = appendLine(out, &l.Lines[i])
	}
	return endEnvelope(out, 0)
}

func TestLineSizeIsWhatIsWritten(t *testing.T) {
	l := sampleLines()
	want := LinesOverhead
	for i := range l.Lines {
		want += LineSize(&l.Lines[i])
	}
	if got := len(must2(AppendLines(nil, &l))(t)); got != want {
		t.Errorf("%d bytes, said %d", got, want)
	}
}

func TestLinesOverOneFrameAreTooBig(t *testing.T) { // replication.R6
	rec := sampleRecord()
	rec.Body = bytes.Repeat([]byte("a"), protocol.MaxBody)
	l := Lines{Last: 1}
	size := LinesOverhead
	for line := (Line{Index: 1, What: LineRecord, Record: &rec}); size+LineSize(&line) <= MaxPayload; size += LineSize(&line) {
		l.Lines = append(l.Lines, line)
	}
	if _, err := AppendLines(nil, &l); err != nil {
		t.Fatal(err)
	}
	l.Lines = append(l.Lines, l.Lines[0])
	_, err := AppendLines(nil, &l)
	wantCode(t, err, protocol.TooBig)
}

func TestLinesWithALyingCountAllocateNothing(t *testing.T) {
	for _, count := range []uint32{1, 1000, math.MaxUint32} {
		src := appendU32(append(beginEnvelope(nil, magicLines), make([]byte, 24)...), count)
		_, err := ReadLines(endEnvelope(src, 0))
		wantCode(t, err, protocol.Malformed)
	}
}
