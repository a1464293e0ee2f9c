package journal

import (
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// Ack is how far a lane is decided by the hub, and how far it is inside a
// verified backup: only below that may lines be trimmed (replication.T1).
type Ack struct {
	Pos      protocol.Pos
	Index    uint64 // hub index that decided Pos
	BackedUp uint64 // seq
}

const posLen = 8 + 1 + 8 + 32

func appendPos(dst []byte, p protocol.Pos) []byte {
	dst = binary.BigEndian.AppendUint64(dst, p.Epoch)
	dst = binary.BigEndian.AppendUint64(append(dst, byte(p.Lane)), p.Seq)
	return append(dst, p.Hash[:]...)
}

func readPos(b []byte) (p protocol.Pos) {
	p.Epoch, p.Lane, p.Seq = binary.BigEndian.Uint64(b), protocol.Lane(b[8]), binary.BigEndian.Uint64(b[9:])
	copy(p.Hash[:], b[17:])
	return p
}

// Head gives the last line of the lane; seq 0 before the first.
func Head(tx *bbolt.Tx, lane protocol.Lane) (protocol.Pos, error) { return place(tx, rowHead, lane) }

// Floor gives the last line that is no longer kept; seq 0 when all are.
func Floor(tx *bbolt.Tx, lane protocol.Lane) (protocol.Pos, error) { return place(tx, rowFloor, lane) }

func place(tx *bbolt.Tx, row string, lane protocol.Lane) (protocol.Pos, error) {
	payload, err := metaRow(tx, row, lane, posLen)
	if payload == nil || err != nil {
		return protocol.Pos{Lane: lane}, err
	}
	return readPos(payload), nil
}

// Acked gives how far the hub has decided the lane.
func Acked(tx *bbolt.Tx, lane protocol.Lane) (Ack, error) {
	payload, err := metaRow(tx, rowAcked, lane, posLen+16)
	if payload == nil || err != nil {
		return Ack{Pos: protocol.Pos{Lane: lane}}, err
	}
	return Ack{Pos: readPos(payload), Index: binary.BigEndian.Uint64(payload[posLen:]),
		BackedUp: binary.BigEndian.Uint64(payload[posLen+8:])}, nil
}

func metaRow(tx *bbolt.Tx, row string, lane protocol.Lane, size int) ([]byte, error) {
	if err := lane.Validate(); err != nil {
		return nil, err
	}
	stored := tx.Bucket(bucketMeta).Get(metaKey(row, lane))
	if stored == nil {
		return nil, nil
	}
	payload, err := open(stored)
	if err == nil && len(payload) != size {
		err = fmt.Errorf("%d bytes, want %d", len(payload), size)
	}
	if err == nil && protocol.Lane(payload[8]) != lane {
		err = fmt.Errorf("row of lane %d", payload[8])
	}
	if err != nil {
		return nil, damaged(lane, 0, fmt.Errorf("row %s: %w", row, err))
	}
	return payload, nil
}

func putPlace(tx *bbolt.Tx, row string, p protocol.Pos) error {
	return putMeta(tx, row, p.Lane, appendPos(nil, p))
}

func putAck(tx *bbolt.Tx, a Ack) error {
	payload := binary.BigEndian.AppendUint64(appendPos(nil, a.Pos), a.Index)
	return putMeta(tx, rowAcked, a.Pos.Lane, binary.BigEndian.AppendUint64(payload, a.BackedUp))
}

func putMeta(tx *bbolt.Tx, row string, lane protocol.Lane, payload []byte) error {
	if err := tx.Bucket(bucketMeta).Put(metaKey(row, lane), wire.SealValue(rowVersion, payload)); err != nil {
		return fmt.Errorf("store %s of %s lane: %w", row, lane, err)
	}
	return nil
}

// SetAcked notes that the hub decided everything up to pos. It only rises: an
// older or repeated ack changes nothing (replication.R11). A place that is not
// a line of this journal is a fork fault.
func SetAcked(tx *bbolt.Tx, pos protocol.Pos, index uint64) error {
	old, err := Acked(tx, pos.Lane)
	if err != nil || pos.Seq < old.Pos.Seq {
		return err
	}
	if err := mine(tx, pos); err != nil {
		return err
	}
	return putAck(tx, Ack{Pos: pos, Index: max(index, old.Index), BackedUp: old.BackedUp})
}

// SetBackedUp notes that a verified backup holds the lane up to seq; it only
// rises.
func SetBackedUp(tx *bbolt.Tx, lane protocol.Lane, seq uint64) error {
	a, err := Acked(tx, lane)
	if err != nil || seq <= a.BackedUp {
		return err
	}
	a.BackedUp = seq
	return putAck(tx, a)
}

// Resend takes acked back to pos: the hub was restored from a backup and no
// longer knows what came after (replication.md §4). pos must be a line of this
// journal, or its floor.
func Resend(tx *bbolt.Tx, pos protocol.Pos) error {
	if err := mine(tx, pos); err != nil {
		return err
	}
	a, err := Acked(tx, pos.Lane)
	if err != nil || pos.Seq >= a.Pos.Seq {
		return err
	}
	return putAck(tx, Ack{Pos: pos, BackedUp: min(a.BackedUp, pos.Seq)})
}

// mine reports a fork when pos is not a place of this chain.
func mine(tx *bbolt.Tx, pos protocol.Pos) error {
	hash, ok, err := Hash(tx, pos.Lane, pos.Seq)
	if err != nil || ok && hash == pos.Hash {
		return err
	}
	head, err := Head(tx, pos.Lane)
	if err != nil {
		return err
	}
	return &protocol.Fault{Code: protocol.Fork, Op: "compare journals", Pos: head,
		Text: fmt.Sprintf("省级所记的第 %d 条与本节点的日志不是同一条", pos.Seq),
		Hint: "不要重启或恢复备份;由省级发新令牌,在空目录中 xiangyun node enroll 重新接入"}
}
