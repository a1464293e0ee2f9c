package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/journal"
	"xiangyun/replication/mark"
)

// Config says whose store it is and what it may use.
type Config struct {
	Node   protocol.NodeID
	Epoch  uint64         // of the certificate; see NeedsRebase
	Signer journal.Signer // of checkpoints, with the node's key
	Level  uint16         // rules that apply at least; the feed raises it
	Log    *slog.Logger

	// Stamp is where wall time comes from; nil is the machine's clock.
	Stamp func() protocol.Instant
	// FreeDisk measures the file system, in bytes; nil never refuses for room.
	FreeDisk func() (free, total uint64)
	// Reserve is the size of the preallocated file that is given up for urgent
	// acts when the disk is nearly full (replication.md §12), in bytes; 0 is none.
	Reserve int64
	// MaxSize bounds the database file, in bytes; 0 does not (pitfalls.B6).
	MaxSize int
	// Audit names the kinds that are written up to 97 % of the disk; nil names none.
	Audit func(protocol.KindName) bool
}

// Store is a node's database. All methods may be called from many goroutines;
// those that change something wait for Run.
type Store struct {
	config Config
	db     *bbolt.DB
	jobs   chan *job
	room   roomKeeper
	clock  clock

	appended [lanes]atomic.Pointer[mark.Mark]
	watchers watchers

	stopped chan struct{} // closed when Run has returned
	fatal   atomic.Pointer[protocol.Fault]

	mu    sync.Mutex // guards state
	state state      // as committed; only the writer replaces it
}

// Open opens or makes the database at path. Nothing runs yet: Run does. It
// reads the whole file once (pitfalls.B2), so a large one takes a while.
func Open(path string, c Config) (*Store, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	db, err := openFile(path, c.MaxSize)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{config: c, db: db, jobs: make(chan *job), stopped: make(chan struct{})}
	s.clock.set(c.Stamp)
	s.room.init(path+".reserve", c)
	err = db.Update(func(tx *bbolt.Tx) (err error) {
		if err = makeBuckets(tx); err == nil {
			s.state, err = load(tx, c)
		}
		return err
	})
	if err == nil {
		err = s.room.measure()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), db.Close())
	}
	s.raiseMarks(&s.state)
	return s, nil
}

func (c *Config) validate() error {
	if err := c.Node.Validate(); err != nil {
		return err
	}
	switch {
	case c.Node == protocol.Hub:
		return errors.New("the hub is not a node")
	case c.Epoch == 0:
		return errors.New("epoch is 0")
	case c.Signer == nil:
		return errors.New("no signer")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// openFile turns what bbolt panics about into an error: the file is damaged and
// the one way out is a rebuild from backup or hub (pitfalls.B3).
func openFile(path string, maxSize int) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	_, statErr := os.Stat(path)
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, // pitfalls.B1
		InitialMmapSize: 1 << 30, MaxSize: maxSize, // a large map spares remaps, which wait for readers
	})
	if err == nil && errors.Is(statErr, os.ErrNotExist) {
		err = syncDir(path) // pitfalls.W1
	}
	return db, err
}

// Close closes the database; Run must have returned.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// View reads from one state of the database. Calls of fn should be short: a
// long one keeps every page that is freed meanwhile (pitfalls.B5).
func (s *Store) View(fn func(tx *ReadTx) error) error {
	if f := s.fatal.Load(); f != nil {
		return f
	}
	return s.db.View(func(b *bbolt.Tx) error {
		tx := &ReadTx{b: b}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.err
	})
}

// committed gives the state as of the last commit.
func (s *Store) committed() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Epoch is the origin epoch acts are written under: that of the certificate,
// also while NeedsRebase.
func (s *Store) Epoch() uint64 { return max(s.config.Epoch, s.committed().epoch) }

// Level is the level whose rules apply.
func (s *Store) Level() uint16 { return s.committed().level }

// NeedsRebase reports whether the certificate is of a newer epoch than the
// journal, or the journal is new while the node is not: acts are refused until
// Rebase has said where the chain goes on (replication.T5).
func (s *Store) NeedsRebase() bool { return s.committed().epoch < s.config.Epoch }
