package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/mark"
)

// told is a caller whose answer waits for the disk.
type told struct {
	job *job
	err error
}

// round runs the callers of queue, and those who come meanwhile when more is
// set, and makes what they did durable at once. It gives those it did not come
// to, what the others were told when it failed, and the error after which
// nothing may be written any more. Whoever it ran is answered, also then.
//
// bbolt has no savepoints. A caller that fails after it wrote takes the whole
// transaction down: those before it are run again without it, those after it
// are left for the next round.
func (s *Store) round(queue []*job, more bool) (rest []*job, outcome, fatal error) {
	g, err := s.transaction()
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
			j = s.take(s.jobs)
		}
		if j == nil {
			break
		}
		err := g.run(j)
		if err != nil && g.wrote {
			if err := s.abandon(); err != nil {
				return append(jobsOf(done), append(queue, j)...), nil, err
			}
			outcome, fatal = s.redoWithout(done, told{j, err})
			return queue, outcome, fatal
		}
		done = append(done, told{j, err})
	}
	return s.finish(g, done)
}

// redoWithout runs those before a failed caller again and then tells it. What
// it is told stands on what they did, so their outcome comes first.
func (s *Store) redoWithout(before []told, failed told) (outcome, fatal error) {
	again := jobsOf(before)
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

func jobsOf(all []told) (jobs []*job) {
	for _, t := range all {
		jobs = append(jobs, t.job)
	}
	return jobs
}

// finish makes a round durable and answers.
func (s *Store) finish(g *group, done []told) (rest []*job, outcome, fatal error) {
	outcome, fatal = s.keep(g)
	if fatal != nil {
		outcome = unknownFault(fatal)
	}
	if protocol.CodeOf(outcome) == protocol.Full && s.room.surrender() {
		return jobsOf(done), nil, nil // the reserve makes room: all of them once more
	}
	for _, t := range done {
		if outcome != nil {
			t.err = outcome
		}
		t.job.answer <- t.err
	}
	return nil, outcome, fatal
}

// keep makes the round durable by the cheapest way there is: nothing, a redo
// record, or a commit. outcome is what every caller is told; fatal means that
// nobody knows what is on disk.
func (s *Store) keep(g *group) (outcome, fatal error) {
	if !g.changed {
		if len(s.tail) == 0 {
			return nil, s.abandon()
		}
		return nil, nil
	}
	if g.direct || s.crammed {
		return s.flush(g)
	}
	g.count()
	if logged(g.steps) {
		payload := encodeSteps(s.scratch[:0], g.steps)
		s.scratch = payload
		if !s.redo.fits(len(payload)) {
			return s.flush(g)
		}
		if err := s.redo.append(payload); err != nil {
			return nil, err
		}
	}
	s.publish(g, append(s.tail, g.steps...))
	g.steps, g.touched, g.changed = nil, nil, false
	return nil, nil
}

// count adds the counters to the steps when they moved.
func (g *group) count() {
	was := g.s.committed()
	moved := movedCounts(was.counts, g.state.counts)
	if g.state.cases != was.cases || !sameBlocks(g.state.blocks, was.blocks) || len(moved) > 0 {
		g.steps = append(g.steps, step{numbers: &numbers{cases: g.state.cases, blocks: append(moved, g.state.blocks...)}})
	}
}

// movedCounts gives the counters that the round moved, as the redo log writes
// them: like a block, by the number that comes next.
func movedCounts(was, now []count) (moved []block) {
	for _, c := range now {
		if !slices.Contains(was, c) {
			moved = append(moved, block{id: c.row, next: c.last + 1})
		}
	}
	return moved
}

func sameBlocks(a, b []block) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func logged(steps []step) bool {
	for _, s := range steps {
		if s.ack == nil {
			return true
		}
	}
	return false
}

// flush commits the database: everything of the tail and of the round is on its
// pages then, and the redo log begins anew. When there is no room, the round is
// undone and the tail stays where it is durable, in the redo log; rounds are
// then committed one by one until a commit finds room again.
func (s *Store) flush(g *group) (outcome, fatal error) {
	following := s.redo.following()
	if err := errors.Join(g.settle(), putRow(g.tx, bucketNode, []byte(rowRedo), following)); err != nil {
		s.crammed, s.tried = true, time.Now()
		return err, s.abandon()
	}
	s.open = nil
	if err := g.tx.Commit(); err != nil {
		if outOfRoom(err) {
			s.crammed, s.tried = true, time.Now()
			return fullFault(err), nil
		}
		return nil, fmt.Errorf("commit: %w", err)
	}
	s.redo.restart(following)
	s.onPages, s.crammed = g.state, false
	s.publish(g, nil)
	return nil, nil
}

// publish tells the rest of the process what is durable now, and what of it is
// not on the pages yet.
func (s *Store) publish(g *group, tail []step) {
	s.tail = tail
	s.mu.Lock()
	s.state = g.state
	if len(tail) == 0 {
		s.ahead = [lanes][]protocol.Entry{}
	}
	for i := range g.steps {
		if a := g.steps[i].act; a != nil && len(tail) > 0 {
			s.ahead[a.entry.Lane] = append(s.ahead[a.entry.Lane], a.entry)
		}
	}
	s.mu.Unlock()
	s.behind.Store(len(tail) > 0)
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
