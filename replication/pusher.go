package replication

import (
	"context"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// creditWait is how long a lane without any credit waits before it asks for one
// with a new hello (replication.R10).
const creditWait = 5 * time.Second

// pusher sends one lane's journal over one stream. sent runs ahead of what is
// acknowledged by at most the hub's credit in bytes (replication.R10).
type pusher struct {
	u      *Uplink
	lane   protocol.Lane
	linger time.Duration
	out    *wire.Writer
	woken  chan struct{}

	mu     sync.Mutex // guards sent, flying, bytes, credit, each
	sent   uint64
	flying []flight
	bytes  int64
	credit int64
	each   int64 // bytes of an entry, as in the batch before
}

type flight struct {
	last  uint64
	bytes int64
}

// push runs until the session ends. The stream is opened with the first batch,
// because a QUIC stream is known to the peer only once it carries bytes
// (pitfalls.Q6).
func (u *Uplink) push(ctx context.Context, s link.Session, lane protocol.Lane, from protocol.Pos, credit int64) error {
	p := &pusher{u: u, lane: lane, linger: u.linger(lane), sent: from.Seq, credit: credit, woken: make(chan struct{}, 1)}
	if err := u.Local.Appended(lane).Wait(ctx, p.sent+1); err != nil {
		return err
	}
	st, err := s.OpenStream(ctx, pushUrgency(lane))
	if err != nil {
		return err
	}
	defer st.Close()
	p.out = wire.NewWriter(st)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	end := func() { cancel(); st.Close() } // a sender that has nothing to send waits for its context alone
	var g group
	g.Go(func() error { return p.listen(ctx, wire.NewReader(st)) }, end)
	g.Go(func() error { return p.send(ctx) }, end)
	return g.Wait()
}

func pushUrgency(lane protocol.Lane) int {
	if lane == protocol.Urgent {
		return 0
	}
	return 5
}

func (u *Uplink) linger(lane protocol.Lane) time.Duration {
	switch {
	case u.Linger[lane] > 0:
		return u.Linger[lane]
	case lane == protocol.Urgent:
		return 5 * time.Millisecond
	}
	return 50 * time.Millisecond
}

func (p *pusher) send(ctx context.Context) error {
	for {
		if err := p.u.Local.Appended(p.lane).Wait(ctx, p.next()); err != nil {
			return err
		}
		room, err := p.room(ctx)
		if err != nil {
			return err
		}
		batch, err := p.u.Local.ReadBatch(p.lane, p.next()-1, room)
		if err != nil {
			return err
		}
		if len(batch.Entries) == 0 {
			continue
		}
		payload, err := wire.AppendBatch(nil, &batch)
		if err != nil {
			return err
		}
		p.launch(batch.Entries[len(batch.Entries)-1].Seq, int64(len(payload)), len(batch.Entries))
		if err := p.out.Write(wire.FrameBatch, wire.MustUnderstand, payload); err != nil {
			return err
		}
	}
}

func (p *pusher) next() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent + 1
}

// room waits until a batch may fly: at once when none does or when it will be
// full, else after the linger, and never beyond the credit (replication.R9).
func (p *pusher) room(ctx context.Context) (int, error) {
	timer, starved := time.NewTimer(p.linger), time.NewTimer(creditWait)
	defer timer.Stop()
	defer starved.Stop()
	appended, lingered := p.u.Local.Appended(p.lane), false
	for {
		p.mu.Lock()
		left, idle, full := p.credit-p.bytes, len(p.flying) == 0, p.sent+p.fill()
		p.mu.Unlock()
		if left > 0 && (idle || lingered || appended.Get() >= full) {
			return int(min(left, wire.MaxBatch)), nil
		}
		filled := appended.Changed(full - 1)
		if left <= 0 {
			filled = nil // only an acknowledgement or a credit helps
		}
		select {
		case <-p.woken:
		case <-filled:
		case <-timer.C:
			lingered = true
		case <-starved.C:
			if left <= 0 && idle { // a credit comes behind an acknowledgement, and there is none to come
				return 0, protocol.NewFault(protocol.Busy, "push", "省级暂不接收本通道的日志,稍后自动重试")
			}
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// fill is how many entries make a full batch, as far as the last one tells.
func (p *pusher) fill() uint64 {
	if p.each == 0 {
		return wire.MaxBatchEntries
	}
	return uint64(min(wire.MaxBatchEntries, max(1, wire.MaxBatch/p.each)))
}

func (p *pusher) launch(last uint64, bytes int64, entries int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.bytes, p.each = last, p.bytes+bytes, bytes/int64(entries)
	p.flying = append(p.flying, flight{last, bytes})
}

// listen takes acknowledgements and credits. A fault ends the session; hello
// then finds the place to go on from, so nothing is guessed (replication.R12).
func (p *pusher) listen(ctx context.Context, in *wire.Reader) error {
	for {
		f, err := in.Next()
		if err != nil {
			return p.u.unwelcome(err)
		}
		switch f.Type {
		case wire.FrameAck:
			err = p.ack(ctx, f.Payload)
		case wire.FrameCredit:
			err = p.grant(f.Payload)
		default:
			err = outOfTurn("push", f.Type)
		}
		if err != nil {
			return err
		}
	}
}

func (p *pusher) ack(ctx context.Context, payload []byte) error {
	ack, err := wire.Decode[wire.Ack](payload)
	if err != nil {
		return err
	}
	if err := p.u.Local.Acknowledge(ctx, ack); err != nil {
		return err
	}
	p.mu.Lock()
	for len(p.flying) > 0 && p.flying[0].last <= ack.Pos.Seq {
		p.bytes -= p.flying[0].bytes
		p.flying = p.flying[1:]
	}
	p.mu.Unlock()
	p.wake()
	return nil
}

func (p *pusher) grant(payload []byte) error {
	c, err := wire.Decode[wire.Credit](payload)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.credit = c.Bytes
	p.mu.Unlock()
	p.wake()
	return nil
}

func (p *pusher) wake() { wakeUp(p.woken) }
