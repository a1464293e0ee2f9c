package protocol

import "slices"

// CaseDue holds the due days of the running clocks, a cache of what Clocks and a
// calendar give. A paused clock has no day.
type CaseDue struct {
	K1          Day  `json:"k1,omitzero"`
	K2          Day  `json:"k2,omitzero"`
	K3          Day  `json:"k3,omitzero"`
	Provisional bool `json:"provisional,omitempty"` // K1, K2 or K3 rests on a year without a published calendar
	K4          Day  `json:"k4,omitzero"`
	K5p         Day  `json:"k5p,omitzero"`
	K5r         Day  `json:"k5r,omitzero"`
	K5b         Day  `json:"k5b,omitzero"`
	K8          Day  `json:"k8,omitzero"`
	K9          Day  `json:"k9,omitzero"`
}

// CaseTerms pins what the item version says of the clocks, so that every later
// act counts with the same lengths.
type CaseTerms struct {
	Effect     string `json:"c1_effect,omitempty"` // Item.C1Effect: C1Deemed or C1CardOnly
	Promise    Limit  `json:"promise,omitzero"`
	Legal      Limit  `json:"legal,omitzero"`
	Owed       Limit  `json:"owed,omitzero"`
	OwedLapse  string `json:"owed_lapse,omitempty"`         // return or deny: what a person does once K8 has lapsed
	Hearing    bool   `json:"hearing,omitempty"`            // the law gives a hearing (C-19d)
	OneDecides bool   `json:"one_person_decides,omitempty"` // G-08 is waived (C-26b)
}

// Clocks gives every clock that runs where the case stands (cases.md §7).
func (c *Case) Clocks() []Clock {
	switch c.State {
	case CaseReceived:
		return c.noticeClocks(K5p)
	case CaseHandingOver:
		return c.noticeClocks(K5p)
	case CaseArrived:
		return c.noticeClocks(K5r)
	case CaseCorrection:
		return []Clock{c.clock(K9)}
	case CaseAccepted, CaseReview, CaseSpecial, CaseJoint:
		return c.handlingClocks()
	case CaseGranted, CaseDenied:
		return c.deliveryClocks()
	}
	return nil
}

// noticeClocks: K1 runs from receipt to notice or acceptance whoever holds the
// papers; beside it the clock of the leg they are on.
func (c *Case) noticeClocks(leg ClockID) []Clock {
	list := []Clock{c.clock(K1)}
	if leg == K5p && c.Handler != c.Received.Node && c.Mode != ModeDelegated && len(c.Hops) == 0 ||
		leg == K5r && c.Arrived != 0 && c.K1From == 0 {
		list = append(list, c.clock(leg))
	}
	return list
}

func (c *Case) handlingClocks() (list []Clock) {
	for _, k := range []Clock{c.clock(K2), c.clock(K3)} {
		if k.Limit.N > 0 {
			list = append(list, k)
		}
	}
	if c.Terms.Owed.N > 0 && c.owes() && c.OwedLapsed == 0 {
		list = append(list, c.clock(K8))
	}
	return list
}

func (c *Case) deliveryClocks() []Clock {
	list := []Clock{c.clock(K4)}
	if c.Received.Node != c.Handler {
		list = append(list, c.clock(K5b))
	}
	return list
}

// clock states one clock from the entries of the case.
func (c *Case) clock(id ClockID) Clock {
	rule, _ := id.Rule()
	k := Clock{ID: id, Limit: rule.Limit}
	switch id {
	case K1:
		k.Start = c.k1From().Day()
	case K2:
		k.Start, k.Limit, k.Pauses = c.Accepted.Day(), c.Terms.Promise, c.pauses()
	case K3:
		k.Start, k.Limit, k.Pauses = max(c.Accepted, c.ClockFrom).Day(), c.Terms.Legal, c.pauses()
		if c.Extension != nil {
			k.Extension = c.Extension.Limit
		}
	case K4, K5b:
		if c.Decision != nil {
			k.Start = c.Decision.At.Day()
		}
	case K5p:
		k.Start = c.Received.At.Day()
	case K5r:
		k.Start = c.Arrived.Day()
	case K8:
		k.Start, k.Limit, k.Printed = c.Accepted.Day(), c.Terms.Owed, c.Due.K8
	case K9:
		n := newest(c.Notices)
		k.Start, k.Limit, k.Printed = n.At.Day(), Limit{}, n.Until
	}
	return k
}

// k1From: K1 counts from the supplement, else from the earliest receipt.
func (c *Case) k1From() Instant {
	switch {
	case c.K1From != 0:
		return c.K1From
	case c.Earliest != 0:
		return c.Earliest
	}
	return c.Received.At
}

func (c *Case) pauses() (spans []Span) {
	for _, s := range c.Specials {
		spans = append(spans, Span{s.Start, s.End})
	}
	return spans
}

// date puts the due days of some running clocks anew. Others keep theirs: an act
// cites the calendar only for what it starts or moves.
func (c *Case) date(cal Calendar, ids ...ClockID) {
	provisional, moved := false, false
	for _, k := range c.Clocks() {
		if !slices.Contains(ids, k.ID) {
			continue
		}
		due, unsure := k.Due(cal)
		*c.Due.of(k.ID) = due
		if k.ID == K1 || k.ID == K2 || k.ID == K3 {
			moved, provisional = true, provisional || unsure
		}
	}
	if moved {
		c.Due.Provisional = provisional
	}
}

// of gives the place of a clock's day.
func (d *CaseDue) of(id ClockID) *Day {
	switch id {
	case K1:
		return &d.K1
	case K2:
		return &d.K2
	case K3:
		return &d.K3
	case K4:
		return &d.K4
	case K5p:
		return &d.K5p
	case K5r:
		return &d.K5r
	case K5b:
		return &d.K5b
	case K8:
		return &d.K8
	}
	return &d.K9
}

// caseDeadlines lists the running clocks that have a day.
func caseDeadlines(c *Case) (due []Deadline) {
	for _, k := range c.Clocks() {
		due = endOf(due, k.ID, *c.Due.of(k.ID))
	}
	return due
}

// endOf adds the end of a due day; no day is no deadline.
func endOf(due []Deadline, id ClockID, day Day) []Deadline {
	if day.IsZero() {
		return due
	}
	return append(due, Deadline{id, day.End()})
}

// CaseCalendars names the calendars that an act on c at an instant cites: from
// the year its clocks began to the year after the act. c is nil for a receipt.
func CaseCalendars(c *Case, at Instant) (refs []Ref) {
	for year := caseYear(c, at); year <= at.Time().Year()+1; year++ {
		refs = append(refs, CalendarRef(year))
	}
	return refs
}

// caseYear is the year in which the first running clock began.
func caseYear(c *Case, at Instant) int {
	year := at.Time().Year()
	if c == nil {
		return year
	}
	for _, k := range c.Clocks() {
		if !k.Start.IsZero() {
			year = min(year, k.Start.Year)
		}
	}
	return max(year, at.Time().Year()-8) // the span of Limit's bound, and no endless list
}

// calendar counts with the years the entry cites.
func (d *deed) calendar() Calendar {
	var years []int
	for year := caseYear(d.next, d.h.At); year <= d.h.At.Time().Year()+1; year++ {
		years = append(years, year)
	}
	return CalendarOf(d.v, years...)
}

// passed reports that a stored due day is over and certain.
func passed(due Day, provisional bool, at Instant) bool {
	return !due.IsZero() && !provisional && at >= due.End()
}

// pending is G-13: K1 ran out and the case counts as accepted. That is recorded
// first; the act is tried again on the new state.
func (d *deed) pending() *Refusal {
	if d.old.Terms.Effect == C1Deemed && passed(d.old.Due.K1, d.old.Due.Provisional, d.h.At) {
		return refuse("G-13", "一次性告知期限(%s)已过,依法视为受理;请先记录视为受理,再办理本项", d.old.Due.K1)
	}
	return nil
}

// recountCase is K-cal-2: a revised calendar moves the open clocks, and the old
// and the new days both stay in the history. Effects already recorded stand
// (K-cal-4), and days printed for the applicant are never shortened (K-cal-3).
func recountCase(d *deed) *Refusal {
	cal := d.calendar()
	if cal.Version(d.h.At.Time().Year()) == 0 {
		return refuse("K-cal-2", "重算期限须引用已发布的工作日历")
	}
	d.next.date(cal, recounted...)
	if d.next.Due == d.old.Due {
		return refuse("K-cal-2", "期限没有变化,无须重算")
	}
	return nil
}
