package fsm

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// place is a node as the feed sees it: it holds what it wrote and what it was
// told, as replication.D3 says.
type place struct {
	*pen
	cur  wire.Cursor
	hold map[protocol.Ref]protocol.Record
}

// take applies one piece of feed to what the place holds.
func (p *place) take(l wire.Lines) error {
	if l.Prev != p.cur.Last {
		return fmt.Errorf("piece begins at %d, cursor is at %d", l.Prev, p.cur.Last) // D2
	}
	for _, line := range l.Lines {
		switch line.What {
		case wire.LineErase:
			if old := p.hold[line.Ref]; old.Home != p.id || old.Index <= line.Index {
				delete(p.hold, line.Ref)
			}
		case wire.LineForce:
			if p.hold[line.Record.Ref].Index <= line.Record.Index {
				p.hold[line.Record.Ref] = *line.Record
			}
		case wire.LineRecord:
			p.install(line.Record)
		}
	}
	p.cur = wire.Cursor{Lane: protocol.Urgent, Generation: l.Generation, Prev: l.Prev, Last: l.Last}
	return nil
}

// install is replication.D3.
func (p *place) install(rec *protocol.Record) {
	old, have := p.hold[rec.Ref]
	if have && old.Home == p.id && rec.Epoch <= old.Epoch && rec.Rev > old.Rev {
		return // under this epoch only this place writes it
	}
	if !have || rec.Newer(&old) {
		p.hold[rec.Ref] = *rec
	}
}

// TestFeedIsComplete is replication.19: whatever is written, moved, refused,
// read late, evicted from memory or restarted, a place that has read its feed to
// the end holds the newest of every record it may hold, and no other.
func TestFeedIsComplete(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	ids := []protocol.NodeID{"yanbian", "changchun", "jilin"}
	rapid.Check(t, func(rt *rapid.T) {
		h := newHub(quiet{t, rt})
		h.f.ring.limit = rapid.SampledFrom([]int{1, 2000, ringBytes}).Draw(rt, "ring")
		var places []*place
		for _, p := range h.enrol(ids...) {
			places = append(places, &place{pen: p, cur: wire.Cursor{Lane: protocol.Urgent}, hold: map[protocol.Ref]protocol.Record{}})
		}
		rt.Repeat(map[string]func(*rapid.T){
			"write":   func(rt *rapid.T) { writeSome(rt, h, places[rapid.IntRange(0, 2).Draw(rt, "place")]) },
			"read":    func(rt *rapid.T) { readSome(rt, h, places[rapid.IntRange(0, 2).Draw(rt, "place")]) },
			"commit":  func(*rapid.T) { _ = h.f.Commit() },
			"restart": func(*rapid.T) { limit := h.f.ring.limit; h.restart(); h.f.ring.limit = limit },
			"hub": func(rt *rapid.T) {
				id := fmt.Sprint("hub", rapid.IntRange(0, 2).Draw(rt, "id"))
				h.act(draftOf(id, paper{Text: "省级", All: rapid.Bool().Draw(rt, "all"), Readers: readers(rt)}))
			},
			"": func(*rapid.T) {},
		})
		for _, p := range places {
			for p.cur.Last < h.index {
				readSome(rt, h, p)
			}
			complete(rt, h, p)
		}
	})
}

// quiet runs the helpers of a test under rapid: failures go to rapid, files
// and cleanups to the test.
type quiet struct {
	*testing.T
	rt *rapid.T
}

func (q quiet) Fatal(args ...any)                 { q.rt.Fatal(args...) }
func (q quiet) Fatalf(format string, args ...any) { q.rt.Fatalf(format, args...) }
func (q quiet) Cleanup(fn func())                 { q.rt.Cleanup(fn) }

func readers(rt *rapid.T) []protocol.NodeID {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]protocol.NodeID{"yanbian", "changchun", "jilin"}), 0, 3, rapid.ID).Draw(rt, "readers")
}

// writeSome has a place write entries from what it holds; it may be wrong
// about that, and the hub may refuse.
func writeSome(rt *rapid.T, h *hub, p *place) {
	var list []protocol.Entry
	for range rapid.IntRange(1, 4).Draw(rt, "entries") {
		id := fmt.Sprint(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "id"))
		old, have := p.hold[paperRef(id)]
		if have && old.Home != p.id {
			continue
		}
		body := paper{Home: p.id, All: rapid.IntRange(0, 4).Draw(rt, "all") == 0, Readers: readers(rt)}
		if rapid.IntRange(0, 4).Draw(rt, "hand over") == 0 {
			body.Home = rapid.SampledFrom([]protocol.NodeID{"yanbian", "changchun", "jilin"}).Draw(rt, "to")
		}
		if rapid.IntRange(0, 4).Draw(rt, "bad") == 0 {
			body.Text = "bad"
		}
		p.recs[paperRef(id)] = old
		e := p.write(id, body)
		rec := protocol.Record{Ref: e.Ref, Rev: e.Rev, Epoch: e.RecEpoch, Home: body.Home}
		if have && body.Home != p.id {
			rec.Epoch++
		}
		p.hold[e.Ref] = rec
		list = append(list, e)
	}
	if len(list) == 0 {
		return
	}
	r := h.push(batch(list...))[0]
	if r.Fault != nil {
		rt.Fatal(r.Fault)
	}
	for i := range list {
		p.confirm(&list[i], &r.Ack)
	}
}

// confirm notes that the hub took an entry, if the record still stands so.
func (p *place) confirm(e *protocol.Entry, ack *wire.Ack) {
	refused := slices.ContainsFunc(ack.Verdicts, func(v protocol.Verdict) bool { return v.Pos.Seq == e.Seq })
	if rec := p.hold[e.Ref]; !refused && rec.Rev == e.Rev {
		rec.Index = ack.Index
		p.hold[e.Ref] = rec
	}
}

func readSome(rt *rapid.T, h *hub, p *place) {
	l, err := h.f.Lines(p.id, protocol.Urgent, p.cur, rapid.SampledFrom([]int{1, 1000, 1 << 20}).Draw(rt, "bytes"))
	if err != nil {
		rt.Fatal(err)
	}
	if _, err := wire.AppendLines(nil, &l); err != nil {
		rt.Fatal(err)
	}
	if err := p.take(l); err != nil {
		rt.Fatal(err)
	}
}

func complete(rt *rapid.T, h *hub, p *place) {
	all, err := h.f.Records("paper", "", 1000)
	if err != nil {
		rt.Fatal(err)
	}
	may := 0
	for i := range all {
		rec := &all[i]
		a, err := audience(rec)
		if err != nil {
			rt.Fatal(err)
		}
		got, have := p.hold[rec.Ref]
		switch {
		case a.Has(p.id) && (!have || got.Rev != rec.Rev || got.Epoch != rec.Epoch || got.Home != rec.Home):
			rt.Errorf("%s holds %s@%d.%d of %s, the hub has @%d.%d of %s", p.id, rec.Ref, got.Epoch, got.Rev, got.Home, rec.Epoch, rec.Rev, rec.Home)
		case !a.Has(p.id) && have:
			rt.Errorf("%s still holds %s", p.id, rec.Ref)
		case have:
			may++
		}
	}
	papers := 0
	for ref := range p.hold {
		if ref.Kind == "paper" {
			papers++
		}
	}
	if papers != may {
		rt.Errorf("%s holds %d papers, of which the hub knows %d", p.id, papers, may)
	}
}
