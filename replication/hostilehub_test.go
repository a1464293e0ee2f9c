package replication

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// evilHub says hello as it should and then sends what it likes, once; after
// that it is a good hub.
type evilHub struct {
	*Downlink
	attack func(c *Conversation) error // instead of the first answer to verb
	verb   wire.FrameType
	done   bool
	ended  chan error // how the node ended that session
}

func (e *evilHub) Run(ctx context.Context) error {
	for {
		s, err := e.Acceptor.Accept(ctx, ALPN)
		if err != nil {
			return ctx.Err()
		}
		hello, _, err := e.greet(ctx, s)
		if err != nil {
			continue
		}
		go e.session(ctx, s, hello)
	}
}

func (e *evilHub) session(ctx context.Context, s link.Session, hello wire.Hello) {
	defer context.AfterFunc(ctx, func() { s.Close(0, "over") })()
	for {
		st, err := s.AcceptStream(ctx)
		if err != nil {
			return
		}
		c := &Conversation{Peer: s.Peer(), Session: s, Stream: st, In: wire.NewReader(st), Out: wire.NewWriter(st), Hello: hello}
		go e.stream(ctx, c)
	}
}

func (e *evilHub) stream(ctx context.Context, c *Conversation) {
	var err error
	if c.First, err = c.In.Next(); err != nil {
		return
	}
	if c.First.Type != e.verb || c.Hello.Class != wire.ClassUrgent || e.done {
		c.pushing = new(atomic.Bool)
		e.converseWith(ctx, c)
		return
	}
	e.done = true
	if err := e.attack(c); err != nil {
		return
	}
	<-c.Session.Context().Done()
	e.ended <- context.Cause(c.Session.Context())
}

// converseWith is converse, behind the first frame.
func (e *evilHub) converseWith(ctx context.Context, c *Conversation) {
	defer c.Stream.Close()
	defer context.AfterFunc(ctx, func() { c.Stream.Close() })()
	if err := e.Downlink.verb(c)(ctx, c); err != nil {
		c.Out.Fault(err)
	}
}

// piece is a frame of feed with lines from hub indexes first to last.
func (b *bench) piece(prev uint64, last uint64) []byte {
	lines := wire.Lines{Generation: 1, Prev: prev, Last: last}
	for _, l := range b.hub.lines[protocol.Urgent] {
		if l.Index > prev && l.Index <= last {
			lines.Lines = append(lines.Lines, l)
		}
	}
	return frame(wire.FrameLines, wire.MustUnderstand, must(wire.AppendLines(nil, &lines))(b.t))
}

func ackOf(seq uint64) []byte {
	payload, err := wire.Encode(wire.Ack{Lane: protocol.Urgent, Pos: protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: seq, Hash: protocol.Hash{7}}, Index: 9})
	if err != nil {
		panic(err) // a defect of the test
	}
	return frame(wire.FrameAck, wire.MustUnderstand, payload)
}

// TestHostileAnswers is the table of what a hub may send to a node: the node
// ends the session, and after the next one has everything once and in order.
func TestHostileAnswers(t *testing.T) { // replication.R6, D2, D3, 19
	flip := func(f []byte) []byte { f[len(f)/2] ^= 4; return f }
	for _, row := range []struct {
		name string
		verb wire.FrameType
		send func(b *bench) [][]byte
	}{
		{"a piece cut in its head", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(0, 6)[:5]} }},
		{"a piece cut in its lines", wire.FrameCursor, func(b *bench) [][]byte { f := b.piece(0, 6); return [][]byte{f[:len(f)-9]} }},
		{"a piece with a flipped bit", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(0, 4), flip(b.piece(4, 6))} }},
		{"a frame of more than 1 MiB", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{{0, 16, 0, 0, byte(wire.FrameLines), 1, 0, 0, 0, 0}} }},
		{"the same piece twice", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(0, 4), b.piece(0, 4)} }},
		{"a piece that overlaps", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(0, 4), b.piece(3, 6)} }},
		{"pieces in another order", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(4, 6), b.piece(0, 4)} }},
		{"a piece with a hole before it", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(0, 3), b.piece(4, 6)} }},
		{"a frame out of turn", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{b.piece(0, 4), ackOf(1)} }},
		{"an unknown frame that must be understood", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{frame(99, wire.MustUnderstand, []byte("x"))} }},
		{"lines that are none", wire.FrameCursor, func(b *bench) [][]byte { return [][]byte{frame(wire.FrameLines, 1, []byte("XYL?"))} }},
		{"an acknowledgement cut short", wire.FrameBatch, func(b *bench) [][]byte { f := ackOf(1); return [][]byte{f[:len(f)-3]} }},
		{"an acknowledgement with a flipped bit", wire.FrameBatch, func(b *bench) [][]byte { return [][]byte{flip(ackOf(1))} }},
		{"an acknowledgement that is none", wire.FrameBatch, func(b *bench) [][]byte { return [][]byte{frame(wire.FrameAck, 1, []byte(`{"lane":9}`))} }},
		{"a piece instead of an acknowledgement", wire.FrameBatch, func(b *bench) [][]byte { return [][]byte{b.piece(0, 4)} }},
		{"a beat that is none", wire.FrameBeat, func(b *bench) [][]byte { return [][]byte{frame(wire.FrameBeat, 1, []byte("{"))} }},
		{"something else than a beat", wire.FrameBeat, func(b *bench) [][]byte { return [][]byte{b.piece(0, 4)} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			inSim(t, func(b *bench) {
				for range 5 {
					b.hub.tell(protocol.Urgent, 10) // indexes 2 to 6
				}
				e := b.evil(row.verb, strings.Contains(row.name, "cut"), row.send(b))
				u, n := b.uplink("yanbian")
				u.Servers = knownServers{{ID: "hub-2", Addr: e.Acceptor.(*link.Endpoint).Addr().String()}}
				n.write(protocol.Urgent, 3, 10)
				b.run(u.Run)
				select {
				case <-e.ended:
				case <-time.After(time.Minute):
					b.t.Fatal("the node holds the session")
				}
				b.soon("it has everything", func() bool { return len(n.told(protocol.Urgent)) == 5 && n.ackedSeq(protocol.Urgent) == 3 })
				time.Sleep(10 * time.Second)
				if got := n.told(protocol.Urgent); !slices.Equal(got, []uint64{2, 3, 4, 5, 6}) {
					b.t.Errorf("told %v", got)
				}
				if len(b.hub.folded) != 3 || n.Frozen() != nil || !u.Status().Lanes[protocol.Urgent].Connected {
					b.t.Errorf("%d folded, frozen %v, %+v", len(b.hub.folded), n.Frozen(), u.Status().Lanes[protocol.Urgent])
				}
				wantUnbroken(b, n, protocol.Urgent, 0)
			})
		})
	}
}

// evil starts such a hub; only a stream that is cut is ended by it, any other the
// node must not listen to any longer.
func (b *bench) evil(verb wire.FrameType, cut bool, send [][]byte) *evilHub {
	end := b.endpoint(b.identity(identity.RoleHub, "hub-2"), ALPN)
	e := &evilHub{Downlink: &Downlink{Acceptor: end, Decider: b.hub, Log: quietLog(), Credit: b.creditOf, Roots: b.roots}, verb: verb, ended: make(chan error, 1)}
	e.attack = func(c *Conversation) error {
		var errs []error
		for _, f := range send {
			_, err := c.Stream.Write(f)
			errs = append(errs, err)
		}
		if cut {
			errs = append(errs, c.Stream.CloseWrite())
		}
		return errors.Join(errs...)
	}
	b.run(e.Run)
	return e
}
