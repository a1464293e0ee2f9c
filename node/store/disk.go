package store

import (
	"fmt"
	"os"
)

// fill writes size zero bytes.
func fill(f *os.File, size int64) error {
	zeros := make([]byte, 1<<20)
	for size > 0 {
		n, err := f.Write(zeros[:min(size, int64(len(zeros)))])
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		size -= int64(n)
	}
	return nil
}
