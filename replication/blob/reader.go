package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sort"

	"xiangyun/protocol"
)

// Source is where a Reader takes chunks from: the Store, or a decorator that
// asks the next holder. ReadChunk must check the hash of what it returns.
type Source interface {
	ReadChunk(ctx context.Context, id protocol.BlobID, offset, n int64) ([]byte, error)
}

// Reader reads a whole blob or ranges of it as an io.ReadSeeker, for example
// for http.ServeContent. It holds one chunk in memory and is for one
// goroutine.
type Reader struct {
	ctx    context.Context // an io.Reader has no other way to be cancelled
	src    Source
	chunks []Chunk
	starts []int64 // of each chunk; the last is the blob's size
	pos    int64
	held   int // index of the chunk in data, -1 for none
	data   []byte
}

// Reader reads the blob made of chunks from this store.
func (s *Store) Reader(ctx context.Context, chunks []Chunk) *Reader {
	return NewReader(ctx, s, chunks)
}

// NewReader reads the blob made of chunks from src until ctx ends.
func NewReader(ctx context.Context, src Source, chunks []Chunk) *Reader {
	r := &Reader{ctx: ctx, src: src, chunks: chunks, starts: make([]int64, len(chunks)+1), held: -1}
	for i, c := range chunks {
		r.starts[i+1] = r.starts[i] + max(c.Size, 0)
	}
	return r
}

// Size is the blob's length in bytes as its chunk list says.
func (r *Reader) Size() int64 { return r.starts[len(r.chunks)] }

// Read fills b from the current place. A chunk whose length is not what the
// list says is a BadChain fault; the faults of ReadChunk pass through.
func (r *Reader) Read(b []byte) (int, error) {
	if r.pos >= r.Size() {
		return 0, io.EOF
	}
	if len(b) == 0 {
		return 0, nil
	}
	i := sort.Search(len(r.chunks), func(i int) bool { return r.starts[i+1] > r.pos })
	if err := r.hold(i); err != nil {
		return 0, err
	}
	n := copy(b, r.data[r.pos-r.starts[i]:])
	r.pos += int64(n)
	return n, nil
}

func (r *Reader) hold(i int) error {
	if r.held == i {
		return nil
	}
	r.held, r.data = -1, nil
	c := r.chunks[i]
	data, err := r.src.ReadChunk(r.ctx, c.ID, 0, ChunkSize)
	if err != nil {
		return fmt.Errorf("read blob, chunk %d of %d: %w", i+1, len(r.chunks), err)
	}
	if int64(len(data)) != c.Size {
		f := protocol.NewFault(protocol.BadChain, "read blob", "附件清单与内容不一致,请联系管理员")
		f.Hint = fmt.Sprintf("chunk %s has %d bytes, listed as %d", c.ID, len(data), c.Size)
		return f
	}
	r.held, r.data = i, data
	return nil
}

// Seek moves to offset as io.Seeker describes; beyond the end is allowed and
// reads io.EOF.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.Size()
	default:
		return 0, fmt.Errorf("seek blob: unknown whence %d", whence)
	}
	if offset < 0 {
		return 0, errors.New("seek blob: before its start")
	}
	r.pos = offset
	return offset, nil
}
