package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"

	"xiangyun/protocol"
)

// damaged is a stored value that cannot be read: the place must stop and be
// rebuilt from a backup or the hub (pitfalls.B3).
func damaged(what string, err error) error {
	return &protocol.Fault{Code: protocol.BadChain, Op: "read store", Text: "本节点的数据库已损坏,请停止办理并联系运维人员",
		Hint: "停用本节点,用备份或重新接入恢复", Err: fmt.Errorf("%s: %w", what, err)}
}

// outOfRoom reports whether a commit failed for want of room and nothing else:
// pages could not be allocated or written, and the pages that say which state
// is current were not touched. A failed sync is never that, whatever its errno
// (pitfalls.W2).
func outOfRoom(err error) bool {
	if errors.Is(err, bolterrors.ErrMaxSizeReached) {
		return true
	}
	var p *fs.PathError
	return errors.As(err, &p) && p.Op == "write" && noSpace(p.Err)
}

func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func fullFault(err error) *protocol.Fault {
	return &protocol.Fault{Code: protocol.Full, Op: "commit", Text: "磁盘已满,本次操作没有保存;请联系运维人员清理磁盘后重新提交",
		Hint: "清理磁盘,或扩盘后重新启动节点;已排队的内容不受影响", Err: err}
}

// unknownFault answers those who wait for a commit whose sync failed: what they
// did may be found on disk after a restart, or not.
func unknownFault(err error) *protocol.Fault {
	return &protocol.Fault{Code: protocol.Unknown, Op: "commit", Text: "写入磁盘失败,本次操作的结果不明;请不要交付回执,待系统重新启动后查询",
		Hint: "检查磁盘;程序将退出,重新启动后以磁盘上的内容为准", Err: err}
}

// brokenFault answers everything after that.
func brokenFault(err error) *protocol.Fault {
	return &protocol.Fault{Code: protocol.Frozen, Op: "commit", Text: "本节点的磁盘发生故障,已停止办理;请联系运维人员",
		Hint: "检查磁盘后重新启动", Err: err}
}

func stoppedFault() *protocol.Fault {
	return &protocol.Fault{Code: protocol.Busy, Op: "commit", Text: "系统正在停止,本次操作没有保存;请稍后重试"}
}

// syncDir makes a new file's name durable (pitfalls.W1).
func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}
