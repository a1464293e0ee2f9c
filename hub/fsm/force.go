package fsm

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// forced is a record that a node was told to take back, because an act of its
// on it was refused. It is remembered until the node's next act on the record
// is taken: by then the node has read that line.
type forced struct {
	node protocol.NodeID
	ref  protocol.Ref
}

// force has a node take back its record after a refused act. A node goes on
// from the refused state until it reads the line, and all it writes so meets
// G-02 or G-04: one line takes all of that back. A second one would reach the
// node behind acts that were taken meanwhile, and undo them there.
func (st *step) force(node protocol.NodeID, v *protocol.Verdict) error {
	key := forced{node, v.Ref}
	at, marked := st.f.forced[key]
	if marked && (at == st.index || v.Rule == "G-02" || v.Rule == "G-04") {
		return nil
	}
	rec, ok, err := fold.Get(st.tx, v.Ref)
	if err != nil {
		return err
	}
	r := row{lane: v.Pos.Lane, stream: node, what: lineForce, ref: v.Ref}
	if ok {
		if r.readers, err = audience(&rec); err != nil {
			return err
		}
		r.record = &rec
	}
	st.line(r)
	st.f.forced[key] = st.index
	return put(st.tx.Bucket(bucketForced), key.key(), wire.SealValue(valueVersion, binary.BigEndian.AppendUint64(nil, st.index)))
}

func (st *step) unmark(key forced) error {
	if _, marked := st.f.forced[key]; !marked {
		return nil
	}
	delete(st.f.forced, key)
	return st.tx.Bucket(bucketForced).Delete(key.key())
}

func (k forced) key() []byte { return append(append([]byte(k.node), 0), refKey(k.ref)...) }

func loadForced(tx *bbolt.Tx) (map[forced]uint64, error) {
	marks := make(map[forced]uint64)
	err := tx.Bucket(bucketForced).ForEach(func(k, v []byte) error {
		parts := bytes.SplitN(k, []byte{0}, 3)
		value, err := open(v)
		if err == nil && (len(parts) != 3 || len(value) != 8) {
			err = damaged(fmt.Errorf("mark of a forced record %q", k))
		}
		if err != nil {
			return err
		}
		ref := protocol.Ref{Kind: protocol.KindName(parts[1]), ID: string(parts[2])}
		marks[forced{protocol.NodeID(parts[0]), ref}] = binary.BigEndian.Uint64(value)
		return nil
	})
	return marks, err
}
