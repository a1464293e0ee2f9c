package hub

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// fakeRaft answers each command with as many results as the test says, once
// the gate lets it.
type fakeRaft struct {
	mu    sync.Mutex
	calls int
	held  bool // until the gate is closed
	gate  chan struct{}
	fail  error
	made  func(call int) *fsm.AppendResult
}

func (f *fakeRaft) Apply(ctx context.Context, _ []byte) (any, uint64, error) {
	f.mu.Lock()
	f.calls++
	call := f.calls
	f.mu.Unlock()
	if f.held {
		select {
		case <-f.gate:
		case <-ctx.Done():
			return nil, 0, &protocol.Fault{Code: protocol.Unknown, Op: "apply", Err: ctx.Err()}
		}
	}
	if f.fail != nil {
		return nil, 0, f.fail
	}
	return f.made(call), uint64(call), nil
}

// room is a result for any command: results are handed out in order.
func room(call int) *fsm.AppendResult {
	r := &fsm.AppendResult{Batches: make([]fsm.BatchResult, 1000), Groups: make([]fsm.GroupResult, 1000)}
	for i := range r.Groups {
		r.Groups[i].Index = uint64(call*1000 + i)
		r.Batches[i].Origin = protocol.NodeID(fmt.Sprint(call*1000 + i))
	}
	return r
}

func aGroup(id string) *proposal {
	return &proposal{size: 1 << 10, group: []protocol.Draft{{Ref: protocol.Ref{Kind: "agency", ID: id}, Act: "register", Body: protocol.Agency{}, By: "a"}}}
}

// bubble runs a proposer in virtual time.
func bubble(t *testing.T, raft *fakeRaft, test func(t *testing.T, p *proposer, stop func())) {
	synctest.Test(t, func(t *testing.T) {
		if raft.made == nil {
			raft.made = room
		}
		raft.gate = make(chan struct{})
		p := newProposer(raft, func() protocol.Instant { return protocol.At(time.Now()) }, quiet())
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		test(t, p, func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
		cancel()
		synctest.Wait()
	})
}

func TestWhatWaitsIsMerged(t *testing.T) {
	raft := &fakeRaft{held: true}
	bubble(t, raft, func(t *testing.T, p *proposer, stop func()) {
		var mu sync.Mutex
		seen := map[uint64]bool{}
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				o, err := p.submit(t.Context(), aGroup(fmt.Sprint(i)))
				mu.Lock()
				defer mu.Unlock()
				if err != nil || seen[o.group.Index] {
					t.Errorf("%v, or the answer of another: %d", err, o.group.Index)
				}
				seen[o.group.Index] = true
			})
		}
		synctest.Wait()
		close(raft.gate)
		wg.Wait()
		if raft.calls > maxInFlight+2 {
			t.Errorf("%d Raft entries for 200 callers", raft.calls)
		}
		stop()
	})
}

func TestOneBadProposalDoesNotSpoilTheOthers(t *testing.T) {
	raft := &fakeRaft{held: true}
	bubble(t, raft, func(t *testing.T, p *proposer, stop func()) {
		var wg sync.WaitGroup
		send := func(w *proposal, want protocol.Code) {
			wg.Go(func() {
				if _, err := p.submit(t.Context(), w); protocol.CodeOf(err) != want {
					t.Errorf("got %v, want %v", err, want)
				}
			})
		}
		for i := range maxInFlight + 1 { // the way is full: what follows is merged
			send(aGroup(fmt.Sprint(i)), 0)
			synctest.Wait()
		}
		send(aGroup("x"), 0)
		send(&proposal{batches: []wire.Batch{{Origin: "?"}}}, protocol.Malformed)
		send(&proposal{group: []protocol.Draft{{Ref: protocol.Ref{Kind: "agency", ID: "y"}, Act: "register", By: "a", Body: func() {}}}}, protocol.Malformed)
		send(aGroup("z"), 0)
		synctest.Wait()
		close(raft.gate)
		wg.Wait()
		stop()
	})
}

func TestACallerThatWaitedTooLongDoesNotKnow(t *testing.T) {
	raft := &fakeRaft{held: true}
	bubble(t, raft, func(t *testing.T, p *proposer, stop func()) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.submit(ctx, aGroup("a")); protocol.CodeOf(err) != protocol.Unknown {
			t.Errorf("got %v, want unknown: it may still be decided", err)
		}
		start := time.Now()
		if _, err := p.submit(t.Context(), aGroup("b")); protocol.CodeOf(err) != protocol.Unknown || time.Since(start) > applyWait {
			t.Errorf("got %v after %s, want unknown after %s", err, time.Since(start), applyWait)
		}
		stop()
	})
}

func TestTheQuorumsFaultReachesEveryCaller(t *testing.T) {
	raft := &fakeRaft{fail: protocol.NewFault(protocol.Busy, "apply", "正在选举")}
	bubble(t, raft, func(t *testing.T, p *proposer, stop func()) {
		if _, err := p.submit(t.Context(), aGroup("a")); protocol.CodeOf(err) != protocol.Busy {
			t.Errorf("got %v", err)
		}
		raft.fail = errors.New("disk")
		if _, err := p.submit(t.Context(), aGroup("a")); protocol.CodeOf(err) != protocol.Internal {
			t.Errorf("got %v", err)
		}
		stop()
	})
}

// TestEveryCallerIsAnsweredWhenItStops: under way, queued, and come too late.
func TestEveryCallerIsAnsweredWhenItStops(t *testing.T) {
	raft := &fakeRaft{held: true}
	bubble(t, raft, func(t *testing.T, p *proposer, stop func()) {
		codes := make(chan protocol.Code, 100)
		for i := range 50 {
			go func() {
				_, err := p.submit(t.Context(), aGroup(fmt.Sprint(i)))
				codes <- protocol.CodeOf(err)
			}()
			synctest.Wait()
		}
		go func() {
			time.Sleep(time.Second)
			close(raft.gate)
		}()
		stop()
		count := map[protocol.Code]int{}
		for range 50 {
			count[<-codes]++
		}
		if count[0] < maxInFlight || count[0]+count[protocol.Busy] != 50 {
			t.Errorf("answers %v", count)
		}
		if _, err := p.submit(t.Context(), aGroup("late")); protocol.CodeOf(err) != protocol.Busy {
			t.Errorf("too late: %v", err)
		}
	})
}
