package quorum

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// raft's leader tells its followers how far the log is committed with the next
// entries, or after 50 to 100 ms when none follow. A node that is connected to
// a follower would wait that long for what the hub has decided. So the leader
// sends one more AppendEntries without entries, a commit note, once it has
// applied the last entry of its log: the message raft itself would send later.
//
// It is sound because of what it names: a committed entry with its term as the
// one before, so that a follower whose log differs there refuses the note, and
// the term of that very entry, which this server led if it leads it still.
type commitNotes struct {
	q       *Quorum
	trans   raft.Transport
	applied chan applied // the latest wins

	mu   sync.Mutex // guards busy
	busy map[raft.ServerID]bool
}

// applied is the last entry that was handed to the state machine.
type applied struct{ index, term uint64 }

// A note waits a moment for an entry that tells as much, so that a client that
// writes again and again pays for none. It may overtake the entry it is about,
// and is then sent again; after that raft's own message tells.
const (
	noteAfter = time.Millisecond
	noteTries = 4
)

func newCommitNotes(q *Quorum, trans raft.Transport) *commitNotes {
	return &commitNotes{q: q, trans: trans, applied: make(chan applied, 1), busy: make(map[raft.ServerID]bool)}
}

// tell is called by raft's own goroutine and never waits.
func (n *commitNotes) tell(index, term uint64) {
	for {
		select {
		case n.applied <- applied{index, term}:
			return
		default:
		}
		select {
		case <-n.applied:
		default:
		}
	}
}

// run sends notes until ctx ends, each in a goroutine that spawn makes.
func (n *commitNotes) run(ctx context.Context, spawn func(func())) {
	for {
		select {
		case a := <-n.applied:
			if !pause(ctx, noteAfter) {
				return
			}
			select {
			case a = <-n.applied:
			default:
			}
			n.toAll(ctx, a, spawn)
		case <-ctx.Done():
			return
		}
	}
}

// pause reports whether ctx still goes on after d.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// leads reports whether this server is the leader of a's term and a the last
// entry of its log: what follows tells of the commit anyway.
func (n *commitNotes) leads(a applied) bool {
	r := n.q.raft
	return r.CurrentTerm() == a.term && r.State() == raft.Leader && r.CurrentTerm() == a.term && r.LastIndex() == a.index
}

func (n *commitNotes) toAll(ctx context.Context, a applied, spawn func(func())) {
	if !n.leads(a) {
		return
	}
	conf := n.q.raft.GetConfiguration()
	if conf.Error() != nil {
		return // raft is stopping
	}
	for _, s := range conf.Configuration().Servers {
		if s.ID != raft.ServerID(n.q.cfg.ID) && n.take(s.ID) {
			spawn(func() { defer n.leave(s.ID); n.send(ctx, s, a) })
		}
	}
}

// take allows one note at a time to a server: a slow one learns of later
// commits from raft's own messages.
func (n *commitNotes) take(id raft.ServerID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.busy[id] {
		return false
	}
	n.busy[id] = true
	return true
}

func (n *commitNotes) leave(id raft.ServerID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.busy, id)
}

func (n *commitNotes) send(ctx context.Context, s raft.Server, a applied) {
	self := n.trans.EncodePeer(raft.ServerID(n.q.cfg.ID), n.trans.LocalAddr())
	wait := noteAfter
	for range noteTries {
		if !n.leads(a) {
			return
		}
		note := raft.AppendEntriesRequest{
			RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(n.q.cfg.ID), Addr: self},
			Term:      a.term, PrevLogEntry: a.index, PrevLogTerm: a.term, LeaderCommitIndex: a.index,
		}
		var resp raft.AppendEntriesResponse
		err := n.trans.AppendEntries(s.ID, s.Address, &note, &resp)
		if err != nil || resp.Success || resp.Term > a.term {
			return // raft finds out by itself what is wrong
		}
		if !pause(ctx, wait) {
			return
		}
		wait *= 2
	}
}
