package fsm

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// maxScan bounds the rows that one call of Lines looks at in bbolt.
const maxScan = 20_000

// Lines gives the feed of a node in one lane behind its cursor, about maxBytes
// of it; all lines of one hub index come together, because a cursor cannot
// stand between them. It is empty, with Last at the newest index, when there is
// nothing new. A fault of code gone asks for a scope snapshot: the cursor is
// below what is kept, or of another generation, or one index alone does not fit
// a frame (replication.D2, D6).
func (f *FSM) Lines(node protocol.NodeID, lane protocol.Lane, cur wire.Cursor, maxBytes int) (wire.Lines, error) {
	cur.Lane = lane
	if err := f.ring.admit(cur); err != nil {
		return wire.Lines{}, err
	}
	if l, ok, err := f.ring.lines(node, cur, maxBytes); ok || err != nil {
		return l, err
	}
	l, ok, err := f.storedLines(node, cur, maxBytes)
	if ok || err != nil {
		return l, err
	}
	if err := f.Commit(); err != nil { // the ring begins above what is committed
		return l, err
	}
	l, _, err = f.storedLines(node, cur, maxBytes)
	return l, err
}

// storedLines reads from one committed state, beside Apply and not in its way;
// false when nothing behind the cursor is committed.
func (f *FSM) storedLines(node protocol.NodeID, cur wire.Cursor, maxBytes int) (l wire.Lines, ok bool, err error) {
	tx, err := f.begin()
	if err != nil {
		return l, false, err
	}
	defer f.end(tx)
	s, err := loadState(tx)
	if err != nil {
		return l, false, err
	}
	p := newPiece(s.Generation, cur, max(s.Applied, cur.Last), maxBytes)
	if s.Applied <= cur.Last {
		return p.lines, false, nil
	}
	err = p.read(tx, node, cur)
	return p.lines, true, err
}

// read merges the node's stream with everyone's in order of index and sub.
func (p *piece) read(tx *bbolt.Tx, node protocol.NodeID, cur wire.Cursor) error {
	own, all := newRowCursor(tx, cur.Lane, node, cur.Last), newRowCursor(tx, cur.Lane, everyone, cur.Last)
	at := uint64(0)
	for n := 0; ; n++ {
		c := earlier(own, all)
		index := uint64(0)
		if c != nil {
			index = binary.BigEndian.Uint64(c.place())
		}
		if index != at && at != 0 {
			if full, err := p.close(at); full || err != nil {
				return err
			}
			if n > maxScan {
				p.lines.Last = at
				return nil
			}
		}
		if c == nil {
			return nil
		}
		at = index
		if err := p.take(tx, c, index, node); err != nil {
			return err
		}
		c.next()
	}
}

func earlier(a, b *rowCursor) *rowCursor {
	switch {
	case a.k == nil && b.k == nil:
		return nil
	case a.k == nil || b.k != nil && bytes.Compare(b.place(), a.place()) < 0:
		return b
	}
	return a
}

func (p *piece) take(tx *bbolt.Tx, c *rowCursor, index uint64, node protocol.NodeID) error {
	r, err := decodeRow(c.v)
	if err != nil || r.except == node {
		return err
	}
	if r.ref == (protocol.Ref{}) {
		p.add(r.toLine(index, node))
		return nil
	}
	rec, ok, err := fold.Get(tx, r.ref)
	if err != nil {
		return err
	}
	if ok {
		if r.readers, err = audience(&rec); err != nil {
			return err
		}
		r.record = &rec
	}
	if r.outdated(index, node) || r.what == lineRecord && p.has(&rec) {
		return nil
	}
	p.add(r.toLine(index, node))
	return nil
}

// outdated: a later row tells the newest state, or that the node lost sight of
// the record; only a home has no row of what it wrote itself. Audience is
// looked at again here, at sending.
func (r *row) outdated(index uint64, node protocol.NodeID) bool {
	switch r.what {
	case lineRecord:
		return r.record == nil || !r.readers.Has(node) || r.record.Index > index && r.record.Home != node
	case lineErase:
		return r.record != nil && r.readers.Has(node)
	}
	return false
}

// toLine is for a row whose record, if there is one, is at hand as it stands.
// What a node may not hold is erased there.
func (r *row) toLine(index uint64, node protocol.NodeID) wire.Line {
	line := wire.Line{Index: index, What: r.what}
	switch r.what {
	case lineVerdict:
		line.Verdict = r.verdict
	case lineEpoch, lineLevel:
		line.Value = r.value
	case lineErase:
		line.Ref = r.ref
	default:
		if r.record == nil || !r.readers.Has(node) {
			line.What, line.Ref = lineErase, r.ref
			return line
		}
		line.Record = r.record
	}
	return line
}

// begin opens a read transaction on what is committed; end closes it.
func (f *FSM) begin() (*bbolt.Tx, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.closed(); err != nil {
		return nil, err
	}
	return f.beginRead()
}

func (f *FSM) end(tx *bbolt.Tx) {
	f.reads.closed(tx)
	if err := tx.Rollback(); err != nil {
		f.o.Log.Error("end read transaction", "err", err)
	}
}

// piece is a Lines being filled, index by index.
type piece struct {
	lines   wire.Lines
	waiting []wire.Line // of the index being looked at
	size    int
	bytes   int
	max     int
	sent    map[protocol.Ref]uint64 // index of the record as it stands in the piece
}

func newPiece(generation uint64, cur wire.Cursor, upto uint64, maxBytes int) *piece {
	return &piece{lines: wire.Lines{Generation: generation, Prev: cur.Last, Last: upto},
		max: min(maxBytes, wire.MaxPayload-wire.LinesOverhead)}
}

func (p *piece) add(l wire.Line) {
	p.waiting = append(p.waiting, l)
	p.size += wire.LineSize(&l)
}

// has reports whether the same state of a record is in the piece already: two
// acts on it at one index have two rows.
func (p *piece) has(rec *protocol.Record) bool {
	if p.sent == nil {
		p.sent = make(map[protocol.Ref]uint64)
	}
	if p.sent[rec.Ref] == rec.Index {
		return true
	}
	p.sent[rec.Ref] = rec.Index
	return false
}

// close takes the lines of index in, or ends the piece before it.
func (p *piece) close(index uint64) (full bool, err error) {
	if len(p.waiting) == 0 {
		return false, nil
	}
	if len(p.lines.Lines) > 0 && p.bytes+p.size > p.max {
		p.lines.Last = index - 1
		return true, nil
	}
	if p.size > wire.MaxPayload-wire.LinesOverhead {
		return true, protocol.NewFault(protocol.Gone, "feed", "第 %d 号的内容过多,需要整体同步", index)
	}
	p.lines.Lines, p.bytes = append(p.lines.Lines, p.waiting...), p.bytes+p.size
	p.waiting, p.size = p.waiting[:0], 0
	return false, nil
}
