package store

import (
	"fmt"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func parts(records []protocol.Record, n int) (all [][]protocol.Record) {
	for len(records) > 0 {
		n := min(n, len(records))
		all, records = append(all, records[:n]), records[n:]
	}
	return all
}

func TestReplicationI20ASnapshotCutAnywhereIsResumedOrDiscardedWhole(t *testing.T) {
	p := newProvince(t)
	head, records := p.snapshot("s1")
	all := parts(records, 2)
	end := wire.SnapEnd{Digest: head.Digest}
	for cut := range len(all) + 1 {
		t.Run(fmt.Sprintf("cut after %d parts", cut), func(t *testing.T) {
			r := fresh(t)
			r.must(r.BeginSnapshot(ctx(), head))
			for _, part := range all[:cut] {
				r.must(r.SnapshotPart(ctx(), part))
			}
			r = r.reopen(testConfig())
			if _, ok := r.get(records[0].Ref); ok {
				t.Fatal("a record is seen before the end")
			}
			ask, err := r.SnapshotAsk()
			r.must(err)
			if (cut > 0) != (ask.ID == "s1") {
				t.Fatalf("asks for %+v", ask)
			}
			r.must(r.BeginSnapshot(ctx(), head)) // goes on
			for _, part := range all[min(cut, max(0, cut-1)):] {
				r.must(r.SnapshotPart(ctx(), part)) // the last one comes twice
			}
			r.must(r.EndSnapshot(ctx(), end))
			for i := range records {
				if got, ok := r.get(records[i].Ref); !ok || got.Rev != records[i].Rev {
					t.Fatalf("%s: %+v", records[i].Ref, got)
				}
			}
			for _, lane := range protocol.Lanes {
				if c, _ := r.Cursor(lane); c.Last != head.Index || c.Generation != 1 {
					t.Fatalf("cursor %+v", c)
				}
			}
			if r.BlocksLeft() != 2*protocol.BlockSize {
				t.Fatalf("%d numbers", r.BlocksLeft())
			}
		})
	}
}

func TestASnapshotThatIsNotWholeIsDropped(t *testing.T) {
	p := newProvince(t)
	head, records := p.snapshot("s1")
	changed := records[1]
	changed.By = "somebody"
	for name, run := range map[string]func(r *running) error{
		"a part is missing": func(r *running) error {
			r.must(r.SnapshotPart(ctx(), records[1:]))
			return r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest})
		},
		"a record was changed": func(r *running) error {
			r.must(r.SnapshotPart(ctx(), records))
			r.must(r.SnapshotPart(ctx(), []protocol.Record{changed}))
			return r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest})
		},
		"the end says something else": func(r *running) error {
			r.must(r.SnapshotPart(ctx(), records))
			return r.EndSnapshot(ctx(), wire.SnapEnd{Digest: protocol.HashOf(nil)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := fresh(t)
			r.must(r.BeginSnapshot(ctx(), head))
			r.want(protocol.BadChain, run(r))
			if ask, err := r.SnapshotAsk(); err != nil || ask.ID != "" {
				t.Fatalf("kept: %+v, %v", ask, err)
			}
			if _, ok := r.get(records[0].Ref); ok {
				t.Fatal("something of it was taken")
			}
			r.want(protocol.Gap, r.SnapshotPart(ctx(), records))
			r.want(protocol.Gap, r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest}))
			p.takeSnapshot(r, "s2")
		})
	}
}

func TestASnapshotReplacesAllButWhatTheHubHasNotDecided(t *testing.T) {
	r, p := equipped(t)
	known, _ := r.receive(itemThere, "known")
	p.exchange(r)
	foreign := protocol.Record{Ref: ref("agency", "left over"), Rev: 1, Home: protocol.Hub, Epoch: 1, Index: 3, By: "admin", Act: "register", Body: []byte(`{"uscc":"left over"}`)}
	f := feeder{r: r, last: p.sent[protocol.Urgent]}
	r.must(f.line(wire.Line{What: wire.LineRecord, Record: &foreign}))
	_, err := r.act(known.Ref, "hand_over", protocol.Case{}, ref("agency", usccThere))
	r.must(err)
	mine, _ := r.receive(itemHere, "mine")
	p.takeSnapshot(r, "s1")
	if _, ok := r.get(foreign.Ref); ok {
		t.Fatal("what the snapshot does not have is still there")
	}
	if got, ok := r.get(known.Ref); !ok || got.Rev != 2 || got.Home != "changchun" || got.Index != 0 {
		t.Fatalf("own act on a known record: %+v", got)
	}
	if got, ok := r.get(mine.Ref); !ok || got.Rev != 1 {
		t.Fatalf("own new record: %+v", got)
	}
	p.exchange(r)
	if got, _ := r.get(mine.Ref); got.Index == 0 {
		t.Fatalf("not confirmed: %+v", got)
	}
	if work, err := r.Work(); err != nil || len(work) != 0 {
		t.Fatalf("work %+v, %v", work, err)
	}
}

// The ack came before the snapshot that does not know the entry yet.
func TestAnEntryDecidedAfterTheSnapshotKeepsItsIndex(t *testing.T) {
	r, p := equipped(t)
	head, records := p.snapshot("s1")
	rec, _ := r.receive(itemHere, "a")
	ack, _ := p.receive(r, protocol.Urgent)
	r.must(r.Acknowledge(ctx(), ack))
	r.must(r.BeginSnapshot(ctx(), head))
	r.must(r.SnapshotPart(ctx(), records))
	r.must(r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest}))
	if got, ok := r.get(rec.Ref); !ok || got.Index != ack.Index {
		t.Fatalf("%+v, want index %d", got, ack.Index)
	}
}

func TestAHubRestoredFromBackupIsToldAgain(t *testing.T) {
	r, p := equipped(t)
	r.receive(itemHere, "in the backup")
	p.exchange(r)
	old := p.last[protocol.Urgent]
	lost, _ := r.receive(itemHere, "lost")
	ack, _ := p.receive(r, protocol.Urgent)
	r.must(r.Acknowledge(ctx(), ack))

	// A hub of the next generation that stands where the backup was taken.
	q := newProvince(t)
	q.last = p.last
	head, records := q.snapshot("s1")
	head.Generation, head.Last = 2, wire.Positions{old, p.last[protocol.Bulk]}
	r.must(r.BeginSnapshot(ctx(), head))
	r.must(r.SnapshotPart(ctx(), records))
	r.must(r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest}))
	if acked, _ := r.Acked(protocol.Urgent); acked != old {
		t.Fatalf("acked %v, want %v", acked, old)
	}
	if got, ok := r.get(lost.Ref); !ok || got.Index != 0 {
		t.Fatalf("the lost entry: %+v", got)
	}
	if r.QueueBytes() == 0 {
		t.Fatal("nothing waits to be sent again")
	}
	r.must(r.Acknowledge(ctx(), wire.Ack{Lane: protocol.Urgent, Pos: ack.Pos, Index: 99}))
	if got, _ := r.get(lost.Ref); got.Index != 99 || r.QueueBytes() != 0 {
		t.Fatalf("not confirmed: %+v", got)
	}
}
