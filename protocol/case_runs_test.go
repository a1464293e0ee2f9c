package protocol

import (
	"testing"
	"time"
)

func TestWhatRunsForACaseIsAFacet(t *testing.T) { // cases.W-12, Y-03: counted without reading cases
	cal := NewCalendar(CalendarHistory()...)
	c := caseIn(t, CaseArrived)
	r, open := c.Run()
	if !open || r.Home != decides || r.Clock != K1 || r.Due != c.Due.K1 {
		t.Fatalf("runs %+v of %+v", r, c.Due)
	}
	if back, ok := ParseCaseRun(r.String()); !ok || back != r {
		t.Errorf("%q reads as %+v", r.String(), back)
	}
	for name, row := range map[string]struct {
		at   Instant
		want Colour
	}{"a day after receipt": {on(time.March, 3), NoColour}, "one working day left": {on(time.March, 6), Yellow}, "over": {on(time.March, 10), Red}} {
		colour, _ := ColourAt(&Clock{ID: K1, Start: r.Start, Limit: Limit{5, WorkingDays}}, row.at, cal)
		if got := r.ColourAt(row.at, cal); got != row.want || got != colour {
			t.Errorf("%s: %q, want %q; the clock itself says %q", name, got, row.want, colour)
		}
	}
	over := caseIn(t, CaseDelivered)
	if _, open := over.Run(); open || len(runFacets(over)) != 0 {
		t.Error("a case that is over runs")
	}
	paused := CaseRun{Home: decides, Clock: K3}
	if back, ok := ParseCaseRun(paused.String()); !ok || back != paused || back.ColourAt(on(time.March, 3), cal) != NoColour {
		t.Errorf("paused: %q %+v", paused, back)
	}
	for _, bad := range []string{"", "a|b|c", "a|b|x|2026-03-02", "a|b|2026-03-02|x"} {
		if _, ok := ParseCaseRun(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
