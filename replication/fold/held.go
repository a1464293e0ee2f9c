package fold

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// Held is an entry that waits for an operator: poisonous, or behind one that is
// (replication §9). It keeps its place in the order of its record.
type Held struct {
	Entry  protocol.Entry
	Index  uint64
	Reason string
}

type heldValue struct {
	Index  uint64 `json:"index"`
	Reason string `json:"reason"`
	Entry  []byte `json:"entry"`
}

const heldVersion = 1

func heldPrefix(ref protocol.Ref) []byte { return append(refKey(ref), 0) }

// ofQueue reports whether k belongs to the queue with this prefix. The length
// counts: a poisonous entry may name a kind with a zero byte in it, and must
// not be taken for one of another record.
func ofQueue(k, prefix []byte) bool {
	return len(k) == len(prefix)+8 && bytes.HasPrefix(k, prefix)
}

func hasHeld(tx *bbolt.Tx, ref protocol.Ref) (bool, error) {
	prefix := heldPrefix(ref)
	k, _ := tx.Bucket(bucketHeld).Cursor().Seek(prefix)
	return ofQueue(k, prefix), nil
}

func hold(tx *bbolt.Tx, e *protocol.Entry, index uint64, reason string) error {
	b := tx.Bucket(bucketHeld)
	n, err := b.NextSequence()
	if err != nil {
		return fmt.Errorf("number held entry: %w", err)
	}
	value, err := json.Marshal(heldValue{Index: index, Reason: reason, Entry: wire.AppendEntry(nil, e)})
	if err != nil {
		return fmt.Errorf("encode held entry: %w", err)
	}
	key := binary.BigEndian.AppendUint64(heldPrefix(e.Ref), n)
	return wrap("hold entry", b.Put(key, wire.SealValue(heldVersion, value)))
}

// EachHeld calls fn for the held entries, record by record, each in its order.
func EachHeld(tx *bbolt.Tx, fn func(Held) error) error {
	return tx.Bucket(bucketHeld).ForEach(func(k, v []byte) error {
		h, err := readHeld(v)
		if err != nil {
			return fmt.Errorf("read held entry %q: %w", k, err)
		}
		return fn(h)
	})
}

func readHeld(v []byte) (Held, error) {
	_, payload, err := wire.OpenValue(v)
	if err != nil {
		return Held{}, err
	}
	var value heldValue
	if err := json.Unmarshal(payload, &value); err != nil {
		return Held{}, err
	}
	e, _, err := wire.ReadEntry(value.Entry)
	return Held{Entry: e, Index: value.Index, Reason: value.Reason}, err
}

// Discard drops the first held entry of ref and judges those behind it, in
// order, until one is poisonous again (replication.Q2).
func (f Fold) Discard(tx *bbolt.Tx, ref protocol.Ref, index uint64) ([]Result, error) {
	queue, err := takeHeld(tx, ref)
	if err != nil || len(queue) == 0 {
		return nil, err
	}
	return f.drain(tx, queue[1:], index)
}

// Replay judges the held entries of ref again, under a newer level or binary.
func (f Fold) Replay(tx *bbolt.Tx, ref protocol.Ref, index uint64) ([]Result, error) {
	queue, err := takeHeld(tx, ref)
	if err != nil {
		return nil, err
	}
	return f.drain(tx, queue, index)
}

func (f Fold) drain(tx *bbolt.Tx, queue []Held, index uint64) (results []Result, err error) {
	for i := range queue {
		r, err := f.Entry(tx, &queue[i].Entry, index)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

func takeHeld(tx *bbolt.Tx, ref protocol.Ref) (queue []Held, err error) {
	b, prefix := tx.Bucket(bucketHeld), heldPrefix(ref)
	var keys [][]byte
	c := b.Cursor()
	for k, v := c.Seek(prefix); ofQueue(k, prefix); k, v = c.Next() {
		h, err := readHeld(bytes.Clone(v))
		if err != nil {
			return nil, fmt.Errorf("read held entry of %s: %w", ref, err)
		}
		keys, queue = append(keys, bytes.Clone(k)), append(queue, h)
	}
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return nil, fmt.Errorf("take held entry of %s: %w", ref, err)
		}
	}
	return queue, nil
}
