package store

import (
	"context"
	"encoding/json"
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

// Take stores one piece of the feed: its lines and the cursor behind them are
// one transaction (replication.D3). A piece that does not begin where the
// cursor stands is a gap fault and changes nothing: the Puller asks again from
// Cursor (replication.D2). lines.Lines is not kept.
func (s *Store) Take(ctx context.Context, lane protocol.Lane, lines wire.Lines) error {
	return s.do(ctx, true, func(g *group) error {
		c, err := loadCursor(g.tx, lane)
		if err != nil {
			return err
		}
		g.set()
		if !goesOn(c, lines) {
			return protocol.NewFault(protocol.Gap, "take feed", "省级下发从 %d 起(第 %d 代),本节点在 %d(第 %d 代)",
				lines.Prev, lines.Generation, c.Last, c.Generation)
		}
		numbered := false
		for i := range lines.Lines {
			l := &lines.Lines[i]
			numbered = numbered || l.Record != nil && l.Record.Ref.Kind == "numblock"
			if err := g.take(l); err != nil {
				return fmt.Errorf("take line %d (%s): %w", l.Index, l.What, err)
			}
		}
		if numbered {
			if err := g.renumber(); err != nil {
				return err
			}
		}
		return saveCursor(g.write(), wire.Cursor{Lane: lane, Generation: lines.Generation, Prev: lines.Prev, Last: lines.Last})
	})
}

// goesOn: a cursor that never saw anything takes the first piece of any
// generation.
func goesOn(c wire.Cursor, lines wire.Lines) bool {
	fresh := c.Generation == 0 && c.Last == 0
	return lines.Prev == c.Last && (fresh || lines.Generation == c.Generation) && lines.Last >= lines.Prev
}

func (g *group) take(l *wire.Line) error {
	switch l.What {
	case wire.LineVerdict:
		return g.decide(*l.Verdict)
	case wire.LineErase:
		if late, err := g.late(l.Ref, l.Index, true); late || err != nil {
			return err
		}
		return g.replace(l.Ref, nil)
	case wire.LineForce:
		if late, err := g.late(l.Record.Ref, l.Record.Index, false); late || err != nil {
			return err
		}
		return g.replace(l.Record.Ref, l.Record)
	case wire.LineRecord, wire.LineRequest, wire.LineCalendar:
		return g.install(l)
	case wire.LineEpoch:
		return g.fenced(l.Value)
	case wire.LineLevel:
		g.raise(uint16(l.Value))
		return nil
	}
	return fmt.Errorf("unknown kind of line %d", l.What) // wire refuses it earlier
}

// late reports whether the hub has decided something newer about a record here
// than what a line undoes: read late, it would bring an act down that no later
// line brings back. An erase is late only for what this place is home of.
func (g *group) late(ref protocol.Ref, index uint64, own bool) (bool, error) {
	old, err := before(g.tx, ref)
	if err != nil || old == nil || own && old.Home != g.s.config.Node {
		return false, err
	}
	return old.Index > index, nil
}

// install takes a record that the hub decided if it is newer than what is here,
// or the same and now decided (replication.D3). A record of a kind this build
// does not know is kept for the build that will.
func (g *group) install(l *wire.Line) error {
	if l.Record == nil { // a line that only says where to look
		g.touch(l.Ref)
		return nil
	}
	rec := *l.Record
	old, err := before(g.tx, rec.Ref)
	if err != nil {
		return err
	}
	if old != nil && old.Home == g.s.config.Node && rec.Epoch <= old.Epoch && rec.Rev > old.Rev {
		return nil // D3: under this epoch only this place writes it
	}
	changed, err := fold.Install(g.write(), &rec, false)
	if err != nil || !changed {
		return err
	}
	g.touch(rec.Ref)
	return g.reindex(rec.Ref, old, &rec)
}

// replace makes a record what the hub says it is, nil for gone, and puts the
// own entries about it that still wait for the hub on top again where they fit.
func (g *group) replace(ref protocol.Ref, rec *protocol.Record) error {
	if err := g.overwrite(ref, rec); err != nil {
		return err
	}
	kind := protocol.Lookup(ref.Kind)
	if kind == nil {
		return nil
	}
	var seqs []uint64
	err := eachPending(g.tx, kind.Lane, ^uint64(0), func(seq uint64, p pending) error {
		if p.ref == ref {
			seqs = append(seqs, seq)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, seq := range seqs {
		if err := g.redo(kind.Lane, seq, 0); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) overwrite(ref protocol.Ref, rec *protocol.Record) error {
	old, err := before(g.tx, ref)
	if err != nil {
		return err
	}
	if rec == nil {
		err = fold.Remove(g.page(), ref)
	} else {
		_, err = fold.Install(g.page(), rec, true)
	}
	if err != nil {
		return err
	}
	g.touch(ref)
	return g.reindex(ref, old, rec)
}

// redo applies an own line to its record again, under the hub index that
// decided it or 0. One that does not fit (its record stands elsewhere, or the
// rules now say no) is left: the hub will say the same.
func (g *group) redo(lane protocol.Lane, seq, index uint64) error {
	e, ok, err := journal.Get(g.tx, lane, seq)
	if protocol.CodeOf(err) == protocol.Gone || err == nil && !ok {
		return nil
	}
	if err != nil {
		return err
	}
	return g.redoEntry(&e, index)
}

func (g *group) redoEntry(e *protocol.Entry, index uint64) error {
	h := e.Header
	old, judged, no, err := g.judgeAgain(&h, e)
	if protocol.CodeOf(err) == protocol.BadChain {
		return err
	}
	if err != nil { // a record must not stop the feed: the hub's state stands
		g.s.config.Log.Error("own entry cannot be judged again", "pos", e.Pos(), "ref", e.Ref, "err", err)
		return nil
	}
	if no != nil || h.Rev != e.Rev || h.RecEpoch != e.RecEpoch {
		return nil
	}
	judged.Body = e.Body // as it was signed
	changes, err := g.fold().Apply(g.write(), old, &e.Header, judged, index)
	if err != nil {
		return fmt.Errorf("apply own %s again: %w", e.Pos(), err)
	}
	for _, c := range changes {
		g.touch(c.Record.Ref)
	}
	if err := g.follow(changes[1:]); err != nil {
		return err
	}
	return g.reindex(e.Ref, old, &changes[0].Record)
}

func (g *group) judgeAgain(h *protocol.Header, e *protocol.Entry) (old *protocol.Record, j protocol.Judged, no *protocol.Refusal, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("judge panicked: %v", p)
		}
	}()
	return g.fold().Complete(g.tx, h, json.RawMessage(e.Body), 0)
}

// renumber reads the blocks again after the feed brought one.
func (g *group) renumber() error {
	if err := g.settle(); err != nil {
		return err
	}
	if err := g.state.loadNumbers(g.tx, g.s.config.Node); err != nil {
		return err
	}
	g.base.blocks = g.state.blocks
	return nil
}

func (g *group) raise(level uint16) {
	if level > g.state.level {
		g.state.level = level
		g.set()
	}
}

// fenced stops this place when the hub has given its name to a newer epoch.
func (g *group) fenced(epoch uint64) error {
	if epoch <= g.state.epoch || epoch <= g.s.config.Epoch {
		return nil
	}
	g.freeze(&protocol.Fault{Code: protocol.Fenced, Op: "take feed", Text: "本节点已由新的接入取代,本机只可查询;请联系运维人员",
		Hint: fmt.Sprintf("省级已是第 %d 代;重新接入本机,或停用它", epoch)})
	return nil
}
