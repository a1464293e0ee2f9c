package store

import (
	"context"
	"fmt"
	"sync/atomic"
)

// maxGroup bounds how many callers share one commit.
const maxGroup = 256

// job is one caller that waits for the writer.
type job struct {
	ctx    context.Context
	act    func(g *group) error
	alone  bool // needs the journal of the group on its pages: see group.settle
	taken  atomic.Bool
	answer chan error // one answer, buffered
	panics any        // what act panicked with; it comes out of the caller
}

// claim makes the job the writer's or takes it back for the caller: whoever is
// first has it.
func (j *job) claim() bool { return j.taken.CompareAndSwap(false, true) }

// Run is the one writer (pitfalls.B7): it merges the callers that wait into one
// commit. It returns nil when ctx ends, and the error that made the database
// untrustworthy: the process must then exit and start again from what is on
// disk (pitfalls.W2). It may be called once.
func (s *Store) Run(ctx context.Context) error {
	defer close(s.stopped)
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-s.jobs:
			if err := s.serve(j); err != nil {
				return fmt.Errorf("store of %s: %w", s.config.Node, err)
			}
		}
	}
}

// do hands act to the writer and waits for its commit. ctx ends the wait only
// while the act has not begun; after that the outcome is waited for, because it
// is microseconds away and must be known.
func (s *Store) do(ctx context.Context, alone bool, act func(g *group) error) error {
	j := &job{ctx: ctx, act: act, alone: alone, answer: make(chan error, 1)}
	select {
	case s.jobs <- j:
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer: %w", context.Cause(ctx))
	case <-s.stopped:
		return s.closed()
	}
	select {
	case err := <-j.answer:
		return j.end(err)
	case <-s.stopped:
	case <-ctx.Done():
		if j.claim() {
			return fmt.Errorf("wait for the writer: %w", context.Cause(ctx))
		}
	}
	select {
	case err := <-j.answer:
		return j.end(err)
	case <-s.stopped:
		return s.last(j)
	}
}

// last is for a caller that sees the writer end: its answer may lie there, and
// does not when its act ended the writer's goroutine.
func (s *Store) last(j *job) error {
	select {
	case err := <-j.answer:
		return j.end(err)
	default:
		return s.closed()
	}
}

func (j *job) end(err error) error {
	if j.panics != nil {
		panic(j.panics)
	}
	return err
}

func (s *Store) closed() error {
	if f := s.fatal.Load(); f != nil {
		return f
	}
	return stoppedFault()
}

// Update runs fn in a transaction of its own and returns nil once all it did is
// on disk, in one commit with whoever waits beside it. An error of fn, and
// every refusal is one, undoes what this caller did and nothing else. fn may be
// run more than once and must have no effect but on tx and its own results; it
// must be short, because every other writer waits. A panic of fn comes out of
// Update.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error) error {
	return s.do(ctx, false, func(g *group) error {
		tx := &Tx{ReadTx: ReadTx{b: g.tx}, g: g, now: s.clock.stamp()}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.err
	})
}

// serve answers j and everybody who comes while it is at it.
func (s *Store) serve(j *job) error {
	if !j.claim() {
		return nil
	}
	if err := s.room.refresh(); err != nil {
		s.config.Log.Warn("measure the disk", "err", err)
	}
	for queue := []*job{j}; len(queue) > 0; {
		rest, _, err := s.round(queue, true)
		if err != nil {
			s.fail(err)
			answer(rest, s.fatal.Load())
			return err
		}
		queue = rest
	}
	return nil
}

// next takes a waiting caller without waiting for one.
func (s *Store) next() *job {
	for {
		select {
		case j := <-s.jobs:
			if j.claim() {
				return j
			}
		default:
			return nil
		}
	}
}

// fail makes every later call refuse.
func (s *Store) fail(err error) {
	s.fatal.Store(brokenFault(err))
	s.config.Log.Error("store stops: the disk cannot be trusted", "err", err)
}

// answer tells jobs their outcome; each is told once.
func answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.answer <- err
	}
}
