package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// syncFile makes f's bytes durable. Its failure ends the store
// (pitfalls.W2); a full disk reported here is no exception, because the bytes
// written are in doubt.
func (s *Store) syncFile(f *os.File) error {
	if err := s.alive(); err != nil {
		return err
	}
	err := s.disk.sync(f)
	if err == nil {
		return nil
	}
	var fatal error = &fatalError{fmt.Errorf("fsync %s: %w", f.Name(), err)}
	if s.dead.CompareAndSwap(nil, &fatal) {
		s.log.Error("fsync failed, no further writes", "file", f.Name(), "err", err)
		if s.fatal != nil {
			s.fatal(fatal)
		}
	}
	return fatal
}

// syncDir makes the names in dir durable.
func (s *Store) syncDir(dir string) error {
	f, err := s.root.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(s.syncFile(f), f.Close())
}

// makeDirs makes the folders of p and the names leading to them durable. That
// a folder exists proves nothing: the process before may have been killed
// between making and syncing it. So each is synced once per process.
func (s *Store) makeDirs(p place) error {
	sh := &s.shards[p.shard()]
	if sh.dirsDurable(p.child()) {
		return nil
	}
	for _, dir := range []string{p.a, p.dir()} {
		if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return writeFault("make chunk folder", err)
		}
	}
	for _, dir := range []string{".", p.a} {
		if err := s.syncDir(dir); err != nil {
			return err
		}
	}
	sh.setDirsDurable(p.child())
	return nil
}

// settle makes names that an earlier process left in p's folder durable, once
// per process. Later names are synced by the call that makes them.
func (s *Store) settle(p place) error {
	sh := &s.shards[p.shard()]
	if sh.settled(p.child()) {
		return nil
	}
	if err := s.makeDirs(p); err != nil {
		return err
	}
	if err := s.syncDir(p.dir()); err != nil {
		return err
	}
	sh.setSettled(p.child())
	return nil
}
