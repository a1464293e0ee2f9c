package replication

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication/mark"
)

// Decider is what a Downlink needs of the hub. Its methods may be called from
// many goroutines.
type Decider interface {
	// Propose has the batches decided in their order and returns once a quorum
	// holds the decision. A fault of code unknown or busy means: push again.
	Propose(ctx context.Context, batches []wire.Batch) ([]Decision, error)
	// Origin gives what is known of a node here; false when there is none.
	Origin(node protocol.NodeID) (Origin, bool, error)
	// Lines gives the feed behind a cursor, empty when there is nothing new. A
	// fault of code gone asks for a scope snapshot.
	Lines(node protocol.NodeID, lane protocol.Lane, after wire.Cursor, maxBytes int) (wire.Lines, error)
	// Scope streams the node's records from one state, or the rest of a snapshot
	// that was cut and is still kept here (replication.T4).
	Scope(ctx context.Context, node protocol.NodeID, ask wire.SnapAsk, head func(wire.SnapHead) error, part func([]byte) error) (protocol.Hash, error)
	// Applied rises with every decision this server knows.
	Applied() *mark.Mark
	// Claim says that a process with this boot speaks for the node; a twin is
	// refused (replication.F4).
	Claim(ctx context.Context, node protocol.NodeID, boot wire.Boot) error
	// Welcome fills in what the hub says of itself.
	Welcome() wire.Welcome
	// Heard notes a node's beat, for status.
	Heard(node protocol.NodeID, beat wire.NodeBeat)
	// Now is the hub's time.
	Now() protocol.Instant
}

// Decision is what became of one batch: acknowledged, or a fault that says
// from where to go on.
type Decision struct {
	Ack   wire.Ack
	Fault *protocol.Fault
}

// Origin is what the hub knows of one writer of journals.
type Origin struct {
	Epoch uint64
	Key   protocol.Hash
	Ended bool            // fenced or revoked: nothing of it is taken any more
	Last  [3]protocol.Pos // by lane
}

// Acceptor takes sessions; link.Endpoint is one.
type Acceptor interface {
	Accept(ctx context.Context, alpn string) (link.Session, error)
}

// Verb serves one exchange of a peer that opened a stream with its frame type.
type Verb func(ctx context.Context, c *Conversation) error

// Conversation is one stream that a peer opened. First is the frame that named
// the verb; it holds until In is read again.
type Conversation struct {
	Peer    identity.Peer
	Session link.Session
	Stream  link.Stream
	First   wire.Frame
	In      *wire.Reader
	Out     *wire.Writer
	Hello   wire.Hello // zero for a hub server

	turn    *turn        // to catch up in bulk; mostly nil
	pushing *atomic.Bool // of the session: its lane has one push stream (replication.md §4)
}

// Downlink ends the sessions of nodes, and of other hub servers, at one server.
type Downlink struct {
	Acceptor Acceptor
	Decider  Decider
	Inside   map[wire.FrameType]Verb // verbs of hub servers among themselves
	Blobs    map[wire.FrameType]Verb // verbs on the blob connection, for both
	Log      *slog.Logger
	Credit   func(lane protocol.Lane) int64 // bytes a node may have in flight now
	// Chain gives heads of a node's lines as the hub took them, from a seq on, at
	// most max, oldest first (replication.F2); nil serves none.
	Chain func(origin protocol.NodeID, lane protocol.Lane, from uint64, max int) ([]ChainLine, error)

	// Looker answers a node about cases that it does not hold, once the question
	// is recorded; nil serves none.
	Looker func(ctx context.Context, node protocol.NodeID, ask LookAsk) (LookAnswer, error)

	// Roots are the issuers whose hub servers' blob receipts count
	// (replication.B4).
	Roots func() []*x509.Certificate

	AtOnce func() int // nodes that may catch up in bulk; nil for 3 (replication.R8)
	// Stored, when set, hears up to which hub index a node has stored a lane's
	// feed; it must not wait.
	Stored func(node protocol.NodeID, lane protocol.Lane, index uint64)

	lines    pacers
	catchUps catchUps
}

// Run accepts until ctx ends; it returns when every session is gone.
func (d *Downlink) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		s, err := d.Acceptor.Accept(ctx, ALPN)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		wg.Go(func() { d.serve(ctx, s) })
	}
}

// serve runs one session: a node says hello first, a hub server needs not.
func (d *Downlink) serve(ctx context.Context, s link.Session) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.Context(), cancel)()
	defer context.AfterFunc(ctx, func() { s.Close(0, "session over") })()
	var hello wire.Hello
	var turn *turn
	if s.Peer().Role == identity.RoleNode {
		var err error
		hello, turn, err = d.greet(ctx, s)
		defer turn.over()
		if err != nil {
			d.Log.Info("session refused", "peer", s.Peer(), "err", err)
			s.Close(protocol.CodeOf(err), "refused")
			return
		}
	}
	if hello.Line > 0 && hello.Class != wire.ClassUrgent {
		s = d.lines.of(hello.Origin, hello.Line).session(s)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	pushing := new(atomic.Bool)
	for {
		st, err := s.AcceptStream(ctx)
		if err != nil {
			return
		}
		wg.Go(func() {
			d.converse(ctx, &Conversation{Peer: s.Peer(), Session: s, Stream: st, In: wire.NewReader(st), Out: wire.NewWriter(st), Hello: hello, pushing: pushing, turn: turn})
		})
	}
}

// converse serves one stream and tells the peer why it ends, when not well.
func (d *Downlink) converse(ctx context.Context, c *Conversation) {
	defer c.Stream.Close()
	defer context.AfterFunc(ctx, func() { c.Stream.Close() })()
	err := d.dispatch(ctx, c)
	if err == nil || ctx.Err() != nil || errors.Is(err, io.EOF) {
		return
	}
	d.Log.Info("exchange ended", "peer", c.Peer, "verb", c.First.Type, "err", err)
	if werr := c.Out.Fault(err); werr != nil {
		d.Log.Debug("fault not delivered", "peer", c.Peer, "err", werr)
	}
	switch code := protocol.CodeOf(err); code {
	case protocol.Malformed, protocol.TooBig:
		c.Session.Close(code, "malformed frames") // replication.R6
	case protocol.Fenced:
		c.Session.Close(code, "fenced") // replication.F4: nothing is told to a fenced place any more
	}
}

func (d *Downlink) dispatch(ctx context.Context, c *Conversation) error {
	var err error
	if c.First, err = c.In.Next(); err != nil {
		return err
	}
	if err := d.current(c); err != nil {
		return err
	}
	if verb := d.verb(c); verb != nil {
		return verb(ctx, c)
	}
	return protocol.NewFault(protocol.Malformed, "serve stream", "%s is not a verb of this connection", c.First.Type)
}

func (d *Downlink) verb(c *Conversation) Verb {
	if c.Peer.Role == identity.RoleHub {
		if verb := d.Inside[c.First.Type]; verb != nil {
			return verb
		}
		return d.Blobs[c.First.Type]
	}
	if c.Hello.Class == wire.ClassBlob {
		return d.Blobs[c.First.Type]
	}
	switch c.First.Type {
	case wire.FrameBatch:
		return d.receive
	case wire.FrameCursor:
		return d.feed
	case wire.FrameBeat:
		return d.beat
	case wire.FrameSnapAsk:
		return d.scope
	case wire.FrameChainAsk:
		if d.Chain != nil {
			return d.chain
		}
	case wire.FrameLookAsk:
		if d.Looker != nil {
			return d.look
		}
	}
	return nil
}

func laneOf(c *Conversation) protocol.Lane {
	if c.Hello.Class == wire.ClassUrgent {
		return protocol.Urgent
	}
	return protocol.Bulk
}
