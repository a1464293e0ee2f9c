package store

import (
	"context"
	"errors"

	"xiangyun/protocol"
)

// Freeze makes every later act be refused with f, over restarts, until Rebase
// or Thaw: a fork, a twin, a newer epoch. Reading and the feed go on.
func (s *Store) Freeze(f *protocol.Fault) error {
	if f == nil {
		return errors.New("freeze store: no fault given")
	}
	kept := *f
	kept.Err = nil
	return s.do(context.Background(), false, func(g *group) error {
		g.freeze(&kept)
		return nil
	})
}

// Thaw lifts what Freeze set, after an operator settled it.
func (s *Store) Thaw(ctx context.Context) error {
	return s.do(ctx, false, func(g *group) error {
		g.freeze(nil)
		return nil
	})
}

func (g *group) freeze(f *protocol.Fault) {
	if f == nil && g.state.frozen == nil {
		return
	}
	g.state.frozen = f
	g.set()
}

// Frozen gives the fault that acts are refused with, or nil.
func (s *Store) Frozen() *protocol.Fault { return s.committed().frozen }
