package fsm

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/hashicorp/raft"
	"go.etcd.io/bbolt"
)

// A snapshot: magic (3), version (1), size of the file as u64, index as u64,
// the bbolt file, SHA-256 of all before. The file carries its index and digests
// itself (pitfalls.R5); the sum around it is there because bbolt has no page
// checksum and a damaged file may kill the process that opens it (pitfalls.B3).
const (
	snapMagic   = "XYS"
	snapVersion = 1
	snapHead    = 3 + 1 + 8 + 8
)

// snapshot is one committed state, held by a read transaction.
type snapshot struct {
	f     *FSM
	tx    *bbolt.Tx
	index uint64
}

// Snapshot commits and holds what is committed.
func (f *FSM) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead != nil {
		return nil, f.dead
	}
	if err := f.commitOrStop(); err != nil {
		return nil, err
	}
	tx, err := f.beginRead()
	if err != nil {
		return nil, err
	}
	return &snapshot{f: f, tx: tx, index: f.state.Applied}, nil
}

// Persist copies at disk speed, beside Apply (pitfalls.R6).
func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	if err := s.copyTo(sink); err != nil {
		return errors.Join(fmt.Errorf("write snapshot: %w", err), sink.Cancel())
	}
	return sink.Close()
}

func (s *snapshot) copyTo(w io.Writer) error {
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	head := append([]byte(snapMagic), snapVersion)
	head = binary.BigEndian.AppendUint64(head, uint64(s.tx.Size()))
	head = binary.BigEndian.AppendUint64(head, s.index)
	if _, err := out.Write(head); err != nil {
		return err
	}
	if _, err := s.tx.WriteTo(out); err != nil {
		return err
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}

// Release ends the read transaction.
func (s *snapshot) Release() { s.f.end(s.tx) }

// Restore replaces the state by a snapshot's. A snapshot that is not whole, or
// whose sums do not match its records, is refused and the old state stays
// (pitfalls.R5).
func (f *FSM) Restore(rc io.ReadCloser) error {
	begin := time.Now()
	err := f.restore(rc)
	if err := errors.Join(err, rc.Close()); err != nil {
		return fmt.Errorf("restore snapshot: %w", err)
	}
	f.o.Log.Info("hub state restored", "index", f.applied.Get(), "took", time.Since(begin))
	return nil
}

func (f *FSM) restore(r io.Reader) error {
	if err := f.takeIn(r); err != nil {
		return errors.Join(err, os.Remove(f.path(takenName)))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead != nil {
		return f.dead
	}
	if err := f.swap(); err != nil {
		f.dead = err
		f.o.Fatal(err)
		return err
	}
	f.watch.loseAll(f.state.Applied)
	return nil
}

// takeIn writes the snapshot to a file beside and proves it before anything
// else is touched.
func (f *FSM) takeIn(r io.Reader) error {
	file, err := os.OpenFile(f.path(takenName), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = readSnapshot(file, r)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	db, err := openDB(f.path(takenName), f.o.MmapSize)
	if err != nil {
		return err
	}
	probe := FSM{o: f.o}
	if err := derive(db); err != nil {
		return errors.Join(err, db.Close())
	}
	err = db.View(func(tx *bbolt.Tx) error { return errors.Join(probe.readAll(tx), verify(tx)) })
	return errors.Join(err, db.Close())
}

func readSnapshot(w io.Writer, r io.Reader) error {
	sum := sha256.New()
	in := io.TeeReader(r, sum)
	var head [snapHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return damaged(fmt.Errorf("head of snapshot: %w", err))
	}
	if string(head[:3]) != snapMagic || head[3] != snapVersion {
		return damaged(fmt.Errorf("snapshot begins with %q, version %d", head[:3], head[3]))
	}
	size := binary.BigEndian.Uint64(head[4:])
	if n, err := io.CopyN(w, in, int64(size&(1<<62-1))); err != nil {
		return damaged(fmt.Errorf("snapshot of %d bytes ends after %d: %w", size, n, err))
	}
	want := sum.Sum(nil)
	got, err := io.ReadAll(io.LimitReader(r, sha256.Size+1))
	if err != nil {
		return err
	}
	if string(got) != string(want) {
		return damaged(errors.New("checksum of the snapshot does not match"))
	}
	return nil
}

// swap closes the old file, moves the proven one in its place and opens it. It
// waits for readers of the old one. An error leaves no state to serve from.
func (f *FSM) swap() error {
	f.drop()
	if err := f.db.Close(); err != nil {
		return err
	}
	f.db = nil
	if err := f.moveIn(takenName); err != nil {
		return err
	}
	db, err := openDB(f.path(fileName), f.o.MmapSize)
	if err != nil {
		return err
	}
	return f.adopt(db)
}
