//go:build !linux

package quorum

import "os"

func datasync(f *os.File) error { return f.Sync() }

func preallocate(f *os.File, size int64) error { return f.Truncate(size) }

// lockFile does nothing: servers run on Linux, other systems only build and test.
func lockFile(*os.File) error { return nil }
