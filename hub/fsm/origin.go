package fsm

import (
	"fmt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// origin is one writer of journals as its node record states it.
type origin struct {
	Epoch uint64        `json:"epoch"`
	Key   protocol.Hash `json:"key"`
	State string        `json:"state"`

	stored []byte // as in the bucket, for the sum
}

// OriginState is what the hub knows of one writer of journals.
type OriginState struct {
	Epoch  uint64
	Key    protocol.Hash   // of the enrolled public key
	State  string          // of the node record
	Last   [3]protocol.Pos // by lane
	Frozen [3]string       // by lane: why nothing is taken, or empty
	Other  [3]protocol.Pos // by lane: the line of another history that froze it, or zero
}

// Origin gives what is known of a node; false when it was never planned.
func (f *FSM) Origin(id protocol.NodeID) (OriginState, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o, ok := f.origins[id]
	if !ok {
		return OriginState{}, false, f.closed()
	}
	return f.originState(id, o), true, f.closed()
}

func (f *FSM) originState(id protocol.NodeID, o *origin) OriginState {
	s := OriginState{Epoch: o.Epoch, Key: o.Key, State: o.State}
	for _, lane := range protocol.Lanes {
		s.Last[lane].Lane = lane
		if c := f.chains[chainKey{id, lane}]; c != nil {
			s.Last[lane], s.Frozen[lane], s.Other[lane] = c.Pos, c.Frozen, c.other()
		}
	}
	return s
}

// closed reports why the state cannot be read any more.
func (f *FSM) closed() error {
	if f.db == nil {
		return fmt.Errorf("read hub state: %w", f.dead)
	}
	return nil
}

// enrol follows a node record. A new epoch fences the old one for ever and
// thaws the lanes: the node goes on from the hub's last place (replication.T5).
func (st *step) enrol(c *fold.Change) error {
	node, err := protocol.Load[protocol.Node](c.Record)
	if err != nil {
		return err
	}
	id := protocol.NodeID(c.Record.Ref.ID)
	old := st.f.origins[id]
	o := &origin{Epoch: node.Epoch, Key: node.Key, State: node.State}
	if old != nil {
		o.stored = old.stored
	}
	if o.stored, err = st.replace(bucketOrigin, []byte(id), o.stored, o); err != nil {
		return err
	}
	st.f.origins[id] = o
	if old != nil && old.Epoch == o.Epoch || o.Epoch == 0 {
		return nil
	}
	if o.State == protocol.NodeEnrolled { // a node that is only fenced keeps showing why
		st.thaw(id)
	}
	st.line(row{lane: protocol.Urgent, stream: id, what: lineEpoch, value: o.Epoch})
	return nil
}

// replace stores v under key and moves the sum along; it gives what was stored.
func (st *step) replace(bucket, key, old []byte, v any) ([]byte, error) {
	value, err := seal(v)
	if err != nil {
		return nil, err
	}
	s := &st.f.state
	if old != nil {
		s.Chains = minus(s.Chains, sumOf(bucket, key, old))
	}
	s.Chains = plus(s.Chains, sumOf(bucket, key, value))
	return value, put(st.tx.Bucket(bucket), key, value)
}
