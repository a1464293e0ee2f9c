package replication

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
	"xiangyun/replication/mark"
)

// body is JSON of about size bytes.
func body(size int) []byte {
	return append(append([]byte(`{"t":"`), bytes.Repeat([]byte{'x'}, max(1, size))...), `"}`...)
}

// chainAfter makes n entries of about size bytes that go on from prev.
func chainAfter(id protocol.NodeID, prev protocol.Pos, n, size int) (list []protocol.Entry) {
	for range n {
		h := protocol.Header{Origin: id, Epoch: prev.Epoch, Lane: prev.Lane, Seq: prev.Seq + 1, Prev: prev.Hash,
			Ref: protocol.Ref{Kind: "case", ID: fmt.Sprintf("%s-%s-%06d", id, prev.Lane, prev.Seq+1)},
			Act: "accept", Rev: 1, At: 1772413507000, AtErr: 20, By: "account/w17"}
		e, err := wire.Seal(&h, body(size))
		if err != nil {
			panic(err) // a defect of the test
		}
		list, prev = append(list, e), e.Pos()
	}
	return list
}

func signed(s identity.Signer, list []protocol.Entry) wire.Batch {
	last := list[len(list)-1].Pos()
	sig, err := s.Sign(last.Hash)
	if err != nil {
		panic(err) // a defect of the test
	}
	return wire.Batch{Origin: list[0].Origin, Entries: list, Checkpoint: wire.Checkpoint{Pos: last, Sig: sig}}
}

// memoryNode is a Local that keeps a journal, cursors and what was taken.
type memoryNode struct {
	id       protocol.NodeID
	sign     identity.Signer
	appended [3]*mark.Mark

	mu      sync.Mutex // guards all below
	epoch   uint64
	floor   [3]uint64
	lines   [3][]protocol.Entry
	acked   [3]protocol.Pos
	acks    []wire.Ack
	cursor  [3]wire.Cursor
	taken   [3][]wire.Lines
	head    wire.SnapHead
	shadow  []protocol.Record
	records []protocol.Record
	snaps   int
	spoil   int // snapshots that turn out not to be whole
	frozen  *protocol.Fault
	read    [3]uint64 // highest seq that was read to be pushed
	flying  int       // most bytes ever read and not acknowledged
	refuse  func(wire.Lines) error
}

func newMemoryNode(id protocol.NodeID, s identity.Signer) *memoryNode {
	n := &memoryNode{id: id, sign: s, epoch: 1}
	for _, lane := range protocol.Lanes {
		n.appended[lane] = new(mark.Mark)
		n.acked[lane].Lane, n.cursor[lane].Lane = lane, lane
	}
	return n
}

func (n *memoryNode) change(do func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	do()
}

// write appends entries to a lane.
func (n *memoryNode) write(lane protocol.Lane, count, size int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines[lane] = append(n.lines[lane], chainAfter(n.id, n.headOf(lane), count, size)...)
	n.appended[lane].Set(uint64(len(n.lines[lane])))
}

func (n *memoryNode) headOf(lane protocol.Lane) protocol.Pos {
	if list := n.lines[lane]; len(list) > 0 {
		return list[len(list)-1].Pos()
	}
	return protocol.Pos{Epoch: n.epoch, Lane: lane}
}

func (n *memoryNode) Epoch() uint64 { n.mu.Lock(); defer n.mu.Unlock(); return n.epoch }

func (n *memoryNode) Head(lane protocol.Lane) (protocol.Pos, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.headOf(lane), nil
}

func (n *memoryNode) Acked(lane protocol.Lane) (protocol.Pos, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.acked[lane], nil
}

func (n *memoryNode) Hash(lane protocol.Lane, seq uint64) (protocol.Hash, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case seq < n.floor[lane] || seq > uint64(len(n.lines[lane])):
		return protocol.Hash{}, false, nil
	case seq == 0:
		return protocol.Hash{}, true, nil
	}
	return n.lines[lane][seq-1].Hash, true, nil
}

func (n *memoryNode) ReadBatch(lane protocol.Lane, after uint64, maxBytes int) (wire.Batch, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.lines[lane][after:]
	if len(list) == 0 {
		return wire.Batch{}, nil
	}
	size, k := wire.BatchOverhead(n.id), 0
	for k < min(len(list), wire.MaxBatchEntries) {
		if size += wire.EntrySize(&list[k]); k > 0 && size > maxBytes {
			break
		}
		k++
	}
	n.read[lane] = list[k-1].Seq
	bytes := 0
	for _, e := range n.lines[lane][n.acked[lane].Seq:n.read[lane]] {
		bytes += wire.EntrySize(&e)
	}
	n.flying = max(n.flying, bytes)
	return signed(n.sign, list[:k:k]), nil
}

func (n *memoryNode) Acknowledge(_ context.Context, ack wire.Ack) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.acks = append(n.acks, ack)
	if ack.Pos.Seq > n.acked[ack.Lane].Seq {
		n.acked[ack.Lane] = ack.Pos
	}
	return nil
}

func (n *memoryNode) Appended(lane protocol.Lane) *mark.Mark { return n.appended[lane] }

func (n *memoryNode) Cursor(lane protocol.Lane) (wire.Cursor, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cursor[lane], nil
}

func (n *memoryNode) Take(_ context.Context, lane protocol.Lane, l wire.Lines) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.cursor[lane]
	if l.Prev != c.Last || c.Last > 0 && l.Generation != c.Generation {
		return protocol.NewFault(protocol.Gap, "take feed", "from %d, cursor at %d", l.Prev, c.Last)
	}
	if n.refuse != nil {
		if err := n.refuse(l); err != nil {
			return err
		}
	}
	n.taken[lane] = append(n.taken[lane], l)
	n.cursor[lane] = wire.Cursor{Lane: lane, Generation: l.Generation, Prev: l.Prev, Last: l.Last}
	return nil
}

func (n *memoryNode) SnapshotAsk() (ask wire.SnapAsk, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if k := len(n.shadow); k > 0 {
		ask = wire.SnapAsk{ID: n.head.ID, After: []byte(n.shadow[k-1].Ref.ID)}
	}
	return ask, nil
}

func (n *memoryNode) BeginSnapshot(_ context.Context, head wire.SnapHead) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if head.ID != n.head.ID || head.Index != n.head.Index {
		n.shadow = nil
	}
	n.head = head
	return nil
}

func (n *memoryNode) SnapshotPart(_ context.Context, list []protocol.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.shadow = append(n.shadow, list...)
	return nil
}

func (n *memoryNode) EndSnapshot(_ context.Context, end wire.SnapEnd) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.spoil > 0 || end.Digest != n.head.Digest || uint64(len(n.shadow)) != n.head.Count {
		n.spoil, n.shadow = n.spoil-1, nil
		return protocol.NewFault(protocol.BadChain, "take snapshot", "not whole")
	}
	n.records, n.snaps, n.shadow = n.shadow, n.snaps+1, nil
	for _, lane := range protocol.Lanes {
		n.cursor[lane] = wire.Cursor{Lane: lane, Generation: n.head.Generation, Prev: n.head.Index, Last: n.head.Index}
	}
	return nil
}

func (n *memoryNode) Freeze(f *protocol.Fault) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.frozen = f
	return nil
}

func (n *memoryNode) Frozen() *protocol.Fault { n.mu.Lock(); defer n.mu.Unlock(); return n.frozen }
func (n *memoryNode) BlocksLeft() uint64      { return 7 }
func (n *memoryNode) QueueBytes() uint64      { return 0 }
func (n *memoryNode) FreeDisk() uint64        { return 1 << 40 }

func (n *memoryNode) ackedSeq(lane protocol.Lane) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.acked[lane].Seq
}

// told lists the indexes of the lines taken in a lane.
func (n *memoryNode) told(lane protocol.Lane) (list []uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, piece := range n.taken[lane] {
		for _, l := range piece.Lines {
			list = append(list, l.Index)
		}
	}
	return list
}
