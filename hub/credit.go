package hub

import (
	"xiangyun/protocol"
)

// Credits per lane, in bytes: what a node may have in flight on a calm day, and
// what urgent keeps on any other as long as there is room (replication.R10).
const (
	urgentCredit = 4 << 20
	bulkCredit   = 2 << 20
	urgentFloor  = 256 << 10
	leastBulk    = 64 << 10 // a smaller credit only makes small batches: wait instead
)

// Where pressure begins to lower credit, and where it leaves nothing.
const (
	queueCalm, queueLimit = 4 << 20, 12 << 20 // bytes that wait for a decision: 0.2 s and 0.6 s of work
	lagCalm, lagLimit     = 64, 512           // commands in the log that are not applied here
)

// pressure is what a server has to do and where it can put it.
type pressure struct {
	queue int64  // bytes of nodes' batches that wait for a decision through this server
	lag   uint64 // indexes in its log that its state machine has not reached
	disk  diskRoom
}

// grant is how many bytes of a lane a node may have in flight. Bulk may get
// none, which means wait; urgent gets none only when the disk is full.
func grant(lane protocol.Lane, p pressure) int64 {
	calm := min(left(float64(p.queue), queueCalm, queueLimit), left(float64(p.lag), lagCalm, lagLimit))
	switch {
	case p.disk == roomNone:
		return 0
	case lane == protocol.Urgent:
		return max(urgentFloor, int64(calm*urgentCredit))
	case p.disk >= roomUrgent:
		return 0
	}
	if bulk := int64(calm * bulkCredit); bulk >= leastBulk {
		return bulk
	}
	return 0
}

// left falls from 1 at calm to 0 at limit.
func left(v, calm, limit float64) float64 {
	return min(1, max(0, (limit-v)/(limit-calm)))
}

func (s *Server) credit(lane protocol.Lane) int64 {
	return grant(lane, pressure{queue: s.waiting.Load(), lag: s.quorum.Backlog(), disk: s.disk.room()})
}
