package fsm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Bounds of what a reader of changes may leave unread, and of what one read
// transaction of a walk over all records reads.
const (
	maxWaiting = 100_000
	walkSlice  = 5_000
)

// watchers are the readers of changes.
type watchers struct {
	mu   sync.Mutex // guards list and what each reader waits for
	list map[*Changes]bool
	upto uint64
}

// Changes tells one reader which records changed; it is what a
// replication/search Follower reads from. It holds no states: the newest is
// read from the state machine. Its methods are for one goroutine.
type Changes struct {
	f     *FSM
	wake  chan struct{}
	given uint64 // index up to which all changes were given

	// guarded by the watchers' mutex
	waiting []protocol.Ref
	known   map[protocol.Ref]bool
	walking bool // too much changed: every record is given
	after   protocol.Ref
}

// Changes opens a reader; it remembers what changes from now on. Close it when
// done.
func (f *FSM) Changes() *Changes {
	c := &Changes{f: f, known: make(map[protocol.Ref]bool), wake: make(chan struct{}, 1)}
	f.watch.mu.Lock()
	defer f.watch.mu.Unlock()
	if f.watch.list == nil {
		f.watch.list = make(map[*Changes]bool)
	}
	f.watch.list[c] = true
	return c
}

// Next waits until records have changed and gives them, each once between two
// calls, and the index up to which all changes have now been given. After a
// restore, or when the reader was left behind by too many, it gives every
// record instead.
func (c *Changes) Next(ctx context.Context) ([]protocol.Ref, uint64, error) {
	for ctx.Err() == nil {
		if c.mustWalk() {
			refs, err := c.walk()
			if err != nil || len(refs) > 0 {
				return refs, c.given, err
			}
			continue
		}
		if refs, upto := c.take(); len(refs) > 0 {
			c.given = upto
			return refs, upto, nil
		}
		select {
		case <-c.wake:
		case <-ctx.Done():
		}
	}
	return nil, 0, fmt.Errorf("wait for changes: %w", context.Cause(ctx))
}

// loadSlice is how many records are read while Apply waits.
const loadSlice = 64

// Load gives the records of refs as they stand, without those that are gone.
func (c *Changes) Load(_ context.Context, refs []protocol.Ref) ([]protocol.Record, error) {
	list := make([]protocol.Record, 0, len(refs))
	for part := range slices.Chunk(refs, loadSlice) {
		err := c.f.View(func(tx *bbolt.Tx) error {
			for _, ref := range part {
				rec, ok, err := fold.Get(tx, ref)
				if err != nil {
					return err
				}
				if ok {
					list = append(list, rec)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Each calls fn for every record and gives an index that all of them have at
// least reached. fn is called outside of any transaction.
func (c *Changes) Each(ctx context.Context, fn func(protocol.Record) error) (uint64, error) {
	upto := c.f.applied.Get()
	if err := c.f.Commit(); err != nil {
		return 0, err
	}
	for after := (protocol.Ref{}); ; {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		list, err := c.f.slice(after)
		if err != nil || len(list) == 0 {
			return upto, err
		}
		for _, rec := range list {
			if err := fn(rec); err != nil {
				return 0, err
			}
		}
		after = list[len(list)-1].Ref
	}
}

// Close ends the reader.
func (c *Changes) Close() {
	w := &c.f.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.list, c)
}

func (c *Changes) take() ([]protocol.Ref, uint64) {
	w := &c.f.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	refs := c.waiting
	c.waiting = nil
	clear(c.known)
	return refs, w.upto
}

func (c *Changes) mustWalk() bool {
	c.f.watch.mu.Lock()
	defer c.f.watch.mu.Unlock()
	return c.walking
}

// walk gives the next records of all; what changes meanwhile comes after.
func (c *Changes) walk() ([]protocol.Ref, error) {
	w := &c.f.watch
	w.mu.Lock()
	after := c.after
	w.mu.Unlock()
	if after == (protocol.Ref{}) {
		if err := c.f.Commit(); err != nil { // what was forgotten must be among what is read
			return nil, err
		}
	}
	list, err := c.f.slice(after)
	if err != nil {
		return nil, err
	}
	refs := make([]protocol.Ref, len(list))
	for i := range list {
		refs[i] = list[i].Ref
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case c.after != after: // begun again meanwhile
	case len(refs) == 0:
		c.walking = false
	default:
		c.after = refs[len(refs)-1]
	}
	return refs, nil
}

// slice reads some records behind after, beside Apply.
func (f *FSM) slice(after protocol.Ref) (list []protocol.Record, err error) {
	tx, err := f.begin()
	if err != nil {
		return nil, err
	}
	defer f.end(tx)
	kinds := protocol.Kinds()
	for _, k := range kinds {
		if k.Name < after.Kind || len(list) >= walkSlice {
			continue
		}
		from := ""
		if k.Name == after.Kind {
			from = after.ID
		}
		if list, err = f.sliceOf(tx, k.Name, from, list); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (f *FSM) sliceOf(tx *bbolt.Tx, kind protocol.KindName, from string, list []protocol.Record) ([]protocol.Record, error) {
	enough := errors.New("enough")
	err := fold.EachFrom(tx, kind, from, func(rec protocol.Record) error {
		if len(list) >= walkSlice {
			return enough
		}
		list = append(list, rec)
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return list, stored(err)
}

// tell hands the changes of one index to every reader.
func (w *watchers) tell(index uint64, refs []protocol.Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.upto = index
	if len(refs) == 0 {
		return
	}
	for c := range w.list {
		for _, ref := range refs {
			if !c.known[ref] {
				c.known[ref] = true
				c.waiting = append(c.waiting, ref)
			}
		}
		if len(c.waiting) > maxWaiting {
			c.lose()
		}
		c.rouse()
	}
}

// loseAll says that the state was replaced as a whole.
func (w *watchers) loseAll(index uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.upto = index
	for c := range w.list {
		c.lose()
		c.rouse()
	}
}

func (c *Changes) lose() {
	c.walking, c.after, c.waiting = true, protocol.Ref{}, nil
	clear(c.known)
}

func (c *Changes) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
