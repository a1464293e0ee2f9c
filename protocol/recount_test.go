package protocol

import (
	"slices"
	"testing"
	"time"
)

// TestKcal2TheDatesOfAnObjectionMoveBothWays: they bind authorities (K-cal-3), and
// only what runs is counted anew (K-cal-4).
func TestKcal2TheDatesOfAnObjectionMoveBothWays(t *testing.T) {
	march := func(dom int) Day { return Day{2026, time.March, dom} }
	s := legalAct(t, "objection recount")
	if got := result[Objection](t, s).Due; got != (ObjectDues{K6a: march(3), K6b: march(4), K6c: march(4)}) {
		t.Errorf("an earlier date than is right stays: %+v", got)
	}
	before(func(o *Objection) { o.Due.K6a, o.Due.K6b = march(2), march(9) })(&s)
	if got := result[Objection](t, s).Due; got != (ObjectDues{K6a: march(2), K6b: march(4), K6c: march(4)}) {
		t.Errorf("the mark was set, its clock is over; a later date moves back: %+v", got)
	}
	check(t, []row{
		{"cases.K-cal-2 no calendar is cited", "objection recount", uncite(CalendarRef(2026)), "K-cal-2"},
		{"cases.K-cal-2 nothing moves", "objection recount", before(func(o *Objection) { o.Due.K6b, o.Due.K6c = march(4), march(4) }), "K-cal-2"},
	})
}

func TestEachStateOfAnObjectionCountsFromItsOwnStart(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	day := func(d Day) Instant { return At(d.Time().Add(9 * time.Hour)) }
	o := anObjection(ObjectionDecided)
	o.Due.K6t = Day{2026, 3, 20}
	o.Passed, o.Received, o.Decided = day(Day{2026, 3, 4}), day(Day{2026, 3, 6}), day(Day{2026, 3, 12})
	if got := o.Recounted(cal); got.K6t != (Day{2026, 3, 13}) || got.K6d != (Day{}) {
		t.Errorf("told: %+v", got)
	}
	o.State = ObjectionTransferred
	o.Received = 0
	if got := o.Recounted(cal); got.K6d != (Day{}) {
		t.Errorf("a clock without a day does not run: %+v", got)
	}
	o.Due.K6d = Day{2026, 3, 20}
	if got := o.Recounted(cal); got.K6d != (Day{2026, 3, 11}) {
		t.Errorf("the department's five days, from the transfer: %+v", got)
	}
	o.State, o.Received = ObjectionChecking, day(Day{2026, 3, 6})
	if got := o.Recounted(cal); got.K6d != (Day{2026, 3, 13}) {
		t.Errorf("the department's five days, from its receipt: %+v", got)
	}
	if refs := ObjectionCalendars(o, sceneAt); !slices.Equal(refs, []Ref{CalendarRef(2026), CalendarRef(2027)}) {
		t.Errorf("cites %v", refs)
	}
}

// TestY02TheRunsOfAClock: each run of a clock has a number of its own, and a date
// that moves keeps it.
func TestY02TheRunsOfAClock(t *testing.T) {
	in := func(edit func(*Case)) Record {
		c := caseIn(t, CaseArrived)
		edit(c)
		return stored(t, caseRef(), c)
	}
	parcel := func(edit func(*Parcel)) Record {
		p := &Parcel{Legs: []Leg{{Sent: sceneAt}}}
		edit(p)
		return stored(t, parcelRef(), p)
	}
	for _, row := range []struct {
		name  string
		rec   Record
		clock ClockID
		want  int
	}{
		{"K1 from receipt", in(func(*Case) {}), K1, 1},
		{"K1 after a supplement", in(func(c *Case) { c.Supplements = make([]Supplement, 1) }), K1, 2},
		{"K1 with another date", in(func(c *Case) { c.Due.K1 = Day{2026, 4, 1} }), K1, 1},
		{"K1 after a hop is the same run", in(func(c *Case) { c.Hops = make([]Hop, 1) }), K1, 1},
		{"K5r after a hop is another", in(func(c *Case) { c.Hops = make([]Hop, 1) }), K5r, 2},
		{"the second correction", in(func(c *Case) { c.Notices = make([]Notice, 2) }), K9, 2},
		{"K3 after a revocation", in(func(c *Case) { c.Revoked = make([]Revocation, 1) }), K3, 2},
		{"a task", stored(t, Ref{"task", taskID}, &Task{}), K3, 1},
		{"a task asked again", stored(t, Ref{"task", taskID}, &Task{Rounds: 1}), K3, 2},
		{"a courier's silence", parcel(func(*Parcel) {}), KCourier, 1},
		{"silent again after a sign of life", parcel(func(p *Parcel) { p.Legs[0].Scans = make([]Scan, 1) }), KCourier, 2},
		{"silent on the way back", parcel(func(p *Parcel) { p.Legs = append(p.Legs, Leg{}) }), KCourier, 2},
		{"originals out", parcel(func(p *Parcel) { p.Legs = append(p.Legs, Leg{}) }), K5o, 1},
		{"an objection", stored(t, Ref{"objection", objectionID}, anObjection(ObjectionFiled)), K6a, 1},
	} {
		if got, err := Occurrence(row.rec, row.clock); err != nil || got != row.want {
			t.Errorf("%s: run %d, %v, want %d", row.name, got, err, row.want)
		}
	}
}

// TestY01WhenTheClocksOfAnyKindTurnYellow: one working day or a fifth before the
// end, never on the day they start, and not at all before the year is known.
func TestY01WhenTheClocksOfAnyKindTurnYellow(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	morning := func(month time.Month, dom int) Instant { return At(Day{2026, month, dom}.Time()) }
	k3 := caseIn(t, CaseReview)
	k3.Accepted, k3.ClockFrom, k3.Terms.Legal, k3.Due.K3 = sceneAt, 0, Limit{20, WorkingDays}, Day{2026, time.March, 30}
	for _, row := range []struct {
		name  string
		rec   Record
		clock ClockID
		from  Instant
	}{
		{"K1 of five working days, the day before the last", stored(t, caseRef(), caseIn(t, CaseArrived)), K1, morning(time.March, 6)},
		{"K3 of twenty, with four left", stored(t, caseRef(), k3), K3, morning(time.March, 24)},
		{"K6a of one, on its last day", stored(t, Ref{"objection", objectionID}, anObjection(ObjectionFiled)), K6a, morning(time.March, 3)},
		{"K6b of two, the day before the last", stored(t, Ref{"objection", objectionID}, anObjection(ObjectionMarked)), K6b, morning(time.March, 3)},
		{"K7 of five", stored(t, Ref{"complaint", "x"}, aComplaint(ComplaintAccepted)), K7, morning(time.March, 6)},
	} {
		list, err := Reckon(row.rec, cal)
		i := slices.IndexFunc(list, func(r Reckoning) bool { return r.Clock == row.clock })
		if err != nil || i < 0 {
			t.Errorf("%s: %+v, %v", row.name, list, err)
			continue
		}
		if list[i].Yellow != row.from || list[i].Provisional {
			t.Errorf("%s: yellow from %s, want %s (%+v)", row.name, list[i].Yellow, row.from, list[i])
		}
	}
	if list, err := Reckon(stored(t, caseRef(), caseIn(t, CaseArrived)), Calendar{}); err != nil || !list[0].Provisional {
		t.Errorf("K-cal-1, Y-03: %+v, %v", list, err)
	}
	if list, err := Reckon(stored(t, caseRef(), caseIn(t, CaseArchived)), cal); err != nil || len(list) != 0 {
		t.Errorf("nothing runs any more: %+v, %v", list, err)
	}
}

// TestF09ADeemedAcceptanceIsShownNotInvented: K1 ran out at a place that cannot be
// reached; everybody shows it, the record stays as its home wrote it.
func TestF09ADeemedAcceptanceIsShownNotInvented(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	c := caseIn(t, CaseHandingOver)
	c.Due.K1 = Day{2026, 3, 9}
	end := c.Due.K1.End()
	for _, row := range []struct {
		name string
		edit func(*Case)
		now  Instant
		want bool
	}{
		{"before the end", nil, end - 1, false},
		{"from the end on", nil, end, true},
		{"an item without the effect", func(c *Case) { c.Terms.Effect = C1CardOnly }, end, false},
		{"accepted", func(c *Case) { c.State = CaseAccepted }, end, false},
		{"in correction K1 stands still", func(c *Case) { c.State = CaseCorrection }, end, false},
		{"K-cal-1 on a year that is not published", func(c *Case) { c.Due.K1 = Day{2027, 3, 9} }, Day{2027, 3, 9}.End(), false},
	} {
		one := *c
		one.Terms.Effect = C1Deemed
		if row.edit != nil {
			row.edit(&one)
		}
		since, got := DeemedSince(&one, row.now, cal)
		if got != row.want || got && since != end {
			t.Errorf("F-09 %s: %v since %s", row.name, got, since)
		}
	}
}

// TestMeant: what a lapse is worth on the calendar as it is known now.
func TestMeant(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	c := caseIn(t, CaseAccepted) // K1 is over
	rec := stored(t, caseRef(), c)
	five, _ := K1.mustRule().Limit.Due(cal, c.Received.At.Day())
	if end, sure, err := Meant(rec, K1, 1, five.Add(-2).End(), cal); err != nil || !sure || end != five.End() {
		t.Errorf("K-cal-2 counted again: %s %v %v", end, sure, err)
	}
	if end, sure, err := Meant(rec, K1, 2, five.Add(-2).End(), cal); err != nil || !sure || end != five.Add(-2).End() {
		t.Errorf("another run is not counted again: %s %v %v", end, sure, err)
	}
	if _, sure, err := Meant(rec, K1, 1, five.End(), Calendar{}); err != nil || sure {
		t.Errorf("K-cal-1: %v %v", sure, err)
	}
	request := stored(t, Ref{"request", "r"}, &Request{State: RequestFiled, On: caseRef(), Filed: At(Day{2026, 2, 13}.Time())})
	list, _, err := Lookup("request").Runs(request.Body)
	if err != nil || len(list) != 1 || list[0] != (Deadline{KRequest, Day{2026, 2, 16}.End()}) {
		t.Fatalf("a request's own clock: %v %v", list, err)
	}
	if end, sure, err := Meant(request, KRequest, 1, list[0].At, cal); err != nil || !sure || end != (Day{2026, 2, 24}).End() {
		t.Errorf("over the Spring Festival it rolls on: %s %v %v", end, sure, err)
	}
}

func (id ClockID) mustRule() ClockRule {
	r, ok := id.Rule()
	if !ok {
		panic(id)
	}
	return r
}
