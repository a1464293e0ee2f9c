package node

import (
	"errors"
	"math"
	"syscall"
	"time"

	"xiangyun/protocol"
)

var errEnough = errors.New("enough for one read")

// freeDisk measures the file system of a folder, in bytes; a total of 0 says
// that it cannot be measured.
func freeDisk(dir string) func() (free, total uint64) {
	return func() (uint64, uint64) {
		var st syscall.Statfs_t
		if err := syscall.Statfs(dir, &st); err != nil {
			return 0, 0
		}
		return st.Bavail * uint64(st.Bsize), st.Blocks * uint64(st.Bsize)
	}
}

// maxDatabase bounds the database below the size of its file system, so that it
// meets its own limit, which undoes the act, before the disk's (pitfalls.B6). A
// disk that is made larger counts from the next start on. 0 is no bound.
func maxDatabase(dir string) int {
	_, total := freeDisk(dir)()
	return int(min(total-min(64<<20, total/16), math.MaxInt))
}

// instant is 0 for a time that never was.
func instant(t time.Time) protocol.Instant {
	if t.IsZero() {
		return 0
	}
	return protocol.At(t)
}
