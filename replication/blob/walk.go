package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"xiangyun/protocol"
)

// Held is one chunk in the store. Put is when it was last put, for the
// collector's age rule (replication.B7).
type Held struct {
	Chunk
	Put time.Time
}

// Each calls fn for every chunk in order of id, from the first one after
// after ("" for all), until fn returns an error. Chunks put or removed
// meanwhile may or may not be seen. fn may call the store.
func (s *Store) Each(ctx context.Context, after protocol.BlobID, fn func(Held) error) error {
	from := place{}
	if after != "" {
		var err error
		if from, err = placeOf(after); err != nil {
			return err
		}
	}
	for i := range s.shards {
		if folder(i) < from.a {
			continue
		}
		if err := s.eachIn(ctx, i, from, fn); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) eachIn(ctx context.Context, i int, from place, fn func(Held) error) error {
	dirs, err := s.list(folder(i))
	if err != nil {
		return err
	}
	for _, d := range dirs {
		dir := folder(i) + "/" + d
		if hexByte(d) < 0 || folder(i) == from.a && d < from.b {
			continue
		}
		names, err := s.list(dir)
		if err != nil {
			return err
		}
		for _, name := range names {
			if name <= from.name {
				continue
			}
			if err := s.visit(ctx, dir, name, fn); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) visit(ctx context.Context, dir, name string, fn func(Held) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p, err := placeOf(protocol.BlobID(idPrefix + name))
	if err != nil || p.dir() != dir {
		return nil // not a name of ours: never touched
	}
	info, err := s.root.Stat(p.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed meanwhile
	}
	if err != nil {
		return fmt.Errorf("list chunks: %w", err)
	}
	return fn(Held{Chunk{p.id(), info.Size()}, info.ModTime()})
}

// list gives the names in dir in order; a folder that is absent is empty.
func (s *Store) list(dir string) ([]string, error) {
	f, err := s.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list chunks: %w", err)
	}
	defer f.Close() // read only: nothing to lose
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list chunks: %w", err)
	}
	slices.SortFunc(names, strings.Compare)
	return names, nil
}

// Stats says how much the store holds.
type Stats struct {
	Chunks int64
	Bytes  int64
}

// Stats counts the store. The first call walks the folders (seconds for a
// million chunks) and holds up puts of one 256th at a time; later calls only
// add up.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var sum Stats
	for i := range s.shards {
		if ctx.Err() != nil {
			return Stats{}, context.Cause(ctx)
		}
		if err := s.count(ctx, i, &sum); err != nil {
			return Stats{}, fmt.Errorf("count chunks: %w", err)
		}
	}
	return sum, nil
}

func (s *Store) count(ctx context.Context, i int, sum *Stats) error {
	sh := &s.shards[i]
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if !sh.counted {
		sh.count, sh.bytes = 0, 0
		err := s.eachIn(ctx, i, place{}, func(h Held) error {
			sh.count++
			sh.bytes += h.Size
			return nil
		})
		if err != nil {
			return err
		}
		sh.counted = true
	}
	sum.Chunks += sh.count
	sum.Bytes += sh.bytes
	return nil
}
