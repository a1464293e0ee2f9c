package search

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"go.etcd.io/bbolt"
)

// errInUse says that another process has the file open.
var errInUse = errors.New("another process has the search index open")

// openGuarded opens the index so that a damaged file costs one start of the
// process and not every start. bbolt looks for free pages at open and panics
// over a wrong page in a goroutine of its own, which recover cannot stop
// (pitfalls.B3). So a marker stands beside the file while it is being opened;
// a marker that nobody holds was left by a process that died of the file.
func openGuarded(path string) (*bbolt.DB, error) {
	name := path + ".opening"
	_, statErr := os.Stat(name)
	marker, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer marker.Close() // holds nothing but the lock
	if err := syscall.Flock(int(marker.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errInUse, err)
	}
	if statErr == nil {
		return nil, errors.Join(damaged("an earlier process died while opening it", nil), os.Remove(name))
	}
	db, err := openFile(path)
	if rerr := os.Remove(name); rerr != nil && err == nil {
		return nil, errors.Join(fmt.Errorf("remove marker: %w", rerr), closeFile(db))
	}
	return db, err
}
