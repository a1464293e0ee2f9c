package fold

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// Step is one line of a record's history: who did what, when, and which hub
// index decided it (0 while only the writer knows). The body is not kept here.
type Step struct {
	Epoch uint64           `json:"epoch"`
	Rev   uint64           `json:"rev"`
	Act   protocol.Act     `json:"act"`
	By    string           `json:"by"`
	At    protocol.Instant `json:"at"`
	Home  protocol.NodeID  `json:"home"` // home after the act
	Index uint64           `json:"index,omitempty"`
}

const stepVersion = 1

func stepKey(rec *protocol.Record) []byte {
	key := append(refKey(rec.Ref), 0)
	key = binary.BigEndian.AppendUint64(key, rec.Epoch)
	return binary.BigEndian.AppendUint64(key, rec.Rev)
}

func note(tx *bbolt.Tx, rec *protocol.Record) error {
	step := *rec
	step.Body = nil // a step is stored as its record without the body
	value := wire.EndValue(wire.AppendRecord(wire.BeginValue(stepVersion, wire.RecordSize(&step)), &step))
	return wrap("note history", tx.Bucket(bucketHistory).Put(stepKey(rec), value))
}

// History lists what this place has seen happen to ref, oldest first. A node
// that was away may have seen only the last of several acts elsewhere.
func History(tx *bbolt.Tx, ref protocol.Ref) (steps []Step, err error) {
	prefix := append(refKey(ref), 0)
	c := tx.Bucket(bucketHistory).Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		_, payload, err := wire.OpenValue(v)
		if err != nil {
			return nil, fmt.Errorf("read history of %s: %w", ref, err)
		}
		r, _, err := wire.ReadRecord(payload)
		if err != nil {
			return nil, fmt.Errorf("read history of %s: %w", ref, err)
		}
		steps = append(steps, Step{r.Epoch, r.Rev, r.Act, r.By, r.At, r.Home, r.Index})
	}
	return steps, nil
}

// confirmStep notes the hub index of an act that was followed by others here
// before the hub's word about it came.
func confirmStep(tx *bbolt.Tx, ref protocol.Ref, rev, index uint64) error {
	prefix := append(refKey(ref), 0)
	c := tx.Bucket(bucketHistory).Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		_, payload, err := wire.OpenValue(v)
		if err != nil {
			return fmt.Errorf("read history of %s: %w", ref, err)
		}
		r, _, err := wire.ReadRecord(payload)
		if err != nil {
			return fmt.Errorf("read history of %s: %w", ref, err)
		}
		if r.Rev == rev && r.Index == 0 {
			r.Index = index
			return note(tx, &r)
		}
	}
	return nil
}
