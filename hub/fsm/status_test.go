package fsm

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/search"
)

var _ search.Changes = (*Changes)(nil)

func TestTickFiresEachClockOnce(t *testing.T) {
	h := newHub(t)
	yanbian := h.enrol("yanbian")[0]
	base := h.now
	due := func(m int) protocol.Instant { return base + protocol.Instant(m)*60_000 }
	h.push(batch(yanbian.write("soon", paper{Due: due(10)}), yanbian.write("later", paper{Due: due(20)}), yanbian.write("never", paper{})))
	if r := h.tick(due(5)); r.Fired != 0 {
		t.Errorf("%d clocks lapsed early", r.Fired)
	}
	if r := h.tick(due(15)); r.Fired != 1 {
		t.Errorf("%d clocks lapsed, want 1", r.Fired)
	}
	if r := h.tick(due(3)); r.Fired != 0 || r.Clock != due(15) {
		t.Errorf("the clock went back to %s", r.Clock)
	}
	if r := h.tick(due(25)); r.Fired != 1 {
		t.Errorf("%d clocks lapsed, want 1", r.Fired)
	}
	wantOverdue(t, h, "soon", "later")
	h.restart()
	h.push(batch(yanbian.write("soon", paper{}))) // its clock is over
	wantOverdue(t, h, "later")
	h.push(batch(yanbian.write("late", paper{Due: due(1)}))) // lapsed before the hub heard of it
	wantOverdue(t, h, "late", "later")
	if r := h.tick(due(30)); r.Fired != 0 {
		t.Errorf("%d clocks lapsed again", r.Fired)
	}
	if s, err := h.f.Status(); err != nil || s.Overdue != 2 || s.Clock != due(30) {
		t.Errorf("status %+v, %v", s, err)
	}
}

func wantOverdue(t *testing.T, h *hub, ids ...string) {
	t.Helper()
	list, err := h.f.Overdue(100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		got = append(got, l.Ref.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("overdue %v, want %v", got, ids)
	}
}

func TestStatus(t *testing.T) {
	h := newHub(t)
	pens := h.enrol("yanbian", "changchun")
	h.push(batch(pens[0].write("a", paper{}), pens[0].poison("b")))
	s, err := h.f.Status()
	if err != nil {
		t.Fatal(err)
	}
	if s.Applied != h.index || s.Generation != 1 || s.Level != 1 || s.Held != 1 || len(s.Origins) != 2 || s.Digest != h.digest() || s.FileBytes == 0 {
		t.Errorf("%+v", s)
	}
	if o := s.Origins[1]; o.ID != "yanbian" || o.Last[protocol.Urgent].Seq != 2 || o.State != protocol.NodeEnrolled || o.Key != (protocol.Hash{1}) {
		t.Errorf("%+v", o)
	}
	if _, ok, err := h.f.Origin("nowhere"); ok || err != nil {
		t.Error("an origin from nowhere")
	}
	if held, err := h.f.Held(10); err != nil || len(held) != 1 || held[0].Entry.Ref != paperRef("b") {
		t.Errorf("%+v, %v", held, err)
	}
}

func TestJournalIsEvidence(t *testing.T) {
	h := newHub(t)
	yanbian := h.enrol("yanbian")[0]
	h.push(batch(yanbian.write("a", paper{}), yanbian.write("b", paper{Text: "bad"})), batch(yanbian.poison("c")))
	lines, err := h.f.Journal("yanbian", protocol.Urgent, 1, 10)
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	prev := protocol.Hash{}
	for i, l := range lines {
		if l.Entry.Prev != prev || sha256.Sum256(l.Entry.Raw) != l.Entry.Hash || len(l.Entry.Body) == 0 || l.Index != h.index {
			t.Errorf("line %d: %+v", i, l)
		}
		if signed := string(l.Sig) == "signed"; signed != (i > 0) {
			t.Errorf("line %d signed: %v", i, signed)
		}
		prev = l.Entry.Hash
	}
	if lines, err = h.f.Journal("yanbian", protocol.Urgent, 3, 1); err != nil || len(lines) != 1 || lines[0].Entry.Seq != 3 {
		t.Errorf("%+v, %v", lines, err)
	}
}

func TestDigestsAreCompared(t *testing.T) {
	claimOf := func(server string, index uint64, d protocol.Hash) []byte {
		cmd, err := EncodeDigest(server, index, d)
		if err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	other := protocol.Hash{1}
	t.Run("the same digest says nothing", func(t *testing.T) {
		h := newHub(t)
		h.tick(5)
		index, d := h.f.StateDigest()
		h.apply(claimOf("hub2", index, d))
		h.apply(claimOf("hub2", index+1, h.digest()))
	})
	t.Run("what was compared last can be read", func(t *testing.T) {
		h := newHub(t)
		h.f.o.Outvoted = 3
		if len(h.f.Compared()) != 0 {
			t.Error("something was compared before anything was told")
		}
		h.tick(5)
		index, d := h.f.StateDigest()
		h.apply(claimOf("hub2", index, d))
		h.apply(claimOf("hub3", index, other))
		h.apply(claimOf("hub4", index+77, other))
		got := h.f.Compared()
		if got["hub2"] != (Compared{index, d, true, true}) || got["hub3"] != (Compared{index, other, true, false}) ||
			got["hub4"] != (Compared{index + 77, other, false, false}) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("another digest stops this server", func(t *testing.T) {
		h := newHub(t)
		h.tick(5)
		mustPanic(t, func() { h.apply(claimOf("hub2", 1, other)) })
		if len(h.fatal) != 1 || protocol.CodeOf(h.fatal[0]) != protocol.BadChain {
			t.Errorf("told %v", h.fatal)
		}
	})
	t.Run("one's own claim never does", func(t *testing.T) {
		h := newHub(t)
		h.tick(5)
		h.apply(claimOf("hub1", 1, other))
	})
	t.Run("an index that is not remembered says nothing", func(t *testing.T) {
		h := newHub(t)
		h.tick(5)
		h.apply(claimOf("hub2", 77, other))
	})
	t.Run("a minority does not stop a server that wants to be outvoted", func(t *testing.T) {
		h := newHub(t)
		h.f.o.Outvoted = 2
		h.tick(5)
		h.apply(claimOf("hub2", 1, other))
		h.apply(claimOf("hub2", 1, other))
		mustPanic(t, func() { h.apply(claimOf("hub3", 1, other)) })
	})
	t.Run("a claim changes nothing but the index", func(t *testing.T) {
		a, b := newHub(t), newHub(t)
		b.f.o.Server = "hub2"
		for _, h := range []*hub{a, b} {
			h.tick(5)
			h.apply(claimOf("hub2", 1, a.digest()))
			h.tick(9)
		}
		if a.digest() != b.digest() {
			t.Error("the servers differ")
		}
	})
}

func TestScope(t *testing.T) {
	h := newHub(t)
	pens := h.enrol("yanbian", "changchun")
	big := string(make([]byte, 9000))
	for i := range 40 {
		h.push(batch(pens[0].write(fmt.Sprintf("%02d", i), paper{Text: big, Readers: []protocol.NodeID{"changchun"}})))
	}
	h.push(batch(pens[0].write("own", paper{})))
	for node, want := range map[protocol.NodeID]int{"changchun": 42, "yanbian": 43, "nowhere": 2} { // with two node records
		var head wire.SnapHead
		sum, records, parts := sha256.New(), []protocol.Record(nil), 0
		digest, err := h.f.Scope(t.Context(), node, wire.SnapAsk{}, func(s wire.SnapHead) error { head = s; return s.Validate() },
			func(part []byte) error {
				sum.Write(part)
				parts++
				list, err := wire.ReadSnapPart(append([]byte{}, part...))
				records = append(records, list...)
				return err
			})
		if err != nil {
			t.Fatal(err)
		}
		if len(records) != want || head.Count != uint64(want) || head.Index != h.index || want > 10 && parts < 4 {
			t.Errorf("%s: %d records in %d parts, head %+v", node, len(records), parts, head)
		}
		if digest != head.Digest || digest != protocol.Hash(sum.Sum(nil)) {
			t.Errorf("%s: digest does not match", node)
		}
		if want := uint64(41); node == "yanbian" && head.Last.Of(protocol.Urgent).Seq != want {
			t.Errorf("last place %v", head.Last)
		}
		for i := 1; i < len(records); i++ {
			if a, b := refKey(records[i-1].Ref), refKey(records[i].Ref); string(a) >= string(b) {
				t.Errorf("%s is not in order", records[i].Ref)
			}
		}
	}
	gone := errors.New("the node went")
	if _, err := h.f.Scope(t.Context(), "yanbian", wire.SnapAsk{}, func(wire.SnapHead) error { return nil }, func([]byte) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.f.Scope(ctx, "yanbian", wire.SnapAsk{}, func(wire.SnapHead) error { return nil }, func([]byte) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestChanges(t *testing.T) {
	h := newHub(t)
	h.mustAct(draftOf("before", paper{}))
	c := h.f.Changes()
	defer c.Close()
	h.mustAct(draftOf("a", paper{}), draftOf("a", paper{}), draftOf("b", paper{}))
	h.mustAct(draftOf("a", paper{}))
	refs, upto, err := c.Next(t.Context())
	if err != nil || fmt.Sprint(refs) != "[paper/a paper/b]" || upto != h.index {
		t.Errorf("%v up to %d, %v", refs, upto, err)
	}
	n := 0
	if upto, err := c.Each(t.Context(), func(protocol.Record) error { n++; return nil }); err != nil || n != 3 || upto != h.index {
		t.Errorf("%d records up to %d, %v", n, upto, err)
	}
	t.Run("a reader that was left behind is given every record", func(t *testing.T) {
		h.mustAct(draftOf("c", paper{}))
		h.f.watch.loseAll(h.index)
		h.mustAct(draftOf("d", paper{}))
		seen := map[protocol.Ref]bool{}
		for len(seen) < 5 {
			refs, _, err := c.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, ref := range refs {
				seen[ref] = true
			}
		}
	})
	t.Run("waiting ends with its context", func(t *testing.T) {
		for { // what the walk left
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			_, _, err := c.Next(ctx)
			cancel()
			if errors.Is(err, context.DeadlineExceeded) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
