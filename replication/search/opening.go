package search

import (
	"errors"
	"io/fs"

	"go.etcd.io/bbolt"

	"xiangyun/replication/boltfile"
)

// errInUse says that another process has the file open.
var errInUse = errors.New("another process has the search index open")

// openChecked opens the index so that a damaged file is an error and never the
// death of the process: bbolt looks for free pages at open and panics over a
// wrong one in a goroutine of its own, which recover cannot stop (pitfalls.B3).
// So every page is read before bbolt sees the file.
func openChecked(path string) (*bbolt.DB, error) {
	switch err := boltfile.Check(path); {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return openFile(path)
	case errors.Is(err, boltfile.ErrInUse):
		return nil, errors.Join(errInUse, err)
	case errors.Is(err, fs.ErrPermission):
		return nil, err
	default:
		return nil, damaged("file", err)
	}
}
