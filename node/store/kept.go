package store

import (
	"encoding/binary"
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// Kept is the answer that a form got (cases.md §11, G-11). It is of this place
// alone and lives as long as the records here.
type Kept struct {
	Sum protocol.Hash // of all that was submitted under the key
	Ref protocol.Ref  // what was answered: the case, or a request about it
	Rev uint64        // its revision then
}

// Kept gives the answer that stands under an idempotency key.
func (t *ReadTx) Kept(key string) (k Kept, ok bool, err error) {
	stored := t.b.Bucket(bucketKept).Get(keptKey(key))
	if stored == nil {
		return k, false, nil
	}
	payload, err := openRow(stored)
	if err == nil {
		k, err = decodeKept(payload)
	}
	if err != nil {
		return k, false, damaged(fmt.Sprintf("kept answer %x", keptKey(key)), err)
	}
	return k, true, nil
}

// Keep notes the answer of this transaction under its key: both are durable, or
// neither is.
func (t *Tx) Keep(key string, k Kept) error {
	s := step{kept: &kept{key: keptKey(key), row: k.encode()}}
	if err := t.g.putKept(s.kept); err != nil {
		return err
	}
	t.g.steps = append(t.g.steps, s)
	return nil
}

// kept is a row of the table as the redo log holds it.
type kept struct{ key, row []byte }

func (g *group) putKept(k *kept) error {
	if err := g.page().Bucket(bucketKept).Put(k.key, wire.SealValue(format, k.row)); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// keptKey: a person, a window and a nonce say who that is; the table need not.
func keptKey(key string) []byte {
	sum := protocol.HashOf([]byte(key))
	return sum[:16]
}

func (k *Kept) encode() []byte {
	out := append(binary.BigEndian.AppendUint64(nil, k.Rev), k.Sum[:]...)
	return appendText(appendText(out, string(k.Ref.Kind)), k.Ref.ID)
}

func decodeKept(payload []byte) (k Kept, err error) {
	r := redoReader{left: payload}
	k.Rev = r.u64()
	copy(k.Sum[:], r.take(len(k.Sum)))
	k.Ref = protocol.Ref{Kind: protocol.KindName(r.text()), ID: r.text()}
	return k, r.err
}

// A kept answer in the redo log begins where an act has the length of a home,
// which is never that long.
const keptMark = 0xff

func (k *kept) redo(dst []byte) []byte {
	dst = append(dst, keptMark)
	dst = appendText(dst, string(k.key))
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(k.row))), k.row...)
}

func (r *redoReader) kept() *kept {
	r.take(1)
	return &kept{key: []byte(r.text()), row: r.take(int(r.u16()))}
}
