package journal

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// trimStep bounds what one call removes, so that no window waits for it.
const trimStep = 1024

// Trim drops kept lines up to the line upto, but only what the hub has decided
// and a verified backup holds (replication.T1): no watermark, no trimming. It
// removes at most 1,024 lines and says how many; the floor keeps the place of
// the last one, so that the chain stays provable.
func Trim(tx *bbolt.Tx, lane protocol.Lane, upto uint64) (int, error) {
	a, err := Acked(tx, lane)
	if err != nil {
		return 0, err
	}
	floor, err := Floor(tx, lane)
	if err != nil {
		return 0, err
	}
	last := min(upto, a.BackedUp, a.Pos.Seq, floor.Seq+trimStep)
	if last <= floor.Seq {
		return 0, nil
	}
	e, ok, err := Get(tx, lane, last)
	if err != nil && protocol.CodeOf(err) != protocol.Gone {
		return 0, err
	}
	if !ok {
		return 0, damaged(lane, last, errors.New("line is missing"))
	}
	if err := drop(tx, lane, 0, last); err != nil {
		return 0, err
	}
	return int(last - floor.Seq), putPlace(tx, rowFloor, e.Pos())
}

// drop removes the rows with from < seq <= to; it collects first (pitfalls.B7).
func drop(tx *bbolt.Tx, lane protocol.Lane, from, to uint64) error {
	for _, b := range []*bbolt.Bucket{headers(tx, lane), bodies(tx, lane)} {
		var keys [][]byte
		c := b.Cursor()
		for k, _ := c.Seek(seqKey(from + 1)); k != nil; k, _ = c.Next() {
			seq, err := seqOf(lane, k)
			if err != nil {
				return err
			}
			if seq > to {
				break
			}
			keys = append(keys, seqKey(seq))
		}
		for _, k := range keys {
			if err := b.Delete(k); err != nil {
				return fmt.Errorf("drop line %x of %s lane: %w", k, lane, err)
			}
		}
	}
	return nil
}

// EraseBody removes the body of a kept line; header and checkpoint stay, so the
// chain verifies as before and reading says gone (replication.R2). That the
// bytes are also gone from free pages is what sealing personal bodies is for
// (pitfalls.B9).
func EraseBody(tx *bbolt.Tx, lane protocol.Lane, seq uint64) error {
	if err := lane.Validate(); err != nil {
		return err
	}
	stored := headers(tx, lane).Get(seqKey(seq))
	if stored == nil {
		return protocol.NewFault(protocol.Gone, "erase body", "日志中没有第 %d 条", seq)
	}
	l, err := decodeLine(stored)
	if err != nil {
		return damaged(lane, seq, err)
	}
	if l.erased {
		return nil
	}
	l.erased = true
	value, err := l.encode()
	if err != nil {
		return err
	}
	if err := headers(tx, lane).Put(seqKey(seq), value); err != nil {
		return fmt.Errorf("mark line %d erased: %w", seq, err)
	}
	if err := bodies(tx, lane).Delete(seqKey(seq)); err != nil {
		return fmt.Errorf("erase body %d: %w", seq, err)
	}
	return nil
}
