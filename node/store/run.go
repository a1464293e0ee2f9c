package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"xiangyun/protocol"
)

// maxGroup bounds how many callers share one write to the disk.
const maxGroup = 256

// maxTail bounds what is done again after a crash or a rolled-back caller.
const maxTail = 2048

// writeBehind is how long an act may be in the redo log alone.
const writeBehind = 100 * time.Millisecond

// job is one caller that waits for the writer.
type job struct {
	act    func(g *group) error
	alone  bool // needs the journal on the pages: see group.settle
	taken  atomic.Bool
	answer chan error // one answer, buffered
	panics any        // what act panicked with; it comes out of the caller
}

// claim makes the job the writer's or takes it back for the caller: whoever is
// first has it.
func (j *job) claim() bool { return j.taken.CompareAndSwap(false, true) }

// Run is the one writer (pitfalls.B7): it merges the callers that wait into one
// write. It returns nil when ctx ends, and the error that made the disk
// untrustworthy: the process must then exit and start again from what is on
// disk (pitfalls.W2). It may be called once.
func (s *Store) Run(ctx context.Context) error {
	defer close(s.stopped)
	due := time.NewTimer(0)
	due.Stop()
	for waiting := false; ; {
		var err error
		select {
		case <-ctx.Done():
			if _, err := s.commit(); err != nil {
				return s.fail(err)
			}
			return nil
		case j := <-s.jobs:
			err = s.serve(j)
		case j := <-s.commits:
			err = s.commitFor(j)
		case <-due.C:
			waiting = false
			_, err = s.commit()
		}
		if err != nil {
			return s.fail(err)
		}
		if len(s.tail) > 0 && !waiting {
			due.Reset(s.patience())
			waiting = true
		}
	}
}

// patience is how long the tail may wait: longer when the last commit found no
// room.
func (s *Store) patience() time.Duration {
	if s.crammed {
		return 10 * s.config.patience
	}
	return s.config.patience
}

// commit puts the tail on the pages. outcome says why that could not be done
// yet; the tail is durable all the same.
func (s *Store) commit() (outcome, fatal error) {
	if len(s.tail) == 0 {
		return nil, s.abandon()
	}
	g, err := s.transaction()
	if err != nil {
		return nil, err
	}
	outcome, fatal = s.flush(g)
	if outcome == nil || fatal != nil {
		return nil, fatal
	}
	if s.room.surrender() {
		return s.commit()
	}
	s.config.Log.Error("what is accepted waits in the redo log", "steps", len(s.tail), "err", outcome)
	return outcome, nil
}

// commitFor commits for a reader and for all who wait for the same.
func (s *Store) commitFor(j *job) error {
	outcome, fatal := s.commit()
	if fatal != nil {
		outcome = brokenFault(fatal)
	}
	for ; j != nil; j = s.take(s.commits) {
		j.answer <- outcome
	}
	return fatal
}

// do hands act to the writer and waits until it is durable. ctx ends the wait
// only while the act has not begun; after that the outcome is waited for,
// because it is microseconds away and must be known.
func (s *Store) do(ctx context.Context, alone bool, act func(g *group) error) error {
	return s.hand(ctx, s.jobs, &job{act: act, alone: alone, answer: make(chan error, 1)})
}

func (s *Store) hand(ctx context.Context, to chan<- *job, j *job) error {
	select {
	case to <- j:
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
// on disk, by one write with whoever waits beside it. An error of fn, and every
// refusal is one, undoes what this caller did and nothing else. fn may be run
// more than once and must have no effect but on tx and its own results. It must
// be short, because every other writer waits, and must not call the Store: it
// reads through tx. A panic of fn comes out of Update.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error) error {
	var stamped protocol.Instant
	for asides := 0; ; asides++ {
		err := s.update(ctx, &stamped, asides, fn)
		var aside *Aside
		if !errors.As(err, &aside) {
			return err
		}
		if err := aside.Do(ctx); err != nil {
			return err
		}
	}
}

// update runs fn once. at is stamped by the first run: those after an Aside keep
// its instant, which is in what was made aside.
func (s *Store) update(ctx context.Context, at *protocol.Instant, asides int, fn func(tx *Tx) error) error {
	return s.do(ctx, false, func(g *group) error {
		if *at == 0 {
			*at = s.clock.stamp()
		}
		tx := &Tx{ReadTx: ReadTx{b: g.tx}, g: g, now: *at, asides: asides}
		defer func() { tx.g = nil }()
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
			answer(rest, brokenFault(err))
			return err
		}
		queue = rest
	}
	if len(s.tail) >= maxTail {
		_, err := s.commit()
		return err
	}
	return nil
}

// take gives a waiting caller without waiting for one.
func (s *Store) take(from <-chan *job) *job {
	for {
		select {
		case j := <-from:
			if j.claim() {
				return j
			}
		default:
			return nil
		}
	}
}

// fail makes every later call refuse.
func (s *Store) fail(err error) error {
	s.fatal.Store(brokenFault(err))
	s.config.Log.Error("store stops: the disk cannot be trusted", "err", err)
	return fmt.Errorf("store of %s: %w", s.config.Node, err)
}

// answer tells jobs their outcome; each is told once.
func answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.answer <- err
	}
}
