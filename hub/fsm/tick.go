package fsm

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// TickResult is the response to a tick: the clock now, and how many statutory
// clocks it saw lapse.
type TickResult struct {
	Clock protocol.Instant
	Fired int
}

// tick moves the clock, never backwards, notes what lapsed since the tick
// before, each once, and trims the feed.
func (st *step) tick(now protocol.Instant) (any, error) {
	s := &st.f.state
	if now <= s.Clock {
		return TickResult{Clock: s.Clock}, nil
	}
	lapses := fold.Lapsed(st.tx, s.Clock, now, math.MaxInt)
	s.Clock = now
	for _, l := range lapses {
		if err := st.fire(l); err != nil {
			return nil, err
		}
	}
	st.record = binary.BigEndian.AppendUint64(st.record, uint64(len(lapses)))
	return TickResult{Clock: now, Fired: len(lapses)}, st.trim(now)
}

func firedKey(l fold.Lapse) []byte {
	key := binary.BigEndian.AppendUint64(nil, uint64(l.At))
	key = append(append(key, refKey(l.Ref)...), 0)
	return append(key, l.Clock...)
}

func parseFired(key []byte) (l fold.Lapse, ok bool) {
	if len(key) < 8 {
		return l, false
	}
	parts := bytes.Split(key[8:], []byte{0})
	if len(parts) != 3 {
		return l, false
	}
	return fold.Lapse{At: protocol.Instant(binary.BigEndian.Uint64(key)), Clock: protocol.ClockID(parts[2]),
		Ref: protocol.Ref{Kind: protocol.KindName(parts[0]), ID: string(parts[1])}}, true
}

func (st *step) fire(l fold.Lapse) error {
	st.f.fired[l.Ref] = true
	return put(st.tx.Bucket(bucketFired), firedKey(l), wire.SealValue(valueVersion, nil))
}

func loadFired(tx *bbolt.Tx) map[protocol.Ref]bool {
	fired := make(map[protocol.Ref]bool)
	c := tx.Bucket(bucketFired).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if l, ok := parseFired(k); ok {
			fired[l.Ref] = true
		}
	}
	return fired
}

// clocks keeps the list of lapsed clocks in step with a record: those that ran
// until the act are over, and one that had lapsed before the hub heard of the
// record fires at once.
func (st *step) clocks(c *fold.Change) error {
	ref := c.Record.Ref
	if st.f.fired[ref] {
		if err := st.unfire(ref, c.Due); err != nil {
			return err
		}
	}
	for _, d := range c.Due {
		if d.At <= st.f.state.Clock {
			if err := st.fire(fold.Lapse{Ref: ref, Clock: d.Clock, At: d.At}); err != nil {
				return err
			}
		}
	}
	return nil
}

// unfire forgets the lapsed clocks of ref that do not run any more. The list
// holds what is overdue now: it is short where the law is kept.
func (st *step) unfire(ref protocol.Ref, due []protocol.Deadline) error {
	var over [][]byte
	b := st.tx.Bucket(bucketFired)
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		l, ok := parseFired(k)
		if ok && l.Ref == ref && !slices.Contains(due, protocol.Deadline{Clock: l.Clock, At: l.At}) {
			over = append(over, bytes.Clone(k))
		}
	}
	for _, k := range over { // pitfalls.B7: collect, then delete
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	if len(due) == 0 {
		delete(st.f.fired, ref)
	}
	return nil
}

// Overdue lists lapsed clocks that still run, the oldest first, at most max.
func (f *FSM) Overdue(max int) (list []fold.Lapse, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketFired).Cursor()
		for k, _ := c.First(); k != nil && len(list) < max; k, _ = c.Next() {
			if l, ok := parseFired(k); ok {
				list = append(list, l)
			}
		}
		return nil
	})
	return list, err
}
