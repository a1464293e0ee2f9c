package replication

import (
	"context"
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestALoneActGoesAtOnceAndOthersWaitForTheLinger(t *testing.T) { // replication.R9
	inSim(t, func(b *bench) {
		b.hub.before = func(context.Context, []wire.Batch) error { time.Sleep(200 * time.Millisecond); return nil }
		u, n := b.uplink("yanbian")
		b.run(u.Run)
		time.Sleep(time.Second)
		n.write(protocol.Bulk, 1, 10)
		time.Sleep(30 * time.Millisecond)
		if got := b.hub.proposed("yanbian"); len(got) != 1 {
			b.t.Errorf("a lone act waits: %v", got)
		}
		for range 5 {
			n.write(protocol.Bulk, 1, 10)
			time.Sleep(5 * time.Millisecond)
		}
		b.soon("all is acknowledged", func() bool { return n.ackedSeq(protocol.Bulk) == 6 })
		if got := b.hub.proposed("yanbian"); !slices.Equal(got, [][2]uint64{{1, 1}, {2, 6}}) {
			b.t.Errorf("batches %v, want what came within the linger in one", got)
		}
	})
}

func TestWithoutCreditALaneWaitsAndTheOtherDoesNot(t *testing.T) { // replication.R10
	inSim(t, func(b *bench) {
		b.grant(protocol.Bulk, 0)
		u, n := b.uplink("yanbian")
		b.run(u.Run)
		n.write(protocol.Bulk, 3, 10)
		n.write(protocol.Urgent, 3, 10)
		time.Sleep(time.Minute)
		if u, k := n.ackedSeq(protocol.Urgent), n.ackedSeq(protocol.Bulk); u != 3 || k != 0 {
			b.t.Errorf("urgent %d, want 3; bulk %d, want 0", u, k)
		}
		b.grant(protocol.Bulk, 1<<20)
		start := time.Now()
		b.soon("bulk goes on", func() bool { return n.ackedSeq(protocol.Bulk) == 3 })
		if took := time.Since(start); took > creditWait+longWait+time.Second {
			b.t.Errorf("only after %v", took)
		}
		b.grant(protocol.Bulk, 0) // in the middle of a session
		n.write(protocol.Bulk, 1, 10)
		b.soon("what the old credit allows", func() bool { return n.ackedSeq(protocol.Bulk) == 4 })
		n.write(protocol.Bulk, 1, 10)
		time.Sleep(20 * time.Second)
		if n.ackedSeq(protocol.Bulk) != 4 {
			b.t.Error("pushed without credit")
		}
		b.grant(protocol.Bulk, 1<<20)
		b.soon("bulk goes on again", func() bool { return n.ackedSeq(protocol.Bulk) == 5 })
	})
}

func TestWhatAFaultOfTheHubCosts(t *testing.T) { // replication.R11, R12
	once := func(code protocol.Code) func() error {
		done := false
		return func() error {
			if done {
				return nil
			}
			done = true
			return protocol.NewFault(code, "propose", "test")
		}
	}
	for _, row := range []struct {
		name string
		prep func(h *memoryHub)
		want [][2]uint64
	}{
		{"nothing decided, outcome unknown", func(h *memoryHub) {
			f := once(protocol.Unknown)
			h.before = func(context.Context, []wire.Batch) error { return f() }
		}, [][2]uint64{{1, 1}, {2, 5}, {2, 5}}},
		{"nothing decided, hub busy", func(h *memoryHub) {
			f := once(protocol.Busy)
			h.before = func(context.Context, []wire.Batch) error { return f() }
		}, [][2]uint64{{1, 1}, {2, 5}, {2, 5}}},
		{"decided, and the acknowledgement lost: one duplicate batch", func(h *memoryHub) {
			f := once(protocol.Unknown)
			h.after = func([]Decision) error { return f() }
		}, [][2]uint64{{1, 1}, {2, 5}, {2, 5}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			inSim(t, func(b *bench) {
				u, n := b.uplink("yanbian")
				b.run(u.Run)
				n.write(protocol.Urgent, 1, 10)
				b.soon("one is acknowledged", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })
				b.hub.change(func() { row.prep(b.hub) })
				n.write(protocol.Urgent, 4, 10)
				start := time.Now()
				b.soon("all is acknowledged with nothing more written", func() bool { return n.ackedSeq(protocol.Urgent) == 5 })
				if took := time.Since(start); took > time.Second {
					b.t.Errorf("only after %v", took)
				}
				if got := b.hub.proposed("yanbian"); !slices.Equal(got, row.want) {
					b.t.Errorf("batches %v, want %v", got, row.want)
				}
				if len(b.hub.folded) != 5 {
					b.t.Errorf("%d folded, want 5", len(b.hub.folded))
				}
			})
		})
	}
}

func TestAPartOfAProposalIsAcknowledgedBeforeItsFault(t *testing.T) { // replication.A7
	b := onLoopback(t)
	n := b.raw("yanbian").welcomed()
	b.hub.change(func() {
		b.hub.after = func(list []Decision) error {
			last := &list[len(list)-1]
			last.Fault = protocol.NewFault(protocol.Parked, "apply", "feature 2")
			return nil
		}
	})
	acks, err := n.push(n.batch(2))
	b.wantCode("fault", err, protocol.Parked)
	if !slices.Equal(acks, []uint64{2}) {
		t.Errorf("acks %v, want the place before the fault", acks)
	}
}

func TestAHubThatNeverAcknowledgesFillsNobodysMemory(t *testing.T) { // replication.8, 9
	inSim(t, func(b *bench) {
		const credit = 1 << 20
		b.grant(protocol.Bulk, credit)
		b.hub.before = func(ctx context.Context, list []wire.Batch) error {
			if list[0].Origin == "yanbian" && list[0].Entries[0].Lane == protocol.Bulk {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		u, n := b.uplink("yanbian")
		other, m := b.uplink("baishan")
		n.write(protocol.Bulk, 100, 50<<10)
		b.run(u.Run)
		b.run(other.Run)
		time.Sleep(10 * time.Second)
		n.change(func() {
			if n.flying < credit/2 || n.flying > credit+wire.MaxBatch {
				b.t.Errorf("%d bytes in flight, want about the credit of %d and at most one batch more", n.flying, credit)
			}
		})
		start := time.Now()
		n.write(protocol.Urgent, 1, 10)
		m.write(protocol.Urgent, 1, 10)
		b.soon("urgent goes through", func() bool { return n.ackedSeq(protocol.Urgent) == 1 && m.ackedSeq(protocol.Urgent) == 1 })
		if took := time.Since(start); took > 200*time.Millisecond {
			b.t.Errorf("urgent took %v", took)
		}
	})
}

func TestANodeThatPushesBeyondItsCreditFillsOnlyItsOwnWindow(t *testing.T) { // replication.9
	inSim(t, func(b *bench) {
		const credit, window = 1 << 20, 6 << 20 // of a stream, at most (pitfalls §3)
		b.grant(protocol.Urgent, credit)
		b.hub.before = func(ctx context.Context, list []wire.Batch) error {
			if list[0].Origin == "greedy" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		n, good := b.raw("greedy").welcomed(), b.raw("good").welcomed()
		st, out, _ := n.open()
		st.SetWriteDeadline(time.Now().Add(20 * time.Second))
		sent := 0
		for sent < 32<<20 {
			list := chainAfter("greedy", n.next, 4, 60<<10)
			n.next = list[3].Pos()
			payload := n.encode(signed(n.id, list))
			if err := out.Write(wire.FrameBatch, 1, payload); err != nil {
				break
			}
			sent += len(payload)
		}
		if sent < credit || sent > credit+wire.MaxBatch+window {
			b.t.Errorf("the hub took %d bytes, granted %d", sent, credit)
		}
		_, err := n.push(signed(n.id, chainAfter("greedy", protocol.Pos{Epoch: 1, Lane: protocol.Urgent}, 1, 5)))
		b.wantCode("a second push stream", err, protocol.Busy)
		if acks, _ := good.push(good.batch(1)); len(acks) != 1 {
			b.t.Error("another node's urgent does not go through")
		}
		n.s.Close(0, "")
	})
}
