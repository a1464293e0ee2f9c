package replication

import (
	"bytes"
	"context"
	"io"
	"sync"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// maxProposal bounds what one lane hands to Raft at once, in bytes; the
// proposer merges those of several nodes (replication.R9).
const maxProposal = 512 << 10

// receiver takes one lane's push stream. While one proposal is being decided
// it reads on, up to the credit it granted, and then proposes all it has: the
// order of a lane is kept without a queue of proposals.
type receiver struct {
	d *Downlink
	c *Conversation

	mu      sync.Mutex // guards pending, sizes, held
	pending []wire.Batch
	sizes   []int
	held    int64 // bytes read and not yet decided
	ready   chan struct{}
	freed   chan struct{}
	closed  chan struct{}
}

func (d *Downlink) receive(ctx context.Context, c *Conversation) error {
	if !c.pushing.CompareAndSwap(false, true) {
		return protocol.NewFault(protocol.Busy, "receive", "本连接已有一条推送流")
	}
	defer c.pushing.Store(false)
	r := &receiver{d: d, c: c, ready: make(chan struct{}, 1), freed: make(chan struct{}, 1), closed: make(chan struct{})}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var g group
	g.Go(func() error { return r.propose(ctx) }, cancel)
	g.Go(func() error { return r.read(ctx) }, func() { close(r.closed) })
	g.Go(func() error { // a failed proposal unblocks the reader
		<-ctx.Done()
		c.Stream.CancelRead()
		return nil
	})
	return g.Wait()
}

func (r *receiver) read(ctx context.Context) error {
	frame := r.c.First
	for {
		if frame.Type != wire.FrameBatch {
			return outOfTurn("receive", frame.Type)
		}
		payload := bytes.Clone(frame.Payload) // batches are views of it, and wait for their decision
		batch, rest, err := wire.ReadBatch(payload)
		if err != nil {
			return err
		}
		if err := r.check(&batch, len(rest)); err != nil {
			return err
		}
		r.mu.Lock()
		r.pending, r.sizes = append(r.pending, batch), append(r.sizes, len(payload))
		r.held += int64(len(payload))
		r.mu.Unlock()
		wakeUp(r.ready)
		if err := r.room(ctx); err != nil {
			return err
		}
		if frame, err = r.c.In.Next(); err == io.EOF {
			return nil // what was read is still decided, and that may fail
		} else if err != nil {
			return err
		}
	}
}

// room waits while a node that does not keep to its credit has more undecided
// here than it was granted: it then fills its own stream's window, not the
// memory of the hub (replication.9).
func (r *receiver) room(ctx context.Context) error {
	for {
		r.mu.Lock()
		ok := r.held < max(r.d.Credit(laneOf(r.c)), maxProposal)
		r.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-r.freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// check refuses what must never reach Raft; the fold checks the chain again.
func (r *receiver) check(b *wire.Batch, rest int) error {
	if rest > 0 {
		return protocol.NewFault(protocol.Malformed, "receive", "%d bytes after the batch", rest)
	}
	if b.Origin != r.c.Peer.ID {
		return protocol.NewFault(protocol.Denied, "receive", "证书属于 %s,不能提交 %s 的日志", r.c.Peer.ID, b.Origin)
	}
	first := &b.Entries[0]
	if first.Lane != laneOf(r.c) {
		return protocol.NewFault(protocol.Malformed, "receive", "%s entries on the %s connection", first.Lane, laneOf(r.c))
	}
	if first.Epoch != r.c.Hello.Epoch {
		return protocol.NewFault(protocol.Fenced, "receive", "日志代次 %d 不是本会话的代次 %d", first.Epoch, r.c.Hello.Epoch)
	}
	before := protocol.Pos{Epoch: first.Epoch, Lane: first.Lane, Seq: first.Seq - 1, Hash: first.Prev}
	if err := b.CheckChain(before); err != nil {
		return err
	}
	if err := identity.Verify(r.c.Peer.Key, b.Checkpoint.Pos.Hash, b.Checkpoint.Sig); err != nil {
		return err
	}
	return checkManifests(b.Entries, r.d.Roots)
}

func (r *receiver) propose(ctx context.Context) error {
	for over := false; ; {
		batches, size := r.next()
		if len(batches) == 0 {
			if over {
				return nil
			}
			select {
			case <-r.ready:
			case <-r.closed:
				over = true // but what came last may still wait
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		decisions, err := r.d.Decider.Propose(ctx, batches)
		if err != nil {
			return err
		}
		if err := r.answer(decisions); err != nil {
			return err
		}
		r.free(size)
	}
}

func (r *receiver) free(size int) {
	r.mu.Lock()
	r.held -= int64(size)
	r.mu.Unlock()
	wakeUp(r.freed)
}

// next takes waiting batches up to the size of one proposal, and says how many
// bytes they are.
func (r *receiver) next() ([]wire.Batch, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, size := 0, 0
	for n < len(r.pending) && (n == 0 || size+r.sizes[n] <= maxProposal) {
		size += r.sizes[n]
		n++
	}
	batches := r.pending[:n:n]
	r.pending, r.sizes = r.pending[n:], r.sizes[n:]
	return batches, size
}

// answer acknowledges cumulatively and renews the credit; a fault ends the
// stream, because nothing after it can be in order.
func (r *receiver) answer(decisions []Decision) error {
	var last *wire.Ack
	for i := range decisions {
		if f := decisions[i].Fault; f != nil {
			if ack := decisions[i].Ack; ack.Pos.Seq > 0 { // part of the batch was decided before the fault
				last = after(last, ack)
			}
			if last != nil {
				if err := r.c.Out.Send(*last); err != nil {
					return err
				}
			}
			return f
		}
		last = after(last, decisions[i].Ack)
	}
	if last == nil {
		return nil
	}
	r.c.turn.reached(last.Pos.Seq)
	if err := r.c.Out.Send(*last); err != nil {
		return err
	}
	return r.c.Out.Send(wire.Credit{Lane: last.Lane, Bytes: r.d.Credit(last.Lane)})
}

// after joins an acknowledgement to the one before it.
func after(last *wire.Ack, ack wire.Ack) *wire.Ack {
	if last != nil {
		ack.Verdicts = append(last.Verdicts, ack.Verdicts...)
	}
	return &ack
}

func outOfTurn(op string, t wire.FrameType) error {
	return protocol.NewFault(protocol.Malformed, op, "%s is out of turn", t)
}

func wakeUp(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
