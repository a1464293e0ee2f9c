package quorum

import (
	"context"
	"sync"

	"github.com/hashicorp/raft"
)

// flight counts the futures raft has not answered. raft answers nothing after
// its shutdown and keeps what is queued then for ever, so a shutdown lets no
// more in and waits for the rest first.
type flight struct {
	mu      sync.Mutex // guards n, closing
	n       int
	closing bool
	idle    chan struct{} // closed when closing and nothing is out
	down    chan struct{} // closed when raft has stopped
}

func newFlight() *flight {
	return &flight{idle: make(chan struct{}), down: make(chan struct{})}
}

func (f *flight) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return false
	}
	f.n++
	return true
}

func (f *flight) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n--; f.closing && f.n == 0 {
		close(f.idle)
	}
}

// shut lets nothing more in; idle is closed when the last one is out.
func (f *flight) shut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closing = true
	if f.n == 0 {
		close(f.idle)
	}
}

// call hands raft something and waits for its answer. When ctx ends first, or
// raft stops without answering, the outcome is unknown to the caller.
func (f *flight) call(ctx context.Context, ask func() raft.Future) error {
	if !f.enter() {
		return raft.ErrRaftShutdown
	}
	answer := make(chan error, 1)
	future := ask()
	go func() {
		defer f.leave()
		answer <- future.Error()
	}()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-f.down:
		return errStopped
	}
}
