package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"

	"xiangyun/protocol"
)

// errBad says why a chunk's bytes cannot be trusted.
var errBad = errors.New("bytes do not match the id")

// ReadChunk gives n bytes of a chunk from offset on, fewer at its end. The
// whole chunk is read and its hash checked first, so no byte of a bad chunk is
// ever delivered (replication.B6): it is moved to bad/ and a BadChain fault
// returned. A chunk that is not held is a Gone fault; in both cases the caller
// asks the next holder.
func (s *Store) ReadChunk(ctx context.Context, id protocol.BlobID, offset, n int64) ([]byte, error) {
	p, err := placeOf(id)
	if err != nil {
		return nil, err
	}
	if offset < 0 || n < 0 {
		return nil, protocol.NewFault(protocol.Malformed, "read chunk", "读取范围不正确")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	data, err := s.load(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, missing("read chunk", id)
	case isBad(err):
		return nil, s.reject(ctx, p, err)
	case err != nil:
		return nil, fmt.Errorf("read chunk: %w", err)
	}
	offset = min(offset, int64(len(data)))
	return data[offset : offset+min(n, int64(len(data))-offset)], nil
}

// load reads and checks a chunk.
func (s *Store) load(p place) ([]byte, error) {
	f, err := s.root.Open(p.path())
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only: nothing to lose
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if size := info.Size(); size == 0 || size > ChunkSize {
		return nil, fmt.Errorf("%w: %d bytes", errBad, size)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, fmt.Errorf("%w: cut while read", errBad)
		}
		return nil, err
	}
	if ID(data) != p.id() {
		return nil, errBad
	}
	return data, nil
}

// isBad tells bytes that are wrong or unreadable from errors that say nothing
// about them, such as too many open files.
func isBad(err error) bool { return errors.Is(err, errBad) || errors.Is(err, syscall.EIO) }

// reject moves a bad chunk aside, unless a put has repaired it meanwhile.
func (s *Store) reject(ctx context.Context, p place, cause error) error {
	sh := &s.shards[p.shard()]
	if err := sh.acquire(ctx, p.name); err != nil {
		return err
	}
	defer sh.release(p.name)
	if _, err := s.heldGood(sh, p); err != nil {
		return err
	}
	return badChunk("read chunk", p.id(), cause)
}

// heldGood reports whether p is held with the right bytes; wrong ones are
// moved aside. The caller has acquired p. The move is not synced: if a power
// cut undoes it, the chunk is found bad again.
func (s *Store) heldGood(sh *shard, p place) (bool, error) {
	_, err := s.load(p)
	if err == nil {
		return true, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if !isBad(err) {
		return false, fmt.Errorf("check held chunk: %w", err)
	}
	info, serr := s.root.Stat(p.path())
	if serr != nil {
		return false, fmt.Errorf("check held chunk: %w", serr)
	}
	aside := func() error { return s.root.Rename(p.path(), badDir+"/"+p.name) }
	if merr := sh.change(-1, -info.Size(), aside); merr != nil {
		return false, fmt.Errorf("move bad chunk aside: %w", merr)
	}
	s.log.Error("bad chunk moved aside", "chunk", p.id(), "err", err)
	return false, nil
}
