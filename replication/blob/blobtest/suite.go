// Package blobtest is the conformance suite of chunk stores: a new store (an
// object store, a decorator) proves in a few lines that it keeps what
// replication.md §13 promises.
//
//	func TestConformance(t *testing.T) { blobtest.Suite(t, open) }
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
)

// Store is what every holder of chunks does.
//
// Put and PutChunk return when the bytes are durable, and are idempotent. Has
// lists what is missing. ReadChunk checks the hash before it returns a byte.
// Delete of what is not held is no error. All are safe for many goroutines.
type Store interface {
	Put(ctx context.Context, r io.Reader, max int64) (blob.Stored, error)
	PutChunk(ctx context.Context, id protocol.BlobID, data []byte) error
	Has(ctx context.Context, ids []protocol.BlobID) ([]protocol.BlobID, error)
	ReadChunk(ctx context.Context, id protocol.BlobID, offset, n int64) ([]byte, error)
	Delete(ctx context.Context, id protocol.BlobID) error
	Stats(ctx context.Context) (blob.Stats, error)
}

// Bytes makes n bytes that cannot be compressed and differ by seed.
func Bytes(seed uint64, n int) []byte {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	b := make([]byte, n)
	rand.NewChaCha8(key).Read(b) // never fails
	return b
}

// Suite runs every check on a fresh, empty store made by open.
func Suite(t *testing.T, open func(t *testing.T) Store) {
	checks := []struct {
		name string
		run  func(t *testing.T, s Store)
	}{
		{"a stream is cut into chunks of 4 MiB and read back whole", streamRoundTrip},
		{"a stream of exactly two chunks has no empty third", exactEdge},
		{"an empty stream has no chunks", emptyStream},
		{"a stream over its limit leaves nothing behind", overLimit},
		{"a chunk that does not match its id is dropped", wrongHash},
		{"a chunk over 4 MiB or empty is refused", wrongSize},
		{"putting a chunk twice keeps it once", twice},
		{"many puts of one chunk at once keep it once", atOnce},
		{"has lists only what is missing, in the order asked", has},
		{"a range gives exactly its bytes", ranges},
		{"what was deleted is gone and may be deleted again", deleted},
		{"an id that is none is refused everywhere", badIDs},
		{"an ended context stops every call", ended},
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func streamRoundTrip(t *testing.T, s Store) {
	want := Bytes(1, 2*blob.ChunkSize+12345)
	got, err := s.Put(t.Context(), bytes.NewReader(want), 64<<20)
	ok(t, err)
	if len(got.Chunks) != 3 || got.Total != int64(len(want)) || got.Chunks[2].Size != 12345 {
		t.Fatalf("chunks %+v, total %d", got.Chunks, got.Total)
	}
	read, err := io.ReadAll(blob.NewReader(t.Context(), s, got.Chunks))
	ok(t, err)
	if !bytes.Equal(read, want) {
		t.Fatal("read back other bytes")
	}
}

func exactEdge(t *testing.T, s Store) {
	got, err := s.Put(t.Context(), bytes.NewReader(Bytes(2, 2*blob.ChunkSize)), 2*blob.ChunkSize)
	ok(t, err)
	if len(got.Chunks) != 2 {
		t.Fatalf("%d chunks, want 2", len(got.Chunks))
	}
}

func emptyStream(t *testing.T, s Store) {
	got, err := s.Put(t.Context(), bytes.NewReader(nil), 10)
	ok(t, err)
	if len(got.Chunks) != 0 || got.Total != 0 {
		t.Fatalf("got %+v", got)
	}
	holds(t, s, 0, 0)
}

func overLimit(t *testing.T, s Store) {
	_, err := s.Put(t.Context(), bytes.NewReader(Bytes(3, blob.ChunkSize+11)), blob.ChunkSize+10)
	code(t, err, protocol.TooBig)
	holds(t, s, 0, 0)
}

func wrongHash(t *testing.T, s Store) {
	id := blob.ID([]byte("other"))
	code(t, s.PutChunk(t.Context(), id, []byte("this")), protocol.BadChain)
	holds(t, s, 0, 0)
}

func wrongSize(t *testing.T, s Store) {
	big := Bytes(4, blob.ChunkSize+1)
	code(t, s.PutChunk(t.Context(), blob.ID(big), big), protocol.TooBig)
	code(t, s.PutChunk(t.Context(), blob.ID(nil), nil), protocol.Malformed)
	holds(t, s, 0, 0)
}

func twice(t *testing.T, s Store) {
	data := Bytes(5, 1000)
	ok(t, s.PutChunk(t.Context(), blob.ID(data), data))
	ok(t, s.PutChunk(t.Context(), blob.ID(data), data))
	holds(t, s, 1, 1000)
}

func atOnce(t *testing.T, s Store) {
	data := Bytes(6, 100_000)
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() {
			if errs[i] = s.PutChunk(t.Context(), blob.ID(data), data); errs[i] == nil {
				_, errs[i] = s.ReadChunk(t.Context(), blob.ID(data), 0, blob.ChunkSize)
			}
		})
	}
	wg.Wait()
	ok(t, errors.Join(errs...))
	holds(t, s, 1, 100_000)
}

func has(t *testing.T, s Store) {
	a, b, c := []byte("a"), []byte("b"), []byte("c")
	ok(t, s.PutChunk(t.Context(), blob.ID(b), b))
	lack, err := s.Has(t.Context(), []protocol.BlobID{blob.ID(c), blob.ID(b), blob.ID(a)})
	ok(t, err)
	if len(lack) != 2 || lack[0] != blob.ID(c) || lack[1] != blob.ID(a) {
		t.Fatalf("missing %v", lack)
	}
}

func ranges(t *testing.T, s Store) {
	data := Bytes(7, 5000)
	id := blob.ID(data)
	ok(t, s.PutChunk(t.Context(), id, data))
	for _, r := range [][3]int64{{0, 5000, 5000}, {0, 1, 1}, {4999, 10, 1}, {5000, 10, 0}, {9000, 1, 0}, {100, 200, 200}, {3, 1 << 62, 4997}} {
		got, err := s.ReadChunk(t.Context(), id, r[0], r[1])
		ok(t, err)
		from := min(r[0], 5000)
		if !bytes.Equal(got, data[from:from+r[2]]) {
			t.Fatalf("range %v gave %d bytes", r, len(got))
		}
	}
	_, err := s.ReadChunk(t.Context(), id, -1, 1)
	code(t, err, protocol.Malformed)
}

func deleted(t *testing.T, s Store) {
	data := Bytes(8, 10)
	ok(t, s.PutChunk(t.Context(), blob.ID(data), data))
	ok(t, s.Delete(t.Context(), blob.ID(data)))
	ok(t, s.Delete(t.Context(), blob.ID(data)))
	_, err := s.ReadChunk(t.Context(), blob.ID(data), 0, 1)
	code(t, err, protocol.Gone)
	holds(t, s, 0, 0)
}

func badIDs(t *testing.T, s Store) {
	for _, id := range []protocol.BlobID{"", "sha256:../../etc/passwd", "sha256:ABCD", "md5:00"} {
		_, err := s.ReadChunk(t.Context(), id, 0, 1)
		code(t, err, protocol.Malformed)
		code(t, s.PutChunk(t.Context(), id, []byte("x")), protocol.Malformed)
		code(t, s.Delete(t.Context(), id), protocol.Malformed)
		_, err = s.Has(t.Context(), []protocol.BlobID{id})
		code(t, err, protocol.Malformed)
	}
}

func ended(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	id := blob.ID([]byte("x"))
	_, put := s.Put(ctx, bytes.NewReader([]byte("x")), 10)
	_, has := s.Has(ctx, []protocol.BlobID{id})
	_, read := s.ReadChunk(ctx, id, 0, 1)
	for _, err := range []error{put, has, read, s.PutChunk(ctx, id, []byte("x")), s.Delete(ctx, id)} {
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want context canceled", err)
		}
	}
	holds(t, s, 0, 0)
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(t *testing.T, err error, want protocol.Code) {
	t.Helper()
	if got := protocol.CodeOf(err); got != want {
		t.Fatalf("got %v (%v), want %v", got, err, want)
	}
}

func holds(t *testing.T, s Store, chunks, bytes int64) {
	t.Helper()
	got, err := s.Stats(t.Context())
	ok(t, err)
	if got.Chunks != chunks || got.Bytes != bytes {
		t.Fatalf("store holds %+v, want %d chunks of %d bytes", got, chunks, bytes)
	}
}
