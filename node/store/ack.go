package store

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

// Acknowledge takes the hub's word about everything up to a place: what it
// applied is confirmed (protocol.Record.Index), what it did not becomes work.
// Repeating it, or an older one, changes nothing (replication.R11). A place
// that is no line of this journal is a fork fault. An ack without a hub index
// only moves the acknowledged place: verdicts may still come.
func (s *Store) Acknowledge(ctx context.Context, ack wire.Ack) error {
	if err := ack.Validate(); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: "acknowledge", Text: "省级的确认格式不正确", Err: err}
	}
	return s.do(ctx, true, func(g *group) error {
		g.steps = append(g.steps, step{ack: &ack})
		return g.acknowledge(&ack)
	})
}

func (g *group) acknowledge(ack *wire.Ack) error {
	if err := journal.SetAcked(g.page(), ack.Pos, ack.Index); err != nil {
		return err
	}
	if ack.Pos.Seq > g.state.acked[ack.Lane].Seq {
		g.state.acked[ack.Lane] = ack.Pos
	}
	for _, v := range ack.Verdicts {
		if err := g.decide(v); err != nil {
			return err
		}
	}
	if ack.Index == 0 {
		return nil
	}
	return g.confirm(ack.Lane, ack.Pos.Seq, ack.Index)
}

// confirm settles the entries up to a seq about which the hub said nothing
// else: it applied them.
func (g *group) confirm(lane protocol.Lane, upto, index uint64) error {
	type row struct {
		seq uint64
		p   pending
	}
	var rows []row // collected first: pitfalls.B7
	err := eachPending(g.tx, lane, upto, func(seq uint64, p pending) error {
		if p.outcome == 0 {
			rows = append(rows, row{seq, p})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := g.applied(r.p.ref, r.p.rev, index); err != nil {
			return err
		}
		if err := g.settled(lane, r.seq, r.p); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) applied(ref protocol.Ref, rev, index uint64) error {
	g.touch(ref)
	return fold.Confirm(g.page(), ref, rev, index)
}

// decide takes one verdict, from an ack or from the feed; either may come first
// or twice.
func (g *group) decide(v protocol.Verdict) error {
	hash, kept, err := journal.Hash(g.tx, v.Pos.Lane, v.Pos.Seq)
	if err != nil {
		return err
	}
	if kept && hash != v.Pos.Hash { // about a line that was orphaned since
		g.s.config.Log.Warn("verdict on a line this journal does not have", "pos", v.Pos, "outcome", v.Outcome)
		return nil
	}
	p, waits, err := getPending(g.tx, v.Pos.Lane, v.Pos.Seq)
	if err != nil {
		return err
	}
	switch {
	case v.Final():
		return g.accept(v, p, waits)
	case v.Outcome == protocol.ParkedAct: // the chain has not moved: the entry is sent again
	case v.Outcome == protocol.Queued || v.Outcome == protocol.Quarantined:
		err = g.hold(v, p, waits)
	case waits:
		err = g.settled(v.Pos.Lane, v.Pos.Seq, p)
	}
	if err != nil {
		return err
	}
	if v.Outcome == protocol.RefusedAct && waits {
		g.state.refused++
	}
	return g.open(v)
}

// accept settles an entry that the hub applied.
func (g *group) accept(v protocol.Verdict, p pending, waits bool) error {
	if err := g.resolve(v.Pos); err != nil || !waits {
		return err
	}
	if v.Outcome == protocol.Applied {
		if err := g.applied(p.ref, p.rev, v.Index); err != nil {
			return err
		}
	}
	return g.settled(v.Pos.Lane, v.Pos.Seq, p)
}

// hold keeps an entry among the undecided ones: an operator of the hub has yet
// to say what becomes of it.
func (g *group) hold(v protocol.Verdict, p pending, waits bool) error {
	if !waits || p.outcome == v.Outcome {
		return nil
	}
	g.uncount(v.Pos.Lane, p)
	p.outcome = v.Outcome
	return putPending(g.page(), v.Pos.Lane, v.Pos.Seq, p)
}
