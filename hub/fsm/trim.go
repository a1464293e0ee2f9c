package fsm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// retention is how long feed rows stay: both must be exceeded (replication.D6).
// It is part of what every voter must do alike, so it is no option.
type retention struct {
	age   time.Duration
	rows  uint64
	every time.Duration // between marks of how long the feed was
	once  int           // rows deleted by one tick
}

var standardRetention = retention{age: 7 * 24 * time.Hour, rows: 1_000_000, every: time.Hour, once: 20_000}

// A mark: index and length of the feed at an instant, each as u64.
const markSize = 16

// trim raises the floor to the newest mark that is old and deep enough, and
// deletes some of the rows below it.
func (st *step) trim(now protocol.Instant) error {
	if err := st.mark(now); err != nil {
		return err
	}
	if err := st.raiseFloor(now); err != nil {
		return err
	}
	s := &st.f.state
	if s.Trimmed == s.FeedFloor {
		return nil
	}
	left, err := st.deleteRows(s.FeedFloor, st.f.keep.once)
	if err == nil && left > 0 {
		s.Trimmed = s.FeedFloor
	}
	return err
}

func (st *step) mark(now protocol.Instant) error {
	s := &st.f.state
	if now < s.LastMark+protocol.Instant(st.f.keep.every.Milliseconds()) {
		return nil
	}
	s.LastMark = now
	value := binary.BigEndian.AppendUint64(nil, st.index)
	value = wire.SealValue(valueVersion, binary.BigEndian.AppendUint64(value, s.FeedTotal))
	return put(st.tx.Bucket(bucketMark), binary.BigEndian.AppendUint64(nil, uint64(now)), value)
}

func (st *step) raiseFloor(now protocol.Instant) error {
	s, keep := &st.f.state, &st.f.keep
	b := st.tx.Bucket(bucketMark)
	var over [][]byte
	floor := s.FeedFloor
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		p, err := open(v)
		if err != nil {
			return err
		}
		if len(p) != markSize || len(k) != 8 {
			return damaged(fmt.Errorf("feed mark of %d bytes", len(p)))
		}
		age := int64(now) - int64(binary.BigEndian.Uint64(k))
		if age < keep.age.Milliseconds() || s.FeedTotal-binary.BigEndian.Uint64(p[8:]) < keep.rows {
			break
		}
		floor, over = binary.BigEndian.Uint64(p), append(over, bytes.Clone(k))
	}
	for _, k := range over {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	if floor != s.FeedFloor {
		s.FeedFloor = floor
		st.f.ring.setFloor(floor)
	}
	return nil
}

// deleteRows deletes rows at or below floor, stream by stream, at most max;
// left is how many more it might have deleted.
func (st *step) deleteRows(floor uint64, max int) (left int, err error) {
	b := st.tx.Bucket(bucketFeed)
	c := b.Cursor()
	var over [][]byte
	for k, _ := c.First(); k != nil && len(over) < max; {
		end := len(k) - rowTail
		if end <= 0 {
			return 0, damaged(fmt.Errorf("feed key %q", k))
		}
		if binary.BigEndian.Uint64(k[end:]) <= floor {
			over = append(over, bytes.Clone(k))
			k, _ = c.Next()
			continue
		}
		next := bytes.Clone(k[:end]) // the rest of this stream is kept: on to the next
		next[end-1] = 1
		k, _ = c.Seek(next)
	}
	for _, k := range over { // pitfalls.B7
		if err := b.Delete(k); err != nil {
			return 0, err
		}
	}
	return max - len(over), nil
}
