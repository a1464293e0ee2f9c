package store

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
	"xiangyun/replication/mark"
)

// group is one bbolt transaction and the callers that share its commit. What
// can wait for the commit is kept in memory until then, so that a caller that
// is refused before it wrote anything costs the others nothing.
type group struct {
	s       *Store
	tx      *bbolt.Tx
	base    state            // as on the pages of tx
	state   state            // as after what was done
	entries []protocol.Entry // sealed, not yet in the journal of tx
	touched []protocol.Ref   // records that changed
	changed bool             // there is something to commit
	wrote   bool             // the caller that runs has written to tx
}

func (s *Store) begin() (*group, error) {
	tx, err := s.db.Begin(true)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	now := s.committed()
	return &group{s: s, tx: tx, base: now, state: now}, nil
}

// write gives the transaction to change; from then on the caller that runs can
// only be undone by rolling everybody back.
func (g *group) write() *bbolt.Tx {
	g.wrote, g.changed = true, true
	return g.tx
}

func (g *group) fold() fold.Fold { return fold.Fold{Level: g.state.level} }

func (g *group) touch(ref protocol.Ref) { g.touched = append(g.touched, ref) }

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
	was, entries, touched, changed := g.state, len(g.entries), len(g.touched), g.changed
	returned := false
	defer func() {
		if !returned {
			j.panics, err = recover(), errPanicked
		}
		if err != nil {
			g.state, g.entries, g.touched, g.changed = was, g.entries[:entries], g.touched[:touched], changed
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

// told is a caller whose answer waits for the commit.
type told struct {
	job *job
	err error
}

// round runs the callers of queue, and those who come meanwhile when more is
// set, and commits what they did in one transaction. It gives those it did not
// come to, the outcome of the commit, and the error after which nothing may be
// written any more. Whoever it ran is answered, also when that error comes.
//
// bbolt has no savepoints. A caller that fails after it wrote takes the whole
// transaction down: those before it are run again without it and committed,
// those after it are left for the next round.
func (s *Store) round(queue []*job, more bool) (rest []*job, outcome, fatal error) {
	g, err := s.begin()
	if err != nil {
		return queue, nil, err
	}
	var done []told
	for {
		var j *job
		switch {
		case len(queue) > 0:
			j, queue = queue[0], queue[1:]
		case more && len(done) < maxGroup:
			j = s.next()
		}
		if j == nil {
			break
		}
		err := g.run(j)
		if err != nil && g.wrote {
			if err := g.tx.Rollback(); err != nil {
				return append(queue, j), nil, fmt.Errorf("roll back: %w", err)
			}
			outcome, fatal = s.redo(done, told{j, err})
			return queue, outcome, fatal
		}
		done = append(done, told{j, err})
	}
	return s.finish(g, done)
}

// redo runs those before a failed caller again and then tells it. What it was
// told stands on what they did, so their outcome comes first.
func (s *Store) redo(before []told, failed told) (outcome, fatal error) {
	var again []*job
	for _, t := range before {
		again = append(again, t.job)
	}
	for len(again) > 0 && fatal == nil {
		var err error
		again, err, fatal = s.round(again, false)
		outcome = errors.Join(outcome, err)
	}
	switch {
	case fatal != nil:
		answer(append(again, failed.job), unknownFault(fatal))
	case outcome != nil:
		failed.job.answer <- outcome
	default:
		failed.job.answer <- failed.err
	}
	return outcome, fatal
}

// finish commits and answers.
func (s *Store) finish(g *group, done []told) (rest []*job, outcome, fatal error) {
	outcome, fatal = g.commit()
	if fatal != nil {
		outcome = unknownFault(fatal)
	}
	if protocol.CodeOf(outcome) == protocol.Full && s.room.surrender() {
		for _, t := range done {
			rest = append(rest, t.job)
		}
		return rest, nil, nil // the reserve makes room: all of them once more
	}
	for _, t := range done {
		if outcome != nil {
			t.err = outcome
		}
		t.job.answer <- t.err
	}
	return nil, outcome, fatal
}

// commit makes the group durable. outcome is what every caller is told; fatal
// means that nobody knows what is on disk.
func (g *group) commit() (outcome, fatal error) {
	if !g.changed {
		if err := g.tx.Rollback(); err != nil {
			return nil, fmt.Errorf("end transaction: %w", err)
		}
		return nil, nil
	}
	if err := g.settle(); err != nil {
		if rolled := g.tx.Rollback(); rolled != nil {
			return nil, fmt.Errorf("roll back: %w", rolled)
		}
		return err, nil
	}
	if err := g.tx.Commit(); err != nil {
		if outOfRoom(err) {
			return fullFault(err), nil
		}
		return nil, fmt.Errorf("commit: %w", err)
	}
	g.publish()
	return nil, nil
}

// publish tells the rest of the process what is durable now.
func (g *group) publish() {
	s := g.s
	s.mu.Lock()
	s.state = g.state
	s.mu.Unlock()
	s.raiseMarks(&g.state)
	s.watchers.tell(g.touched)
}

// raiseMarks tells how far the lanes are on disk. A mark only rises: where
// Rebase took a lane back, those who ask from now on get a new one.
func (s *Store) raiseMarks(st *state) {
	for _, lane := range protocol.Lanes {
		m, seq := s.appended[lane].Load(), st.heads[lane].Seq
		if m == nil || seq < m.Get() {
			m = new(mark.Mark)
			s.appended[lane].Store(m)
		}
		m.Set(seq)
	}
}
