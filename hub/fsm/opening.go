package fsm

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"xiangyun/protocol"
	"xiangyun/replication/boltfile"
)

// openChecked opens the database so that a damaged file ends in a badchain
// fault, with words for the operator, and not in processes that die at every
// start. bbolt looks for free pages at open and panics over a wrong one in a
// goroutine of its own, which no recover stops (pitfalls.B3): so every page is
// read before bbolt sees the file.
func openChecked(path string, mmap int) (*bbolt.DB, error) {
	switch err := boltfile.Check(path); {
	case errors.Is(err, boltfile.ErrInUse):
		return nil, &protocol.Fault{Code: protocol.Busy, Op: "open hub state", Text: "另一个进程正在使用本服务器的数据",
			Hint: "确认没有另一个 xiangyun hub serve 使用同一目录,再启动", Err: err}
	case errors.Is(err, os.ErrPermission):
		return nil, err
	case err != nil:
		return nil, damaged(err)
	}
	return openDB(path, mmap)
}

// openFault tells damage from a file that is only in use or not ours.
func openFault(err error) error {
	if err == nil || errors.Is(err, berrors.ErrTimeout) || errors.Is(err, os.ErrPermission) {
		return err
	}
	return damaged(err)
}
