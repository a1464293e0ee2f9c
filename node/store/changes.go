package store

import (
	"context"
	"fmt"
	"sync"

	"xiangyun/protocol"
)

// maxChanges bounds what a follower may fall behind.
const maxChanges = 1 << 16

// Changes tells one follower (search, a live screen) which records changed, in
// the order of their first change since it last asked. It is for one goroutine.
type Changes struct {
	list *watchers

	mu    sync.Mutex // guards the rest
	seen  map[protocol.Ref]struct{}
	order []protocol.Ref
	lost  bool
	wake  chan struct{} // holds one token while there is something to tell
}

// watchers are the followers of one store.
type watchers struct {
	mu  sync.Mutex // guards all
	all map[*Changes]struct{}
}

// Changes begins to follow from now on; Close ends it.
func (s *Store) Changes() *Changes {
	c := &Changes{list: &s.watchers, seen: make(map[protocol.Ref]struct{}), wake: make(chan struct{}, 1)}
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	if s.watchers.all == nil {
		s.watchers.all = make(map[*Changes]struct{})
	}
	s.watchers.all[c] = struct{}{}
	return c
}

// Next waits until records changed and names them: a record named twice in
// between comes once, one that is gone comes too. After more than 65,536 it
// gives a gap fault once: the follower reads everything again and goes on.
func (c *Changes) Next(ctx context.Context) ([]protocol.Ref, error) {
	select {
	case <-c.wake:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for changes: %w", context.Cause(ctx))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	refs, lost := c.order, c.lost
	c.order, c.lost = nil, false
	clear(c.seen)
	if lost {
		return nil, protocol.NewFault(protocol.Gap, "follow changes", "变动过多,须从头读取")
	}
	return refs, nil
}

// Close stops following.
func (c *Changes) Close() {
	c.list.mu.Lock()
	defer c.list.mu.Unlock()
	delete(c.list.all, c)
}

func (w *watchers) tell(refs []protocol.Ref) {
	if len(refs) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all {
		c.add(refs)
	}
}

func (c *Changes) add(refs []protocol.Ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ref := range refs {
		if _, ok := c.seen[ref]; ok || c.lost {
			continue
		}
		c.seen[ref] = struct{}{}
		c.order = append(c.order, ref)
	}
	if len(c.order) > maxChanges {
		c.order, c.lost = nil, true
		clear(c.seen)
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
