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
	mu   sync.Mutex    // guards over, cut
	over chan struct{} // nil while online; closed when the drill ends
	cut  []context.CancelFunc
}

// Offline begins (or ends) a drill.
func (u *Uplink) Offline(off bool) {
	u.drill.mu.Lock()
	defer u.drill.mu.Unlock()
	switch {
	case off && u.drill.over == nil:
		u.drill.over = make(chan struct{})
		for _, cancel := range u.drill.cut {
			cancel()
		}
		u.drill.cut = nil
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
// ends.
func (d *drill) online(ctx context.Context) (context.Context, error) {
	for {
		d.mu.Lock()
		over := d.over
		if over == nil {
			ctx, cancel := context.WithCancel(ctx)
			d.cut = append(d.cut, cancel)
			d.mu.Unlock()
			return ctx, nil
		}
		d.mu.Unlock()
		select {
		case <-over:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// allow refuses to open anything during a drill.
func (u *Uplink) allow() error {
	if u.Drilling() {
		return protocol.NewFault(protocol.Busy, "dial hub", "本节点正在断网演练")
	}
	return nil
}
