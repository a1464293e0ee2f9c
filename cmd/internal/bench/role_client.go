package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// clientRole writes to the hub as nodes do, over sessions of its own with
// identities that were enrolled for it, and without a disk: what it measures
// is the hub.
type clientRole struct {
	boot    wire.Boot
	dirs    []string
	writers []*writer
}

func playClient(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("client", flag.ContinueOnError)
	dir := f.String("dir", "", "folder with one folder for each identity")
	if err := f.Parse(args); err != nil {
		return err
	}
	dirs, err := filepath.Glob(filepath.Join(*dir, "w*"))
	if err != nil {
		return err
	}
	c := &clientRole{dirs: dirs}
	if _, err := rand.Read(c.boot[:]); err != nil {
		return err
	}
	defer c.close()
	return obey(ctx, map[string]verb{"connect": does(c.connect), "write": does(c.write), "stream": does(c.stream)})
}

func (c *clientRole) close() {
	for _, w := range c.writers {
		w.close()
	}
	c.writers = nil
}

// connect opens one session for each identity, all to one server.
func (c *clientRole) connect(ctx context.Context, addr string) (none, error) {
	c.close()
	for _, dir := range c.dirs {
		w, err := connect(ctx, dir, addr, c.boot)
		if err != nil {
			return none{}, err
		}
		c.writers = append(c.writers, w)
	}
	return none{}, nil
}

// write keeps l.Workers writes in flight; each waits for its acknowledgement
// before it writes again.
func (c *clientRole) write(ctx context.Context, l load) (done, error) {
	return l.each(ctx, func(ctx context.Context, n uint64) error {
		w := c.writers[n%uint64(min(len(c.writers), l.Workers))]
		return w.put(ctx, l.Run, n)
	})
}

// stream sends full batches, as a node that catches up does, for l.For.
func (c *clientRole) stream(ctx context.Context, l load) (done, error) {
	var wg sync.WaitGroup
	var count atomic.Uint64
	errs := make([]error, len(c.writers))
	begin := time.Now()
	for i, w := range c.writers {
		wg.Go(func() {
			n, err := w.stream(ctx, l.Run, begin.Add(l.For))
			count.Add(n)
			errs[i] = err
		})
	}
	wg.Wait()
	return done{Count: count.Load(), Took: time.Since(begin)}, errors.Join(errs...)
}

var lane = protocol.Bulk // of filings
