package hub

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
)

// lapseOf is one run of a clock as the model remembers it: what the test itself
// wrote, never what the hub made of it.
type lapseOf struct {
	ref     protocol.Ref
	clock   protocol.ClockID
	due     protocol.Instant
	stopped protocol.Instant // by the pen's own clock; 0 while it runs
	counts  protocol.Instant // effective: never before what was pushed earlier
}

// past is a random history of two places that write, are cut off and come back.
type past struct {
	b    *bureau
	now  protocol.Instant
	runs map[string]*lapseOf // of records with a clock, by record
	all  []*lapseOf
	pen  map[string]protocol.NodeID
	seen map[protocol.NodeID]protocol.Instant // newest time of each pen's journal, as it wrote it
	n    int
}

func newPast(b *bureau) *past {
	return &past{b: b, now: monday, runs: map[string]*lapseOf{}, pen: map[string]protocol.NodeID{}, seen: map[protocol.NodeID]protocol.Instant{}}
}

// begin writes a record with one clock. A pen's clock only rises.
func (p *past) begin(node protocol.NodeID, ahead protocol.Instant) {
	id := fmt.Sprintf("%s-%d", node, p.n)
	p.n++
	l := &lapseOf{ref: errandRef(id), clock: protocol.K7, due: p.now + ahead}
	p.b.pens[node].write(id, p.stamp(node), node, runs(l.clock, l.due))
	p.runs[id], p.pen[id] = l, node
	p.all = append(p.all, l)
}

// stamp is the writer's time of an act; it is not always later than the act
// before: clocks are set.
func (p *past) stamp(node protocol.NodeID) protocol.Instant {
	p.seen[node] = max(p.seen[node], p.now)
	return p.now
}

func (p *past) end(id string, back protocol.Instant) {
	l, node := p.runs[id], p.pen[id]
	before := p.seen[node]
	l.stopped = p.now - back // a clock that was set back
	l.counts = max(l.stopped, before)
	p.seen[node] = max(before, l.stopped)
	p.b.pens[node].write(id, l.stopped, node)
	delete(p.runs, id)
}

func (p *past) open() []string {
	var ids []string
	for id := range p.runs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// step takes one random turn.
func (p *past) step(t *rapid.T) {
	nodes := []protocol.NodeID{receives, decides}
	node := rapid.SampledFrom(nodes).Draw(t, "node")
	switch rapid.IntRange(0, 8).Draw(t, "turn") {
	case 0, 1, 2:
		p.begin(node, protocol.Instant(rapid.IntRange(1, 100).Draw(t, "ahead"))*3_600_000)
	case 3, 4:
		if ids := p.open(); len(ids) > 0 {
			p.end(rapid.SampledFrom(ids).Draw(t, "ended"), protocol.Instant(rapid.IntRange(0, 2).Draw(t, "back"))*3_600_000)
		}
	case 5:
		p.b.pens[node].push(rapid.IntRange(1, 7).Draw(t, "lines"))
	case 6:
		p.now += protocol.Instant(rapid.IntRange(1, 40).Draw(t, "hours")) * 3_600_000
		p.b.at(p.now)
	case 7:
		p.b.round()
	case 8:
		p.b.newLeader()
		if len(p.b.pens[node].queue) == 0 {
			p.b.beat(node)
		}
	}
}

// settle heals everything and lets the registrar come to rest.
func (p *past) settle() {
	for _, node := range []protocol.NodeID{receives, decides} {
		p.b.pens[node].push(5)
	}
	for range 4 {
		p.now += 120_000
		p.b.at(p.now)
		for _, node := range []protocol.NodeID{receives, decides} {
			p.b.beat(node)
		}
		p.b.round()
	}
}

// TestY02Y05NoDeadlineIsMissedInSilence: whatever the order of acts, pushes, absences,
// ticks and leaders, in the end every lapse has one red card that is sure, every
// clock that was ended in time has none that stands, and nothing waits.
func TestY02Y05NoDeadlineIsMissedInSilence(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBureau(t, receives, decides)
		p := newPast(b)
		for range rapid.IntRange(5, 60).Draw(rt, "steps") {
			p.step(rt)
		}
		p.settle()
		for _, l := range p.all {
			p.judge(rt, l)
		}
		for _, w := range b.waits() {
			if w.Colour == protocol.Red {
				rt.Fatalf("still waits: %+v", w)
			}
		}
		p.unique(rt)
	})
}

func (p *past) judge(t *rapid.T, l *lapseOf) {
	c := p.b.cardOf(l.ref, l.clock, 1, protocol.Red)
	lapsed := l.due <= p.now && l.stopped == 0 || l.stopped != 0 && l.counts >= l.due
	switch {
	case lapsed && c == nil:
		t.Fatalf("missed in silence: %+v", l)
	case lapsed && c.State != protocol.CardOpen:
		t.Fatalf("the card of %+v is %s", l, c.State)
	case !lapsed && c != nil && c.State != protocol.CardVoid:
		t.Fatalf("a card that is %s for a clock that was in time: %+v", c.State, l)
	}
}

// unique: a card's identity is its record's, so that two would have to be one
// written twice: fired again while it stood.
func (p *past) unique(t *rapid.T) {
	for _, rec := range p.b.all("card") {
		steps, err := p.b.fsm.History(rec.Ref)
		if err != nil {
			t.Fatal(err)
		}
		stands := false
		for _, s := range steps {
			if s.Act == "fire" && stands {
				t.Fatalf("%s was fired twice: %+v", rec.Ref, steps)
			}
			stands = s.Act != "void"
		}
	}
}

// TestWaitsAreTheSameAfterARestart: the same log, in one go or with restarts
// between, gives the same list (replication.17).
func TestWaitsAreTheSameAfterARestart(t *testing.T) {
	b := newBureau(t, receives, decides)
	p := b.pens[receives]
	for n := range 30 {
		p.write(fmt.Sprint(n), monday, receives, runs(protocol.K7, monday+hours(n)))
	}
	p.push(7)
	b.at(monday + hours(20))
	b.round()
	for n := range 15 {
		p.write(fmt.Sprint(n), monday+hours(n-1+n%2), receives)
	}
	p.push(4)
	before := b.waits()
	dir := t.TempDir()
	other, err := fsm.Open(dir, fsm.Options{Server: "hub2", MmapSize: 1 << 26})
	if err != nil {
		t.Fatal(err)
	}
	for n, cmd := range b.lone.log {
		if n%9 == 8 {
			if err := other.Close(); err != nil {
				t.Fatal(err)
			}
			if other, err = fsm.Open(dir, fsm.Options{Server: "hub2", MmapSize: 1 << 26}); err != nil {
				t.Fatal(err)
			}
		}
		other.ApplyBatch(logAt(n+1, cmd))
	}
	after, _, err := other.Waits(nil, 100_000)
	if err != nil || !slices.Equal(before, after) || len(before) == 0 {
		t.Errorf("%d rows here, %d there: %v\n%+v\n%+v", len(before), len(after), err, before, after)
	}
	_, here := b.fsm.StateDigest()
	if _, there := other.StateDigest(); here != there {
		t.Error("another state")
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
}
