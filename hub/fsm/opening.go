package fsm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// markerSuffix names the file that stands beside the database while it is
// being opened. Its length is how many processes in a row died of that.
const markerSuffix = ".opening"

// maxDeaths is how many processes may die in a row while they open the file.
// One may have been killed or lost its power; two mean that the file kills.
const maxDeaths = 2

// openGuarded opens the database so that a damaged file ends in a badchain
// fault, with words for the operator, and not in processes that die at every
// start. bbolt looks for free pages at open and panics over a wrong one in a
// goroutine of its own, which no recover stops (pitfalls.B3). So the file is
// walked first without that, and what the walk does not find leaves a marker.
func openGuarded(path string, mmap int) (*bbolt.DB, error) {
	m, err := beginOpening(path + markerSuffix)
	if err != nil {
		return nil, err
	}
	defer m.file.Close() // holds nothing but the lock
	if m.deaths >= maxDeaths {
		return nil, damaged(fmt.Errorf("%d processes in a row died while opening %s", m.deaths, filepath.Base(path)))
	}
	if err := walk(path); err != nil {
		return nil, errors.Join(err, m.forget())
	}
	db, err := openDB(path, mmap)
	if err != nil {
		return nil, errors.Join(err, m.forget())
	}
	if err := m.forget(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

type marker struct {
	file   *os.File
	deaths int64
}

// beginOpening adds one to the marker until forget takes it away. Another process that
// is opening the same file holds its lock and is no dead one.
func beginOpening(name string) (*marker, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	m := &marker{file: file}
	if err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process is opening the hub state: %w", err), file.Close())
	}
	info, err := file.Stat()
	if err == nil {
		m.deaths = info.Size()
		_, err = file.Write([]byte{'.'})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("mark the opening of the hub state: %w", err), file.Close())
	}
	return m, nil
}

func (m *marker) forget() error { return os.Remove(m.file.Name()) }

// walk reads every key of the file without looking for free pages, in this
// goroutine, where a panic can be caught. bbolt scans the pages at open anyway,
// so it costs no more of the disk.
func walk(path string) error {
	return guard(func() error {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
		if err != nil {
			return openFault(err)
		}
		return errors.Join(asDamage(db.View(walkAll)), db.Close())
	})
}

func walkAll(tx *bbolt.Tx) error {
	return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return walkBucket(b) })
}

func walkBucket(b *bbolt.Bucket) error {
	return b.ForEach(func(k, v []byte) error {
		if v != nil {
			return nil
		}
		inner := b.Bucket(k)
		if inner == nil {
			return fmt.Errorf("bucket %q cannot be opened", k)
		}
		return walkBucket(inner)
	})
}

func asDamage(err error) error {
	if err == nil {
		return nil
	}
	return damaged(err)
}

// openFault tells damage from a file that is only in use or not ours.
func openFault(err error) error {
	if err == nil || errors.Is(err, bbolt.ErrTimeout) || errors.Is(err, os.ErrPermission) {
		return err
	}
	return damaged(err)
}
