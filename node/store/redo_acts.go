package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// step is something that was done since the last commit of the database and is
// done again, in order, when its transaction had to be rolled back or the
// process died. Exactly one member is set.
type step struct {
	act     *act
	kept    *kept
	numbers *numbers
	ack     *wire.Ack // not in the redo log: a lost ack comes again (replication.R11)
}

// act is an own entry and what became of its record, so that doing it again
// asks no judge: it was acknowledged and stands.
type act struct {
	entry protocol.Entry
	home  protocol.NodeID
	epoch uint64 // record epoch after the act
	moved []moved
}

// moved is a record whose home followed.
type moved struct {
	ref   protocol.Ref
	home  protocol.NodeID
	epoch uint64
}

// numbers are the counters after a round.
type numbers struct {
	cases  uint64
	blocks []block // id and next count
}

// encodeSteps writes the payload of a redo record: counters, then acts and
// kept answers in their order.
func encodeSteps(dst []byte, steps []step) []byte {
	var n numbers
	for _, s := range steps {
		if s.numbers != nil {
			n = *s.numbers
		}
	}
	dst = binary.BigEndian.AppendUint64(dst, n.cases)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(n.blocks)))
	for _, b := range n.blocks {
		dst = binary.BigEndian.AppendUint64(appendText(dst, b.id), b.next)
	}
	for _, s := range steps {
		switch {
		case s.act != nil:
			dst = s.act.encode(dst)
		case s.kept != nil:
			dst = s.kept.redo(dst)
		}
	}
	return dst
}

func (a *act) encode(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(appendText(dst, string(a.home)), a.epoch)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(a.moved)))
	for _, m := range a.moved {
		dst = appendText(appendText(dst, string(m.ref.Kind)), m.ref.ID)
		dst = binary.BigEndian.AppendUint64(appendText(dst, string(m.home)), m.epoch)
	}
	return wire.AppendEntry(dst, &a.entry)
}

// appendText writes an id; those are at most 200 bytes (protocol.Ref).
func appendText(dst []byte, s string) []byte { return append(append(dst, byte(len(s))), s...) }

// decodeSteps reads a payload; the steps share its bytes.
func decodeSteps(payload []byte) ([]step, error) {
	r := redoReader{left: payload}
	n := numbers{cases: r.u64()}
	for range r.u16() {
		n.blocks = append(n.blocks, block{id: r.text(), next: r.u64()})
	}
	var steps []step
	for r.err == nil && len(r.left) > 0 {
		if r.left[0] == keptMark {
			steps = append(steps, step{kept: r.kept()})
			continue
		}
		steps = append(steps, step{act: r.act()})
	}
	if r.err != nil {
		return nil, fmt.Errorf("read redo record: %w", r.err)
	}
	if n.cases > 0 || len(n.blocks) > 0 {
		steps = append(steps, step{numbers: &n})
	}
	return steps, nil
}

type redoReader struct {
	left []byte
	err  error
}

func (r *redoReader) take(n int) []byte {
	if n > len(r.left) {
		r.left = nil
		if r.err == nil {
			r.err = errors.New("ends before its last field")
		}
		return make([]byte, n)
	}
	b := r.left[:n:n]
	r.left = r.left[n:]
	return b
}

func (r *redoReader) u64() uint64  { return binary.BigEndian.Uint64(r.take(8)) }
func (r *redoReader) u16() uint16  { return binary.BigEndian.Uint16(r.take(2)) }
func (r *redoReader) text() string { return string(r.take(int(r.take(1)[0]))) }

func (r *redoReader) act() *act {
	a := &act{home: protocol.NodeID(r.text()), epoch: r.u64()}
	for range r.u16() {
		if r.err != nil {
			return a
		}
		a.moved = append(a.moved, moved{ref: protocol.Ref{Kind: protocol.KindName(r.text()), ID: r.text()},
			home: protocol.NodeID(r.text()), epoch: r.u64()})
	}
	if r.err != nil {
		return a
	}
	a.entry, r.left, r.err = wire.ReadEntry(r.left)
	return a
}

// replay does the steps again on the pages of g. The result is that of having
// done them, byte for byte.
func (g *group) replay(steps []step) error {
	for i := range steps {
		s := &steps[i]
		var err error
		switch {
		case s.act != nil:
			err = g.replayAct(s.act)
		case s.kept != nil:
			err = g.putKept(s.kept)
		case s.ack != nil:
			if err = g.settle(); err == nil {
				err = g.acknowledge(s.ack)
			}
		case s.numbers != nil:
			g.state.renew(s.numbers)
		}
		if err != nil {
			return fmt.Errorf("do again: %w", err)
		}
	}
	g.steps = nil
	return nil
}

func (g *group) replayAct(a *act) error {
	e := &a.entry
	head := g.state.heads[e.Lane]
	if e.Seq != head.Seq+1 || e.Prev != head.Hash {
		return damaged("redo log", fmt.Errorf("entry %s does not go on from %s", e.Pos(), head))
	}
	rec := protocol.Record{Ref: e.Ref, Rev: e.Rev, Home: a.home, Epoch: a.epoch, At: e.At, By: e.By, Act: e.Act, Body: e.Body}
	if err := g.overwrite(rec.Ref, &rec); err != nil {
		return err
	}
	for _, m := range a.moved {
		rec, ok, err := fold.Get(g.tx, m.ref)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("record %s that followed is missing: %v", m.ref, !ok))
		}
		rec.Home, rec.Epoch, rec.Index = m.home, m.epoch, 0
		if err := g.overwrite(m.ref, &rec); err != nil {
			return err
		}
	}
	return g.line(e)
}

// line puts an entry behind the head of its lane and among what waits.
func (g *group) line(e *protocol.Entry) error {
	g.entries = append(g.entries, *e)
	g.state.heads[e.Lane] = e.Pos()
	return g.await(e)
}

// renew takes counters from a redo record; a block that is used up by them is
// left in place until the next load.
func (st *state) renew(n *numbers) {
	st.cases = max(st.cases, n.cases)
	blocks := append([]block(nil), st.blocks...)
	for _, b := range n.blocks {
		if strings.HasPrefix(b.id, rowSeries) || strings.HasPrefix(b.id, rowDay) {
			st.setCount(b.id, b.next-1)
		}
	}
	for i := range blocks {
		for _, b := range n.blocks {
			if b.id == blocks[i].id {
				blocks[i].next = max(blocks[i].next, b.next)
			}
		}
	}
	st.blocks = blocks
}
