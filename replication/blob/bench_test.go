package blob_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"xiangyun/replication/blob"
	"xiangyun/replication/blob/blobtest"
)

// BenchmarkPutChunk: compare with the fsync figures of pitfalls.W4.
func BenchmarkPutChunk(b *testing.B) {
	for _, size := range []int{64 << 10, 1 << 20, blob.ChunkSize} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			s, err := blob.Open(b.TempDir(), blob.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			data := blobtest.Bytes(1, size)
			b.SetBytes(int64(size))
			for i := 0; b.Loop(); i++ {
				binary.BigEndian.PutUint64(data, uint64(i))
				if err := s.PutChunk(b.Context(), blob.ID(data), data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReadChunk(b *testing.B) {
	s, err := blob.Open(b.TempDir(), blob.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	data := blobtest.Bytes(1, blob.ChunkSize)
	if err := s.PutChunk(b.Context(), blob.ID(data), data); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := s.ReadChunk(b.Context(), blob.ID(data), 0, 64<<10); err != nil {
			b.Fatal(err)
		}
	}
}
