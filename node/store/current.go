package store

import (
	"context"
	"slices"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// currentAtOnce is how many records are read while everybody else waits.
const currentAtOnce = 64

// Current gives the records of refs in their order, without those that are not
// here; each as it stood at some moment of the call. Unlike View it has nothing
// committed for it: it reads in the writer's open transaction, between the
// acts. It is for who follows Changes: a View for what was just written would
// cost that act two more fsyncs.
func (s *Store) Current(ctx context.Context, refs []protocol.Ref) (all []protocol.Record, err error) {
	for part := range slices.Chunk(refs, currentAtOnce) {
		var recs []protocol.Record
		err := s.do(ctx, false, func(g *group) (err error) {
			recs, err = g.current(part)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, recs...)
	}
	return all, nil
}

func (g *group) current(refs []protocol.Ref) (recs []protocol.Record, err error) {
	for _, ref := range refs {
		rec, ok, err := fold.Get(g.tx, ref)
		if err != nil {
			return nil, err
		}
		if ok {
			recs = append(recs, rec)
		}
	}
	return recs, nil
}
