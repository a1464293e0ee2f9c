package fsm

import (
	"bytes"
	"encoding/binary"
	"math"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// TickResult is the response to a tick: the clock now, and how many statutory
// clocks it saw lapse.
type TickResult struct {
	Clock protocol.Instant
	Fired int
}

// tick moves the clock, never backwards, notes what lapsed since the tick
// before, each once, and trims the feed. It looks at what lapsed and at nothing
// else, and fires no card itself: that takes a look at the record, which the
// leader does beside Apply.
func (st *step) tick(now protocol.Instant) (any, error) {
	s := &st.f.state
	if now <= s.Clock {
		return TickResult{Clock: s.Clock}, nil
	}
	lapses := fold.Lapsed(st.tx, s.Clock, now, math.MaxInt)
	s.Clock = now
	for _, l := range lapses {
		if err := st.lapsed(l); err != nil {
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

// Running lists clocks behind one, in order of time, that end up to an instant,
// at most max.
func (f *FSM) Running(behind fold.Lapse, until protocol.Instant, max int) (list []fold.Lapse, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		list = fold.Running(tx, behind, until, max)
		return nil
	})
	return list, err
}
