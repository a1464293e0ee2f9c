package hub

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// Bounds of one Raft entry and of how many are under way (pitfalls.R4, R8).
const (
	maxCommand  = 256 << 10 // and at most one batch more, so that it stays below fsm.MaxCommand
	maxGroups   = 256
	maxInFlight = 4
	applyWait   = 10 * time.Second
)

// raftLog is what the proposer needs of the quorum: Apply returns once a
// majority holds the command and this server applied it.
type raftLog interface {
	Apply(ctx context.Context, cmd []byte) (response any, index uint64, err error)
}

// proposer merges what many callers want decided into few Raft entries: the
// more there is to do, the larger they grow. It runs on every server and is
// used where the leader is.
type proposer struct {
	raft raftLog
	now  func() protocol.Instant
	log  *slog.Logger
	in   chan *proposal
	over chan struct{} // closed when Run has ended: nobody answers any more
}

// proposal is one caller's batches, or one group of the hub's own drafts.
type proposal struct {
	batches []wire.Batch
	group   []protocol.Draft
	size    int
	done    chan outcome // buffered: the proposer never waits for a caller
}

type outcome struct {
	batches []fsm.BatchResult
	group   fsm.GroupResult
	err     error
}

func newProposer(raft raftLog, now func() protocol.Instant, log *slog.Logger) *proposer {
	return &proposer{raft: raft, now: now, log: log, in: make(chan *proposal, 1024), over: make(chan struct{})}
}

// submit waits for the decision. An error of code unknown means that it may
// still come.
func (p *proposer) submit(ctx context.Context, w *proposal) (outcome, error) {
	w.done = make(chan outcome, 1)
	select {
	case p.in <- w:
	case <-ctx.Done():
		return outcome{}, ctx.Err()
	}
	select {
	case o := <-w.done:
		return o, o.err
	case <-p.over:
		return p.late(w)
	case <-ctx.Done():
		return outcome{}, &protocol.Fault{Code: protocol.Unknown, Op: "propose", Text: "尚未得到结果,请稍后核对", Err: ctx.Err()}
	}
}

// late answers a caller that came while Run was ending: decided, or not taken.
func (p *proposer) late(w *proposal) (outcome, error) {
	select {
	case o := <-w.done:
		return o, o.err
	default:
		return outcome{}, stopping()
	}
}

func stopping() error {
	return protocol.NewFault(protocol.Busy, "propose", "省级服务器正在停止,请重试")
}

// Run merges and applies until ctx ends; every caller gets an answer.
func (p *proposer) Run(ctx context.Context) error {
	defer close(p.over)
	slots := make(chan struct{}, maxInFlight)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return p.drain(slots, 0)
		}
		var first *proposal
		select {
		case first = <-p.in:
		case <-ctx.Done():
			return p.drain(slots, 1)
		}
		work := p.gather(first)
		go func() {
			defer func() { <-slots }()
			p.apply(ctx, work)
		}()
	}
}

// drain waits for what is under way and refuses what is still queued.
func (p *proposer) drain(slots chan struct{}, held int) error {
	for range maxInFlight - held {
		slots <- struct{}{}
	}
	for {
		select {
		case w := <-p.in:
			w.done <- outcome{err: stopping()}
		default:
			return nil
		}
	}
}

func (p *proposer) gather(first *proposal) []*proposal {
	work, size, groups := []*proposal{first}, first.size, len(first.group)
	for size < maxCommand && groups < maxGroups {
		select {
		case w := <-p.in:
			work, size, groups = append(work, w), size+w.size, groups+len(w.group)
		default:
			return work
		}
	}
	return work
}

func (p *proposer) apply(ctx context.Context, work []*proposal) {
	batches, groups := split(work)
	cmd, err := fsm.EncodeAppend(p.now(), batches, groups)
	if err != nil && len(work) > 1 { // one bad proposal must not spoil the others
		for _, w := range work {
			p.apply(ctx, []*proposal{w})
		}
		return
	}
	var result *fsm.AppendResult
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), applyWait)
		defer cancel()
		result, err = p.commit(ctx, cmd)
	}
	hand(work, result, err)
}

func (p *proposer) commit(ctx context.Context, cmd []byte) (*fsm.AppendResult, error) {
	response, _, err := p.raft.Apply(ctx, cmd)
	if err != nil {
		return nil, err
	}
	result, ok := response.(*fsm.AppendResult)
	if !ok {
		return nil, errors.New("apply gave no result of an append")
	}
	return result, nil
}

func split(work []*proposal) (batches []wire.Batch, groups [][]protocol.Draft) {
	for _, w := range work {
		batches = append(batches, w.batches...)
		if w.group != nil {
			groups = append(groups, w.group)
		}
	}
	return batches, groups
}

// hand gives every caller its part of the result, in the order of split.
func hand(work []*proposal, result *fsm.AppendResult, err error) {
	b, g := 0, 0
	for _, w := range work {
		o := outcome{err: err}
		if err == nil {
			o.batches = result.Batches[b : b+len(w.batches)]
			b += len(w.batches)
			if w.group != nil {
				o.group = result.Groups[g]
				g++
			}
		}
		w.done <- o
	}
}

func sizeOf(batches []wire.Batch) (size int) {
	for i := range batches {
		size += wire.BatchOverhead(batches[i].Origin)
		for j := range batches[i].Entries {
			size += wire.EntrySize(&batches[i].Entries[j])
		}
	}
	return size
}

func decisions(results []fsm.BatchResult) []replication.Decision {
	list := make([]replication.Decision, len(results))
	for i, r := range results {
		list[i] = replication.Decision{Ack: r.Ack, Fault: r.Fault}
	}
	return list
}
