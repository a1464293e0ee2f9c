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

// Queue gives the held entries of one record in their order.
func Queue(tx *bbolt.Tx, ref protocol.Ref) (queue []Held, err error) {
	_, queue, err = readQueue(tx, ref)
	return queue, err
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

// Fix judges the first held entry of ref with the body of an operator in place
// of its own, then those behind it, in order (replication.Q2). The entry keeps
// its place: its home, revision and time are what the rules see; by and at go
// into the record. When the rules refuse the body, nothing changes.
func (f Fold) Fix(tx *bbolt.Tx, ref protocol.Ref, by string, at protocol.Instant, body []byte, index uint64) (fixed Result, behind []Result, no *protocol.Refusal, err error) {
	first, err := firstHeld(tx, ref)
	if err != nil || first == nil {
		return fixed, nil, refused("G-07", "该记录没有待处理的条目"), err
	}
	h := first.Entry.Header
	old, err := f.before(tx, ref)
	if err != nil {
		return fixed, nil, nil, err
	}
	judged, no, poison, err := f.judge(tx, old, &h, func(k *protocol.Kind, v *view) (protocol.Judged, *protocol.Refusal, error) {
		return k.Complete(old, &h, json.RawMessage(body), v)
	})
	if poison != nil {
		no = refused("G-09", "更正后的内容仍无法处理:%v", poison)
	}
	if no != nil || err != nil {
		return fixed, nil, no, err
	}
	queue, err := takeHeld(tx, ref)
	if err != nil {
		return fixed, nil, nil, err
	}
	h.By, h.At = by, at
	fixed = Result{Origin: protocol.Hub, Verdict: protocol.Verdict{Ref: ref, Index: index, Outcome: protocol.Applied}}
	if fixed.Changes, err = f.Apply(tx, old, &h, judged, index); err != nil {
		return fixed, nil, nil, err
	}
	behind, err = f.drain(tx, queue[1:], index)
	return fixed, behind, nil, err
}

// firstHeld gives the entry that a record waits for, or nil.
func firstHeld(tx *bbolt.Tx, ref protocol.Ref) (*Held, error) {
	prefix := heldPrefix(ref)
	k, v := tx.Bucket(bucketHeld).Cursor().Seek(prefix)
	if !ofQueue(k, prefix) {
		return nil, nil
	}
	h, err := readHeld(bytes.Clone(v))
	if err != nil {
		return nil, fmt.Errorf("read held entry of %s: %w", ref, err)
	}
	return &h, nil
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
	keys, queue, err := readQueue(tx, ref)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if err := tx.Bucket(bucketHeld).Delete(k); err != nil {
			return nil, fmt.Errorf("take held entry of %s: %w", ref, err)
		}
	}
	return queue, nil
}

func readQueue(tx *bbolt.Tx, ref protocol.Ref) (keys [][]byte, queue []Held, err error) {
	prefix := heldPrefix(ref)
	c := tx.Bucket(bucketHeld).Cursor()
	for k, v := c.Seek(prefix); ofQueue(k, prefix); k, v = c.Next() {
		h, err := readHeld(bytes.Clone(v))
		if err != nil {
			return nil, nil, fmt.Errorf("read held entry of %s: %w", ref, err)
		}
		keys, queue = append(keys, bytes.Clone(k)), append(queue, h)
	}
	return keys, queue, nil
}
