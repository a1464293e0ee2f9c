package fsm

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// reached keeps the newest time that the hub holds of one journal: an act that
// says it was earlier counts from there (cases.md §7), and a card is provisional
// until its owner's journal has passed the lapse (cases.Y-05).
func (st *step) reached(k chainKey, at protocol.Instant) {
	if at > st.f.newest[k] {
		st.f.newest[k] = at
	}
}

func (st *step) saveReached(k chainKey) error {
	return put(st.tx.Bucket(bucketNewest), laneKey(k.origin, k.lane), sealInstant(st.f.newest[k]))
}

// Newest is the newest time in the urgent journal of a place, as the hub holds it.
func (f *FSM) Newest(origin protocol.NodeID) protocol.Instant {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.newest[chainKey{origin, protocol.Urgent}]
}

// moved keeps when the hub received the hand-over of a case: until then the giver
// held it, and from then on the hub (cases.Y-04).
func (st *step) moved(c *fold.Change) error {
	if c.Old == nil || c.Old.Home == c.Record.Home {
		return nil
	}
	return put(st.tx.Bucket(bucketMoved), movedKey(c.Record.Ref, c.Record.Epoch), sealInstant(st.now))
}

// Moved gives, by record epoch, when the hub received each hand-over of a case.
func (f *FSM) Moved(ref protocol.Ref) (when map[uint64]protocol.Instant, err error) {
	when = make(map[uint64]protocol.Instant)
	err = f.View(func(tx *bbolt.Tx) error {
		prefix := append(refKey(ref), 0)
		c := tx.Bucket(bucketMoved).Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix) && len(k) == len(prefix)+8; k, v = c.Next() {
			at, err := openInstant(v)
			if err != nil {
				return err
			}
			when[binary.BigEndian.Uint64(k[len(prefix):])] = at
		}
		return nil
	})
	return when, err
}

func movedKey(ref protocol.Ref, epoch uint64) []byte {
	return binary.BigEndian.AppendUint64(append(refKey(ref), 0), epoch)
}

func sealInstant(at protocol.Instant) []byte {
	return wire.SealValue(valueVersion, binary.BigEndian.AppendUint64(nil, uint64(at)))
}

func openInstant(v []byte) (protocol.Instant, error) {
	payload, err := open(v)
	if err != nil || len(payload) != 8 {
		return 0, damaged(err)
	}
	return protocol.Instant(binary.BigEndian.Uint64(payload)), nil
}

func loadNewest(tx *bbolt.Tx) (map[chainKey]protocol.Instant, error) {
	newest := make(map[chainKey]protocol.Instant)
	err := tx.Bucket(bucketNewest).ForEach(func(k, v []byte) error {
		id, lane, ok := bytes.Cut(k, []byte{0})
		at, err := openInstant(v)
		if ok && len(lane) == 1 {
			newest[chainKey{protocol.NodeID(id), protocol.Lane(lane[0])}] = at
		}
		return err
	})
	return newest, err
}
