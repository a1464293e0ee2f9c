package replication

import (
	"context"
	"sync"

	"xiangyun/protocol"
)

// drill lets an operator cut a node off on purpose: to rehearse an outage, or
// to move a line. Every session ends as if the line were cut, and nothing is
// dialled until the drill is over.
type drill struct {
	mu   sync.Mutex                                  // guards over, cut
	over chan struct{}                               // nil while online; closed when the drill ends
	cut  map[context.Context]context.CancelCauseFunc // by what online gave out
}

// Offline begins (or ends) a drill.
func (u *Uplink) Offline(off bool) {
	u.drill.mu.Lock()
	defer u.drill.mu.Unlock()
	switch {
	case off && u.drill.over == nil:
		u.drill.over = make(chan struct{})
		for _, cancel := range u.drill.cut {
			cancel(drilling())
		}
	case !off && u.drill.over != nil:
		close(u.drill.over)
		u.drill.over = nil
	}
}

// Drilling reports whether the node is cut off on purpose.
func (u *Uplink) Drilling() bool {
	u.drill.mu.Lock()
	defer u.drill.mu.Unlock()
	return u.drill.over != nil
}

// online waits until no drill is on and gives a context that the next drill
// ends; done gives it back.
func (d *drill) online(ctx context.Context) (on context.Context, done func(), err error) {
	for {
		d.mu.Lock()
		over := d.over
		if over == nil {
			defer d.mu.Unlock()
			on, done = d.enter(ctx)
			return on, done, nil
		}
		d.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// enter is called with mu held.
func (d *drill) enter(ctx context.Context) (context.Context, func()) {
	on, cancel := context.WithCancelCause(ctx)
	if d.cut == nil {
		d.cut = make(map[context.Context]context.CancelCauseFunc)
	}
	d.cut[on] = cancel
	return on, func() {
		cancel(nil)
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.cut, on)
	}
}

// allow refuses to open anything during a drill.
func (u *Uplink) allow() error {
	if u.Drilling() {
		return drilling()
	}
	return nil
}

func drilling() error {
	return protocol.NewFault(protocol.Busy, "dial hub", "本节点正在断网演练")
}
