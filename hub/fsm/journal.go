package fsm

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// JournalLine is one line of an origin's journal as the hub took it: evidence
// that can be verified without the node. Sig is the origin's signature over
// Entry.Hash where a batch ended, else empty; the chain covers what is between.
type JournalLine struct {
	Index uint64 // hub index that decided it
	Entry protocol.Entry
	Sig   []byte
}

// A line: index as u64, length of the signature (1), signature, entry.
const lineHead = 8 + 1

func lineKey(origin protocol.NodeID, lane protocol.Lane, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(laneKey(origin, lane), seq)
}

func (st *step) keepLine(e *protocol.Entry, sig []byte) error {
	value := wire.BeginValue(valueVersion, lineHead+len(sig)+wire.EntrySize(e))
	value = binary.BigEndian.AppendUint64(value, st.index)
	value = append(append(value, byte(len(sig))), sig...)
	value = wire.EndValue(wire.AppendEntry(value, e))
	return put(st.tx.Bucket(bucketJournal), lineKey(e.Origin, e.Lane, e.Seq), value)
}

func readLine(tx *bbolt.Tx, origin protocol.NodeID, lane protocol.Lane, seq uint64) (JournalLine, bool, error) {
	value := tx.Bucket(bucketJournal).Get(lineKey(origin, lane, seq))
	if value == nil {
		return JournalLine{}, false, nil
	}
	l, err := decodeLine(value)
	return l, true, err
}

// decodeLine copies out of the transaction (pitfalls.B7).
func decodeLine(value []byte) (l JournalLine, err error) {
	payload, err := open(value)
	if err != nil {
		return l, err
	}
	if payload = bytes.Clone(payload); len(payload) < lineHead || len(payload) < lineHead+int(payload[8]) {
		return l, damaged(fmt.Errorf("journal line of %d bytes", len(payload)))
	}
	l.Index = binary.BigEndian.Uint64(payload)
	l.Sig = payload[lineHead : lineHead+int(payload[8])]
	if l.Entry, _, err = wire.ReadEntry(payload[lineHead+len(l.Sig):]); err != nil {
		return l, damaged(err)
	}
	return l, nil
}

// Journal gives the lines of one chain from seq from on, at most max, oldest
// first. The hub's own chain is that of origin protocol.Hub.
func (f *FSM) Journal(origin protocol.NodeID, lane protocol.Lane, from uint64, max int) (lines []JournalLine, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		prefix := laneKey(origin, lane)
		c := tx.Bucket(bucketJournal).Cursor()
		for k, v := c.Seek(lineKey(origin, lane, from)); bytes.HasPrefix(k, prefix) && len(lines) < max; k, v = c.Next() {
			l, err := decodeLine(v)
			if err != nil {
				return err
			}
			lines = append(lines, l)
		}
		return nil
	})
	return lines, err
}
