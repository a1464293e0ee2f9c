package fold

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Lapse is one clock of one record whose instant has passed.
type Lapse struct {
	Ref   protocol.Ref     `json:"ref"`
	Clock protocol.ClockID `json:"clock"`
	At    protocol.Instant `json:"at"`
}

func dueKey(ref protocol.Ref, d protocol.Deadline) []byte {
	key := binary.BigEndian.AppendUint64(nil, uint64(d.At))
	key = append(key, refKey(ref)...)
	return append(append(key, 0, 0), string(d.Clock)...)
}

func moveDue(tx *bbolt.Tx, ref protocol.Ref, ended, running []protocol.Deadline) error {
	b := tx.Bucket(bucketDue)
	for _, d := range ended {
		if err := b.Delete(dueKey(ref, d)); err != nil {
			return wrap("end clock", err)
		}
	}
	for _, d := range running {
		if err := b.Put(dueKey(ref, d), nil); err != nil {
			return wrap("start clock", err)
		}
	}
	return nil
}

// Lapsed lists the clocks with an instant in (after, until], at most max, in
// order of time: each is met once when until only rises (tick).
func Lapsed(tx *bbolt.Tx, after, until protocol.Instant, max int) (found []Lapse) {
	c := tx.Bucket(bucketDue).Cursor()
	start := binary.BigEndian.AppendUint64(nil, uint64(after)+1)
	for k, _ := c.Seek(start); k != nil && len(found) < max; k, _ = c.Next() {
		l, ok := parseDue(k)
		if ok && l.At > until {
			break
		}
		if ok {
			found = append(found, l)
		}
	}
	return found
}

// parseDue copies out of the transaction (pitfalls.B7).
func parseDue(k []byte) (l Lapse, ok bool) {
	if len(k) < 8 {
		return l, false
	}
	refPart, clock, ok := bytes.Cut(k[8:], followGap)
	ref, err := parseRefKey(bytes.Clone(refPart))
	return Lapse{Ref: ref, Clock: protocol.ClockID(clock), At: protocol.Instant(binary.BigEndian.Uint64(k))}, ok && err == nil
}

// Running lists clocks in order of time, record and clock, those with an instant
// up to until and behind the one given, at most max: a walk over what runs that
// a caller takes up again behind the last it was given.
func Running(tx *bbolt.Tx, behind Lapse, until protocol.Instant, max int) (found []Lapse) {
	c := tx.Bucket(bucketDue).Cursor()
	start := dueKey(behind.Ref, protocol.Deadline{Clock: behind.Clock, At: behind.At})
	for k, _ := c.Seek(start); k != nil && len(found) < max; k, _ = c.Next() {
		l, ok := parseDue(k)
		if ok && l.At > until {
			break
		}
		if ok && l != behind {
			found = append(found, l)
		}
	}
	return found
}
