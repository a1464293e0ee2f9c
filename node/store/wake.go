package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// The index of what this place must see to by itself: instant, kind, id. It holds
// the records whose home is here and that name an instant (protocol.Terms.Wake);
// who writes the record takes it out by that. So the queue of timers is read from
// its front, however many records there are.

func wakeKey(ref protocol.Ref, at protocol.Instant) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(at)), recordKey(ref)...)
}

// Waking names the records with an instant up to until, earliest first, at most
// max, and the instant of the next one behind them, 0 for none. It reads between
// the acts as Current does, and nothing is committed for it.
func (s *Store) Waking(ctx context.Context, until protocol.Instant, max int) (refs []protocol.Ref, next protocol.Instant, err error) {
	err = s.do(ctx, false, func(g *group) (err error) {
		refs, next, err = waking(g.tx, until, max)
		return err
	})
	return refs, next, err
}

func waking(tx *bbolt.Tx, until protocol.Instant, max int) (refs []protocol.Ref, next protocol.Instant, err error) {
	c := tx.Bucket(bucketWake).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		at := protocol.Instant(binary.BigEndian.Uint64(k))
		if at > until || len(refs) == max {
			return refs, at, nil
		}
		kind, id, ok := bytes.Cut(bytes.Clone(k[8:]), []byte{0})
		if !ok {
			return refs, 0, damaged("wake index", fmt.Errorf("bad key %x", k))
		}
		refs = append(refs, protocol.Ref{Kind: protocol.KindName(kind), ID: string(id)})
	}
	return refs, 0, nil
}

// wakeOf is when this place must see to a record; 0 is never.
func (g *group) wakeOf(rec *protocol.Record) protocol.Instant {
	if rec == nil || rec.Home != g.s.config.Node {
		return 0
	}
	return termsOf(rec).Wake
}

func (g *group) moveWake(ref protocol.Ref, had, has protocol.Instant) error {
	return moveWake(g.tx, ref, had, has)
}

func moveWake(tx *bbolt.Tx, ref protocol.Ref, had, has protocol.Instant) (err error) {
	if had == has {
		return nil
	}
	b := tx.Bucket(bucketWake)
	if had != 0 {
		err = b.Delete(wakeKey(ref, had))
	}
	if has != 0 && err == nil {
		err = b.Put(wakeKey(ref, has), []byte{})
	}
	if err != nil {
		return fmt.Errorf("wake of %s: %w", ref, err)
	}
	return nil
}

// follow moves what changed its home together with another record.
func (g *group) follow(changes []fold.Change) error {
	for i := range changes {
		rec := changes[i].Record
		has := g.wakeOf(&rec)
		rec.Home = g.s.config.Node
		if had := g.wakeOf(&rec); had != has {
			if err := g.moveWake(rec.Ref, had, has); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeWake makes the index; a database of before it gets it from its records.
func makeWake(tx *bbolt.Tx, node protocol.NodeID) error {
	if tx.Bucket(bucketWake) != nil {
		return nil
	}
	if _, err := tx.CreateBucket(bucketWake); err != nil {
		return fmt.Errorf("make bucket %s: %w", bucketWake, err)
	}
	return fold.Each(tx, "", func(rec protocol.Record) error {
		if rec.Home != node {
			return nil
		}
		return moveWake(tx, rec.Ref, 0, termsOf(&rec).Wake)
	})
}
