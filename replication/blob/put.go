package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strconv"
	"time"

	"xiangyun/protocol"
)

// Stored is what a stream became: its chunks in order and their total size in
// bytes. An empty stream has no chunks.
type Stored struct {
	Chunks []Chunk
	Total  int64
}

// Put cuts r into chunks and stores them; when it returns without error all of
// them are durable. A stream longer than max bytes is a TooBig fault, a full
// disk a Full fault. Nothing is kept of a stream that cannot be read to its end
// or is refused; a disk that fails while the chunks get their names may leave
// some of them, unreferenced, for the collector.
func (s *Store) Put(ctx context.Context, r io.Reader, max int64) (Stored, error) {
	if err := s.alive(); err != nil {
		return Stored{}, err
	}
	staged, err := s.stageAll(ctx, r, max)
	if err != nil {
		return Stored{}, errors.Join(err, s.drop(staged))
	}
	var out Stored
	for i, st := range staged {
		if err := s.commit(ctx, st); err != nil {
			return Stored{}, errors.Join(err, s.drop(staged[i:]))
		}
		out.Chunks = append(out.Chunks, st.Chunk)
		out.Total += st.Size
	}
	return out, nil
}

// PutChunk stores one chunk that came with its id. Data that does not have
// that hash is a BadChain fault and is dropped (replication.B3). Putting what
// is held already repairs it if its bytes have gone bad.
func (s *Store) PutChunk(ctx context.Context, id protocol.BlobID, data []byte) error {
	if _, err := placeOf(id); err != nil {
		return err
	}
	if len(data) == 0 {
		return protocol.NewFault(protocol.Malformed, "put chunk", "附件分块为空")
	}
	if len(data) > ChunkSize {
		return tooBig("put chunk", ChunkSize)
	}
	if got := ID(data); got != id {
		f := protocol.NewFault(protocol.BadChain, "put chunk", "附件分块在传输中损坏,请重新上传")
		f.Hint = fmt.Sprintf("announced %s, received %s", id, got)
		return f
	}
	return s.putChecked(ctx, id, data)
}

func (s *Store) putChecked(ctx context.Context, id protocol.BlobID, data []byte) error {
	if err := s.alive(); err != nil {
		return err
	}
	name := s.tempName()
	f, err := s.create(name)
	if err != nil {
		return err
	}
	_, err = s.disk.write(f, data)
	if err != nil {
		err = writeFault("write chunk", err)
	} else {
		err = s.syncFile(f)
	}
	st := staged{Chunk{id, int64(len(data))}, name}
	if err = errors.Join(err, f.Close()); err == nil {
		err = s.commit(ctx, st)
	}
	if err != nil {
		return errors.Join(err, s.drop([]staged{st}))
	}
	return nil
}

// staged is a chunk that is durable under a temp name.
type staged struct {
	Chunk
	temp string
}

// stageAll writes the whole stream to temp files. Chunks get their names only
// when the stream has ended within its limit: deleting named chunks of a
// refused stream could take one from another stream that has just found it.
func (s *Store) stageAll(ctx context.Context, r io.Reader, max int64) ([]staged, error) {
	var list []staged
	sum := sha256.New()
	buf := make([]byte, 64<<10)
	for left := max; ; {
		if ctx.Err() != nil {
			return list, context.Cause(ctx)
		}
		st, err := s.stage(io.LimitReader(r, min(ChunkSize-1, left)+1), sum, buf)
		if st.temp != "" {
			list = append(list, st)
		}
		if err != nil {
			return list, err
		}
		if left -= st.Size; left < 0 {
			return list, tooBig("put blob", max)
		}
		if st.Size < ChunkSize {
			return trimEmpty(list), s.drop(list[len(trimEmpty(list)):])
		}
	}
}

// trimEmpty leaves out the empty chunk behind a stream that ends on a chunk's
// edge.
func trimEmpty(list []staged) []staged {
	if n := len(list); n > 0 && list[n-1].Size == 0 {
		return list[:n-1]
	}
	return list
}

// stage copies one chunk of r to a synced temp file. The temp name is set
// whenever a file exists.
func (s *Store) stage(r io.Reader, sum hash.Hash, buf []byte) (st staged, err error) {
	name := s.tempName()
	f, err := s.create(name)
	if err != nil {
		return staged{}, err
	}
	st.temp = name
	sum.Reset()
	st.Size, err = s.copyTo(f, r, sum, buf)
	if err == nil && st.Size > 0 {
		// Synced before it is closed: a later descriptor might miss the error.
		err = s.syncFile(f)
	}
	st.ID = idOf([sha256.Size]byte(sum.Sum(nil)))
	return st, errors.Join(err, f.Close())
}

// copyTo reads with Read alone: ReadFull and its kin report the end of a
// stream and a connection that broke off with the same error.
func (s *Store) copyTo(f *os.File, r io.Reader, sum hash.Hash, buf []byte) (size int64, err error) {
	for {
		n, rerr := r.Read(buf)
		if n > 0 {
			sum.Write(buf[:n]) // never fails
			if _, err := s.disk.write(f, buf[:n]); err != nil {
				return size, writeFault("write chunk", err)
			}
			size += int64(n)
		}
		if rerr == io.EOF {
			return size, nil
		}
		if rerr != nil {
			return size, fmt.Errorf("read upload: %w", rerr)
		}
	}
}

// commit gives a staged chunk its name. Exactly one of several commits of one
// chunk writes; the others find it, check it and drop their copy.
func (s *Store) commit(ctx context.Context, st staged) error {
	p, err := placeOf(st.ID)
	if err != nil {
		return err
	}
	sh := &s.shards[p.shard()]
	if err := sh.acquire(ctx, p.name); err != nil {
		return err
	}
	defer sh.release(p.name)
	held, err := s.heldGood(sh, p)
	if err != nil {
		return err
	}
	if held {
		return s.keepHeld(p, st)
	}
	if err := s.makeDirs(p); err != nil {
		return err
	}
	// tmp is on the same file system, so the rename is one step; a temp name
	// that comes back after a power cut is removed at open (pitfalls.W1).
	err = sh.change(1, st.Size, func() error { return s.root.Rename(st.temp, p.path()) })
	if err != nil {
		return writeFault("name chunk", err)
	}
	return s.syncDir(p.dir())
}

// keepHeld uses the chunk that is there. Its time is renewed, so that a sweep
// counts its age from now (replication.B7).
func (s *Store) keepHeld(p place, st staged) error {
	now := time.Now()
	if err := s.root.Chtimes(p.path(), now, now); err != nil {
		return fmt.Errorf("renew chunk: %w", err)
	}
	if err := s.settle(p); err != nil {
		return err
	}
	return s.drop([]staged{st})
}

func (s *Store) drop(list []staged) error {
	var errs []error
	for _, st := range list {
		if err := s.root.Remove(st.temp); err != nil && !os.IsNotExist(err) {
			errs = append(errs, fmt.Errorf("drop temp file: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (s *Store) tempName() string {
	return tmpDir + "/" + strconv.FormatUint(s.nextT.Add(1), 36)
}

func (s *Store) create(name string) (*os.File, error) {
	f, err := s.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, writeFault("create temp file", err)
	}
	return f, nil
}
