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
// order, that is over the records as wire.AppendRecord writes them. An ask that
// names a snapshot still kept here gets its head and only the parts behind the
// key it names; any other a new one.
//
// The records are copied to a file first, so that a slow node never holds a
// read transaction open (pitfalls.B5).
func (f *FSM) Scope(ctx context.Context, node protocol.NodeID, ask wire.SnapAsk, head func(wire.SnapHead) error, part func([]byte) error) (protocol.Hash, error) {
	s, file, err := f.scopeFor(ctx, node, ask)
	if err != nil {
		return protocol.Hash{}, fmt.Errorf("copy scope of %s: %w", node, err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			f.o.Log.Error("close scope file", "err", err)
		}
	}()
	if err := head(s.head); err != nil {
		return protocol.Hash{}, err
	}
	return s.head.Digest, s.send(ctx, file, ask, part)
}

// scopeFor finds the copy that an ask goes on with, or makes one. One node at a
// time: reading every record costs a core.
func (f *FSM) scopeFor(ctx context.Context, node protocol.NodeID, ask wire.SnapAsk) (*scope, *os.File, error) {
	f.scopes.mu.Lock()
	defer f.scopes.mu.Unlock()
	o, _, err := f.Origin(node)
	if err != nil {
		return nil, nil, err
	}
	if s := f.scopes.find(node, ask.ID, o.Epoch, f.Generation()); s != nil {
		file, err := os.Open(s.path)
		return s, file, err
	}
	file, err := os.CreateTemp(f.path(scopeDir), "scope-*")
	if err != nil {
		return nil, nil, err
	}
	s := &scope{path: file.Name(), epoch: o.Epoch}
	if s.head, s.parts, err = f.copyScope(ctx, node, file); err != nil {
		return nil, nil, errors.Join(err, file.Close(), os.Remove(s.path))
	}
	return s, file, f.scopes.keep(node, s, f.o.Log)
}

// copyScope writes the parts to w and says where they end.
func (f *FSM) copyScope(ctx context.Context, node protocol.NodeID, w io.Writer) (wire.SnapHead, []scopePart, error) {
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
	h.ID = f.o.Server + wire.SnapIDMark + h.ID
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
	return h, c.parts, nil
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
	last  protocol.Ref // of the part
	count uint64
	parts []scopePart
}

func (c *scopeCopy) add(rec *protocol.Record) error {
	c.buf = wire.AppendRecord(c.buf[:0], rec)
	if c.part+len(c.buf) > wire.MaxSnapPart {
		c.cut()
	}
	c.part += len(c.buf)
	c.last = rec.Ref
	c.count++
	c.sum.Write(c.buf)
	_, err := c.w.Write(c.buf)
	return err
}

func (c *scopeCopy) cut() {
	if c.part > 0 {
		c.parts = append(c.parts, scopePart{c.part, refKey(c.last)})
		c.part = 0
	}
}
