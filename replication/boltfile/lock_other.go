//go:build !unix

package boltfile

import "os"

// lock does nothing where there is no advisory lock: bbolt's own open says it.
func lock(*os.File) error { return nil }
