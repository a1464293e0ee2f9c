package replication

import (
	"context"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

// repairEvery is how often a server looks for chunks it should hold and does
// not: it was away when they came, or its disk lost them.
const repairEvery = 15 * time.Minute

// Run keeps this server's copy of the province's blobs whole until ctx ends
// (replication.B5): it fetches from the other servers what manifests name and
// is not here, and reads everything again within blob.Period. It returns when
// the copies it had under way are ended, with the error of a disk that cannot
// be trusted any more.
func (b *BlobServer) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b.life.begin(ctx)
	defer b.life.end()
	var g group
	g.Go(func() error { return b.repairs(ctx) }, cancel)
	g.Go(func() error {
		return b.Store.Tend(ctx, blob.Period, func(ctx context.Context, id protocol.BlobID) { b.mend(ctx, id) })
	}, cancel)
	return g.Wait()
}

func (b *BlobServer) repairs(ctx context.Context) error {
	ticker := time.NewTicker(repairEvery)
	defer ticker.Stop()
	for {
		if err := b.repair(ctx); err != nil && ctx.Err() == nil {
			if blob.Fatal(err) {
				return err
			}
			b.Log.Warn("repair of blobs broke off", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// repair goes through all manifests once. A chunk that nobody holds now is
// looked for again next time.
func (b *BlobServer) repair(ctx context.Context) error {
	after := ""
	for {
		ids, next, err := b.Manifests(after)
		if err != nil {
			return err
		}
		missing, err := b.Store.Has(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range missing {
			if err := b.mend(ctx, id); blob.Fatal(err) || ctx.Err() != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// mend fetches a chunk from another server.
func (b *BlobServer) mend(ctx context.Context, id protocol.BlobID) error {
	ok, err := b.borrow(ctx, id)
	switch {
	case ok:
		b.Log.Info("chunk repaired", "chunk", id)
	case err == nil && ctx.Err() == nil:
		b.Log.Error("chunk is missing here and at every server in reach", "chunk", id)
	}
	return err
}

// life bounds what goes on when its exchange is over. Before it begins and
// after it ends nothing does.
type life struct {
	mu   sync.Mutex // guards ctx
	ctx  context.Context
	work sync.WaitGroup
}

func (l *life) begin(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ctx = ctx
}

// end waits for all that was started.
func (l *life) end() {
	l.mu.Lock()
	l.ctx = nil
	l.mu.Unlock()
	l.work.Wait()
}

// start runs fn in a goroutine of its own, or says that there is no life.
func (l *life) start(fn func(ctx context.Context)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil || l.ctx.Err() != nil {
		return false
	}
	ctx := l.ctx
	l.work.Go(func() { fn(ctx) })
	return true
}
