package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// pending is an own entry the hub has not decided: not yet, or held there
// (outcome queued or quarantined, replication.md §9).
type pending struct {
	ref     protocol.Ref
	rev     uint64
	at      protocol.Instant
	size    uint32
	outcome protocol.Outcome // 0 until the hub said something
}

// queued counts what the hub has not acknowledged.
type queued struct {
	Entries uint64
	Bytes   uint64
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

const pendingHead = 8 + 8 + 4 + 1

func putPending(tx *bbolt.Tx, lane protocol.Lane, seq uint64, p pending) error {
	out := make([]byte, 0, pendingHead+len(p.ref.Kind)+1+len(p.ref.ID))
	out = binary.BigEndian.AppendUint64(out, p.rev)
	out = binary.BigEndian.AppendUint64(out, uint64(p.at))
	out = append(binary.BigEndian.AppendUint32(out, p.size), byte(p.outcome))
	out = append(append(append(out, p.ref.Kind...), 0), p.ref.ID...)
	b := tx.Bucket(bucketPending[lane])
	b.FillPercent = 0.95 // keys only rise
	if err := b.Put(seqKey(seq), wire.SealValue(format, out)); err != nil {
		return fmt.Errorf("store pending %d of %s lane: %w", seq, lane, err)
	}
	return nil
}

func decodePending(stored []byte) (p pending, err error) {
	payload, err := openRow(stored)
	if err != nil {
		return p, err
	}
	if len(payload) < pendingHead {
		return p, errors.New("row is too short")
	}
	kind, id, ok := strings.Cut(string(payload[pendingHead:]), "\x00")
	if !ok {
		return p, errors.New("row names no record")
	}
	return pending{ref: protocol.Ref{Kind: protocol.KindName(kind), ID: id}, rev: binary.BigEndian.Uint64(payload),
		at: protocol.Instant(binary.BigEndian.Uint64(payload[8:])), size: binary.BigEndian.Uint32(payload[16:]),
		outcome: protocol.Outcome(payload[20])}, nil
}

func getPending(tx *bbolt.Tx, lane protocol.Lane, seq uint64) (pending, bool, error) {
	stored := tx.Bucket(bucketPending[lane]).Get(seqKey(seq))
	if stored == nil {
		return pending{}, false, nil
	}
	p, err := decodePending(stored)
	if err != nil {
		return p, false, damaged(fmt.Sprintf("pending %s/%d", lane, seq), err)
	}
	return p, true, nil
}

// eachPending calls fn for the rows of a lane up to a seq, in order; fn must not
// change them.
func eachPending(tx *bbolt.Tx, lane protocol.Lane, upto uint64, fn func(seq uint64, p pending) error) error {
	c := tx.Bucket(bucketPending[lane]).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		p, err := decodePending(v)
		if err == nil && len(k) != 8 {
			err = errors.New("bad key")
		}
		if err != nil {
			return damaged(fmt.Sprintf("pending %s/%x", lane, k), err)
		}
		seq := binary.BigEndian.Uint64(k)
		if seq > upto {
			return nil
		}
		if err := fn(seq, p); err != nil {
			return err
		}
	}
	return nil
}

func countPending(tx *bbolt.Tx, lane protocol.Lane) (q queued, err error) {
	err = eachPending(tx, lane, ^uint64(0), func(_ uint64, p pending) error {
		if p.outcome == 0 {
			q.Entries++
			q.Bytes += uint64(p.size)
		}
		return nil
	})
	return q, err
}

// await notes that an entry waits for the hub.
func (g *group) await(e *protocol.Entry) error {
	size := uint32(wire.EntrySize(e))
	q := &g.state.queue[e.Lane]
	q.Entries, q.Bytes = q.Entries+1, q.Bytes+uint64(size)
	return putPending(g.tx, e.Lane, e.Seq, pending{ref: e.Ref, rev: e.Rev, at: e.At, size: size})
}

// settled takes an entry out of what waits.
func (g *group) settled(lane protocol.Lane, seq uint64, p pending) error {
	g.uncount(lane, p)
	if err := g.page().Bucket(bucketPending[lane]).Delete(seqKey(seq)); err != nil {
		return fmt.Errorf("drop pending %d of %s lane: %w", seq, lane, err)
	}
	return nil
}

func (g *group) uncount(lane protocol.Lane, p pending) {
	if p.outcome == 0 {
		q := &g.state.queue[lane]
		q.Entries, q.Bytes = q.Entries-1, q.Bytes-uint64(p.size)
	}
}

// Pending is what waits for the hub in one lane.
type Pending struct {
	Entries uint64
	Bytes   uint64           // as they travel
	Oldest  protocol.Instant // 0 when nothing waits
	Held    uint64           // decided by nobody yet: the hub holds them for an operator
}

// Pending tells how much the hub has not decided, per lane.
func (s *Store) Pending() (all [lanes]Pending, err error) {
	err = s.View(func(tx *ReadTx) error {
		for _, lane := range protocol.Lanes {
			p := &all[lane]
			err := eachPending(tx.b, lane, ^uint64(0), func(_ uint64, row pending) error {
				switch {
				case row.outcome != 0:
					p.Held++
					return nil
				case p.Entries == 0:
					p.Oldest = row.at
				}
				p.Entries, p.Bytes = p.Entries+1, p.Bytes+uint64(row.size)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// QueueBytes is what the hub has not acknowledged in both lanes, in bytes.
func (s *Store) QueueBytes() (sum uint64) {
	st := s.committed()
	for _, q := range st.queue {
		sum += q.Bytes
	}
	return sum
}
