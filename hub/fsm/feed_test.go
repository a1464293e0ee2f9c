package fsm

import (
	"fmt"
	"slices"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// both runs a test of the feed from memory, and once more from what is stored.
func both(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Run("from memory", func(t *testing.T) { test(t, newHub(t)) })
	t.Run("from what is stored", func(t *testing.T) {
		h := newHub(t)
		h.f.ring.limit = 1 // every index but the newest is evicted
		test(t, h)
	})
}

// settle makes the newest index an empty one, so that a ring without room
// holds nothing.
func (h *hub) settle() {
	h.now++
	h.act(draftOf("settle", paper{}), draftOf("settle", paper{}))
}

func TestFeed(t *testing.T) {
	both(t, func(t *testing.T, h *hub) {
		pens := h.enrol("yanbian", "changchun", "jilin")
		yanbian := pens[0]
		from := h.index
		read := func(id protocol.NodeID) wire.Lines { h.settle(); return h.lines(id, protocol.Urgent, from) }

		h.push(batch(yanbian.write("a", paper{Readers: []protocol.NodeID{"changchun"}})))
		at := h.index
		wantLines(t, read("yanbian")) // its own record: it holds it
		wantLines(t, read("changchun"), fmt.Sprintf("%d record paper/a@1", at))
		wantLines(t, read("jilin"))

		from = h.index
		h.push(batch(yanbian.write("a", paper{Readers: []protocol.NodeID{"jilin"}}))) // D5
		at = h.index
		wantLines(t, read("changchun"), fmt.Sprintf("%d erase paper/a", at))
		wantLines(t, read("jilin"), fmt.Sprintf("%d record paper/a@2", at))

		from = h.index
		h.push(batch(yanbian.write("a", paper{All: true})))
		at = h.index
		wantLines(t, read("changchun"), fmt.Sprintf("%d record paper/a@3", at))
		wantLines(t, read("jilin"), fmt.Sprintf("%d record paper/a@3", at))
		wantLines(t, read("yanbian"))

		from = h.index
		h.push(batch(yanbian.write("a", paper{Readers: []protocol.NodeID{"jilin"}})))
		at = h.index
		wantLines(t, read("changchun"), fmt.Sprintf("%d erase paper/a", at))
		wantLines(t, read("jilin"), fmt.Sprintf("%d record paper/a@4", at))
		wantLines(t, read("yanbian"))

		from = h.index
		h.push(batch(yanbian.write("a", paper{Home: "changchun", Readers: []protocol.NodeID{"yanbian"}}))) // a hand-over
		at = h.index
		wantLines(t, read("changchun"), fmt.Sprintf("%d record paper/a@5", at))
		wantLines(t, read("jilin"), fmt.Sprintf("%d erase paper/a", at))
	})
}

func TestFeedTellsTheNewestOnce(t *testing.T) {
	both(t, func(t *testing.T, h *hub) {
		yanbian := h.enrol("yanbian", "changchun")[0]
		from := h.index
		for range 3 {
			h.push(batch(yanbian.write("a", paper{Readers: []protocol.NodeID{"changchun"}})))
		}
		h.push(batch(yanbian.write("a", paper{Readers: []protocol.NodeID{"changchun"}}), yanbian.write("a", paper{Readers: []protocol.NodeID{"changchun"}})))
		at := h.index
		h.settle()
		wantLines(t, h.lines("changchun", protocol.Urgent, from), fmt.Sprintf("%d record paper/a@5", at))
	})
}

func TestFeedOfVerdicts(t *testing.T) {
	both(t, func(t *testing.T, h *hub) {
		yanbian := h.enrol("yanbian", "changchun")[0]
		h.push(batch(yanbian.write("a", paper{})))
		from := h.index
		h.push(batch(yanbian.write("a", paper{Text: "bad"}), yanbian.write("new", paper{Text: "bad"}), yanbian.write("a", paper{})))
		at := h.index
		h.settle()
		wantLines(t, h.lines("yanbian", protocol.Urgent, from),
			fmt.Sprintf("%d verdict 2 refused T-01", at), fmt.Sprintf("%d force paper/a@1", at),
			fmt.Sprintf("%d verdict 3 refused T-01", at), fmt.Sprintf("%d erase paper/new", at),
			fmt.Sprintf("%d verdict 4 refused G-04", at))
	})
}

func TestFeedOfLevelAndEpoch(t *testing.T) {
	both(t, func(t *testing.T, h *hub) {
		h.enrol("yanbian")
		from := h.index
		h.apply(EncodeRatchet(2))
		h.apply(EncodeRatchet(1)) // never down
		at := h.index
		h.mustAct(protocol.Draft{Ref: node("yanbian"), Act: "fence", By: "hub:op", Body: protocol.Node{Reason: "演练"}})
		fenced := h.index
		h.settle()
		got := said(h.lines("yanbian", protocol.Urgent, from))
		want := []string{fmt.Sprintf("%d level 2", at-1), fmt.Sprintf("%d record node/yanbian@3", fenced), fmt.Sprintf("%d epoch 2", fenced)}
		if !slices.Equal(got, want) {
			t.Errorf("feed %q, want %q", got, want)
		}
		if h.f.Level() != 2 {
			t.Errorf("level %d", h.f.Level())
		}
	})
}

func TestFeedLanesAreApart(t *testing.T) {
	h := newHub(t)
	h.enrol("yanbian")
	ref := protocol.Ref{Kind: "guide", ID: protocol.ItemID("x", 1)}
	h.mustAct(protocol.Draft{Ref: ref, Act: "publish", By: "hub:op", Body: protocol.Guide{ImplCode: "x", Version: 1}})
	if got := h.lines("yanbian", protocol.Bulk, 0); len(got.Lines) != 1 || got.Lines[0].Record.Ref != ref {
		t.Errorf("bulk feed %q", said(got))
	}
	for _, s := range said(h.lines("yanbian", protocol.Urgent, 0)) {
		if s == fmt.Sprintf("%d record %s@1", h.index, ref) {
			t.Error("a guide in the urgent feed")
		}
	}
}

func TestFeedPieces(t *testing.T) {
	both(t, func(t *testing.T, h *hub) {
		yanbian := h.enrol("yanbian", "changchun")[0]
		cur := wire.Cursor{Lane: protocol.Urgent, Generation: 1, Last: h.index}
		for i := range 20 {
			h.push(batch(yanbian.write(fmt.Sprint(i), paper{Readers: []protocol.NodeID{"changchun"}, Text: string(make([]byte, 500))})))
		}
		h.settle()
		n, pieces := 0, 0
		for cur.Last < h.index {
			l, err := h.f.Lines("changchun", protocol.Urgent, cur, 5000)
			if err != nil {
				t.Fatal(err)
			}
			if l.Prev != cur.Last || l.Last <= l.Prev {
				t.Fatalf("piece (%d, %d] behind %d", l.Prev, l.Last, cur.Last)
			}
			cur.Prev, cur.Last = l.Prev, l.Last
			n, pieces = n+len(l.Lines), pieces+1
		}
		if n != 20 || pieces < 5 {
			t.Errorf("%d lines in %d pieces", n, pieces)
		}
		l, err := h.f.Lines("changchun", protocol.Urgent, cur, 5000)
		if err != nil || len(l.Lines) != 0 || l.Last != h.index {
			t.Errorf("at the end: %+v, %v", l, err)
		}
	})
}

func TestFeedAsksForASnapshot(t *testing.T) {
	tests := []struct {
		name string
		cur  wire.Cursor
		make func(h *hub)
		code protocol.Code
	}{
		{"a cursor of an older generation", wire.Cursor{Generation: 1, Last: 3}, func(h *hub) { bump(h) }, protocol.Gone},
		{"a cursor of this generation", wire.Cursor{Generation: 2, Last: 3}, func(h *hub) { bump(h) }, 0},
		{"no cursor at all, with everything kept", wire.Cursor{}, func(*hub) {}, 0},
		{"no cursor at all, with the beginning trimmed", wire.Cursor{}, func(h *hub) { trimAll(h) }, protocol.Gone},
		{"replication.D6 a cursor below the floor", wire.Cursor{Generation: 1, Last: 1}, func(h *hub) { trimAll(h) }, protocol.Gone},
		{"a cursor ahead of this server", wire.Cursor{Generation: 1, Last: 1 << 40}, func(*hub) {}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHub(t)
			h.enrol("yanbian", "changchun")
			tt.make(h)
			l, err := h.f.Lines("yanbian", protocol.Urgent, tt.cur, 1<<20)
			if protocol.CodeOf(err) != tt.code {
				t.Errorf("got %v", err)
			}
			if err == nil && (l.Prev != tt.cur.Last || l.Last < l.Prev) {
				t.Errorf("piece (%d, %d]", l.Prev, l.Last)
			}
		})
	}
}

func bump(h *hub) {
	h.t.Helper()
	if g, err := h.f.BumpGeneration(); err != nil || g != 2 {
		h.t.Fatal(g, err)
	}
}

// trimAll keeps ten rows, an hour long.
func trimAll(h *hub) {
	h.f.keep = retention{age: 3_600_000_000_000, rows: 1, every: 60_000_000_000, once: 3}
	for range 200 {
		h.now += 120_000
		h.tick(h.now)
	}
	h.mustAct(draftOf("newest", paper{All: true}))
	for range 100 {
		h.now += 120_000
		h.tick(h.now)
	}
}

func TestTrimKeepsWhatIsNew(t *testing.T) {
	h := newHub(t)
	yanbian := h.enrol("yanbian", "changchun")[0]
	h.push(batch(yanbian.write("old", paper{Readers: []protocol.NodeID{"changchun"}})))
	h.f.keep = retention{age: 3_600_000_000_000, rows: 3, every: 60_000_000_000, once: 2}
	h.tick(h.now)
	for i := range 100 {
		h.now += 120_000
		h.push(batch(yanbian.write(fmt.Sprint(i), paper{Readers: []protocol.NodeID{"changchun"}})))
		h.tick(h.now)
	}
	s, err := h.f.Status()
	if err != nil {
		t.Fatal(err)
	}
	if s.FeedFloor == 0 || s.FeedFloor > h.index-60 || s.FeedFloor < h.index-80 {
		t.Errorf("floor %d at index %d: want an hour back", s.FeedFloor, h.index)
	}
	h.restart()
	h.f.ring.limit = 1
	if got := h.lines("changchun", protocol.Urgent, s.FeedFloor); len(got.Lines) < 30 {
		t.Errorf("%d lines above the floor", len(got.Lines))
	}
}

// restart closes and opens again.
func (h *hub) restart() {
	h.t.Helper()
	if err := h.f.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

func TestAnIndexTooLargeForAFrameAsksForASnapshot(t *testing.T) {
	both(t, func(t *testing.T, h *hub) {
		yanbian := h.enrol("yanbian", "changchun")[0]
		from := h.index
		big := string(make([]byte, 10_000)) // six bytes each as JSON
		for i := range 20 {
			h.push(batch(yanbian.write(fmt.Sprint(i), paper{Text: big})))
		}
		var list []protocol.Entry
		for i := range 20 { // twenty refusals, each with the record as it stands
			yanbian.recs[paperRef(fmt.Sprint(i))] = protocol.Record{Rev: 5, Epoch: 1}
			list = append(list, yanbian.write(fmt.Sprint(i), paper{Text: "x"}))
		}
		h.push(batch(list...))
		h.settle()
		_, err := h.f.Lines("yanbian", protocol.Urgent, wire.Cursor{Generation: 1, Last: from}, 1<<20)
		if protocol.CodeOf(err) != protocol.Gone {
			t.Errorf("got %v, want gone", err)
		}
	})
}
