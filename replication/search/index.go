package search

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"xiangyun/protocol"
)

// Buckets of the file.
var (
	metaBucket  = []byte("meta")  // "state" → state
	docBucket   = []byte("doc")   // handle inverted → document
	refBucket   = []byte("ref")   // kind 0 id → version
	listBucket  = []byte("list")  // list prefix + handle → nothing
	countBucket = []byte("count") // list prefix → length of the list
	segBucket   = []byte("seg")   // id → bucket of a segment

	stateKey = []byte("state")
)

// fanOut is how many segments of like size are merged into one.
const fanOut = 8

// Index is one search index in one file. All methods are safe for many
// goroutines.
type Index struct {
	path string
	log  *slog.Logger
	fan  int // fanOut
	step int // mergeStep

	damage chan struct{} // holds one token while the file waits to be built again

	write   sync.Mutex // held by Update and Rebuild; guards merging
	merging *merge

	mu sync.RWMutex // guards db against the swap of Rebuild and Close
	db *bbolt.DB
}

// Open opens the index at path or makes an empty one. A file that cannot be
// read is moved aside to path.bad and replaced by an empty one, which the
// Follower fills: Version then knows nothing.
func Open(path string, log *slog.Logger) (*Index, error) {
	ix := &Index{path: path, log: log, fan: fanOut, step: mergeStep, damage: make(chan struct{}, 1)}
	if ix.log == nil {
		ix.log = slog.New(slog.DiscardHandler)
	}
	db, err := openChecked(path)
	if err != nil && !errors.Is(err, errInUse) && !errors.Is(err, fs.ErrPermission) {
		ix.log.Warn("search index cannot be read, starting an empty one", "path", path, "err", err)
		if err := os.Rename(path, path+".bad"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("move damaged search index aside: %w", err)
		}
		db, err = openFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	ix.db = db
	return ix, nil
}

// openFile opens a bbolt file with its buckets; segments that a merge did not
// finish are dropped.
func openFile(path string) (db *bbolt.DB, err error) {
	err = guard(func() error {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{ // pitfalls.B1
			Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true,
		})
		return err
	})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, errInUse
	}
	if err != nil {
		return nil, err
	}
	if err := update(db, prepare); err != nil {
		return nil, errors.Join(err, closeFile(db))
	}
	return db, nil
}

func closeFile(db *bbolt.DB) error { return guard(db.Close) }

func prepare(tx *bbolt.Tx) error {
	for _, name := range [][]byte{metaBucket, docBucket, refBucket, listBucket, countBucket, segBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	if tx.Bucket(metaBucket).Get(stateKey) == nil {
		return saveState(tx, &state{nextSeg: 1})
	}
	st, err := loadState(tx)
	if err != nil {
		return err
	}
	return dropOrphans(tx, st)
}

func dropOrphans(tx *bbolt.Tx, st *state) error {
	known := make(map[string]bool, len(st.segs))
	for _, g := range st.segs {
		known[string(segKey(g.id))] = true
	}
	segs, orphans := tx.Bucket(segBucket), [][]byte(nil)
	err := segs.ForEachBucket(func(k []byte) error {
		if !known[string(k)] {
			orphans = append(orphans, k)
		}
		return nil
	})
	for _, k := range orphans { // pitfalls.B7: collect, then delete
		err = errors.Join(err, segs.DeleteBucket(k))
	}
	return err
}

func loadState(tx *bbolt.Tx) (*state, error) {
	payload, err := open(tx.Bucket(metaBucket).Get(stateKey))
	if err != nil {
		return nil, err
	}
	return decodeState(payload)
}

func saveState(tx *bbolt.Tx, st *state) error {
	return tx.Bucket(metaBucket).Put(stateKey, seal(st.encode()))
}

// Close waits for calls under way and closes the file.
func (ix *Index) Close() error {
	ix.write.Lock()
	defer ix.write.Unlock()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return closeFile(ix.db)
}

// read runs fn in a read transaction and notes damage.
func (ix *Index) read(fn func(*bbolt.Tx) error) error {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.note(view(ix.db, fn))
}

// change runs fn in a write transaction and notes damage. The caller holds
// write.
func (ix *Index) change(fn func(*bbolt.Tx) error) error {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.note(update(ix.db, fn))
}

// note tells the Follower of damage, once.
func (ix *Index) note(err error) error {
	if !Damaged(err) {
		return err
	}
	select {
	case ix.damage <- struct{}{}:
		ix.log.Error("search index is damaged and will be built again", "err", err)
	default:
	}
	return err
}

// Version gives the version of a record that the index holds; ok is false when
// it has never seen the record. A record that is gone keeps its version.
func (ix *Index) Version(ref protocol.Ref) (epoch, rev uint64, ok bool, err error) {
	v, err := ix.knows(ref)
	return v.epoch, v.rev, v.ok, err
}

// known is the version of a record that the index holds; ok is false when it
// has never seen the record.
type known struct {
	version
	ok bool
}

func (ix *Index) knows(ref protocol.Ref) (known, error) {
	list, err := ix.versions([]protocol.Ref{ref})
	if err != nil {
		return known{}, err
	}
	return list[0], nil
}

// versions looks refs up in one transaction.
func (ix *Index) versions(refs []protocol.Ref) ([]known, error) {
	list := make([]known, len(refs))
	err := ix.read(func(tx *bbolt.Tx) (err error) {
		bucket := tx.Bucket(refBucket)
		for i, ref := range refs {
			if list[i].version, list[i].ok, err = versionIn(bucket, ref); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// refs lists up to n records behind after, gone ones included.
func (ix *Index) refs(after protocol.Ref, n int) (out []protocol.Ref, err error) {
	err = ix.read(func(tx *bbolt.Tx) error {
		c := tx.Bucket(refBucket).Cursor()
		from := refKey(after)
		k, _ := c.Seek(from)
		if bytes.Equal(k, from) {
			k, _ = c.Next()
		}
		for ; k != nil && len(out) < n; k, _ = c.Next() {
			kind, id, _ := bytes.Cut(k, []byte{0})
			out = append(out, protocol.Ref{Kind: protocol.KindName(kind), ID: string(id)})
		}
		return nil
	})
	return out, err
}

func versionIn(refs *bbolt.Bucket, ref protocol.Ref) (version, bool, error) {
	value := refs.Get(refKey(ref))
	if value == nil {
		return version{}, false, nil
	}
	payload, err := open(value)
	if err != nil {
		return version{}, false, err
	}
	v, err := decodeVersion(payload)
	return v, true, err
}

// Stats says how large the index is.
type Stats struct {
	Docs     uint64 // records that can be found
	Segments int
	Bytes    int64 // of the file
}

// Stats reads the index's size; it is cheap.
func (ix *Index) Stats() (Stats, error) {
	var s Stats
	err := ix.read(func(tx *bbolt.Tx) error {
		st, err := loadState(tx)
		if err != nil {
			return err
		}
		s = Stats{Docs: st.live, Segments: len(st.segs), Bytes: tx.Size()}
		return nil
	})
	return s, err
}

// Rebuild builds the index anew from all that feed hands to its argument and
// swaps the files; searches go on in the old one until then. The rest of an
// earlier attempt is thrown away. Texts that were erased leave the disk only
// with the old file, so an operator calls this after an erasure that must not
// wait (replication.R2).
func (ix *Index) Rebuild(feed func(add func([]Doc) error) error) error {
	ix.write.Lock()
	defer ix.write.Unlock()
	fresh := ix.path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("rebuild search index: %w", err)
	}
	db, err := openFile(fresh)
	if err != nil {
		return fmt.Errorf("rebuild search index: %w", err)
	}
	next := &Index{path: fresh, log: ix.log, fan: ix.fan, step: ix.step, damage: make(chan struct{}, 1), db: db}
	if err := feed(next.Update); err != nil {
		return errors.Join(fmt.Errorf("rebuild search index: %w", err), closeFile(db))
	}
	if err := closeFile(db); err != nil {
		return fmt.Errorf("rebuild search index: %w", err)
	}
	return ix.swap(fresh)
}

// swap puts the file fresh in the place of the index (pitfalls.W1: its content
// was synced by its last commit).
func (ix *Index) swap(fresh string) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if err := closeFile(ix.db); err != nil {
		ix.log.Warn("close replaced search index", "err", err)
	}
	if err := os.Rename(fresh, ix.path); err != nil {
		return fmt.Errorf("swap search index: %w", err)
	}
	if err := syncDir(filepath.Dir(ix.path)); err != nil {
		return &commitError{err}
	}
	db, err := openFile(ix.path)
	if err != nil {
		return fmt.Errorf("open swapped search index: %w", err)
	}
	ix.db, ix.merging = db, nil
	select {
	case <-ix.damage: // what it stood for is gone
	default:
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
