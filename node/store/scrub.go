package store

import (
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
	"xiangyun/replication/journal"
)

// scrubStep bounds how many lines or rows one read transaction of a scrub looks
// at (pitfalls.B5).
const scrubStep = 4096

// Scrub reads everything that is stored and compares it with its checksums, the
// chain and the digest of the records (pitfalls.B3). A badchain fault means
// that the file is damaged; it changes nothing. Acts go on meanwhile.
func (s *Store) Scrub(ctx context.Context) error {
	for _, lane := range protocol.Lanes {
		if err := s.scrubLane(ctx, lane); err != nil {
			return fmt.Errorf("scrub %s lane: %w", lane, err)
		}
	}
	for _, name := range [][]byte{bucketNode, bucketNumber, bucketKept, bucketWork, bucketSnap, bucketPending[protocol.Urgent], bucketPending[protocol.Bulk]} {
		if err := s.scrubRows(ctx, name); err != nil {
			return fmt.Errorf("scrub bucket %s: %w", name, err)
		}
	}
	if err := s.view(func(tx *bbolt.Tx) error { return scrubRecords(tx, s.config.Node) }); err != nil {
		return fmt.Errorf("scrub records: %w", err)
	}
	return ctx.Err()
}

func (s *Store) scrubLane(ctx context.Context, lane protocol.Lane) error {
	at := protocol.Pos{Lane: lane}
	for ctx.Err() == nil {
		was := at
		err := s.view(func(tx *bbolt.Tx) error {
			floor, err := journal.Floor(tx, lane)
			if err != nil {
				return err
			}
			if floor.Seq > at.Seq { // trimmed meanwhile
				at = floor
			}
			at, err = journal.Check(tx, at, scrubStep)
			return err
		})
		if err != nil || at.Seq == was.Seq {
			return err
		}
	}
	return ctx.Err()
}

func (s *Store) scrubRows(ctx context.Context, name []byte) error {
	after := []byte{}
	for more := true; more && ctx.Err() == nil; {
		err := s.view(func(tx *bbolt.Tx) error {
			n := 0
			c := tx.Bucket(name).Cursor()
			k, v := c.Seek(after)
			for ; k != nil && n < scrubStep; k, v = c.Next() {
				if _, _, err := wire.OpenValue(v); err != nil {
					return damaged(fmt.Sprintf("%s/%x", name, k), err)
				}
				n++
			}
			more = k != nil
			after = append(after[:0], k...)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// scrubRecords needs one state: the digest is of all records together. A
// million take some seconds.
func scrubRecords(tx *bbolt.Tx, node protocol.NodeID) error {
	sum, err := fold.Recompute(tx)
	if err != nil {
		return damaged("records", err)
	}
	if sum != fold.Digest(tx) {
		return damaged("records", fmt.Errorf("digest is %s, want %s", sum, fold.Digest(tx)))
	}
	return scrubIndex(tx, node)
}

// scrubIndex finds keys and instants that lead nowhere or are missing.
func scrubIndex(tx *bbolt.Tx, node protocol.NodeID) error {
	want, wakes := 0, 0
	err := fold.Each(tx, "", func(rec protocol.Record) error {
		if at := termsOf(&rec).Wake; at != 0 && rec.Home == node {
			wakes++
			if tx.Bucket(bucketWake).Get(wakeKey(rec.Ref, at)) == nil {
				return damaged("wake index", fmt.Errorf("%s is missing", rec.Ref))
			}
		}
		for _, key := range keysOf(&rec) {
			want++
			if v := tx.Bucket(bucketKey).Get(append(keyPrefix(rec.Ref.Kind, key), rec.Ref.ID...)); v == nil {
				return damaged("key index", fmt.Errorf("%s is not found by its key", rec.Ref))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := counted(tx, bucketKey, want); err != nil {
		return err
	}
	return counted(tx, bucketWake, wakes)
}

func counted(tx *bbolt.Tx, bucket []byte, want int) error {
	have := 0
	err := tx.Bucket(bucket).ForEach(func(_, _ []byte) error { have++; return nil })
	if err == nil && have != want {
		err = damaged(string(bucket)+" index", fmt.Errorf("%d entries, want %d", have, want))
	}
	return err
}
