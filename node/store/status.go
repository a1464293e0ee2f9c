package store

import (
	"fmt"

	"xiangyun/protocol"
)

// Status is what screens and metrics show of a store.
type Status struct {
	Node        protocol.NodeID
	Epoch       uint64
	Level       uint16
	Frozen      *protocol.Fault
	NeedsRebase bool
	Heads       [lanes]protocol.Pos // by lane
	Acked       [lanes]protocol.Pos
	Pending     [lanes]Pending
	WorkOpen    int
	HomeRefused uint64 // own acts the hub refused since the start: expected 0 (replication.R14)
	BlocksLeft  uint64
	Room        Room
	Bytes       int64 // size of the database
	OpenReads   int   // read transactions (pitfalls.B5)
}

// Status gathers it all from one moment, as far as that goes.
func (s *Store) Status() (Status, error) {
	st := s.committed()
	out := Status{Node: s.config.Node, Epoch: s.Epoch(), Level: st.level, Frozen: st.frozen, NeedsRebase: s.NeedsRebase(),
		Heads: st.heads, Acked: st.acked, HomeRefused: st.refused, BlocksLeft: st.blocksLeft(), Room: s.Room(),
		OpenReads: s.db.Stats().OpenTxN}
	var err error
	if out.Pending, err = s.Pending(); err != nil {
		return out, fmt.Errorf("status: %w", err)
	}
	work, err := s.Work()
	if err != nil {
		return out, fmt.Errorf("status: %w", err)
	}
	out.WorkOpen = len(work)
	return out, s.View(func(tx *ReadTx) error {
		out.Bytes = tx.b.Size()
		return nil
	})
}
