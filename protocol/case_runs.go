package protocol

import "strings"

// CaseRun is the clock that binds the authority of an open case next: K1 before
// the acceptance, the earlier of K2 and K3 after it, K4 after the decision, and
// K9 while the applicant has to act. It is a facet of the case, so that a place
// counts its cases by holder and due day without reading them.
type CaseRun struct {
	Home  NodeID
	Clock ClockID
	Start Day // of the clock; no day when Due has none
	Due   Day // no day: paused, or not dated yet
}

// RunFacet is the name of the facet.
const RunFacet = "run"

// Run gives what runs for a case; false when the case is over.
func (c *Case) Run() (r CaseRun, open bool) {
	if !c.State.Open() {
		return r, false
	}
	r.Home = caseHome(c)
	for _, k := range c.Clocks() {
		switch k.ID {
		case K1, K2, K3, K4, K9:
		default:
			continue
		}
		if due := *c.Due.of(k.ID); r.Clock == "" || !due.IsZero() && (r.Due.IsZero() || due.Before(r.Due)) {
			r.Clock, r.Start, r.Due = k.ID, k.Start, due
		}
	}
	return r, true
}

// runFacets is the case's facet; none once it is over.
func runFacets(c *Case) []Facet {
	r, open := c.Run()
	if !open {
		return nil
	}
	return []Facet{{RunFacet, r.String()}}
}

// String is the facet's value: home|clock|start|due.
func (r CaseRun) String() string {
	if r.Due.IsZero() {
		return string(r.Home) + "|" + string(r.Clock) + "||"
	}
	return string(r.Home) + "|" + string(r.Clock) + "|" + r.Start.String() + "|" + r.Due.String()
}

// ParseCaseRun reads a facet's value; false when it is none.
func ParseCaseRun(s string) (r CaseRun, ok bool) {
	parts := strings.Split(s, "|")
	if len(parts) != 4 {
		return r, false
	}
	r.Home, r.Clock = NodeID(parts[0]), ClockID(parts[1])
	if parts[3] == "" {
		return r, true
	}
	var err error
	if r.Start, err = ParseDay(parts[2]); err != nil {
		return r, false
	}
	r.Due, err = ParseDay(parts[3])
	return r, err == nil
}

// ColourAt is the colour of the clock (Y-01), without the days of a pause that is
// over: what was paused shows yellow a little early, never late. The applicant's
// K9 has no colour.
func (r CaseRun) ColourAt(now Instant, cal Calendar) Colour {
	if r.Due.IsZero() || r.Clock.ForApplicant() {
		return NoColour
	}
	if now >= r.Due.End() {
		return Red
	}
	left := cal.WorkingDaysLeft(now.Day(), r.Due)
	if left <= standardWarn.Days || left*100 <= cal.WorkingDaysLeft(r.Start, r.Due)*standardWarn.Percent {
		return Yellow
	}
	return NoColour
}
