package replication

import (
	"context"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/mark"
)

// memoryHub is a Decider that keeps chains and feeds as the hub's state machine
// does, in memory: replication.A2, A4, A5, A6, A16 and D2, D6.
type memoryHub struct {
	applied mark.Mark
	servers []wire.Server

	mu         sync.Mutex // guards all below
	index      uint64
	generation uint64
	floor      uint64
	origins    map[protocol.NodeID]*Origin
	boots      map[protocol.NodeID]wire.Boot
	hashes     map[protocol.NodeID][3]map[uint64]protocol.Hash
	seen       []wire.Batch   // everything that was proposed
	forked     wire.Positions // as the last beat told
	folded     []protocol.Ref
	lines      [3][]wire.Line
	scopes     int
	asks       []wire.SnapAsk
	beats      int
	records    []protocol.Record

	before func(context.Context, []wire.Batch) error // of a proposal
	after  func([]Decision) error                    // lets the answer get lost
	late   time.Duration                             // of its clock
	scope  func()
	cut    func(*protocol.Record) bool // ends a snapshot before this record
	gone   func()
}

func newMemoryHub() *memoryHub {
	return &memoryHub{index: 1, generation: 1, origins: make(map[protocol.NodeID]*Origin),
		boots: make(map[protocol.NodeID]wire.Boot), hashes: make(map[protocol.NodeID][3]map[uint64]protocol.Hash)}
}

func (h *memoryHub) enroll(id protocol.NodeID, epoch uint64, key protocol.Hash) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.origins[id] = &Origin{Epoch: epoch, Key: key}
	h.hashes[id] = [3]map[uint64]protocol.Hash{1: {}, 2: {}}
}

// change looks at or alters the state.
func (h *memoryHub) change(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	do()
}

func (h *memoryHub) Propose(ctx context.Context, batches []wire.Batch) ([]Decision, error) {
	h.mu.Lock()
	before, after := h.before, h.after
	h.seen = append(h.seen, batches...)
	h.mu.Unlock()
	if before != nil {
		if err := before(ctx, batches); err != nil {
			return nil, err
		}
	}
	list := h.apply(batches)
	if after != nil {
		if err := after(list); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (h *memoryHub) apply(batches []wire.Batch) (list []Decision) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range batches {
		h.index++
		list = append(list, h.decide(&batches[i]))
	}
	h.applied.Set(h.index)
	return list
}

func (h *memoryHub) decide(b *wire.Batch) Decision {
	o, known := h.origins[b.Origin], h.hashes[b.Origin]
	first := &b.Entries[0]
	if o.Ended || first.Epoch != o.Epoch {
		return Decision{Fault: protocol.NewFault(protocol.Fenced, "apply", "fenced")}
	}
	last := o.Last[first.Lane]
	last.Lane = first.Lane
	if err := b.CheckChain(last); err != nil {
		return Decision{Fault: err.(*protocol.Fault)}
	}
	for i := range b.Entries {
		e := &b.Entries[i]
		if hash, ok := known[e.Lane][e.Seq]; ok {
			if hash != e.Hash {
				return Decision{Fault: protocol.NewFault(protocol.Fork, "apply", "fork")}
			}
			continue
		}
		known[e.Lane][e.Seq] = e.Hash
		h.folded = append(h.folded, e.Ref)
		if e.Seq > last.Seq {
			last = e.Pos()
		}
	}
	o.Last[first.Lane] = last
	return Decision{Ack: wire.Ack{Lane: first.Lane, Pos: last, Index: h.index}}
}

func (h *memoryHub) Origin(node protocol.NodeID) (Origin, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o, ok := h.origins[node]
	if !ok {
		return Origin{}, false, nil
	}
	return *o, true, nil
}

// tell adds a line of the feed, of about size bytes.
func (h *memoryHub) tell(lane protocol.Lane, size int) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.index++
	rec := protocol.Record{Ref: protocol.Ref{Kind: "case", ID: "c"}, Rev: h.index, Home: "hub", Epoch: 1, Index: h.index,
		At: 1772413507000, By: "hub:w", Act: "accept", Body: body(size)}
	h.lines[lane] = append(h.lines[lane], wire.Line{Index: h.index, What: wire.LineRecord, Record: &rec})
	h.applied.Set(h.index)
	return h.index
}

func (h *memoryHub) Lines(_ protocol.NodeID, lane protocol.Lane, after wire.Cursor, maxBytes int) (wire.Lines, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if after.Last < h.floor || after.Last > 0 && after.Generation != h.generation {
		if h.gone != nil {
			h.mu.Unlock()
			h.gone()
			h.mu.Lock()
		}
		return wire.Lines{}, protocol.NewFault(protocol.Gone, "feed", "below the floor")
	}
	out := wire.Lines{Generation: h.generation, Prev: after.Last, Last: max(after.Last, h.index)}
	for _, l := range h.lines[lane] {
		if l.Index <= after.Last {
			continue
		}
		if maxBytes -= wire.LineSize(&l); maxBytes < 0 && len(out.Lines) > 0 {
			out.Last = out.Lines[len(out.Lines)-1].Index
			break
		}
		out.Lines = append(out.Lines, l)
	}
	return out, nil
}

func (h *memoryHub) Scope(_ context.Context, _ protocol.NodeID, ask wire.SnapAsk, head func(wire.SnapHead) error, part func([]byte) error) (protocol.Hash, error) {
	h.mu.Lock()
	h.scopes++
	h.asks = append(h.asks, ask)
	wait, index, generation, records := h.scope, h.index, h.generation, h.records
	h.mu.Unlock()
	digest := protocol.Hash{1}
	if err := head(wire.SnapHead{ID: "hub-1:s", Generation: generation, Index: index, Level: 1, Count: uint64(len(records)), Digest: digest}); err != nil {
		return digest, err
	}
	if wait != nil {
		wait()
	}
	for i := range records {
		if ask.ID != "" && records[i].Ref.ID <= string(ask.After) {
			continue
		}
		if h.cut != nil && h.cut(&records[i]) {
			return digest, protocol.NewFault(protocol.Busy, "scope", "cut")
		}
		if err := part(wire.AppendRecord(nil, &records[i])); err != nil {
			return digest, err
		}
	}
	return digest, nil
}

func (h *memoryHub) Applied() *mark.Mark { return &h.applied }

func (h *memoryHub) Claim(_ context.Context, node protocol.NodeID, boot wire.Boot) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if old, ok := h.boots[node]; ok && old != boot {
		return protocol.NewFault(protocol.Twin, "claim", "twin")
	}
	h.boots[node] = boot
	return nil
}

func (h *memoryHub) Welcome() wire.Welcome {
	h.mu.Lock()
	defer h.mu.Unlock()
	return wire.Welcome{Server: "hub-1", Generation: h.generation, Level: 1, Servers: h.servers, Voters: 3}
}

func (h *memoryHub) Heard(_ protocol.NodeID, b wire.NodeBeat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beats++
	h.forked = b.Forked
}

func (h *memoryHub) Now() protocol.Instant { return protocol.At(time.Now().Add(h.late)) }

// last is where a chain stands.
func (h *memoryHub) last(id protocol.NodeID, lane protocol.Lane) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.origins[id].Last[lane].Seq
}

// proposed lists the batches of a node, as first and last seq.
func (h *memoryHub) proposed(id protocol.NodeID) (list [][2]uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.seen {
		if b := &h.seen[i]; b.Origin == id {
			list = append(list, [2]uint64{b.Entries[0].Seq, b.Entries[len(b.Entries)-1].Seq})
		}
	}
	return list
}
