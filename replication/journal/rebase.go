package journal

import (
	"fmt"
	"math"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Rebase makes last, the hub's last place of the lane, the head: from there the
// chain goes on under a new epoch (replication.T5, F3). It hands back the own
// lines that lie beyond what both places have; they are no longer in the
// journal, and nothing may be lost of them.
//
// Where last is a line of this journal, the lines after it are orphans. Where it
// is not (an old disk, or two histories), the lines after the last acknowledged
// one are, and the journal begins anew behind last.
//
// A cut may fall between two checkpoints; then s signs the line that is last
// now, so that the journal still ends at a signed place.
func Rebase(tx *bbolt.Tx, last protocol.Pos, s Signer) (orphans []protocol.Entry, err error) {
	lane := last.Lane
	hash, ok, err := Hash(tx, lane, last.Seq)
	if err != nil {
		return nil, err
	}
	a, err := Acked(tx, lane)
	if err != nil {
		return nil, err
	}
	common := ok && hash == last.Hash
	after := last.Seq
	if !common {
		after = a.Pos.Seq
	}
	err = Each(tx, lane, after, func(e protocol.Entry) error {
		orphans = append(orphans, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read orphans of %s lane: %w", lane, err)
	}
	if !common {
		after = 0
	}
	if err := drop(tx, lane, after, math.MaxUint64); err != nil {
		return nil, err
	}
	if err := moveTo(tx, last, a, !common); err != nil {
		return nil, err
	}
	return orphans, signLast(tx, last, s)
}

func signLast(tx *bbolt.Tx, last protocol.Pos, s Signer) error {
	stored := headers(tx, last.Lane).Get(seqKey(last.Seq))
	if stored == nil {
		return nil
	}
	l, err := decodeLine(stored)
	if err != nil {
		return damaged(last.Lane, last.Seq, err)
	}
	if l.checkpoint != nil {
		return nil
	}
	if l.checkpoint, err = sign(last, s); err != nil {
		return err
	}
	value, err := l.encode()
	if err != nil {
		return err
	}
	if err := headers(tx, last.Lane).Put(seqKey(last.Seq), value); err != nil {
		return fmt.Errorf("sign line %d: %w", last.Seq, err)
	}
	return nil
}

func moveTo(tx *bbolt.Tx, last protocol.Pos, a Ack, anew bool) error {
	if anew {
		if err := putPlace(tx, rowFloor, last); err != nil {
			return err
		}
	}
	if err := putPlace(tx, rowHead, last); err != nil {
		return err
	}
	return putAck(tx, Ack{Pos: last, Index: a.Index, BackedUp: min(a.BackedUp, last.Seq)})
}
