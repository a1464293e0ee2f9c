// Package mark holds an index that only rises and lets goroutines wait for it.
//
// It is how the parts of a process tell each other how far they are: the
// journal how far it is durable, the state machine how far it has applied, the
// feed how far it has looked. An index is a fact: a waiter that comes late
// finds it reached, a rise that nobody waits for costs nothing, and nobody
// ever sleeps or polls (replication.R13, style.S7).
//
// It is not a queue: a waiter that sees 7 after 3 is not told of 4, 5 and 6;
// it reads what lies between from the source the mark speaks of.
//
//	for seen := uint64(0); ; {
//		select {
//		case <-head.Changed(seen):
//			seen = head.Get()
//			send(seen)
//		case <-ctx.Done():
//			return ctx.Err()
//		}
//	}
package mark

import (
	"context"
	"fmt"
	"math"
	"sync"
)

// Mark is an index that only rises. The zero Mark stands at 0 and is ready for
// use. All methods may be called from many goroutines; a Mark must not be
// copied after its first use.
type Mark struct {
	mu    sync.Mutex // guards at, waits
	at    uint64
	waits map[uint64]*wait // by the index waited for; every key is above at
}

// wait is shared by all who wait for one index, so that a loop asking again
// for the same index adds nothing.
type wait struct {
	reached chan struct{} // closed when the mark stands at the index or above
	users   int           // calls of Wait that still hold it
	kept    bool          // handed out by Changed: its reader is not known
}

// Set raises the mark to i and wakes those who waited for i or less. A lower i
// changes nothing, so reports may arrive in any order.
func (m *Mark) Set(i uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i <= m.at {
		return
	}
	m.at = i
	for target, w := range m.waits {
		if target <= i {
			close(w.reached)
			delete(m.waits, target)
		}
	}
}

// Get gives where the mark stands.
func (m *Mark) Get() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

// Wait returns nil once the mark stands at i or above, even when ctx has ended
// by then, and ctx's cause wrapped when that ends first.
func (m *Mark) Wait(ctx context.Context, i uint64) error {
	w := m.enter(i)
	if w == nil {
		return nil
	}
	select {
	case <-w.reached:
		return nil
	case <-ctx.Done():
	}
	if m.leave(i, w) {
		return nil
	}
	return fmt.Errorf("wait for index %d: %w", i, context.Cause(ctx))
}

// Changed gives a channel that is closed once the mark stands above seen, at
// once if it does already. It is for select; asking again with the same seen
// gives the same channel, and a channel left unread is freed by the next rise
// above seen.
func (m *Mark) Changed(seen uint64) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seen < m.at {
		return closed()
	}
	if seen == math.MaxUint64 {
		return nil // nothing is above it: blocks for ever
	}
	w := m.waitFor(seen + 1)
	w.kept = true
	return w.reached
}

// enter registers a call of Wait; nil means that i is reached.
func (m *Mark) enter(i uint64) *wait {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i <= m.at {
		return nil
	}
	w := m.waitFor(i)
	w.users++
	return w
}

// leave takes a call of Wait back and reports whether i was reached after all.
func (m *Mark) leave(i uint64, w *wait) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i <= m.at {
		return true
	}
	if w.users--; w.users == 0 && !w.kept {
		delete(m.waits, i)
	}
	return false
}

func (m *Mark) waitFor(i uint64) *wait {
	if w := m.waits[i]; w != nil {
		return w
	}
	if m.waits == nil {
		m.waits = make(map[uint64]*wait)
	}
	w := &wait{reached: make(chan struct{})}
	m.waits[i] = w
	return w
}

func closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}
