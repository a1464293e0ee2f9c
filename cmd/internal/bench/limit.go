package main

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

// limits are what the machine itself can do, measured between the loads.
type limits struct {
	append1 spread // append 1 KiB and fdatasync, one file
	append3 spread // the same in three files at once
	bolt    spread // one bbolt commit of 1 KiB
}

// measureLimits works in dir with n writes of each kind.
func measureLimits(dir string, n int) (l limits, err error) {
	if l.append1, err = appends(dir, 1, n); err != nil {
		return l, err
	}
	if l.append3, err = appends(dir, 3, n); err != nil {
		return l, err
	}
	l.bolt, err = commits(dir, n)
	return l, err
}

// appends writes 1 KiB and syncs, n times in each of some files at once, all
// preallocated as a log is.
func appends(dir string, files, n int) (spread, error) {
	var wg sync.WaitGroup
	took, errs := make([][]time.Duration, files), make([]error, files)
	for i := range files {
		wg.Go(func() { took[i], errs[i] = appendTo(filepath.Join(dir, "limit"+string(rune('a'+i))), n) })
	}
	wg.Wait()
	var all []time.Duration
	for _, t := range took {
		all = append(all, t...)
	}
	return spreadOf(all), errors.Join(errs...)
}

func appendTo(path string, n int) (took []time.Duration, err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	if err := syscall.Fallocate(int(f.Fd()), 0, 0, int64(n)<<10); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	block := make([]byte, 1<<10)
	for i := range n {
		begin := time.Now()
		if _, err := f.WriteAt(block, int64(i)<<10); err != nil {
			return took, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return took, err
		}
		took = append(took, time.Since(begin))
	}
	return took, nil
}

func commits(dir string, n int) (s spread, err error) {
	path := filepath.Join(dir, "limit.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true}) // pitfalls.B1
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close(), os.Remove(path)) }()
	var took []time.Duration
	for i := range n {
		begin := time.Now()
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return b.Put([]byte{byte(i >> 16), byte(i >> 8), byte(i)}, make([]byte, 1<<10))
		})
		if err != nil {
			return s, err
		}
		took = append(took, time.Since(begin))
	}
	return spreadOf(took), nil
}
