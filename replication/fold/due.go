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
		at := protocol.Instant(binary.BigEndian.Uint64(k))
		if at > until {
			break
		}
		refPart, clock, ok := bytes.Cut(k[8:], followGap)
		ref, err := parseRefKey(bytes.Clone(refPart))
		if ok && err == nil {
			found = append(found, Lapse{Ref: ref, Clock: protocol.ClockID(clock), At: at})
		}
	}
	return found
}
