package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
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
	// FreeDisk measures the file system, in bytes; nil never refuses for room. A
	// total of 0 says that it could not be measured.
	FreeDisk func() (free, total uint64)
	// Reserve is the size of the preallocated file that is given up for urgent
	// acts when the disk is nearly full (replication.md §12), in bytes; 0 is none.
	// It is never larger than a tenth of the room that is free when it is made.
	Reserve int64
	// MaxSize bounds the database file, in bytes; 0 does not (pitfalls.B6).
	MaxSize int
	// Scribe completes a draft inside its transaction, before it is judged: what an
	// act owes beside itself, such as its document. An error refuses the act.
	Scribe func(tx *Tx, d *protocol.Draft) error
	// Audit names the kinds that are written up to 97 % of the disk; nil names none.
	Audit func(protocol.KindName) bool

	patience time.Duration // set by tests that must not meet a commit; else writeBehind
}

// Store is a node's database. All methods may be called from many goroutines;
// those that change something wait for Run.
type Store struct {
	config  Config
	db      *bbolt.DB
	jobs    chan *job
	commits chan *job // of readers who want the tail on the pages
	room    roomKeeper
	clock   clock

	appended [lanes]atomic.Pointer[mark.Mark]
	watchers watchers

	stopped chan struct{} // closed when Run has returned
	fatal   atomic.Pointer[protocol.Fault]
	behind  atomic.Bool // there is a tail

	// Of the writer alone:
	redo    *redoLog
	open    *group    // the open transaction, if any
	onPages state     // as of the last commit
	tail    []step    // durable in the redo log, not committed
	crammed bool      // the last commit found no room
	tried   time.Time // when that was
	cites   fold.Cites
	scratch []byte

	mu    sync.Mutex              // guards the rest
	state state                   // as durable; only the writer replaces it
	ahead [lanes][]protocol.Entry // lines of the tail
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
	s := &Store{config: c, db: db, jobs: make(chan *job), commits: make(chan *job), stopped: make(chan struct{})}
	s.clock.set(c.Stamp)
	s.room.init(path+".reserve", c)
	if err := s.recover(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	return s, nil
}

// recover reads where the database stands and does again what only the redo log
// holds.
func (s *Store) recover(path string) error {
	var place redoPlace
	err := s.db.Update(func(tx *bbolt.Tx) (err error) {
		if err = makeBuckets(tx, s.config.Node); err != nil {
			return err
		}
		if s.onPages, err = load(tx, s.config); err != nil {
			return err
		}
		place, err = loadRedoPlace(tx)
		return err
	})
	if err != nil {
		return err
	}
	s.state = s.onPages
	redo, payloads, err := openRedo(path+".redo", place)
	if err != nil {
		return err
	}
	s.redo = redo
	for _, payload := range payloads {
		steps, err := decodeSteps(payload)
		if err != nil {
			return damaged("redo log", err)
		}
		s.tail = append(s.tail, steps...)
	}
	if err := s.room.measure(); err != nil { // a full disk must not keep the node from starting
		s.config.Log.Warn("measure the disk", "err", err)
	}
	if err := errors.Join(s.commit()); err != nil {
		return err
	}
	s.raiseMarks(&s.state)
	return nil
}

func loadRedoPlace(tx *bbolt.Tx) (p redoPlace, err error) {
	ok, err := getRow(tx, bucketNode, []byte(rowRedo), &p)
	if ok || err != nil {
		return p, err
	}
	rand.Read(p.Database[:])
	return p, putRow(tx, bucketNode, []byte(rowRedo), p)
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
	if c.patience == 0 {
		c.patience = writeBehind
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
			err = panicked(path, p)
		}
	}()
	_, statErr := os.Stat(path)
	if statErr == nil {
		err = sound(path)
	} else {
		err = orphaned(path)
	}
	if err != nil {
		return nil, err
	}
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, // pitfalls.B1
		InitialMmapSize: 1 << 30, MaxSize: maxSize, // a large map spares remaps, which wait for readers
	})
	if errors.Is(err, bolterrors.ErrTimeout) { // taken since it was looked at
		return nil, inUse()
	}
	if err == nil && errors.Is(statErr, os.ErrNotExist) {
		err = syncDir(path) // pitfalls.W1
	}
	return db, err
}

// Close closes the database; Run must have returned.
func (s *Store) Close() error {
	err := s.abandon()
	if s.redo != nil {
		err = errors.Join(err, s.redo.close())
	}
	if err = errors.Join(err, s.db.Close()); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// View reads from one state of the database that has everything acknowledged
// before the call; what is durable but not yet committed is committed first.
// Calls of fn should be short: a long one keeps every page that is freed
// meanwhile (pitfalls.B5).
func (s *Store) View(fn func(tx *ReadTx) error) error {
	if s.behind.Load() {
		err := s.hand(context.Background(), s.commits, &job{answer: make(chan error, 1)})
		if protocol.CodeOf(err) == protocol.Full { // reading goes on without room
			return s.do(context.Background(), false, func(g *group) error { return read(g.tx, fn) })
		}
		if err != nil {
			return err
		}
	}
	return s.viewPages(func(tx *bbolt.Tx) error { return read(tx, fn) })
}

// viewPages reads what is committed, be there a tail or not.
func (s *Store) viewPages(fn func(tx *bbolt.Tx) error) error {
	if f := s.fatal.Load(); f != nil {
		return f
	}
	return s.db.View(fn)
}

func read(b *bbolt.Tx, fn func(tx *ReadTx) error) error {
	tx := &ReadTx{b: b}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.err
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
