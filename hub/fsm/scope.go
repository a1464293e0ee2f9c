package fsm

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// Scope streams the records that a node may hold, from one state, in order of
// key (replication.T4): head once, then parts as wire.ReadSnapPart reads them.
// The digest, given in the head too, is the SHA-256 over all parts in their
// order, that is over the records as wire.AppendRecord writes them.
//
// The records are copied to a file first, so that a slow node never holds a
// read transaction open (pitfalls.B5).
func (f *FSM) Scope(ctx context.Context, node protocol.NodeID, head func(wire.SnapHead) error, part func([]byte) error) (protocol.Hash, error) {
	file, err := os.CreateTemp(f.path(scopeDir), "scope-*")
	if err != nil {
		return protocol.Hash{}, fmt.Errorf("copy scope of %s: %w", node, err)
	}
	defer func() {
		if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
			f.o.Log.Error("remove scope file", "err", err)
		}
	}()
	h, sizes, err := f.copyScope(ctx, node, file)
	if err != nil {
		return protocol.Hash{}, fmt.Errorf("copy scope of %s: %w", node, err)
	}
	if err := head(h); err != nil {
		return protocol.Hash{}, err
	}
	return h.Digest, sendParts(ctx, file, sizes, part)
}

func sendParts(ctx context.Context, file *os.File, sizes []int, part func([]byte) error) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	buf := make([]byte, wire.MaxSnapPart)
	for _, n := range sizes {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := io.ReadFull(file, buf[:n]); err != nil {
			return fmt.Errorf("read scope file: %w", err)
		}
		if err := part(buf[:n]); err != nil {
			return err
		}
	}
	return nil
}

// copyScope writes the parts to w and gives their sizes. One node at a time:
// reading every record costs a core.
func (f *FSM) copyScope(ctx context.Context, node protocol.NodeID, w io.Writer) (wire.SnapHead, []int, error) {
	f.scopes.Lock()
	defer f.scopes.Unlock()
	if err := f.Commit(); err != nil {
		return wire.SnapHead{}, nil, err
	}
	tx, err := f.begin()
	if err != nil {
		return wire.SnapHead{}, nil, err
	}
	defer f.end(tx)
	h, err := scopeHead(tx, node)
	if err != nil {
		return h, nil, err
	}
	c := scopeCopy{w: bufio.NewWriterSize(w, 1<<20), sum: sha256.New()}
	err = fold.Each(tx, "", func(rec protocol.Record) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		readers, err := audience(&rec)
		if err != nil || !readers.Has(node) {
			return err
		}
		return c.add(&rec)
	})
	c.cut()
	if err := errors.Join(stored(err), c.w.Flush()); err != nil {
		return h, nil, err
	}
	h.Count = c.count
	c.sum.Sum(h.Digest[:0])
	return h, c.sizes, nil
}

// scopeHead reads index, level and places from the transaction that the
// records come from (pitfalls.R5).
func scopeHead(tx *bbolt.Tx, node protocol.NodeID) (wire.SnapHead, error) {
	s, err := loadState(tx)
	if err != nil {
		return wire.SnapHead{}, err
	}
	if s.Applied == 0 {
		return wire.SnapHead{}, protocol.NewFault(protocol.Busy, "copy scope", "省级尚无数据,请稍候")
	}
	h := wire.SnapHead{ID: rand.Text(), Generation: s.Generation, Index: s.Applied, Level: s.Level}
	for _, lane := range protocol.Lanes {
		c := chain{Pos: protocol.Pos{Lane: lane}}
		if value := tx.Bucket(bucketChain).Get(laneKey(node, lane)); value != nil {
			if err := load(value, &c); err != nil {
				return h, err
			}
		}
		h.Last = append(h.Last, c.Pos)
	}
	return h, nil
}

// scopeCopy cuts records into parts on their way to the file.
type scopeCopy struct {
	w     *bufio.Writer
	sum   hash.Hash
	buf   []byte
	part  int
	count uint64
	sizes []int
}

func (c *scopeCopy) add(rec *protocol.Record) error {
	c.buf = wire.AppendRecord(c.buf[:0], rec)
	if c.part+len(c.buf) > wire.MaxSnapPart {
		c.cut()
	}
	c.part += len(c.buf)
	c.count++
	c.sum.Write(c.buf)
	_, err := c.w.Write(c.buf)
	return err
}

func (c *scopeCopy) cut() {
	if c.part > 0 {
		c.sizes = append(c.sizes, c.part)
		c.part = 0
	}
}
