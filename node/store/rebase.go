package store

import (
	"context"
	"errors"
	"math"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/journal"
)

var errStop = errors.New("stop here")

// Rebase goes on from the hub's last places under a new epoch, after an
// enrolment, a restore or a settled fork (replication.T5, F3). Own lines beyond
// what both have become work, each with its whole entry. The feed is asked for
// a scope snapshot next, because the records may show what only those lines
// said, and acts wait for it; whatever froze the store is over. Repeating it changes nothing.
func (s *Store) Rebase(ctx context.Context, epoch uint64, last wire.Positions) error {
	return s.do(ctx, true, func(g *group) error {
		if epoch < g.state.epoch || epoch < g.s.config.Epoch {
			return protocol.NewFault(protocol.Fenced, "rebase", "第 %d 代已被第 %d 代取代", epoch, max(g.state.epoch, g.s.config.Epoch))
		}
		if epoch == g.state.epoch { // done before, or nothing to go on from
			return nil
		}
		for _, lane := range protocol.Lanes {
			if err := g.rebase(lane, last.Of(lane)); err != nil {
				return err
			}
			if err := saveCursor(g.write(), staleCursor(lane)); err != nil {
				return err
			}
		}
		g.state.epoch, g.state.resync = epoch, true
		g.set()
		g.freeze(nil)
		return g.renumber()
	})
}

// staleCursor is of a generation before the first, so the hub answers it with a
// scope snapshot and never with lines.
func staleCursor(lane protocol.Lane) wire.Cursor {
	return wire.Cursor{Lane: lane, Generation: 0, Prev: 1, Last: 1}
}

func (g *group) rebase(lane protocol.Lane, last protocol.Pos) error {
	orphans, err := journal.Rebase(g.write(), last, g.s.config.Signer)
	if err != nil {
		return err
	}
	for i := range orphans {
		if err := g.orphan(&orphans[i]); err != nil {
			return err
		}
	}
	if err := g.dropPending(lane); err != nil {
		return err
	}
	g.state.heads[lane], g.state.acked[lane] = last, last
	return nil
}

// dropPending ends all waiting in a lane: what the hub has is decided and comes
// with the snapshot, the rest are orphans.
func (g *group) dropPending(lane protocol.Lane) error {
	var seqs []uint64
	var rows []pending
	err := eachPending(g.tx, lane, math.MaxUint64, func(seq uint64, p pending) error {
		seqs, rows = append(seqs, seq), append(rows, p)
		return nil
	})
	for i := 0; i < len(seqs) && err == nil; i++ {
		err = g.settled(lane, seqs[i], rows[i])
	}
	return err
}
