package quorum

import (
	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

// Leader is who leads as this server knows it; the zero Leader is nobody.
type Leader struct {
	ID   protocol.NodeID
	Addr string
	Self bool
}

// Leader gives who leads; the zero Leader when nobody is known to.
func (q *Quorum) Leader() Leader {
	addr, id := q.raft.LeaderWithID()
	if id == "" {
		return Leader{}
	}
	_, host := splitAddress(addr)
	return Leader{ID: protocol.NodeID(id), Addr: host, Self: protocol.NodeID(id) == q.cfg.ID}
}

// LeaderChanges tells of each change of leader; a slow reader sees only the
// latest. There is one channel: it has one reader.
func (q *Quorum) LeaderChanges() <-chan Leader { return q.leaders }

// IsLeader reports whether this server leads, as far as it knows. Only
// Linearizable and Apply prove it.
func (q *Quorum) IsLeader() bool { return q.raft.State() == raft.Leader }

// observe runs inside raft's goroutines and must not block.
func (q *Quorum) observe(o *raft.Observation) bool {
	if _, ok := o.Data.(raft.LeaderObservation); ok {
		q.tellLeader()
	}
	return false
}

// tellLeader puts the present leader in the channel in place of an unread one.
func (q *Quorum) tellLeader() {
	for {
		select {
		case q.leaders <- q.Leader():
			return
		default:
		}
		select {
		case <-q.leaders:
		default:
		}
	}
}
