package fsm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/replication/fold"
)

// pageSize of a new file, in bytes: four times the default means a quarter of
// the write calls of a commit, and 15 % less CPU for an entry (DESIGN.md).
const pageSize = 16 << 10

const (
	fileName  = "fsm.db"
	freshName = "fsm.db.new"  // a file that is being made
	takenName = "fsm.db.take" // a snapshot that is being taken in
	scopeDir  = "scope"
)

// Open opens the state machine in dir, which it makes. A file that cannot be
// read is a badchain fault: the server leaves the quorum and is rebuilt.
func Open(dir string, o Options) (*FSM, error) {
	o.setDefaults()
	f := &FSM{o: o, dir: dir, keep: standardRetention, sync: (*bbolt.Tx).Commit, dirty: make(chan struct{}, 1)}
	if err := f.prepare(); err != nil {
		return nil, fmt.Errorf("open hub state: %w", err)
	}
	begin := time.Now()
	db, err := openChecked(f.path(fileName), o.MmapSize)
	if err != nil {
		return nil, fmt.Errorf("open hub state: %w", err)
	}
	if err := errors.Join(derive(db), f.adopt(db)); err != nil {
		return nil, fmt.Errorf("open hub state: %w", errors.Join(err, db.Close()))
	}
	o.Log.Info("hub state open", "index", f.state.Applied, "generation", f.state.Generation, "took", time.Since(begin))
	return f, nil
}

func (f *FSM) path(name string) string { return filepath.Join(f.dir, name) }

// prepare makes the directory and an empty file, and clears what a crash left.
func (f *FSM) prepare() error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{freshName, takenName, scopeDir} {
		if err := os.RemoveAll(f.path(name)); err != nil {
			return err
		}
	}
	if err := os.Mkdir(f.path(scopeDir), 0o700); err != nil {
		return err
	}
	_, err := os.Stat(f.path(fileName))
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return f.create()
}

// create makes the empty file beside and moves it in place whole (pitfalls.W1).
func (f *FSM) create() error {
	db, err := openDB(f.path(freshName), f.o.MmapSize)
	if err != nil {
		return err
	}
	first := state{Generation: 1, Level: f.o.Level}
	err = db.Update(func(tx *bbolt.Tx) error {
		if err := initBuckets(tx); err != nil {
			return err
		}
		return first.save(tx)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return f.moveIn(freshName)
}

func initBuckets(tx *bbolt.Tx) error {
	for _, name := range ownBuckets {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return fold.Init(tx)
}

// moveIn makes the finished file name the database (pitfalls.W1).
func (f *FSM) moveIn(name string) error {
	if err := os.Rename(f.path(name), f.path(fileName)); err != nil {
		return err
	}
	d, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// openDB opens a file that was proven before or is new: a damaged one may kill
// the process (see openChecked). Readers never stop the writer while the file
// fits the reserved address space.
func openDB(path string, mmap int) (db *bbolt.DB, err error) {
	err = guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{ // pitfalls.B1
			Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true,
			InitialMmapSize: mmap, PageSize: pageSize,
		})
		return openFault(err)
	})
	return db, err
}

// adopt takes over what db holds. The caller holds mu, or is Open.
func (f *FSM) adopt(db *bbolt.DB) error {
	next := FSM{o: f.o}
	if err := guard(func() error { return db.View(next.readAll) }); err != nil {
		return err
	}
	f.db, f.tx, f.committed = db, nil, next.state.Applied
	f.state, f.chains, f.origins, f.past = next.state, next.chains, next.origins, next.past
	f.waits, f.newest, f.paired, f.marked = next.waits, next.newest, next.paired, next.marked
	f.ring.reset(&f.state)
	f.watch.tell(f.state.Applied, nil)
	f.applied.Set(f.state.Applied)
	return nil
}

// readAll fills the parts of f that are kept in memory.
func (f *FSM) readAll(tx *bbolt.Tx) (err error) {
	for _, name := range ownBuckets {
		if tx.Bucket(name) == nil {
			return damaged(fmt.Errorf("no bucket %s", name))
		}
	}
	if f.state, err = loadState(tx); err != nil {
		return err
	}
	if f.state.Level > f.o.Feature {
		return fmt.Errorf("state is at level %d, this build knows %d: install a newer one", f.state.Level, f.o.Feature) // A8
	}
	if f.origins, f.chains, err = loadChains(tx); err != nil {
		return err
	}
	f.waits, f.paired = loadWaits(tx), loadPaired(tx)
	if f.newest, err = loadNewest(tx); err != nil {
		return err
	}
	if f.marked, err = loadMarked(tx); err != nil {
		return err
	}
	f.past.note(f.state.Applied, f.state.digest(fold.Digest(tx)))
	return nil
}

// Close commits and closes. The open transaction of a server that stopped is
// dropped: Raft's log still has it.
func (f *FSM) Close() error {
	return errors.Join(f.closeFile(), f.scopes.dropAll())
}

func (f *FSM) closeFile() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.db == nil {
		return nil
	}
	err := f.dead
	if err == nil {
		err = f.commit()
	} else {
		f.drop()
	}
	err = errors.Join(err, f.db.Close())
	f.db = nil
	if f.dead == nil {
		f.dead = errors.New("closed")
	}
	return err
}
