package protocol

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at reads an instant of a test table in Beijing time.
func at(t testing.TB, s string) Instant {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04:05", s, Beijing)
	if err != nil {
		t.Fatal(err)
	}
	return At(v)
}

func TestClockStandings(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	k1 := Clock{ID: K1, Start: day(t, "2026-02-13"), Limit: Limit{5, WorkingDays}} // due 02-27
	k3 := Clock{ID: K3, Start: day(t, "2026-03-02"), Limit: Limit{20, WorkingDays}}
	with := func(c Clock, edit func(*Clock)) Clock { edit(&c); return c }
	paused := with(k3, func(c *Clock) { c.Pauses = []Span{{From: day(t, "2026-03-06")}} })
	newYear := Clock{ID: K1, Start: day(t, "2026-12-25"), Limit: Limit{5, WorkingDays}}
	for _, row := range []struct {
		name  string
		clock Clock
		now   string
		want  Standing
	}{
		{"runs while there is time", k1, "2026-02-14 09:00:00", Standing{State: ClockRunning, Due: day(t, "2026-02-27"), Left: 4}},
		{"yellow with one working day left", k1, "2026-02-26 09:00:00", Standing{State: ClockYellow, Due: day(t, "2026-02-27"), Left: 1}},
		{"yellow to the last second of the last day", k1, "2026-02-27 23:59:59", Standing{State: ClockYellow, Due: day(t, "2026-02-27")}},
		{"red at 24:00 and not before", k1, "2026-02-28 00:00:00", Standing{State: ClockRed, Due: day(t, "2026-02-27"), Left: -1}},
		{"stopped in time", with(k1, func(c *Clock) { c.Stopped = at(t, "2026-02-27 23:59:59") }), "2026-03-05 09:00:00", Standing{State: ClockStopped, Due: day(t, "2026-02-27")}},
		{"stopped too late", with(k1, func(c *Clock) { c.Stopped = at(t, "2026-02-28 00:00:00") }), "2026-03-05 09:00:00", Standing{State: ClockStopped, Due: day(t, "2026-02-27"), Late: true}},
		{"stopped by a place whose clock is ahead", with(k1, func(c *Clock) { c.Stopped = at(t, "2026-02-14 09:00:05") }), "2026-02-14 09:00:00", Standing{State: ClockStopped, Due: day(t, "2026-02-27")}},
		{"runs with more than a fifth left", k3, "2026-03-23 09:00:00", Standing{State: ClockRunning, Due: day(t, "2026-03-30"), Left: 5}},
		{"yellow with a fifth left", k3, "2026-03-24 09:00:00", Standing{State: ClockYellow, Due: day(t, "2026-03-30"), Left: 4}},
		{"yellow as configured", with(k3, func(c *Clock) { c.Warn = Warn{Days: 10} }), "2026-03-16 09:00:00", Standing{State: ClockYellow, Due: day(t, "2026-03-30"), Left: 10}},
		{"paused has days left and no date", paused, "2026-03-10 09:00:00", Standing{State: ClockPaused, Left: 16}},
		{"stopped while paused", with(paused, func(c *Clock) { c.Stopped = at(t, "2026-03-10 09:00:00") }), "2026-03-11 09:00:00", Standing{State: ClockStopped, Left: 16}},
		{"lapsed before the pause began", with(k3, func(c *Clock) { c.Pauses = []Span{{From: day(t, "2026-03-31")}} }), "2026-04-02 09:00:00", Standing{State: ClockRed, Due: day(t, "2026-03-30"), Left: -3}},
		{"after the pause", with(k3, func(c *Clock) { c.Pauses = []Span{{day(t, "2026-03-06"), day(t, "2026-03-18")}} }), "2026-03-19 09:00:00", Standing{State: ClockRunning, Due: day(t, "2026-04-10"), Left: 15}},
		{"K-cal-1 provisional", newYear, "2026-12-26 09:00:00", Standing{State: ClockRunning, Due: day(t, "2027-01-01"), Left: 5, Provisional: true}},
		{"K-cal-1 red and provisional", newYear, "2027-01-02 00:00:00", Standing{State: ClockRed, Due: day(t, "2027-01-01"), Provisional: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if !row.want.Due.IsZero() {
				row.want.Enforced = row.want.Due.End()
			}
			if got := row.clock.At(at(t, row.now), cal); got != row.want {
				t.Errorf("\n got %+v\nwant %+v", got, row.want)
			}
		})
	}
}

func TestKcal1AProvisionalLapseHasNoEffect(t *testing.T) {
	c := Clock{ID: K1, Start: day(t, "2026-12-25"), Limit: Limit{5, WorkingDays}}
	now := at(t, "2027-01-02 00:00:00")
	if c.At(now, NewCalendar(PublishedYears()...)).Lapsed() {
		t.Error("lapsed on a year that is not published")
	}
	with2027 := append(PublishedYears(), CalendarYear{Year: 2027, Version: 1, Off: []Day{day(t, "2027-01-01")}})
	if s := c.At(now, NewCalendar(with2027...)); s.Due != day(t, "2027-01-04") || s.Provisional || s.Lapsed() {
		t.Errorf("with the year loaded: %+v", s)
	}
	if s := c.At(at(t, "2027-01-05 00:00:00"), NewCalendar(with2027...)); !s.Lapsed() {
		t.Errorf("with the year loaded and the time over: %+v", s)
	}
}

func TestKcal3APrintedDateOfTheApplicantIsNeverShortened(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	for _, row := range []struct {
		id           ClockID
		printed, due string
	}{
		{K9, "2026-03-31", "2026-03-31"}, {K8, "2026-03-31", "2026-03-31"},
		{K9, "2026-03-27", "2026-03-30"}, {K3, "2026-03-31", "2026-03-30"},
	} {
		c := Clock{ID: row.id, Start: day(t, "2026-03-02"), Limit: Limit{20, WorkingDays}, Printed: day(t, row.printed)}
		if due, _ := c.Due(cal); due.String() != row.due {
			t.Errorf("%s printed %s: due %s, want %s", row.id, row.printed, due, row.due)
		}
	}
}

func TestClockRules(t *testing.T) {
	for _, r := range clockRules {
		if r.Title == "" || r.Basis == "" || r.ID.Title() != r.Title || r.Limit.Validate() != nil {
			t.Errorf("rule %+v is not whole", r)
		}
	}
	if _, ok := ClockID("K99").Rule(); ok || ClockID("K99").Title() != "K99" {
		t.Error("an unknown clock has a rule")
	}
}

func TestClockValidate(t *testing.T) {
	good := Clock{ID: K3, Start: day(t, "2026-03-02"), Limit: Limit{20, WorkingDays}}
	for _, row := range []struct {
		name string
		edit func(*Clock)
		ok   bool
	}{
		{"a whole clock", func(*Clock) {}, true},
		{"an id that is none", func(c *Clock) { c.ID = "K99" }, false},
		{"no start", func(c *Clock) { c.Start = Day{} }, false},
		{"too many pauses", func(c *Clock) { c.Pauses = make([]Span, maxPauses+1) }, false},
		{"no unit", func(c *Clock) { c.Limit.Unit = "" }, false},
		{"a negative extension", func(c *Clock) { c.Extension = Limit{-1, WorkingDays} }, false},
	} {
		c := good
		row.edit(&c)
		if err := c.Validate(); (err == nil) != row.ok {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

// TestAClockSurvivesJSON: bodies hold clocks, and every place compares bodies.
func TestAClockSurvivesJSON(t *testing.T) {
	c := Clock{ID: K3, Start: day(t, "2026-03-02"), Limit: Limit{20, WorkingDays}, Extension: Limit{10, WorkingDays},
		Pauses: []Span{{day(t, "2026-03-06"), day(t, "2026-03-18")}, {From: day(t, "2026-03-20")}}, Printed: day(t, "2026-04-01")}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back Clock
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("%s reads as %+v, %v", data, back, err)
	}
}

// TestAClockIsNeverEarly: at no instant before 24:00 of the due date is it red,
// and from then on it always is; colours only ever go forward.
func TestAClockIsNeverEarly(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	rank := map[ClockState]int{ClockRunning: 0, ClockYellow: 1, ClockRed: 2}
	rapid.Check(t, func(t *rapid.T) {
		c := Clock{ID: K3, Start: genDay().Draw(t, "start"), Limit: Limit{rapid.IntRange(1, 30).Draw(t, "n"), WorkingDays}}
		c.Pauses = genSpans(c.Start).Draw(t, "spans")
		due, _ := c.Due(cal)
		before, after := c.At(due.End()-1, cal), c.At(due.End(), cal)
		if before.State != ClockYellow || after.State != ClockRed || after.Enforced != due.End() {
			t.Fatalf("due %s: before %+v, after %+v", due, before, after)
		}
		last := 0
		for d := c.Start; !due.Add(3).Before(d); d = d.Add(1) {
			r := rank[c.At(At(d.Time().Add(12*time.Hour)), cal).State]
			if r < last {
				t.Fatalf("%s: colour went back", d)
			}
			last = r
		}
	})
}

// FuzzClock: whatever a body says of a clock, computing it ends and its date, if
// it has one, is enforced at the end of that day and can be written down.
func FuzzClock(f *testing.F) {
	cal := NewCalendar(PublishedYears()...)
	f.Add([]byte(`{"id":"K3","start":"2026-03-02","limit":{"n":20,"unit":"wd"},"pauses":[{"from":"2026-03-06"}]}`), int64(1772409600000))
	f.Add([]byte(`{"id":"K9","start":"0001-01-01","limit":{"n":99999,"unit":"month"},"printed":"9999-12-31"}`), int64(0))
	f.Add([]byte(`{"id":"K3","start":"2026-03-02","limit":{"n":5,"unit":"day"},"pauses":[{"from":"2026-03-03","to":"9999-12-31"}]}`), int64(1<<52))
	f.Fuzz(func(t *testing.T, body []byte, now int64) {
		var c Clock
		if json.Unmarshal(body, &c) != nil || c.Validate() != nil || c.Start.Year > 9000 {
			return
		}
		s := c.At(Instant(now), cal)
		if s.Due.IsZero() {
			return
		}
		if _, err := ParseDay(s.Due.String()); err != nil || s.Enforced != s.Due.End() {
			t.Fatalf("%+v: %+v %v", c, s, err)
		}
	})
}

// BenchmarkStanding is what one line of a queue costs: K3 with a special.
func BenchmarkStanding(b *testing.B) {
	cal := NewCalendar(PublishedYears()...)
	c := Clock{ID: K3, Start: day(b, "2026-03-02"), Limit: Limit{20, WorkingDays}, Pauses: []Span{{day(b, "2026-03-06"), day(b, "2026-03-18")}}}
	now := at(b, "2026-03-20 09:00:00")
	for b.Loop() {
		c.At(now, cal)
	}
}
