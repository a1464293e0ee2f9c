package quorum

import (
	"time"

	"github.com/hashicorp/raft"
)

// Stats is a reading for metrics, doctor and the console.
type Stats struct {
	State       string // Leader, Follower, Candidate, Shutdown
	Term        uint64
	FirstIndex  uint64 // oldest log entry, 0 for none
	LastIndex   uint64
	CommitIndex uint64
	Applied     uint64 // handed to the state machine
	Leader      Leader

	// SinceContact is how long ago the leader was heard; 0 on the leader and
	// negative when it never was. A follower's answer is at most that old
	// (pitfalls.R9).
	SinceContact time.Duration
	// OldestLog is when the oldest log entry was made. Alarm when its age falls
	// below three times RestoreTook: a new server could never catch up (pitfalls.R6).
	OldestLog   time.Time
	Restores    uint64 // snapshots restored since the start
	RestoreTook time.Duration
}

// Stats reads where this server stands.
func (q *Quorum) Stats() Stats {
	r := q.raft
	s := Stats{
		State: r.State().String(), Term: r.CurrentTerm(), LastIndex: r.LastIndex(),
		CommitIndex: r.CommitIndex(), Applied: r.AppliedIndex(), Leader: q.Leader(),
	}
	s.Restores, s.RestoreTook = q.guard.stats()
	if contact := r.LastContact(); contact.IsZero() {
		s.SinceContact = -1
	} else if !q.IsLeader() {
		s.SinceContact = time.Since(contact)
	}
	if q.IsLeader() {
		s.SinceContact = 0
	}
	var oldest raft.Log
	if first, err := q.log.FirstIndex(); err == nil && first > 0 && q.log.GetLog(first, &oldest) == nil {
		s.FirstIndex, s.OldestLog = first, oldest.AppendedAt
	}
	return s
}

// Backlog is how many indexes of this server's log its state machine has not
// reached: what is being decided and, on a follower, what it still has to apply.
func (q *Quorum) Backlog() uint64 {
	s := q.status()
	return s.Last - min(s.Last, s.Applied)
}
