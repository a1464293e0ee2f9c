package wire

import (
	"errors"
	"fmt"

	"xiangyun/protocol"
)

// LineKind says what a feed line is about (replication.D1).
type LineKind uint8

// The closed list of line kinds; a new one needs a new feature.
const (
	LineRecord   LineKind = 1 // Record as it stands now
	LineVerdict  LineKind = 2 // Verdict about an entry of the reader
	LineErase    LineKind = 3 // Ref is no longer the reader's to keep
	LineRequest  LineKind = 4 // a request to a home: its Record, or Ref alone
	LineEpoch    LineKind = 5 // Value is the reader's origin epoch now
	LineLevel    LineKind = 6 // Value is the level whose rules apply now
	LineCalendar LineKind = 7 // the calendar in force: its Record, or Ref and Value
	LineForce    LineKind = 8 // Record replaces the reader's own after a refused verdict (replication.D3 apart)
)

func (k LineKind) String() string {
	names := [...]string{"", "record", "verdict", "erase", "request", "epoch", "level", "calendar", "force"}
	if k > 0 && int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("line(%d)", uint8(k))
}

// Line is one thing a node is told, decided at hub index Index.
type Line struct {
	Index   uint64
	What    LineKind
	Record  *protocol.Record
	Verdict *protocol.Verdict
	Ref     protocol.Ref
	Value   uint64
}

// Lines is one piece of a filtered feed. Prev is the Last of the piece before
// it in this lane and Last how far the Feeder looked, so that what is left out
// is provably not the reader's (replication.D2). Every line lies in (Prev,
// Last], in order: all lines of one hub index travel in one piece, because a
// cursor cannot stand between them.
type Lines struct {
	Generation, Prev, Last uint64
	Lines                  []Line
}

// LinesOverhead is the size of encoded Lines without a line: a Feeder fills
// MaxPayload - LinesOverhead with LineSize of each.
const LinesOverhead = envelopeHead + envelopeTail + 3*8 + 4

// minLine is what the shortest line takes: index, kind, three absent optionals
// and value.
const minLine = 8 + 1 + 3 + 8

// AppendLines writes a piece of a feed. It fails, leaving dst as it was, with
// toobig when it would not fit one frame and with malformed when a line lacks
// what its kind needs or stands outside (Prev, Last].
func AppendLines(dst []byte, l *Lines) ([]byte, error) {
	const op = "encode lines"
	if err := l.check(); err != nil {
		return dst, asFault(op, err)
	}
	start := len(dst)
	out := beginEnvelope(dst, magicLines)
	out = appendU64(appendU64(appendU64(out, l.Generation), l.Prev), l.Last)
	out = appendU32(out, uint32(len(l.Lines)))
	for i := range l.Lines {
		out = appendLine(out, &l.Lines[i])
	}
	out = endEnvelope(out, start)
	if n := len(out) - start; n > MaxPayload {
		return dst, asFault(op, tooBig("lines of %d bytes, at most %d", n, MaxPayload))
	}
	return out, nil
}

// ReadLines reads a piece of a feed that fills src exactly. Record bodies are
// views of src.
func ReadLines(src []byte) (Lines, error) {
	const op = "read lines"
	whole, rest, err := openEnvelope(src, magicLines, MaxPayload)
	if err != nil {
		return Lines{}, asFault(op, err)
	}
	if len(rest) > 0 {
		return Lines{}, asFault(op, errTrailing)
	}
	f := inner(whole)
	l := Lines{Generation: f.u64(), Prev: f.u64(), Last: f.u64()}
	l.Lines = f.lines()
	if err := f.done(); err != nil {
		return Lines{}, asFault(op, err)
	}
	if err := l.check(); err != nil {
		return Lines{}, asFault(op, err)
	}
	return l, nil
}

// LineSize is the number of bytes a line adds to encoded Lines.
func LineSize(l *Line) int {
	n := minLine
	if l.Record != nil {
		n += RecordSize(l.Record)
	}
	if l.Verdict != nil {
		n += verdictSize(l.Verdict)
	}
	return n + optionalRefSize(l.Ref) - 1
}

func appendLine(dst []byte, l *Line) []byte {
	dst = append(appendU64(dst, l.Index), byte(l.What))
	if l.Record == nil {
		dst = append(dst, 0)
	} else {
		dst = AppendRecord(append(dst, 1), l.Record)
	}
	if l.Verdict == nil {
		dst = append(dst, 0)
	} else {
		dst = appendVerdict(append(dst, 1), l.Verdict)
	}
	return appendU64(appendOptionalRef(dst, l.Ref), l.Value)
}

func (f *fields) lines() []Line {
	n := uint64(f.u32())
	if n == 0 || f.err != nil {
		return nil
	}
	if n > uint64(len(f.left)/minLine) { // a count costs its sender nothing
		f.err = errShort
		return nil
	}
	list := make([]Line, n)
	for i := range list {
		if f.line(&list[i]); f.err != nil {
			f.err = fmt.Errorf("line %d: %w", i, f.err)
			return nil
		}
	}
	return list
}

func (f *fields) line(l *Line) {
	l.Index = f.u64()
	l.What = LineKind(f.u8())
	if f.optional() {
		l.Record = new(protocol.Record)
		rest, err := readRecord(l.Record, f.left)
		if err != nil {
			f.err = errors.Join(f.err, err)
			return
		}
		f.left = rest
	}
	if f.optional() {
		l.Verdict = new(protocol.Verdict)
		f.verdict(l.Verdict)
	}
	l.Ref = f.optionalRef()
	l.Value = f.u64()
}

func (l *Lines) check() error {
	if l.Last < l.Prev {
		return fmt.Errorf("lines end at %d, before they begin at %d", l.Last, l.Prev)
	}
	at := l.Prev + 1
	for i := range l.Lines {
		line := &l.Lines[i]
		if l.Last == l.Prev || line.Index < at || line.Index > l.Last {
			return fmt.Errorf("line %d has index %d, want %d to %d", i, line.Index, at, l.Last)
		}
		at = line.Index
		if err := line.check(); err != nil {
			return fmt.Errorf("line %d (%s): %w", i, line.What, err)
		}
	}
	return nil
}

// check asks each kind for what it cannot do without; more is carried along.
func (l *Line) check() error {
	if err := l.need(); err != nil {
		return err
	}
	if l.Record != nil {
		if err := checkRecord(l.Record); err != nil {
			return err
		}
	}
	if l.Verdict != nil {
		if err := checkVerdict(l.Verdict); err != nil {
			return err
		}
	}
	return checkOptionalRef(l.Ref)
}

func (l *Line) need() error {
	named := l.Ref != protocol.Ref{}
	switch l.What {
	case LineRecord, LineForce:
		return must(l.Record != nil, "needs a record")
	case LineVerdict:
		return must(l.Verdict != nil, "needs a verdict")
	case LineErase:
		return must(named, "needs a reference")
	case LineRequest, LineCalendar:
		return must(l.Record != nil || named, "needs a record or a reference")
	case LineEpoch, LineLevel:
		return must(l.Value > 0, "needs a value")
	}
	return errors.New("unknown kind of line")
}
