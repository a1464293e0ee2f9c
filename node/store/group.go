package store

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

// group is the open bbolt transaction. It lives over several rounds of callers:
// what they do is made durable by the redo log, and written to the database's
// pages once for many rounds (DESIGN.md). Only the writer has it.
type group struct {
	s       *Store
	tx      *bbolt.Tx
	base    state            // as on the pages of tx
	state   state            // as after what was done
	entries []protocol.Entry // sealed, not yet in the journal of tx

	// Of the round that runs:
	steps   []step         // what the redo log and a rollback must know
	touched []protocol.Ref // records that changed
	changed bool           // there is something to make durable or to write
	direct  bool           // something is in no redo record: only a commit makes it durable
	wrote   bool           // the caller that runs has written to tx
}

// transaction gives the open transaction, or opens one: what is durable but not
// yet committed is done again in it.
func (s *Store) transaction() (*group, error) {
	if s.open != nil {
		return s.open, nil
	}
	tx, err := s.db.Begin(true)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	g := &group{s: s, tx: tx, base: s.onPages, state: s.onPages}
	if err := g.replay(s.tail); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	g.touched, g.changed, g.direct, g.wrote = nil, false, false, false
	s.open = g
	return g, nil
}

// abandon rolls the open transaction back; the tail is done again in the next.
func (s *Store) abandon() error {
	g := s.open
	s.open = nil
	if g == nil {
		return nil
	}
	if err := g.tx.Rollback(); err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// page gives the transaction to change for what the redo log knows to do again.
// From then on the caller that runs can only be undone by rolling everybody
// back.
func (g *group) page() *bbolt.Tx {
	g.wrote, g.changed = true, true
	return g.tx
}

// write is page for anything else: it is committed before it is answered.
func (g *group) write() *bbolt.Tx {
	g.direct = true
	return g.page()
}

func (g *group) fold() fold.Fold { return fold.Fold{Level: g.state.level, Cites: &g.s.cites} }

func (g *group) touch(ref protocol.Ref) { g.touched = append(g.touched, ref) }

// set notes that the state in memory changed in a way that only a commit keeps.
func (g *group) set() { g.changed, g.direct = true, true }

var errPanicked = errors.New("the caller panicked")

// run does one caller's act. After an error the group is as before, unless
// wrote says that the transaction is not.
func (g *group) run(j *job) (err error) {
	g.wrote = false
	if j.alone {
		if err := g.settle(); err != nil {
			g.wrote = true
			return err
		}
	}
	was := *g
	returned := false
	defer func() {
		if !returned {
			j.panics, err = recover(), errPanicked
		}
		if err != nil {
			wrote := g.wrote
			*g = was
			g.wrote = wrote
		}
	}()
	err = j.act(g)
	returned = true
	return err
}

// settle brings the pages up to the state in memory: the journal with its
// signed checkpoint, counters, level.
func (g *group) settle() error {
	if len(g.entries) > 0 {
		if err := journal.Append(g.tx, g.entries, g.s.config.Signer); err != nil {
			return fmt.Errorf("write journal: %w", err)
		}
		g.entries = nil
	}
	if err := g.state.saveNumbers(g.tx, &g.base); err != nil {
		return err
	}
	if err := g.state.save(g.tx, &g.base, g.s.config.Node); err != nil {
		return err
	}
	g.base = g.state
	return nil
}
