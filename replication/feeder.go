package replication

import (
	"context"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// pieceBytes is how much one piece of feed carries, quietEvery how often a
// piece without lines tells a node that it is up to date (replication.D7).
const (
	pieceBytes = 256 << 10
	quietEvery = time.Second
)

// feeder sends one node one lane's feed, never more unstored bytes than the
// node gave credit for.
type feeder struct {
	d    *Downlink
	c    *Conversation
	lane protocol.Lane

	mu     sync.Mutex // guards flying, bytes, credit
	flying []flight
	bytes  int64
	credit int64
	woken  chan struct{}
}

func (d *Downlink) feed(ctx context.Context, c *Conversation) error {
	cursor, err := wire.Decode[wire.Cursor](c.First.Payload)
	if err != nil {
		return err
	}
	if cursor.Lane != laneOf(c) {
		return protocol.NewFault(protocol.Malformed, "feed", "%s cursor on the %s connection", cursor.Lane, laneOf(c))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := &feeder{d: d, c: c, lane: cursor.Lane, woken: make(chan struct{}, 1)}
	var g group
	g.Go(f.listen, cancel)
	g.Go(func() error { return f.send(ctx, cursor) }, c.Stream.CancelRead)
	return g.Wait()
}

func (f *feeder) send(ctx context.Context, cursor wire.Cursor) error {
	quiet := time.Now()
	for looked := cursor; ; { // where there was nothing for the node is not looked through again
		if err := f.room(ctx); err != nil {
			return err
		}
		seen := f.d.Decider.Applied().Get()
		lines, err := f.d.Decider.Lines(f.c.Peer.ID, f.lane, looked, pieceBytes)
		if err != nil {
			return err
		}
		lines.Prev = cursor.Last
		looked = wire.Cursor{Lane: f.lane, Generation: lines.Generation, Prev: lines.Prev, Last: lines.Last}
		idle := len(lines.Lines) == 0
		if !idle || lines.Last > cursor.Last && time.Since(quiet) >= quietEvery {
			if err := f.d.current(f.c); err != nil {
				return err
			}
			if err := f.piece(&lines); err != nil {
				return err
			}
			cursor = looked
			quiet = time.Now()
		}
		if idle {
			if err := f.wait(ctx, seen, lines.Last > cursor.Last); err != nil {
				return err
			}
		}
	}
}

// wait sleeps until something new is applied, or until a quiet piece is due.
func (f *feeder) wait(ctx context.Context, seen uint64, due bool) error {
	var timer <-chan time.Time
	if due {
		t := time.NewTimer(quietEvery)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-f.d.Decider.Applied().Changed(seen):
	case <-timer:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (f *feeder) piece(lines *wire.Lines) error {
	payload, err := wire.AppendLines(nil, lines)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.flying = append(f.flying, flight{lines.Last, int64(len(payload))})
	f.bytes += int64(len(payload))
	f.mu.Unlock()
	return f.c.Out.Write(wire.FrameLines, wire.MustUnderstand, payload)
}

// room waits for credit; one piece may always fly.
func (f *feeder) room(ctx context.Context) error {
	for {
		f.mu.Lock()
		ok := f.credit > 0 && (len(f.flying) == 0 || f.bytes < f.credit)
		f.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-f.woken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *feeder) listen() error {
	for {
		frame, err := f.c.In.Next()
		if err != nil {
			return err
		}
		switch frame.Type {
		case wire.FrameGot:
			err = f.got(frame.Payload)
		case wire.FrameCredit:
			err = f.grant(frame.Payload)
		default:
			err = outOfTurn("feed", frame.Type)
		}
		if err != nil {
			return err
		}
		wakeUp(f.woken)
	}
}

func (f *feeder) got(payload []byte) error {
	got, err := wire.Decode[wire.Got](payload)
	if err != nil {
		return err
	}
	if f.d.Stored != nil {
		f.d.Stored(f.c.Peer.ID, f.lane, got.Last)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.flying) > 0 && f.flying[0].last <= got.Last {
		f.bytes -= f.flying[0].bytes
		f.flying = f.flying[1:]
	}
	return nil
}

func (f *feeder) grant(payload []byte) error {
	c, err := wire.Decode[wire.Credit](payload)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.credit = c.Bytes
	return nil
}

// scope streams a scope snapshot (replication.T4).
func (d *Downlink) scope(ctx context.Context, c *Conversation) error {
	ask, err := wire.Decode[wire.SnapAsk](c.First.Payload)
	if err != nil {
		return err
	}
	digest, err := d.Decider.Scope(ctx, c.Peer.ID, ask,
		func(h wire.SnapHead) error { return c.Out.Send(h) },
		func(part []byte) error { return c.Out.Write(wire.FrameSnapPart, wire.MustUnderstand, part) })
	if err != nil {
		return err
	}
	return c.Out.Send(wire.SnapEnd{Digest: digest})
}
