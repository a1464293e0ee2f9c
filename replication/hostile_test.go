package replication

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// rawNode speaks the protocol by hand, well or badly.
type rawNode struct {
	b    *bench
	id   *identity.Holder
	s    link.Session
	next protocol.Pos
}

// raw enrols a node and dials; it has not said hello yet.
func (b *bench) raw(id protocol.NodeID) *rawNode {
	b.t.Helper()
	h, end := b.enroll(id)
	return b.dial(h, end)
}

func (b *bench) dial(h *identity.Holder, end *link.Endpoint) *rawNode {
	b.t.Helper()
	s := must(end.Dial(context.Background(), b.addr, ALPN, "", identity.RoleHub))(b.t)
	return &rawNode{b: b, id: h, s: s, next: protocol.Pos{Epoch: 1, Lane: protocol.Urgent}}
}

func (n *rawNode) hi() wire.Hello {
	return wire.Hello{Origin: n.id.Self().ID, Epoch: 1, Boot: wire.Boot{9}, Class: wire.ClassUrgent, Build: "raw", Feature: 1,
		Clock: protocol.At(time.Now()), ClockErr: 1}
}

func (n *rawNode) open() (link.Stream, *wire.Writer, *wire.Reader) {
	n.b.t.Helper()
	st := must(n.s.OpenStream(context.Background(), 0))(n.b.t)
	st.SetReadDeadline(time.Now().Add(20 * time.Second))
	return st, wire.NewWriter(st), wire.NewReader(st)
}

func (n *rawNode) hello(h wire.Hello) (wire.Welcome, error) {
	st, out, in := n.open()
	defer st.Close()
	if err := out.Send(h); err != nil {
		return wire.Welcome{}, err
	}
	return wire.Receive[wire.Welcome](in)
}

func (n *rawNode) welcomed() *rawNode {
	n.b.t.Helper()
	must(n.hello(n.hi()))(n.b.t)
	return n
}

// batch makes the next n entries.
func (n *rawNode) batch(count int) wire.Batch {
	list := chainAfter(n.id.Self().ID, n.next, count, 20)
	n.next = list[len(list)-1].Pos()
	return signed(n.id, list)
}

func (n *rawNode) encode(b wire.Batch) []byte { return must(wire.AppendBatch(nil, &b))(n.b.t) }

// frame gives the bytes of a frame.
func frame(t wire.FrameType, flags wire.Flags, payload []byte) []byte {
	var b sink
	if err := wire.NewWriter(&b).Write(t, flags, payload); err != nil {
		panic(err) // a defect of the test
	}
	return b
}

type sink []byte

func (s *sink) Write(p []byte) (int, error) { *s = append(*s, p...); return len(p), nil }

// outcome is what the node hears on a stream: acknowledgements, then the end.
func outcome(in *wire.Reader) (acks []uint64, err error) {
	for {
		f, err := in.Next()
		if err != nil {
			return acks, err
		}
		if f.Type == wire.FrameAck {
			ack, err := wire.Decode[wire.Ack](f.Payload)
			if err != nil {
				return acks, err
			}
			acks = append(acks, ack.Pos.Seq)
		}
	}
}

// push sends batches on one stream and half-closes it.
func (n *rawNode) push(list ...wire.Batch) ([]uint64, error) {
	n.b.t.Helper()
	st, out, in := n.open()
	defer st.Close()
	for _, b := range list {
		if err := out.Write(wire.FrameBatch, wire.MustUnderstand, n.encode(b)); err != nil {
			return nil, err
		}
	}
	st.CloseWrite()
	return outcome(in)
}

// TestHostileStreams is the table of what a node may send after a good hello.
func TestHostileStreams(t *testing.T) { // replication.R6, §5
	b := onLoopback(t)
	good := b.raw("good").welcomed()
	other := b.identity(identity.RoleNode, "other")
	for _, row := range []struct {
		name   string
		attack func(n *rawNode, st link.Stream)
		code   protocol.Code // 0: the stream just ends
		closed bool          // the session is closed, too
		seen   int           // batches that reach the Decider
	}{
		{"a frame cut in its head", func(n *rawNode, st link.Stream) { st.Write([]byte{0, 0, 1}) }, protocol.Malformed, true, 0},
		{"a frame cut in its payload", func(n *rawNode, st link.Stream) {
			f := frame(wire.FrameBatch, 1, n.encode(n.batch(2)))
			st.Write(f[:len(f)-5])
		}, protocol.Malformed, true, 0},
		{"a frame of more than 1 MiB", func(n *rawNode, st link.Stream) { st.Write([]byte{0, 16, 0, 0, byte(wire.FrameBatch), 1, 0, 0, 0, 0}) }, protocol.TooBig, true, 0},
		{"a frame with a flipped bit", func(n *rawNode, st link.Stream) {
			f := frame(wire.FrameBatch, 1, n.encode(n.batch(2)))
			f[len(f)/2] ^= 4
			st.Write(f)
		}, protocol.Malformed, true, 0},
		{"an unknown frame that must be understood", func(n *rawNode, st link.Stream) { st.Write(frame(99, wire.MustUnderstand, []byte("x"))) }, protocol.Malformed, true, 0},
		{"an unknown frame that may be skipped, then a batch", func(n *rawNode, st link.Stream) {
			st.Write(frame(99, 0, []byte("x")))
			st.Write(frame(wire.FrameBatch, 1, n.encode(n.batch(2))))
		}, 0, false, 1},
		{"a verb of another connection", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameHave, 1, must(wire.Encode(wire.Have{IDs: []protocol.BlobID{"sha256:" + protocol.BlobID(protocol.Hash{}.String())}}))(n.b.t)))
		}, protocol.Malformed, true, 0},
		{"a verb of hub servers", func(n *rawNode, st link.Stream) { st.Write(frame(wire.FramePropose, 1, []byte("{}"))) }, protocol.Malformed, true, 0},
		{"a second hello", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameHello, 1, must(wire.Encode(n.hi()))(n.b.t)))
		}, protocol.Malformed, true, 0},
		{"a frame out of turn behind a good batch", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameBatch, 1, n.encode(n.batch(2))))
			st.Write(frame(wire.FrameCursor, 1, must(wire.Encode(wire.Cursor{Lane: protocol.Urgent}))(n.b.t)))
		}, protocol.Malformed, true, 1},
		{"a frame out of turn behind a cursor", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameCursor, 1, must(wire.Encode(wire.Cursor{Lane: protocol.Urgent}))(n.b.t)))
			st.Write(frame(wire.FrameBatch, 1, n.encode(n.batch(2))))
		}, protocol.Malformed, true, 0},
		{"a cursor of another lane", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameCursor, 1, must(wire.Encode(wire.Cursor{Lane: protocol.Bulk}))(n.b.t)))
		}, protocol.Malformed, true, 0},
		{"bytes behind the batch", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameBatch, 1, append(n.encode(n.batch(2)), 0)))
		}, protocol.Malformed, true, 0},
		{"a batch that is no batch", func(n *rawNode, st link.Stream) { st.Write(frame(wire.FrameBatch, 1, []byte("XYB?"))) }, protocol.Malformed, true, 0},
		{"a batch of another origin", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameBatch, 1, n.encode(signed(other, chainAfter("other", n.next, 2, 20)))))
		}, protocol.Denied, false, 0},
		{"a batch of another lane", func(n *rawNode, st link.Stream) {
			n.next.Lane = protocol.Bulk
			st.Write(frame(wire.FrameBatch, 1, n.encode(n.batch(2))))
		}, protocol.Malformed, true, 0},
		{"a batch of another epoch", func(n *rawNode, st link.Stream) {
			n.next.Epoch = 7
			st.Write(frame(wire.FrameBatch, 1, n.encode(n.batch(2))))
		}, protocol.Fenced, true, 0},
		{"a batch with a hole inside", func(n *rawNode, st link.Stream) {
			bad := n.batch(3)
			bad.Entries = slices.Delete(bad.Entries, 1, 2)
			st.Write(frame(wire.FrameBatch, 1, n.encode(bad)))
		}, protocol.BadChain, false, 0},
		{"a batch with two lines of another history inside", func(n *rawNode, st link.Stream) {
			bad := n.batch(3)
			fork := chainAfter(n.id.Self().ID, protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 1, Hash: protocol.Hash{5}}, 2, 20)
			st.Write(frame(wire.FrameBatch, 1, n.encode(signed(n.id, append(bad.Entries[:1:1], fork...)))))
		}, protocol.BadChain, false, 0},
		{"a checkpoint of another place", func(n *rawNode, st link.Stream) {
			bad := n.batch(3)
			bad.Checkpoint = signed(n.id, bad.Entries[:2]).Checkpoint
			st.Write(frame(wire.FrameBatch, 1, n.encode(bad)))
		}, protocol.BadChain, false, 0},
		{"a checkpoint signed by another key", func(n *rawNode, st link.Stream) {
			bad := n.batch(3)
			bad.Checkpoint = signed(other, bad.Entries).Checkpoint
			st.Write(frame(wire.FrameBatch, 1, n.encode(bad)))
		}, protocol.BadSig, false, 0},
		{"a good batch, then one with a wrong signature", func(n *rawNode, st link.Stream) {
			st.Write(frame(wire.FrameBatch, 1, n.encode(n.batch(1))))
			bad := n.batch(1)
			bad.Checkpoint.Sig = slices.Clone(bad.Checkpoint.Sig)
			bad.Checkpoint.Sig[3] ^= 1
			st.Write(frame(wire.FrameBatch, 1, n.encode(bad)))
		}, protocol.BadSig, false, 1},
		{"an empty stream", func(n *rawNode, st link.Stream) {}, 0, false, 0},
		{"an empty batch frame", func(n *rawNode, st link.Stream) { st.Write(frame(wire.FrameBatch, 1, nil)) }, protocol.Malformed, true, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			b.t = t
			id := protocol.NodeID("evil-" + protocol.HashOf([]byte(row.name)).Short())
			n := b.raw(id).welcomed()
			defer n.s.Close(0, "")
			st, _, in := n.open()
			row.attack(n, st)
			st.CloseWrite()
			_, err := outcome(in)
			if err == io.EOF {
				err = nil
			}
			b.wantCode("the node hears", err, row.code)
			if row.closed {
				<-n.s.Context().Done()
				b.wantCode("the session ends", context.Cause(n.s.Context()), row.code)
			} else if _, err := n.push(signed(n.id, chainAfter(id, protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: b.hub.last(id, protocol.Urgent), Hash: b.hub.hashAt(id)}, 1, 5))); err != io.EOF {
				t.Errorf("the session does not go on: %v", err)
			} else {
				row.seen++
			}
			if got := len(b.hub.proposed(id)); got != row.seen {
				t.Errorf("%d batches reached the Decider, want %d", got, row.seen)
			}
			before := b.hub.last("good", protocol.Urgent)
			if acks, err := good.push(good.batch(1)); err != io.EOF || len(acks) != 1 || acks[0] != before+1 {
				t.Errorf("another node's session: acks %v, %v", acks, err)
			}
		})
	}
	b.t = t
}

func (h *memoryHub) hashAt(id protocol.NodeID) protocol.Hash {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.origins[id].Last[protocol.Urgent].Hash
}

func TestBatchesComeTwiceOrInAnotherOrder(t *testing.T) { // replication.2, A4, A5
	b := onLoopback(t)
	n := b.raw("yanbian").welcomed()
	one, two, three := n.batch(2), n.batch(2), n.batch(2)
	for _, row := range []struct {
		name string
		send []wire.Batch
		last uint64
		code protocol.Code
	}{
		{"the second first is a gap", []wire.Batch{two}, 0, protocol.Gap},
		{"in order, the first twice", []wire.Batch{one, one, two}, 4, 0},
		{"the first again, by itself", []wire.Batch{one}, 4, 0},
		{"the third before the others once more", []wire.Batch{three, one, two}, 6, 0},
	} {
		acks, err := n.push(row.send...)
		if err == io.EOF {
			err = nil
		}
		b.wantCode(row.name, err, row.code)
		if row.last > 0 && (len(acks) == 0 || acks[len(acks)-1] != row.last) {
			t.Errorf("%s: acks %v, want the last to be %d", row.name, acks, row.last)
		}
	}
	if n := len(b.hub.folded); n != 6 {
		t.Errorf("%d entries folded, want each of 6 once", n)
	}
}

func TestHelloRefused(t *testing.T) { // replication.R1, A2, F4
	b := onLoopback(t)
	b.hub.enroll("someone", 1, protocol.Hash{})
	for _, row := range []struct {
		name   string
		change func(h *wire.Hello)
		hub    func(o *Origin)
		code   protocol.Code
	}{
		{"as it should be", nil, nil, 0},
		{"of another origin", func(h *wire.Hello) { h.Origin = "someone" }, nil, protocol.Denied},
		{"of an old epoch", nil, func(o *Origin) { o.Epoch = 2 }, protocol.Fenced},
		{"of an epoch this server has yet to hear of", func(h *wire.Hello) { h.Epoch = 2 }, nil, protocol.Busy},
		{"with a key that was replaced", nil, func(o *Origin) { o.Key = protocol.Hash{1} }, protocol.Fenced},
		{"of a node that was fenced or revoked", nil, func(o *Origin) { o.Ended = true }, protocol.Fenced},
		{"of a second process", func(h *wire.Hello) { h.Boot = wire.Boot{2} }, nil, protocol.Twin},
		{"that is not whole", func(h *wire.Hello) { h.Feature = 0 }, nil, protocol.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			b.t = t
			id := protocol.NodeID("node-" + protocol.HashOf([]byte(row.name)).Short())
			n := b.raw(id)
			defer n.s.Close(0, "")
			b.hub.change(func() {
				b.hub.boots[id] = n.hi().Boot
				if row.hub != nil {
					row.hub(b.hub.origins[id])
				}
			})
			h := n.hi()
			if row.change != nil {
				row.change(&h)
			}
			st, out, in := n.open()
			if h.Feature == 0 { // Send would refuse it
				out.Write(wire.FrameHello, 1, []byte(`{"origin":"x1"}`))
			} else if err := out.Send(h); err != nil {
				t.Fatal(err)
			}
			_, err := wire.Receive[wire.Welcome](in)
			st.Close()
			b.wantCode("answer", err, row.code)
			if row.code == 0 {
				return
			}
			<-n.s.Context().Done()
			b.wantCode("the session ends", context.Cause(n.s.Context()), row.code)
		})
	}
	b.t = t
}

func TestHelloMissing(t *testing.T) {
	inSim(t, func(b *bench) {
		for _, row := range []struct {
			name string
			do   func(n *rawNode) *wire.Reader // nil: no stream at all
			code protocol.Code
		}{
			{"a batch instead", func(n *rawNode) *wire.Reader {
				_, out, in := n.open()
				out.Write(wire.FrameBatch, 1, n.encode(n.batch(1)))
				return in
			}, protocol.Malformed},
			{"an empty stream instead", func(n *rawNode) *wire.Reader { st, _, in := n.open(); st.CloseWrite(); return in }, protocol.Malformed},
			{"no stream at all", func(n *rawNode) *wire.Reader { return nil }, protocol.Busy},
			{"half a hello, and then nothing", func(n *rawNode) *wire.Reader {
				st, _, in := n.open()
				st.Write(frame(wire.FrameHello, 1, must(wire.Encode(n.hi()))(n.b.t))[:20])
				return in
			}, protocol.Busy},
		} {
			n := b.raw(protocol.NodeID("node-" + protocol.HashOf([]byte(row.name)).Short()))
			start := time.Now()
			if in := row.do(n); in != nil {
				_, err := in.Next()
				b.wantCode(row.name+": the node hears", err, row.code)
			}
			<-n.s.Context().Done()
			b.wantCode(row.name+": the session ends", context.Cause(n.s.Context()), row.code)
			if took := time.Since(start); took > helloWait+2*time.Second {
				b.t.Errorf("%s: kept for %v", row.name, took)
			}
		}
		if len(b.hub.seen) > 0 {
			b.t.Error("something was proposed before a hello")
		}
	})
}

func TestAFencedNodeIsToldNothingMore(t *testing.T) { // replication.F4, 5
	inSim(t, func(b *bench) {
		for _, row := range []struct {
			name string
			act  func(n *rawNode) error
		}{
			{"it only reads its feed", func(n *rawNode) error {
				_, out, in := n.open()
				out.Send(wire.Cursor{Lane: protocol.Urgent})
				out.Send(wire.Credit{Lane: protocol.Urgent, Bytes: 1 << 20})
				b.hub.tell(protocol.Urgent, 10)
				if _, err := in.Expect(wire.FrameLines); err != nil {
					return err
				}
				b.hub.change(func() { b.hub.origins[n.id.Self().ID].Ended = true })
				b.hub.tell(protocol.Urgent, 10)
				_, err := in.Next()
				return err
			}},
			{"it asks for a snapshot", func(n *rawNode) error {
				b.hub.change(func() { b.hub.origins[n.id.Self().ID].Epoch = 2 })
				_, out, in := n.open()
				out.Send(wire.SnapAsk{})
				_, err := in.Next()
				return err
			}},
		} {
			n := b.raw(protocol.NodeID("node-" + protocol.HashOf([]byte(row.name)).Short())).welcomed()
			b.wantCode(row.name, row.act(n), protocol.Fenced)
			<-n.s.Context().Done()
			b.wantCode(row.name+": the session ends", context.Cause(n.s.Context()), protocol.Fenced)
		}
	})
}
