package node

import (
	"errors"
	"syscall"
	"time"

	"xiangyun/protocol"
)

var errEnough = errors.New("enough for one read")

// freeDisk measures the file system of a folder, in bytes. What cannot be
// measured counts as no room, so that nothing is promised.
func freeDisk(dir string) func() (free, total uint64) {
	return func() (uint64, uint64) {
		var st syscall.Statfs_t
		if err := syscall.Statfs(dir, &st); err != nil {
			return 0, 1
		}
		return st.Bavail * uint64(st.Bsize), st.Blocks * uint64(st.Bsize)
	}
}

// instant is 0 for a time that never was.
func instant(t time.Time) protocol.Instant {
	if t.IsZero() {
		return 0
	}
	return protocol.At(t)
}
