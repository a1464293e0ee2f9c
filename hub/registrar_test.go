package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// errand is a kind of the tests' own: which clocks run, and until when, stands in
// its body.
type errand struct {
	Home protocol.NodeID     `json:"home"`
	Runs []protocol.Deadline `json:"runs,omitempty"`
	protocol.Rest
}

var _ = protocol.Define("errand", protocol.Spec[errand]{
	Title: "差事", Lane: protocol.Urgent,
	Acts:      map[protocol.Act]protocol.Judge[errand]{"write": writeErrand},
	Home:      func(e *errand) protocol.NodeID { return e.Home },
	Audience:  func(*errand) protocol.Audience { return protocol.Audience{} },
	Terms:     func(*errand) protocol.Terms { return protocol.Terms{Title: "差事"} },
	Deadlines: func(e *errand) []protocol.Deadline { return e.Runs },
})

func writeErrand(_, want *errand, _ *protocol.Header, _ protocol.View) (*errand, *protocol.Refusal) {
	next := *want
	return &next, nil
}

// lone is raft without anybody else: what is proposed is applied.
type lone struct {
	mu    sync.Mutex
	f     *fsm.FSM
	index uint64
	log   [][]byte
}

func (l *lone) Apply(_ context.Context, cmd []byte) (any, uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.index++
	l.log = append(l.log, cmd)
	return l.f.ApplyBatch(logAt(int(l.index), cmd))[0], l.index, nil
}

func logAt(index int, cmd []byte) []*raft.Log {
	return []*raft.Log{{Index: uint64(index), Type: raft.LogCommand, Data: cmd}}
}

// bureau is a hub without a network: a state machine, a proposer and a registrar
// whose rounds and whose time the test gives.
type bureau struct {
	*Server
	t    testing.TB
	lone *lone
	reg  *registrar
	time time.Time
	pens map[protocol.NodeID]*pen
}

func newBureau(t testing.TB, nodes ...protocol.NodeID) *bureau {
	t.Helper()
	b := &bureau{t: t, time: time.Date(2026, 3, 2, 9, 0, 0, 0, protocol.Beijing), pens: map[protocol.NodeID]*pen{}}
	f, err := fsm.Open(t.TempDir(), fsm.Options{Server: "hub1", MmapSize: 1 << 26})
	if err != nil {
		t.Fatal(err)
	}
	b.lone = &lone{f: f}
	b.Server = &Server{cfg: Config{Now: b.wall, Clock: b.wall}, id: "hub1", log: quiet(), fsm: f, presence: newPresence()}
	b.proposer = newProposer(b.lone, b.Now, quiet())
	run, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.proposer.Run(run) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	b.newLeader()
	for _, year := range protocol.PublishedYears() {
		if year.Year >= 2025 {
			b.must(protocol.Draft{Ref: protocol.CalendarRef(year.Year), Act: "publish", Body: protocol.CalendarYear{Year: year.Year, Off: year.Off, Work: year.Work, Source: year.Source}, By: "hub:op"})
		}
	}
	for _, id := range nodes {
		ref := protocol.Ref{Kind: "node", ID: string(id)}
		b.must(protocol.Draft{Ref: ref, Act: "plan", By: "hub:op", Body: protocol.Node{ID: id, Name: "测试节点"}},
			protocol.Draft{Ref: ref, Act: "enroll", By: "hub:op", Body: protocol.Node{Key: protocol.Hash{1}}})
		b.pens[id] = &pen{b: b, id: id, recs: map[string]protocol.Record{}}
	}
	return b
}

func (b *bureau) wall() time.Time { return b.time }

// newLeader is a registrar that knows nothing but the state.
func (b *bureau) newLeader() {
	b.reg = &registrar{Server: b.Server, refused: make(map[string]time.Time)}
}

func (b *bureau) must(drafts ...protocol.Draft) []protocol.Record {
	b.t.Helper()
	records, _, err := b.actHere(b.t.Context(), drafts)
	if err != nil {
		b.t.Fatal(err)
	}
	return records
}

// at sets the hub's wall clock, and ticks.
func (b *bureau) at(when protocol.Instant) {
	b.t.Helper()
	b.time = when.Time()
	if _, _, err := b.lone.Apply(b.t.Context(), fsm.EncodeTick(b.Now())); err != nil {
		b.t.Fatal(err)
	}
}

// round lets the registrar do its part, but for the lists that need the search.
func (b *bureau) round() {
	b.t.Helper()
	if err := b.reg.years.refresh(b.Server); err != nil {
		b.t.Fatal(err)
	}
	for _, part := range []func(context.Context) error{b.reg.cards, b.reg.redates, b.reg.yellows, b.reg.duplicates} {
		if err := part(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// cardOf gives a card, or nil.
func (b *bureau) cardOf(on protocol.Ref, clock protocol.ClockID, run int, colour protocol.Colour) *protocol.Card {
	b.t.Helper()
	rec, ok, err := b.fsm.Record(cardRef(protocol.CardID(on, clock, run, colour)))
	if err != nil {
		b.t.Fatal(err)
	}
	if !ok {
		return nil
	}
	c, err := protocol.Load[protocol.Card](rec)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bureau) want(on protocol.Ref, clock protocol.ClockID, colour protocol.Colour, state string, owner protocol.NodeID) *protocol.Card {
	b.t.Helper()
	c := b.cardOf(on, clock, 1, colour)
	switch {
	case c == nil && state == "":
		return nil
	case c == nil:
		b.t.Fatalf("no %s card for %s of %s, want one that is %s", colour, clock, on, state)
	case c.State != state || c.Owner != owner:
		b.t.Fatalf("%s card for %s of %s is %s and %s's, want %s and %s's (reason %q)", colour, clock, on, c.State, c.Owner, state, owner, c.Reason)
	}
	return c
}

func (b *bureau) waits() []fsm.Wait {
	b.t.Helper()
	list, _, err := b.fsm.Waits(nil, 100_000)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

// beat is a node that says it has nothing the hub has not got.
func (b *bureau) beat(id protocol.NodeID) {
	b.t.Helper()
	o, _, err := b.fsm.Origin(id)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.presence.claim(claim{Node: id, Boot: wire.Boot{1}, Head: o.Last[protocol.Urgent], Told: b.Now()}, b.time); err != nil {
		b.t.Fatal(err)
	}
}

// pen writes the journal of one node; what it wrote is pushed when the test says.
type pen struct {
	b      *bureau
	id     protocol.NodeID
	last   protocol.Pos
	queue  []protocol.Entry
	recs   map[string]protocol.Record
	papers int // printed
}

func errandRef(id string) protocol.Ref { return protocol.Ref{Kind: "errand", ID: id} }

// write makes an entry at an instant of the node's own.
func (p *pen) write(id string, at protocol.Instant, home protocol.NodeID, runs ...protocol.Deadline) {
	p.b.t.Helper()
	old := p.recs[id]
	h := protocol.Header{Ref: errandRef(id), Act: "write", Rev: old.Rev + 1, RecEpoch: max(old.Epoch, 1), Origin: p.id, Epoch: 1, Lane: protocol.Urgent,
		Seq: p.last.Seq + 1, Prev: p.last.Hash, At: at, AtErr: 5, By: "clerk", Feature: 1}
	raw, err := json.Marshal(errand{Home: home, Runs: runs})
	if err != nil {
		p.b.t.Fatal(err)
	}
	p.seal(&h, raw)
	p.recs[id] = protocol.Record{Rev: h.Rev, Epoch: h.RecEpoch, Body: raw}
}

func (p *pen) seal(h *protocol.Header, body []byte) {
	p.b.t.Helper()
	e, err := wire.Seal(h, body)
	if err != nil {
		p.b.t.Fatal(err)
	}
	p.last, p.queue = e.Pos(), append(p.queue, e)
}

// push has everything decided, in batches of some lines.
func (p *pen) push(lines int) {
	p.b.t.Helper()
	for part := range slices.Chunk(p.queue, lines) {
		last := part[len(part)-1]
		decided, err := p.b.proposeHere(p.b.t.Context(), []wire.Batch{{Origin: p.id, Entries: part, Checkpoint: wire.Checkpoint{Pos: last.Pos(), Sig: []byte("signed")}}})
		if err != nil {
			p.b.t.Fatal(err)
		}
		if f := decided[0].Fault; f != nil || len(decided[0].Ack.Verdicts) > 0 {
			p.b.t.Fatalf("%v %+v", f, decided[0].Ack.Verdicts)
		}
	}
	p.queue = nil
}

func hours(n int) protocol.Instant { return protocol.Instant(n) * 3_600_000 }

func runs(clock protocol.ClockID, until protocol.Instant) protocol.Deadline {
	return protocol.Deadline{Clock: clock, At: until}
}

var monday = protocol.At(time.Date(2026, 3, 2, 9, 0, 0, 0, protocol.Beijing))

func TestY01TheTickFiresARedCardAtTheLapse(t *testing.T) {
	b := newBureau(t, "yanbian")
	due := protocol.Day{Year: 2026, Month: 3, Dom: 6}.End()
	p := b.pens["yanbian"]
	p.write("a", monday, "yanbian", runs(protocol.K7, due))
	p.push(10)
	b.at(due - 1)
	b.round()
	b.want(errandRef("a"), protocol.K7, protocol.Red, "", "")
	b.at(due)
	b.round()
	c := b.want(errandRef("a"), protocol.K7, protocol.Red, protocol.CardProvisional, "yanbian")
	if c.Due != due || c.Fired < due || c.Title == "" {
		t.Errorf("%+v", c)
	}
	b.want(errandRef("a"), protocol.K7, protocol.Yellow, protocol.CardProvisional, "yanbian")
}

// TestY02FiringTwiceGivesOneCard: rounds, leaders that know nothing of each other,
// and two of them at once.
func TestY02FiringTwiceGivesOneCard(t *testing.T) {
	b := newBureau(t, "yanbian")
	p := b.pens["yanbian"]
	for n := range 20 {
		p.write(fmt.Sprint(n), monday, "yanbian", runs(protocol.K7, monday+hours(48)))
	}
	p.push(64)
	b.at(monday + hours(48))
	other := &registrar{Server: b.Server, refused: make(map[string]time.Time)}
	if err := other.years.refresh(b.Server); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	both.Go(func() {
		if err := other.cards(t.Context()); err != nil {
			t.Error(err)
		}
	})
	b.round()
	both.Wait()
	b.newLeader()
	b.round()
	n := 0
	for _, rec := range b.all("card") {
		c, err := protocol.Load[protocol.Card](rec)
		if err != nil {
			t.Fatal(err)
		}
		if c.Colour == protocol.Red {
			n++
			if rec.Rev != 1 {
				t.Errorf("%s was written %d times", rec.Ref, rec.Rev)
			}
		}
	}
	if n != 20 {
		t.Errorf("%d red cards for 20 lapses", n)
	}
}

func (b *bureau) all(kind protocol.KindName) (list []protocol.Record) {
	b.t.Helper()
	if err := b.each(kind, func(rec protocol.Record) error { list = append(list, rec); return nil }); err != nil {
		b.t.Fatal(err)
	}
	return list
}

func TestY05ACardIsSureOnceTheHubHoldsTheOwnersJournal(t *testing.T) {
	due := monday + hours(48)
	lapse := func(t *testing.T) (*bureau, *pen) {
		b := newBureau(t, "yanbian")
		b.pens["yanbian"].write("a", monday, "yanbian", runs(protocol.K7, due))
		b.pens["yanbian"].push(10)
		b.at(due + 1)
		b.round()
		b.want(errandRef("a"), protocol.K7, protocol.Red, protocol.CardProvisional, "yanbian")
		return b, b.pens["yanbian"]
	}
	still := func(t *testing.T, b *bureau, state string) *protocol.Card {
		b.round()
		return b.want(errandRef("a"), protocol.K7, protocol.Red, state, "yanbian")
	}
	t.Run("silence does not make it sure", func(t *testing.T) {
		b, _ := lapse(t)
		b.at(due + hours(100))
		still(t, b, protocol.CardProvisional)
	})
	t.Run("an entry behind the lapse does", func(t *testing.T) {
		b, p := lapse(t)
		p.write("b", due+1, "yanbian")
		p.push(10)
		if c := still(t, b, protocol.CardOpen); c.Through != due+1 {
			t.Errorf("through %s", c.Through)
		}
		if len(b.waits()) != 0 && b.waits()[0].Colour == protocol.Red {
			t.Errorf("it still waits: %+v", b.waits())
		}
	})
	t.Run("and so does a beat of a node that holds nothing back", func(t *testing.T) {
		b, _ := lapse(t)
		b.at(due + 20_000)
		b.beat("yanbian")
		still(t, b, protocol.CardOpen)
	})
	t.Run("but not a beat of one that does", func(t *testing.T) {
		b, p := lapse(t)
		b.at(due + 20_000)
		p.write("a", due-1, "yanbian")
		if err := b.presence.claim(claim{Node: "yanbian", Boot: wire.Boot{1}, Head: p.last, Told: b.Now()}, b.time); err != nil {
			t.Fatal(err)
		}
		still(t, b, protocol.CardProvisional)
	})
	t.Run("an entry in time that comes late makes it void", func(t *testing.T) {
		b, p := lapse(t)
		p.write("a", due-1, "yanbian")
		p.push(10)
		if c := still(t, b, protocol.CardVoid); c.Reason == "" {
			t.Error("void without a reason")
		}
		if n := len(b.waits()); n != 0 {
			t.Errorf("%d wait", n)
		}
	})
	t.Run("a late entry confirms it", func(t *testing.T) {
		b, p := lapse(t)
		p.write("a", due, "yanbian")
		p.push(10)
		if c := still(t, b, protocol.CardOpen); c.Stopped != due {
			t.Errorf("stopped %s", c.Stopped)
		}
	})
	t.Run("an entry that says it was in time, behind one that was not, is late", func(t *testing.T) {
		b, p := lapse(t)
		p.write("b", due+5, "yanbian")
		p.write("a", due-1, "yanbian")
		p.push(10)
		if c := still(t, b, protocol.CardOpen); c.Stopped != due+5 {
			t.Errorf("stopped %s", c.Stopped)
		}
	})
	t.Run("a clock that was counted anew is no lapse, until it is one", func(t *testing.T) {
		b, p := lapse(t)
		p.write("a", due-1, "yanbian", runs(protocol.K7, due+hours(24)))
		p.push(10)
		still(t, b, protocol.CardVoid)
		b.at(due + hours(24))
		if c := still(t, b, protocol.CardProvisional); c.Due != due+hours(24) {
			t.Errorf("due %s", c.Due)
		}
	})
}

// TestY01ALapseThatNoTickSawHasItsCard: it ran out and was ended while the node was
// cut off, or between two ticks.
func TestY01ALapseThatNoTickSawHasItsCard(t *testing.T) {
	b := newBureau(t, "yanbian")
	p := b.pens["yanbian"]
	p.write("between", monday, "yanbian", runs(protocol.K7, monday+hours(48)))
	p.push(10)
	b.time = (monday + hours(48)).Time() // no tick
	p.write("between", monday+hours(48), "yanbian")
	p.write("cut off", monday, "yanbian", runs(protocol.K7, monday+hours(24)), runs(protocol.K4, monday+hours(24)))
	p.write("cut off", monday+hours(25), "yanbian")
	p.push(10)
	b.round()
	b.want(errandRef("between"), protocol.K7, protocol.Red, protocol.CardProvisional, "yanbian")
	b.at(monday + hours(49))
	b.round()
	b.want(errandRef("between"), protocol.K7, protocol.Red, protocol.CardOpen, "yanbian")
	b.want(errandRef("cut off"), protocol.K7, protocol.Red, protocol.CardOpen, "yanbian")
	b.want(errandRef("cut off"), protocol.K4, protocol.Red, protocol.CardOpen, "yanbian")
}

// TestY05ALateJournalIsReadToItsEnd: a card for each lapse of a long absence, void
// a second later, would be noise.
func TestY05ALateJournalIsReadToItsEnd(t *testing.T) {
	b := newBureau(t, "yanbian")
	p := b.pens["yanbian"]
	b.at(monday + hours(100))
	p.write("a", monday, "yanbian", runs(protocol.K7, monday+hours(48)))
	p.push(1)
	b.round()
	b.want(errandRef("a"), protocol.K7, protocol.Red, "", "")
	p.write("a", monday+hours(1), "yanbian")
	p.push(1)
	b.at(monday + hours(101))
	b.round()
	b.want(errandRef("a"), protocol.K7, protocol.Red, "", "")
	p.write("b", monday+hours(2), "yanbian", runs(protocol.K7, monday+hours(48)))
	p.push(1)
	b.round()
	b.want(errandRef("b"), protocol.K7, protocol.Red, "", "")
	b.at(monday + hours(102)) // nothing more came
	b.round()
	b.want(errandRef("b"), protocol.K7, protocol.Red, protocol.CardProvisional, "yanbian")
}

func TestKcal1NothingLapsesOnAYearThatIsNotPublished(t *testing.T) {
	b := newBureau(t, "yanbian")
	p := b.pens["yanbian"]
	due := protocol.Day{Year: 2027, Month: 1, Dom: 1}.End()
	p.write("a", due-hours(100), "yanbian", runs(protocol.K7, due))
	p.push(10)
	b.at(due)
	b.round()
	b.want(errandRef("a"), protocol.K7, protocol.Red, "", "")
	b.must(protocol.Draft{Ref: protocol.CalendarRef(2027), Act: "publish", By: "hub:op",
		Body: protocol.CalendarYear{Year: 2027, Off: []protocol.Day{{Year: 2027, Month: 1, Dom: 1}}, Source: "测试"}})
	b.round()
	b.want(errandRef("a"), protocol.K7, protocol.Red, protocol.CardProvisional, "yanbian")
}

// TestK9BringsNobodyACard: their lapse is an act of the home.
func TestK9BringsNobodyACard(t *testing.T) {
	b := newBureau(t, "yanbian")
	p := b.pens["yanbian"]
	p.write("a", monday, "yanbian", runs(protocol.K9, monday+hours(48)))
	p.push(10)
	b.at(monday + hours(72))
	b.round()
	p.write("a", monday+hours(73), "yanbian")
	p.push(10)
	b.round()
	if n := len(b.all("card")) + len(b.waits()); n != 0 {
		t.Errorf("%d cards or waits", n)
	}
}
