package replication

import (
	"context"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestThreeNodesCatchUpAtOnceAndTheOthersInTurn(t *testing.T) { // replication.R8
	inSim(t, func(b *bench) {
		const backlog = catchUpLines + 100
		behind, most := make(map[protocol.NodeID]bool), 0
		b.hub.before = func(_ context.Context, list []wire.Batch) error {
			b.hub.change(func() {
				if first := &list[0].Entries[0]; first.Lane == protocol.Bulk && first.Seq < backlog {
					behind[list[0].Origin] = true
					most = max(most, len(behind))
				}
			})
			time.Sleep(time.Second)
			b.hub.change(func() { delete(behind, list[0].Origin) })
			return nil
		}
		var nodes []*memoryNode
		var ups []*Uplink
		for _, id := range []protocol.NodeID{"yanbian", "baishan", "tonghua", "siping"} {
			u, n := b.uplink(id)
			n.write(protocol.Bulk, backlog, 300)
			nodes, ups = append(nodes, n), append(ups, u)
		}
		for _, u := range ups {
			b.run(u.Run)
		}
		time.Sleep(2 * time.Second)
		start := time.Now()
		for _, n := range nodes {
			n.write(protocol.Urgent, 1, 10)
		}
		b.soon("urgent never waits for a turn", func() bool {
			for _, n := range nodes {
				if n.ackedSeq(protocol.Urgent) == 0 {
					return false
				}
			}
			return true
		})
		if d := time.Since(start); d > 1500*time.Millisecond {
			b.t.Errorf("urgent took %v", d)
		}
		for _, n := range nodes {
			b.soon("all catch up", func() bool { return n.ackedSeq(protocol.Bulk) == backlog })
		}
		if most != catchUpAtOnce {
			b.t.Errorf("%d nodes caught up at once, want %d", most, catchUpAtOnce)
		}
	})
}

func TestATurnEndsOnceWithTheBacklogOrTheSession(t *testing.T) { // replication.R8
	var c catchUps
	one, two := c.take(2, 10), c.take(2, 20)
	if one == nil || two == nil || c.take(2, 5) != nil {
		t.Fatal("two of two places")
	}
	one.reached(9)
	if c.take(2, 5) != nil {
		t.Error("given free before it has caught up")
	}
	one.reached(10)
	one.over()
	if c.take(2, 5) == nil || c.take(2, 5) != nil {
		t.Error("one place is free, and no more")
	}
	(*turn)(nil).reached(1)
	(*turn)(nil).over()
}
