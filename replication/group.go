package replication

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"xiangyun/protocol"
)

// group waits for goroutines and keeps the first error that says something.
type group struct {
	wg  sync.WaitGroup
	mu  sync.Mutex // guards err
	err error
}

// Go runs fn in a goroutine of the group, and then what must follow it: only
// once its error is kept, so that what it breaks elsewhere never comes first.
func (g *group) Go(fn func() error, then ...func()) {
	g.wg.Go(func() {
		g.keep(fn())
		for _, do := range then {
			do()
		}
	})
}

func (g *group) keep(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil && (g.err == nil || errors.Is(g.err, context.Canceled)) {
		g.err = err
	}
}

// Wait returns when every goroutine is gone.
func (g *group) Wait() error {
	g.wg.Wait()
	return g.err
}

// The waits between two attempts (replication.R8): at once, then full jitter
// from firstWait doubling to longWait, and slowWait once slowAfter passed in vain.
const (
	firstWait = 100 * time.Millisecond
	longWait  = 5 * time.Second
	slowWait  = 60 * time.Second
	slowAfter = 10 * time.Minute
)

type backoff struct {
	next  time.Duration
	since time.Time
	fixed time.Duration
}

func newBackoff() *backoff { return &backoff{since: time.Now()} }

func (b *backoff) reset() { *b = backoff{since: time.Now()} }

// after makes the next wait fit what the hub said: an operator's work takes
// minutes, a busy hub seconds.
func (b *backoff) after(err error) {
	b.fixed = 0
	if err == errResume {
		b.reset()
	}
	switch protocol.CodeOf(err) {
	case protocol.Fork, protocol.Fenced, protocol.Denied, protocol.Frozen:
		b.fixed = 10 * time.Second
	case protocol.Parked, protocol.Full:
		b.fixed = 3 * time.Second
	case protocol.Twin:
		b.fixed = time.Second
	}
}

func (b *backoff) sleep(ctx context.Context) {
	wait := b.fixed
	if wait == 0 && b.next > 0 {
		wait = time.Duration(rand.Int64N(int64(b.next)) + 1)
	}
	b.next = min(max(2*b.next, firstWait), longWait)
	if time.Since(b.since) > slowAfter {
		b.next = slowWait
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
