package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"xiangyun/protocol"
)

const (
	tmpDir   = "tmp"  // uploads not finished; emptied at open
	badDir   = "bad"  // chunks that failed their hash, kept for the operator
	lockName = "lock" // held by flock for as long as the store is open
)

// Options of a store.
type Options struct {
	Log   *slog.Logger // nil drops the lines
	Fatal func(error)  // told once when an fsync fails: the process must exit (pitfalls.W2); may be nil
}

// Store is a folder of chunks owned by one process. All methods are safe for
// many goroutines. Every id handed in is checked; an id that is none is a
// Malformed fault.
type Store struct {
	root   *os.Root // pitfalls.W6: no name can lead out of the folder
	lock   *os.File
	log    *slog.Logger
	fatal  func(error)
	disk   disk
	shards [256]shard
	nextT  atomic.Uint64         // number of the next temp file
	dead   atomic.Pointer[error] // set by a failed fsync, never cleared
}

// disk is the two calls a test must be able to fail.
type disk struct {
	write func(f *os.File, b []byte) (int, error)
	sync  func(f *os.File) error
}

// Open takes the folder dir, which it makes when absent, and removes the temp
// files of uploads that never finished. It fails when another process holds
// the folder.
func Open(dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	s := &Store{root: root, log: o.Log, fatal: o.Fatal, disk: disk{(*os.File).Write, (*os.File).Sync}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("open blob store %s: %w", dir, err), s.Close())
	}
	return s, nil
}

func (s *Store) prepare() error {
	if err := s.takeLock(); err != nil {
		return err
	}
	if err := s.root.RemoveAll(tmpDir); err != nil {
		return err
	}
	for _, dir := range []string{tmpDir, badDir} {
		if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return s.syncDir(".")
}

// takeLock keeps a second process from emptying tmp under this one.
func (s *Store) takeLock() (err error) {
	if s.lock, err = s.root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another process holds it: %w", err)
	}
	return nil
}

// Close gives the folder free. Nothing may be under way.
func (s *Store) Close() error {
	var err error
	if s.lock != nil {
		err = s.lock.Close()
	}
	return errors.Join(err, s.root.Close())
}

// Has lists those of ids that are not held here, in the order given. A chunk
// it does not list is durable; whether its bytes are still right is told by
// reading. It does not protect a chunk from the collector: an open upload pins
// its ids (replication.B7).
func (s *Store) Has(ctx context.Context, ids []protocol.BlobID) ([]protocol.BlobID, error) {
	var lack []protocol.BlobID
	for _, id := range ids {
		p, err := placeOf(id)
		if err != nil {
			return nil, err
		}
		held, err := s.holds(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("look for chunk: %w", err)
		}
		if !held {
			lack = append(lack, id)
		}
	}
	return lack, nil
}

func (s *Store) holds(ctx context.Context, p place) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, context.Cause(ctx)
	}
	_, err := s.root.Stat(p.path())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// Asked after the name was seen: a put whose name is not yet synced still
	// holds the chunk, and one that failed has ended the store.
	if s.shards[p.shard()].busyNow(p.name) {
		return false, nil
	}
	if err := s.alive(); err != nil {
		return false, err
	}
	// A process killed between rename and fsync leaves a name that a power cut
	// can still take away.
	return true, s.settle(p)
}

// Delete removes a chunk and returns once that is durable. Removing what is
// not held is no error.
func (s *Store) Delete(ctx context.Context, id protocol.BlobID) error {
	_, err := s.remove(ctx, id, func(fs.FileInfo) bool { return true })
	return err
}

// DeleteOlder removes a chunk that nobody has put since before, and reports
// whether it did. The collector uses it, so that a chunk put again after the
// mark survives the sweep (replication.B7).
func (s *Store) DeleteOlder(ctx context.Context, id protocol.BlobID, before time.Time) (bool, error) {
	return s.remove(ctx, id, func(i fs.FileInfo) bool { return i.ModTime().Before(before) })
}

func (s *Store) remove(ctx context.Context, id protocol.BlobID, may func(fs.FileInfo) bool) (bool, error) {
	p, err := placeOf(id)
	if err != nil {
		return false, err
	}
	if err := s.alive(); err != nil {
		return false, err
	}
	sh := &s.shards[p.shard()]
	if err := sh.acquire(ctx, p.name); err != nil {
		return false, err
	}
	defer sh.release(p.name)
	info, err := s.root.Stat(p.path())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || !may(info) {
		return false, err
	}
	if err := sh.change(-1, -info.Size(), func() error { return s.root.Remove(p.path()) }); err != nil {
		return false, fmt.Errorf("delete chunk: %w", err)
	}
	return true, s.syncDir(p.dir())
}

// alive refuses writes after a failed fsync.
func (s *Store) alive() error {
	if err := s.dead.Load(); err != nil {
		return *err
	}
	return nil
}
