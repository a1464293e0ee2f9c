package blob

import (
	"errors"
	"fmt"
	"syscall"

	"xiangyun/protocol"
)

// fatalError is a failed fsync: what is on disk is no longer known.
type fatalError struct{ err error }

func (e *fatalError) Error() string { return "fsync failed, the process must exit: " + e.err.Error() }
func (e *fatalError) Unwrap() error { return e.err }

// Fatal reports whether err comes from a failed fsync. The pages may be marked
// clean although they never reached the disk, so nothing may be retried: the
// process logs, exits non-zero and starts again from what is on disk
// (pitfalls.W2). After it the store refuses every further write.
func Fatal(err error) bool {
	var f *fatalError
	return errors.As(err, &f)
}

// writeFault wraps a failed write, create or rename. A full disk or quota is a
// Full fault: the caller frees room and may try again.
func writeFault(op string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &protocol.Fault{
			Code: protocol.Full, Op: op, Err: err,
			Text: "服务器磁盘已满,附件没有保存,请联系管理员清理磁盘后重新上传",
			Hint: "free space on the blob folder's file system",
		}
	}
	return fmt.Errorf("%s: %w", op, err)
}

func tooBig(op string, max int64) error {
	return protocol.NewFault(protocol.TooBig, op, "文件超过上限 %s,请压缩或拆分后重新上传", sizeText(max))
}

func missing(op string, id protocol.BlobID) error {
	f := protocol.NewFault(protocol.Gone, op, "附件内容不在本机,请稍后重试;一直打不开时请联系管理员")
	f.Hint = "chunk " + string(id) + " is not held here: ask the next holder"
	return f
}

func badChunk(op string, id protocol.BlobID, err error) error {
	f := protocol.NewFault(protocol.BadChain, op, "附件内容校验不通过,已停止使用,系统会从其他服务器重新取回")
	f.Hint, f.Err = "chunk "+string(id)+" was moved to bad/: fetch it from another holder", err
	return f
}

// sizeText writes a size the way clerks say it.
func sizeText(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d 字节", n)
}
