package replication

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
	"xiangyun/replication/blob"
)

// wantUnbroken checks that each piece goes on from the one before.
func wantUnbroken(b *bench, n *memoryNode, lane protocol.Lane, last uint64) {
	b.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, piece := range n.taken[lane] {
		if piece.Prev != last {
			b.t.Errorf("a piece of %s goes on from %d, want %d", lane, piece.Prev, last)
		}
		last = piece.Last
	}
}

func TestTheFeedArrivesOnceAndInOrder(t *testing.T) { // replication.19, D2, D7
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		var want []uint64
		for range 30 {
			want = append(want, b.hub.tell(protocol.Urgent, 30<<10)) // several pieces
		}
		b.run(u.Run)
		for range 5 {
			time.Sleep(100 * time.Millisecond)
			want = append(want, b.hub.tell(protocol.Urgent, 10))
		}
		b.soon("all is told", func() bool { return len(n.told(protocol.Urgent)) == len(want) })
		if got := n.told(protocol.Urgent); !slices.Equal(got, want) {
			b.t.Errorf("told %v, want %v", got, want)
		}
		start := time.Now()
		b.soon("a quiet lane knows that it is up to date", func() bool { c, _ := n.Cursor(protocol.Bulk); return c.Last == want[len(want)-1] })
		if took := time.Since(start); took > 2*quietEvery {
			b.t.Errorf("only after %v", took)
		}
		if len(n.told(protocol.Bulk)) > 0 {
			b.t.Error("bulk was told lines of urgent")
		}
		pieces := len(n.taken[protocol.Bulk])
		time.Sleep(time.Minute)
		n.change(func() {
			if len(n.taken[protocol.Bulk]) != pieces {
				b.t.Error("quiet pieces come though nothing is new")
			}
		})
		for _, lane := range protocol.Lanes {
			wantUnbroken(b, n, lane, 0)
			if s := u.Status().Lanes[lane]; !s.Connected || s.Server != "hub-1" || time.Since(s.Fresh) > 5*time.Second {
				b.t.Errorf("status of %s: %+v", lane, s)
			}
		}
	})
}

func TestAGapInTheFeedIsResumed(t *testing.T) { // replication.D2
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		refused := 0
		n.refuse = func(l wire.Lines) error { // as if the piece did not fit
			if refused++; refused%2 == 0 && refused < 8 {
				return protocol.NewFault(protocol.Gap, "take feed", "test")
			}
			return nil
		}
		b.run(u.Run)
		var want []uint64
		for range 10 {
			want = append(want, b.hub.tell(protocol.Bulk, 10))
			time.Sleep(300 * time.Millisecond)
		}
		b.soon("all is told", func() bool { return len(n.told(protocol.Bulk)) == len(want) })
		if got := n.told(protocol.Bulk); !slices.Equal(got, want) {
			b.t.Errorf("told %v, want %v", got, want)
		}
		wantUnbroken(b, n, protocol.Bulk, 0)
	})
}

func TestBothLanesAreBelowTheFloorAndOneTakesTheSnapshot(t *testing.T) { // replication.D6, T4
	for _, row := range []struct {
		name string
		prep func(h *memoryHub, n *memoryNode)
	}{
		{"below the floor", func(h *memoryHub, n *memoryNode) { h.floor = 50 }},
		{"of an older generation", func(h *memoryHub, n *memoryNode) { h.generation = 2 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			inSim(t, func(b *bench) {
				u, n := b.uplink("yanbian")
				for _, lane := range protocol.Lanes {
					n.cursor[lane] = wire.Cursor{Lane: lane, Generation: 1, Last: 5}
				}
				b.hub.index = 100
				b.hub.records = []protocol.Record{{Ref: protocol.Ref{Kind: "case", ID: "a"}, Rev: 1, Home: "hub", Epoch: 1, Index: 90,
					At: 1772413507000, By: "hub:w", Act: "accept", Body: body(5)}}
				b.hub.gone = func() { time.Sleep(100 * time.Millisecond) } // by then both have asked
				b.hub.scope = func() { time.Sleep(2 * time.Second) }
				row.prep(b.hub, n)
				b.run(u.Run)
				b.soon("the snapshot is taken", func() bool { n.mu.Lock(); defer n.mu.Unlock(); return n.snaps > 0 })
				urgent, bulk := b.hub.tell(protocol.Urgent, 5), b.hub.tell(protocol.Bulk, 5)
				start := time.Now()
				b.soon("both lanes go on", func() bool {
					return slices.Equal(n.told(protocol.Urgent), []uint64{urgent}) && slices.Equal(n.told(protocol.Bulk), []uint64{bulk})
				})
				if took := time.Since(start); took > time.Second {
					b.t.Errorf("only after %v", took)
				}
				time.Sleep(10 * time.Second)
				if b.hub.scopes != 1 || n.snaps != 1 || len(n.records) != 1 {
					b.t.Errorf("%d snapshots sent and %d taken with %d records, want 1, 1, 1", b.hub.scopes, n.snaps, len(n.records))
				}
				for _, lane := range protocol.Lanes {
					wantUnbroken(b, n, lane, 100)
				}
			})
		})
	}
}

// unread follows a feed by hand and never says that it stored anything.
func (n *rawNode) unread(credit int64) (*wire.Reader, func(time.Duration)) {
	st, out, in := n.open()
	out.Send(wire.Cursor{Lane: protocol.Urgent})
	out.Send(wire.Credit{Lane: protocol.Urgent, Bytes: credit})
	return in, func(d time.Duration) { st.SetReadDeadline(time.Now().Add(d)) }
}

func TestANodeThatStoresNothingGetsNoMoreThanItsCredit(t *testing.T) { // replication.9
	inSim(t, func(b *bench) {
		for range 100 {
			b.hub.tell(protocol.Urgent, 50<<10)
		}
		const credit = 1 << 20
		in, wait := b.raw("slow").welcomed().unread(credit)
		wait(5 * time.Second)
		got := 0
		for {
			f, err := in.Expect(wire.FrameLines)
			if err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					b.t.Error(err)
				}
				break
			}
			got += len(f.Payload)
		}
		if got < credit || got > credit+pieceBytes+60<<10 {
			b.t.Errorf("%d bytes in flight with a credit of %d", got, credit)
		}
	})
}

func TestANodeThatNeverReadsItsFeedHoldsNobodyUp(t *testing.T) { // replication.8
	inSim(t, func(b *bench) {
		stuck := b.raw("stuck").welcomed()
		stuck.unread(1 << 30)
		u, n := b.uplink("yanbian")
		b.run(u.Run)
		time.Sleep(time.Second)
		for range 300 {
			b.hub.tell(protocol.Urgent, 50<<10)
		}
		b.soon("the other is told everything", func() bool { return len(n.told(protocol.Urgent)) == 300 })
		n.write(protocol.Urgent, 1, 10)
		start := time.Now()
		b.soon("and its urgent goes through", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })
		if took := time.Since(start); took > 200*time.Millisecond {
			b.t.Errorf("urgent took %v", took)
		}
		if acks, _ := stuck.push(stuck.batch(1)); len(acks) != 1 {
			b.t.Error("its own push does not go through")
		}
	})
}

func TestADrillCutsEverythingAndEndsWithoutATrace(t *testing.T) {
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		courier := &Courier{Uplink: u, Store: must(blob.Open(b.t.TempDir(), blob.Options{}))(b.t)}
		defer courier.Store.Close()
		b.run(u.Run)
		n.write(protocol.Urgent, 1, 10)
		b.soon("online", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })
		if _, _, err := courier.open(b.t.Context()); err != nil {
			b.t.Error(err)
		}
		for round := range 3 {
			u.Offline(true)
			u.Offline(true)
			b.soon("every lane is cut", func() bool {
				s := u.Status()
				return !s.Lanes[protocol.Urgent].Connected && !s.Lanes[protocol.Bulk].Connected
			})
			at := n.ackedSeq(protocol.Urgent)
			n.write(protocol.Urgent, 1, 10)
			told := b.hub.tell(protocol.Bulk, 5)
			b.hub.change(func() { b.hub.beats = 0 })
			time.Sleep(time.Hour)
			if n.ackedSeq(protocol.Urgent) != at || b.hub.beats > 0 || !u.Drilling() {
				b.t.Error("something crossed the line that is cut")
			}
			_, _, err := courier.open(b.t.Context())
			b.wantCode("a blob", err, protocol.Busy)
			u.Offline(false)
			start := time.Now()
			b.soon("all that was held is there", func() bool {
				return n.ackedSeq(protocol.Urgent) == at+1 && slices.Contains(n.told(protocol.Bulk), told)
			})
			if took := time.Since(start); took > time.Second { // replication.R8
				b.t.Errorf("round %d: back only after %v", round, took)
			}
		}
		u.drill.mu.Lock()
		defer u.drill.mu.Unlock()
		if len(u.drill.cut) != len(protocol.Lanes) {
			b.t.Errorf("%d cuts are kept, want one a lane", len(u.drill.cut))
		}
		courier.Close()
	})
}

func TestEnrolment(t *testing.T) {
	internal := errors.New("bbolt: /var/lib/secret is locked")
	for _, row := range []struct {
		name string
		err  error
		code protocol.Code
		text string
	}{
		{"granted", nil, 0, ""},
		{"refused with a word for the operator", &protocol.Fault{Code: protocol.Denied, Op: "enroll", Text: "令牌已使用", Hint: "重新申请", Err: internal}, protocol.Denied, "令牌已使用"},
		{"a plain error", internal, protocol.Internal, "省级服务器内部错误,请稍后重试或联系省级管理员"},
		{"an internal fault", protocol.NewFault(protocol.Internal, "enroll", "%v", internal), protocol.Internal, "省级服务器内部错误,请稍后重试或联系省级管理员"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := onLoopback(t)
			hub := b.endpoint(b.identity(identity.RoleHub, "hub-2"), identity.ALPNEnroll)
			stranger := b.endpoint(identity.NewEnrolling(must(identity.NewKey())(t), identity.PinOf(b.ca.Root()), time.Now))
			done := make(chan error, 1)
			go func() {
				s, err := hub.Accept(t.Context(), identity.ALPNEnroll)
				if err == nil {
					err = ServeEnroll(t.Context(), s, func(_ context.Context, ask EnrollAsk) (EnrollAnswer, error) {
						if ask.Token != "token" {
							t.Errorf("ask %+v", ask)
						}
						return EnrollAnswer{Subject: "yanbian", Epoch: 3}, row.err
					})
				}
				done <- err
			}()
			s := must(stranger.Dial(t.Context(), hub.Addr().String(), identity.ALPNEnroll, "", identity.RoleHub))(t)
			answer, err := AskEnroll(t.Context(), s, EnrollAsk{Token: "token", CSR: []byte("csr")})
			b.wantCode("answer", err, row.code)
			if row.code == 0 && answer.Epoch != 3 {
				t.Errorf("answer %+v", answer)
			}
			if f, ok := errors.AsType[*protocol.Fault](err); ok && (f.Text != row.text || f.Err != nil) {
				t.Errorf("the peer reads %q, %v", f.Text, f.Err)
			}
			s.Close(0, "")
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}
