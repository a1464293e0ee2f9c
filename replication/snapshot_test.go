package replication

import (
	"fmt"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// stale makes a node whose cursors are of an older generation than the hub,
// which holds some records for it.
func (b *bench) stale(records int) (*Uplink, *memoryNode) {
	u, n := b.uplink("yanbian")
	for _, lane := range protocol.Lanes {
		n.cursor[lane] = wire.Cursor{Lane: lane, Generation: 1, Last: 5}
	}
	b.hub.index, b.hub.generation = 100, 2
	for i := range records {
		b.hub.records = append(b.hub.records, protocol.Record{Ref: protocol.Ref{Kind: "case", ID: fmt.Sprintf("%03d", i)}, Rev: 1, Home: "hub",
			Epoch: 1, Index: 90, At: 1772413507000, By: "hub:w", Act: "accept", Body: body(5)})
	}
	return u, n
}

func TestASnapshotThatWasCutGoesOnBehindItsLastPart(t *testing.T) { // replication.T4, 20
	inSim(t, func(b *bench) {
		u, n := b.stale(40)
		sent := 0
		b.hub.cut = func(*protocol.Record) bool { sent++; return sent%8 == 0 }
		u.Servers = append(knownServers{{ID: "hub-0", Addr: "10.0.0.9:7443"}}, b.hub.servers...) // does not answer
		b.run(u.Run)
		b.soon("the snapshot is taken", func() bool { n.mu.Lock(); defer n.mu.Unlock(); return n.snaps > 0 })
		if n.snaps != 1 || len(n.records) != 40 {
			b.t.Errorf("%d snapshots with %d records, want 1 with 40", n.snaps, len(n.records))
		}
		if b.hub.scopes < 5 || sent > 40+b.hub.scopes {
			b.t.Errorf("%d records were sent in %d attempts", sent, b.hub.scopes)
		}
		for i, ask := range b.hub.asks {
			if (i == 0) != (ask.ID == "") {
				b.t.Errorf("attempt %d asks for %q after %q", i, ask.ID, ask.After)
			}
		}
	})
}

func TestWhichServerIsAskedFirst(t *testing.T) { // replication.T4, R7, L2
	u, n := &Uplink{}, newMemoryNode("yanbian", nil)
	u.Local = n
	servers := []wire.Server{{ID: "hub-1"}, {ID: "hub-2"}, {ID: "hub-3"}}
	u.status.Lanes[protocol.Bulk].Server = "hub-2"
	for _, row := range []struct {
		id    string // of the snapshot that was cut
		class wire.Class
		want  protocol.NodeID
	}{{"", "bulk", "hub-1"}, {"hub-3:x", "bulk", "hub-3"}, {"hub-3:x", "urgent", "hub-3"}, {"hub-9:x", "bulk", "hub-1"}, {"x", "bulk", "hub-1"},
		{"", "blob", "hub-2"}, {"hub-3:x", "blob", "hub-2"}} {
		n.head.ID, n.shadow = row.id, make([]protocol.Record, len(row.id))
		list := append([]wire.Server(nil), servers...)
		if err := u.prefer(list, row.class); err != nil || list[0].ID != row.want || len(list) != 3 {
			t.Errorf("%s after %q: %v, %v", row.class, row.id, list, err)
		}
	}
}

func TestASnapshotThatIsNotWholeIsAskedForAgain(t *testing.T) { // replication.T4
	inSim(t, func(b *bench) {
		u, n := b.stale(3)
		n.spoil = 4
		b.run(u.Run)
		b.soon("the alarm", func() bool { return len(u.Status().Alarms) > 0 })
		if f := u.Status().Alarms[0]; f.Code != protocol.BadChain || f.Rule != "T4" || len(b.hub.asks) < badSnapshots {
			b.t.Errorf("alarm %+v after %d", f, len(b.hub.asks))
		}
		b.soon("the snapshot is taken", func() bool { n.mu.Lock(); defer n.mu.Unlock(); return n.snaps > 0 })
		for i, ask := range b.hub.asks {
			if ask.ID != "" {
				b.t.Errorf("attempt %d goes on with a snapshot that is bad", i)
			}
		}
		b.soon("the alarm is over", func() bool { return len(u.Status().Alarms) == 0 })
		if len(n.records) != 3 {
			b.t.Errorf("%d records", len(n.records))
		}
	})
}
