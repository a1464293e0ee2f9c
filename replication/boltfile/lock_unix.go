//go:build unix

package boltfile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lockWait is how long another process may keep the file, as with bbolt.
const lockWait = time.Second

// lock keeps writers out while the file is read; closing f ends it.
func lock(f *os.File) error {
	for end := time.Now().Add(lockWait); ; time.Sleep(50 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Now().After(end) {
			return ErrInUse
		}
	}
}
