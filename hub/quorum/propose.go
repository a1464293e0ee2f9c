package quorum

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

// enqueueTimeout bounds the wait for a place in raft's queue when ctx has no
// deadline of its own.
const enqueueTimeout = 5 * time.Second

// catchUp is how long Linearizable waits for the state machine before it
// proves with a barrier what the state machine cannot know.
const catchUp = 100 * time.Millisecond

// Apply proposes cmd and returns what the state machine answered and at which
// index, once a quorum has it on disk. Its faults: Busy, nothing was proposed
// (not leader, queue full); Unknown, it may or may not be decided, propose the
// same positions again; TooBig, above 512 KiB (pitfalls.R8).
func (q *Quorum) Apply(ctx context.Context, cmd []byte) (response any, index uint64, err error) {
	if len(cmd) > raft.SuggestedMaxDataSize {
		return nil, 0, protocol.NewFault(protocol.TooBig, "apply", "一次提交 %d 字节,上限 %d 字节", len(cmd), raft.SuggestedMaxDataSize)
	}
	var future raft.ApplyFuture
	err = q.flight.call(ctx, func() raft.Future {
		future = q.raft.Apply(cmd, enqueueWithin(ctx))
		return future
	})
	if err != nil {
		return nil, 0, proposalFault("apply", err)
	}
	return future.Response(), future.Index(), nil
}

func enqueueWithin(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return max(time.Until(deadline), time.Millisecond) // 0 would mean for ever
	}
	return enqueueTimeout
}

// Barrier returns when the state machine has applied everything proposed
// before, and the barrier's index. Only the leader can; faults as of Apply,
// but asking again is always safe.
func (q *Quorum) Barrier(ctx context.Context) (index uint64, err error) {
	var future raft.Future
	err = q.flight.call(ctx, func() raft.Future {
		future = q.raft.Barrier(enqueueWithin(ctx))
		return future
	})
	if err != nil {
		return 0, readFault("barrier", err)
	}
	indexed, ok := future.(raft.IndexFuture)
	if !ok {
		return 0, fmt.Errorf("barrier: raft gave a %T without an index", future)
	}
	q.guard.applied.Set(indexed.Index())
	return indexed.Index(), nil
}

// Linearizable returns an index when the state machine shows everything that
// was decided before the call: a read made after it is never stale. Only the
// leader can; every fault is Busy and may be asked again (pitfalls.R9: one
// barrier per term, then the commit index, then proof of leadership; no lease
// reads). A decision with one winner still goes through Apply.
func (q *Quorum) Linearizable(ctx context.Context) (index uint64, err error) {
	term, err := q.barrierOfTerm(ctx)
	if err != nil {
		return 0, err
	}
	index = q.raft.CommitIndex()
	if err := q.flight.call(ctx, q.raft.VerifyLeader); err != nil {
		return 0, readFault("verify leader", err)
	}
	// A heartbeat that was under way when VerifyLeader began is counted by raft.
	// That is sound while nobody can be elected within the election time-out;
	// a transfer breaks that, and then only a barrier proves anything.
	if !q.handedOn(term) {
		short, cancel := context.WithTimeout(ctx, catchUp)
		defer cancel()
		if q.guard.applied.Wait(short, index) == nil {
			return index, nil
		}
	}
	// The index may also be one of raft's own entries, of which nobody hears.
	return q.Barrier(ctx)
}

func (q *Quorum) handedOn(term uint64) bool {
	q.readMu.Lock()
	defer q.readMu.Unlock()
	return q.moved >= term
}

// barrierOfTerm makes sure that a new leader has applied what the old ones
// decided, and gives its term. Two callers may both do it, which is harmless.
func (q *Quorum) barrierOfTerm(ctx context.Context) (term uint64, err error) {
	if !q.IsLeader() {
		return 0, busy("linearizable read", raft.ErrNotLeader)
	}
	term = q.raft.CurrentTerm()
	q.readMu.Lock()
	done := q.ready == term
	q.readMu.Unlock()
	if done {
		return term, nil
	}
	if _, err := q.Barrier(ctx); err != nil {
		return 0, err
	}
	q.readMu.Lock()
	defer q.readMu.Unlock()
	q.ready = term
	return term, nil
}
