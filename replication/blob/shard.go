package blob

import (
	"context"
	"sync"
)

// shard is what the store knows of one of its 256 first-level folders.
type shard struct {
	mu      sync.Mutex               // guards all below and the folder's names
	busy    map[string]chan struct{} // chunks being put or removed; closed at the end
	dirs    [256]bool                // second-level folders whose own names are durable
	names   [256]bool                // … whose names found at open are durable
	counted bool                     // count and bytes stand for the folder
	count   int64
	bytes   int64
}

// acquire waits until nobody else puts or removes the chunk.
func (sh *shard) acquire(ctx context.Context, name string) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		sh.mu.Lock()
		other, taken := sh.busy[name]
		if !taken {
			if sh.busy == nil {
				sh.busy = make(map[string]chan struct{})
			}
			sh.busy[name] = make(chan struct{})
			sh.mu.Unlock()
			return nil
		}
		sh.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done(): // seen at the top
		}
	}
}

func (sh *shard) release(name string) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	close(sh.busy[name])
	delete(sh.busy, name)
}

func (sh *shard) busyNow(name string) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	_, taken := sh.busy[name]
	return taken
}

// change runs one change of names and keeps the totals in step with it, so
// that a count made at the same time sees either both or neither.
func (sh *shard) change(count, bytes int64, do func() error) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if err := do(); err != nil {
		return err
	}
	if sh.counted {
		sh.count += count
		sh.bytes += bytes
	}
	return nil
}

func (sh *shard) dirsDurable(i int) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.dirs[i]
}

func (sh *shard) setDirsDurable(i int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.dirs[i] = true
}

func (sh *shard) settled(i int) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.names[i]
}

func (sh *shard) setSettled(i int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.names[i] = true
}
