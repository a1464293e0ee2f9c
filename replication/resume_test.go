package replication

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func TestWhatTheHubsLastPlaceMeans(t *testing.T) { // replication.md §4
	at := func(seq uint64, mark byte) protocol.Pos {
		if seq == 0 {
			return protocol.Pos{Lane: protocol.Urgent}
		}
		return protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: seq, Hash: protocol.Hash{mark}}
	}
	for _, row := range []struct {
		name              string
		last, head, acked protocol.Pos
		own               byte
		known, newer      bool
		want              Standing
	}{
		{"both at the beginning", at(0, 0), at(0, 0), at(0, 0), 0, true, false, Normal},
		{"a line of mine, acknowledged", at(5, 1), at(9, 2), at(5, 1), 1, true, false, Normal},
		{"a line of mine whose acknowledgement was lost", at(7, 1), at(9, 2), at(5, 3), 1, true, false, Normal},
		{"my head", at(9, 1), at(9, 1), at(9, 1), 1, true, true, Normal},
		{"before what it acknowledged, newer generation", at(3, 1), at(9, 2), at(5, 3), 1, true, true, Restored},
		{"before what it acknowledged, same generation", at(3, 1), at(9, 2), at(5, 3), 1, true, false, HubLost},
		{"nothing at all any more, newer generation", at(0, 0), at(9, 2), at(5, 3), 0, true, true, Restored},
		{"nothing at all any more, same generation", at(0, 0), at(9, 2), at(5, 3), 0, true, false, HubLost},
		{"below my floor, newer generation", at(3, 1), at(9, 2), at(5, 3), 0, false, true, Holes},
		{"below my floor, same generation", at(3, 1), at(9, 2), at(5, 3), 0, false, false, Holes},
		{"nothing at all, and my first lines are trimmed", at(0, 0), at(9, 2), at(5, 3), 0, false, true, Holes},
		{"beyond my head", at(12, 1), at(9, 2), at(9, 2), 0, false, false, Forked},
		{"beyond my head, newer generation", at(12, 1), at(9, 2), at(9, 2), 0, false, true, Forked},
		{"another line at the same seq", at(9, 1), at(9, 2), at(8, 3), 2, true, false, Forked},
		{"another line below what it acknowledged, newer generation", at(3, 1), at(9, 2), at(5, 3), 7, true, true, Forked},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Compare(row.last, row.head, row.acked, protocol.Hash{row.own}, row.known, row.newer); got != row.want {
				t.Errorf("standing %d, want %d", got, row.want)
			}
		})
	}
}

// sameLines lets the hub hold the first n lines of a node's journal.
func (h *memoryHub) sameLines(n *memoryNode, lane protocol.Lane, count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range n.lines[lane][:count] {
		h.hashes[n.id][lane][e.Seq] = e.Hash
		h.origins[n.id].Last[lane] = e.Pos()
	}
}

func TestWhereAPushGoesOn(t *testing.T) { // replication.R11, R12, §4
	for _, row := range []struct {
		name   string
		prep   func(b *bench, n *memoryNode) // of a journal with 6 lines
		first  uint64                        // of what is pushed; 0: nothing
		frozen protocol.Code
		alarm  string
	}{
		{"from the beginning", func(*bench, *memoryNode) {}, 1, 0, ""},
		{"behind the last place", func(b *bench, n *memoryNode) { b.hub.sameLines(n, 1, 4); n.acked[1] = n.lines[1][3].Pos() }, 5, 0, ""},
		{"with a lost acknowledgement from what is acknowledged", func(b *bench, n *memoryNode) { b.hub.sameLines(n, 1, 4); n.acked[1] = n.lines[1][1].Pos() }, 3, 0, ""},
		{"with a restored hub from the hub's place", func(b *bench, n *memoryNode) {
			b.hub.sameLines(n, 1, 2)
			n.acked[1], b.hub.generation = n.lines[1][5].Pos(), 2
		}, 3, 0, ""},
		{"with a hub that lost what it acknowledged from the hub's place", func(b *bench, n *memoryNode) {
			b.hub.sameLines(n, 1, 2)
			n.acked[1], n.cursor[1].Generation = n.lines[1][5].Pos(), 1
		}, 3, 0, alarmHubLost + " urgent"},
		{"below the floor nothing is pushed", func(b *bench, n *memoryNode) {
			b.hub.sameLines(n, 1, 2)
			n.acked[1], n.floor[1], b.hub.generation = n.lines[1][5].Pos(), 4, 2
		}, 0, 0, alarmHoles + " urgent"},
		{"beyond the head the node stops", func(b *bench, n *memoryNode) { b.hub.sameLines(n, 1, 6); n.lines[1] = n.lines[1][:3] }, 0, protocol.Fork, ""},
		{"with another history the node stops", func(b *bench, n *memoryNode) {
			b.hub.sameLines(n, 1, 4)
			n.lines[1] = chainAfter(n.id, protocol.Pos{Epoch: 1, Lane: 1}, 6, 99)
		}, 0, protocol.Fork, ""},
		{"fenced the node stops", func(b *bench, n *memoryNode) { b.hub.origins[n.id].Epoch = 2 }, 0, protocol.Fenced, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			inSim(t, func(b *bench) {
				u, n := b.uplink("yanbian")
				n.write(protocol.Urgent, 6, 10)
				row.prep(b, n)
				b.run(u.Run)
				time.Sleep(5 * time.Second)
				f := n.Frozen()
				if row.frozen > 0 && (f == nil || f.Code != row.frozen) || row.frozen == 0 && f != nil {
					b.t.Errorf("frozen %v, want %v", f, row.frozen)
				}
				b.hub.mu.Lock()
				if told := len(b.hub.forked) == 1 && b.hub.forked[0].Lane == protocol.Urgent; told != (row.frozen == protocol.Fork) {
					b.t.Errorf("the hub was told of forks %v, node frozen with %v", b.hub.forked, f)
				}
				b.hub.mu.Unlock()
				u.mu.Lock()
				got, alarms := b.hub.proposed("yanbian"), strings.Join(slices.Sorted(maps.Keys(u.alarms)), ", ")
				u.mu.Unlock()
				if alarms != row.alarm {
					b.t.Errorf("alarms %q, want %q", alarms, row.alarm)
				}
				switch {
				case row.first == 0 && len(got) > 0:
					b.t.Errorf("pushed %v, want nothing", got)
				case row.first > 0 && (len(got) != 1 || got[0] != [2]uint64{row.first, 6} || n.ackedSeq(protocol.Urgent) != 6):
					b.t.Errorf("pushed %v, want once from %d to 6; acknowledged %d", got, row.first, n.ackedSeq(protocol.Urgent))
				}
			})
		})
	}
}

func TestASecondProcessOfANodeIsTurnedAway(t *testing.T) { // replication.F4
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		b.run(u.Run)
		n.write(protocol.Urgent, 1, 10)
		b.soon("the first is heard", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })
		copied := newMemoryNode("yanbian", n.sign)
		twin := &Uplink{Node: u.Node, Build: "test", Boot: wire.Boot{2}, Local: copied, Dialer: u.Dialer, Servers: u.Servers, Log: quietLog()}
		_, _, err := twin.open(b.t.Context(), wire.ClassUrgent)
		b.wantCode("the second says hello", err, protocol.Twin)
		copied.write(protocol.Urgent, 3, 10)
		b.run(twin.Run)
		time.Sleep(twinPatience / 2)
		if alarms := twin.Status().Alarms; len(alarms) > 0 {
			b.t.Errorf("a restart may take as long: %v", alarms)
		}
		b.soon("the second is told what to do", func() bool { return len(twin.Status().Alarms) == 1 })
		if f := twin.Status().Alarms[0]; f.Code != protocol.Twin || f.Rule != "F4" || !strings.Contains(f.Text, "停掉") {
			b.t.Errorf("alarm %+v", f)
		}
		if got := b.hub.proposed("yanbian"); len(got) != 1 || copied.ackedSeq(protocol.Urgent) > 0 {
			b.t.Errorf("the second pushed %v", got)
		}
		b.hub.change(func() { delete(b.hub.boots, "yanbian") }) // the first has stopped
		stopFirst(u)
		b.soon("the second is alone", func() bool { return len(twin.Status().Alarms) == 0 })
	})
}

// stopFirst cuts a process off for good.
func stopFirst(u *Uplink) { u.Offline(true) }

func TestAServerThatIsBehindIsNotTakenForOneThatLost(t *testing.T) { // replication.md §4
	inSim(t, func(b *bench) {
		u, n := b.uplink("yanbian")
		n.write(protocol.Urgent, 6, 10)
		n.acked[1], n.cursor[1].Generation = n.lines[1][5].Pos(), 1
		b.hub.sameLines(n, 1, 2)
		b.run(func(ctx context.Context) error { // it applies what its leader decided
			time.Sleep(catchUpWait / 2)
			b.hub.sameLines(n, 1, 6)
			b.hub.tell(protocol.Bulk, 5)
			return nil
		})
		b.run(u.Run)
		n.write(protocol.Urgent, 1, 10)
		b.soon("the lane goes on", func() bool { return n.ackedSeq(protocol.Urgent) == 7 })
		if alarms, got := u.Status().Alarms, b.hub.proposed("yanbian"); len(alarms) > 0 || !slices.Equal(got, [][2]uint64{{7, 7}}) {
			b.t.Errorf("alarms %v, pushed %v", alarms, got)
		}
	})
}
