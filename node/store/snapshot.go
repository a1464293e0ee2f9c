package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

// A scope snapshot comes in beside the records, in a bucket of its own, and
// takes their place only whole (replication.T4). Its digest is the SHA-256 of
// its records as wire.AppendRecord writes them, one after another in the order
// of (kind, 0, id): of the payloads of its parts, however they were cut.

// BeginSnapshot prepares for the parts of a snapshot. Parts of the same one
// that came before a cut are kept, those of any other are dropped.
func (s *Store) BeginSnapshot(ctx context.Context, head wire.SnapHead) error {
	return s.do(ctx, false, func(g *group) error {
		var had wire.SnapHead
		ok, err := getRow(g.tx, bucketNode, []byte(rowSnap), &had)
		if err != nil {
			return err
		}
		if ok && had.ID == head.ID && had.Generation == head.Generation && had.Index == head.Index && had.Digest == head.Digest {
			return nil
		}
		if err := dropSnapshot(g.write()); err != nil {
			return err
		}
		return putRow(g.tx, bucketNode, []byte(rowSnap), head)
	})
}

// SnapshotAsk names the snapshot that was cut and the key behind which to go on;
// the zero SnapAsk asks for a new one.
func (s *Store) SnapshotAsk() (ask wire.SnapAsk, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		var head wire.SnapHead
		ok, err := getRow(tx, bucketNode, []byte(rowSnap), &head)
		last, _ := tx.Bucket(bucketSnap).Cursor().Last()
		if ok && last != nil {
			ask = wire.SnapAsk{ID: head.ID, After: bytes.Clone(last)}
		}
		return err
	})
	return ask, err
}

// SnapshotPart stores records of the snapshot that was begun; the same part
// again changes nothing.
func (s *Store) SnapshotPart(ctx context.Context, records []protocol.Record) error {
	return s.do(ctx, false, func(g *group) error {
		if g.tx.Bucket(bucketNode).Get([]byte(rowSnap)) == nil {
			return protocol.NewFault(protocol.Gap, "take snapshot", "没有正在接收的快照")
		}
		b := g.write().Bucket(bucketSnap)
		b.FillPercent = 0.95 // keys only rise
		for i := range records {
			raw := wire.AppendRecord(nil, &records[i])
			if err := b.Put(recordKey(records[i].Ref), wire.SealValue(format, raw)); err != nil {
				return fmt.Errorf("store part of snapshot: %w", err)
			}
		}
		return nil
	})
}

func recordKey(ref protocol.Ref) []byte {
	key := make([]byte, 0, len(ref.Kind)+1+len(ref.ID))
	return append(append(append(key, ref.Kind...), 0), ref.ID...)
}

// EndSnapshot checks that all parts came, and then, in one transaction, makes
// the records of this place those of the snapshot, puts own entries the hub did
// not know then on top, and sets both cursors. A snapshot that is not whole is
// dropped with a badchain fault; nothing else has changed then.
func (s *Store) EndSnapshot(ctx context.Context, end wire.SnapEnd) error {
	var broken error
	err := s.do(ctx, true, func(g *group) error {
		broken = nil
		var head wire.SnapHead
		ok, err := getRow(g.tx, bucketNode, []byte(rowSnap), &head)
		if err != nil {
			return err
		}
		if !ok {
			return protocol.NewFault(protocol.Gap, "take snapshot", "没有正在接收的快照")
		}
		if broken = whole(g.tx, head, end); broken != nil {
			return dropSnapshot(g.write())
		}
		g.set()
		return g.swap(head)
	})
	if err != nil {
		return err
	}
	return broken
}

func whole(tx *bbolt.Tx, head wire.SnapHead, end wire.SnapEnd) error {
	count, sum := uint64(0), sha256.New()
	err := tx.Bucket(bucketSnap).ForEach(func(k, v []byte) error {
		raw, err := openRow(v)
		if err != nil {
			return damaged(fmt.Sprintf("snapshot %q", k), err)
		}
		count++
		sum.Write(raw)
		return nil
	})
	if err != nil {
		return err
	}
	digest := protocol.Hash(sum.Sum(nil))
	if count != head.Count || digest != head.Digest || end.Digest != head.Digest {
		return protocol.NewFault(protocol.BadChain, "take snapshot", "快照不完整:收到 %d 条,应有 %d 条;将重新索取", count, head.Count)
	}
	return nil
}

// swap replaces by difference: records that are the same already, most of them
// when a node was away, are not written again.
func (g *group) swap(head wire.SnapHead) error {
	if err := g.leave(); err != nil {
		return err
	}
	err := g.tx.Bucket(bucketSnap).ForEach(func(k, v []byte) error {
		raw, err := openRow(v)
		if err != nil {
			return damaged(fmt.Sprintf("snapshot %q", k), err)
		}
		rec, _, err := wire.ReadRecord(bytes.Clone(raw))
		if err != nil {
			return damaged(fmt.Sprintf("snapshot %q", k), err)
		}
		return g.arrive(&rec)
	})
	if err != nil {
		return err
	}
	if err := g.redoUndecided(head); err != nil {
		return err
	}
	if err := g.renumber(); err != nil {
		return err
	}
	g.raise(head.Level)
	if g.state.resync {
		if err := g.resumeNumbers(); err != nil {
			return err
		}
	}
	g.state.resync = false
	for _, lane := range protocol.Lanes {
		c := wire.Cursor{Lane: lane, Generation: head.Generation, Prev: head.Index, Last: head.Index}
		if err := saveCursor(g.write(), c); err != nil {
			return err
		}
	}
	return dropSnapshot(g.write())
}

// leave removes the records the snapshot does not have.
func (g *group) leave() error {
	var gone []protocol.Ref // collected first: pitfalls.B7
	snap := g.tx.Bucket(bucketSnap)
	err := fold.Each(g.tx, "", func(rec protocol.Record) error {
		if snap.Get(recordKey(rec.Ref)) == nil {
			gone = append(gone, rec.Ref)
		}
		return nil
	})
	for i := 0; i < len(gone) && err == nil; i++ {
		err = g.overwrite(gone[i], nil)
	}
	return err
}

func (g *group) arrive(rec *protocol.Record) error {
	old, err := before(g.tx, rec.Ref)
	if err != nil {
		return err
	}
	if old != nil && old.Epoch == rec.Epoch && old.Rev == rec.Rev && old.Index == rec.Index && bytes.Equal(old.Body, rec.Body) {
		return nil
	}
	if _, err := fold.Install(g.write(), rec, true); err != nil {
		return err
	}
	g.touch(rec.Ref)
	return g.reindex(rec.Ref, old, rec)
}

// redoUndecided puts on top what the hub had not decided at the snapshot's
// index: own lines it did not know, and those it holds. Lines it decided since
// are acknowledged already and keep that index.
func (g *group) redoUndecided(head wire.SnapHead) error {
	for _, lane := range protocol.Lanes {
		a, err := journal.Acked(g.tx, lane)
		if err != nil {
			return err
		}
		known := a.Pos
		for _, p := range head.Last {
			if p.Lane == lane {
				known = p
			}
		}
		if a, err = g.takeBack(head, known, a); err != nil {
			return err
		}
		held, err := g.heldBefore(lane, known.Seq)
		for i := 0; i < len(held) && err == nil; i++ {
			err = g.redo(lane, held[i], 0)
		}
		if err != nil {
			return err
		}
		if err := g.redoAfter(lane, known.Seq, a); err != nil {
			return err
		}
	}
	return nil
}

// takeBack: a hub restored from a backup no longer knows what it acknowledged;
// those lines wait for it again (replication.md §4).
func (g *group) takeBack(head wire.SnapHead, known protocol.Pos, a journal.Ack) (journal.Ack, error) {
	c, err := loadCursor(g.tx, known.Lane)
	if err != nil || known.Seq >= a.Pos.Seq || head.Generation <= c.Generation || c.Generation == 0 {
		return a, err
	}
	if err := journal.Resend(g.write(), known); err != nil {
		return a, err
	}
	g.state.acked[known.Lane] = known
	err = journal.Each(g.tx, known.Lane, known.Seq, func(e protocol.Entry) error {
		if _, waits, err := getPending(g.tx, e.Lane, e.Seq); err != nil || waits {
			return err
		}
		return g.await(&e)
	})
	if err != nil {
		return a, err
	}
	return journal.Acked(g.tx, known.Lane)
}

func (g *group) heldBefore(lane protocol.Lane, upto uint64) (seqs []uint64, err error) {
	err = eachPending(g.tx, lane, upto, func(seq uint64, p pending) error {
		if p.outcome != 0 {
			seqs = append(seqs, seq)
		}
		return nil
	})
	return seqs, err
}

func (g *group) redoAfter(lane protocol.Lane, after uint64, a journal.Ack) error {
	var lines []protocol.Entry // collected first: applying one reads others
	err := journal.Each(g.tx, lane, after, func(e protocol.Entry) error {
		if e.Body != nil {
			lines = append(lines, e)
		}
		return nil
	})
	for i := 0; i < len(lines) && err == nil; i++ {
		index := uint64(0)
		if lines[i].Seq <= a.Pos.Seq {
			index = a.Index
		}
		err = g.redoEntry(&lines[i], index)
	}
	return err
}

func dropSnapshot(tx *bbolt.Tx) error {
	if err := tx.DeleteBucket(bucketSnap); err != nil {
		return fmt.Errorf("drop snapshot: %w", err)
	}
	if _, err := tx.CreateBucket(bucketSnap); err != nil {
		return fmt.Errorf("drop snapshot: %w", err)
	}
	if err := tx.Bucket(bucketNode).Delete([]byte(rowSnap)); err != nil {
		return fmt.Errorf("drop snapshot: %w", err)
	}
	return nil
}
