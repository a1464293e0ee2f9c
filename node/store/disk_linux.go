package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// allocate gives f real blocks; a file system that cannot gets zeros written.
func allocate(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return fill(f, size)
	}
	if err != nil {
		return fmt.Errorf("allocate %d bytes: %w", size, err)
	}
	return nil
}

// datasync makes the bytes of a file durable whose size does not change.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
