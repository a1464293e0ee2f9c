package fsm

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Still reads every record of some kinds from one state and gives the index of
// that state: what is computed from it can be computed again by anybody who has
// the journal up to there (cases.A-03). It commits first and reads beside Apply;
// the transaction stays open meanwhile, so it is for reports and draws, never for
// a page (pitfalls.B5).
func (f *FSM) Still(ctx context.Context, kinds []protocol.KindName, fn func(protocol.Record) error) (uint64, error) {
	if err := f.Commit(); err != nil {
		return 0, err
	}
	tx, err := f.begin()
	if err != nil {
		return 0, err
	}
	defer f.end(tx)
	s, err := loadState(tx)
	if err != nil {
		return 0, stored(err)
	}
	for _, kind := range kinds {
		err := fold.Each(tx, kind, func(rec protocol.Record) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fn(rec)
		})
		if err != nil {
			return 0, stored(err)
		}
	}
	return s.Applied, nil
}
