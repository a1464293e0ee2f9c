package quorum

import (
	"context"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

// Removed reports whether id is no member of the committed configuration, proved
// with a majority: a leader that lost its quorum may not send anybody away. Only
// on the leader; while a change of the configuration is under way it is Busy.
func (q *Quorum) Removed(ctx context.Context, id protocol.NodeID) (bool, error) {
	if !q.change.TryLock() {
		return false, busy("look for member", raft.ErrLeadershipTransferInProgress)
	}
	defer q.change.Unlock()
	if !q.IsLeader() {
		return false, busy("look for member", raft.ErrNotLeader)
	}
	if _, err := q.Barrier(ctx); err != nil { // commits what an earlier leader left, configurations too
		return false, err
	}
	_, known := q.member(id)
	return !known, nil
}
