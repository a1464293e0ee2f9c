package protocol

// Recounted gives the due days of the running clocks as a calendar has them now,
// for whoever looks whether a published year moves a date (K-cal-2).
func (c *Case) Recounted(cal Calendar) CaseDue {
	next := *c
	next.date(cal, K1, K2, K3, K4, K5p, K5r, K5b, K8, K9)
	return next.Due
}

// Recounted is the same for an objection. Its clocks all bind an authority, so
// their days move both ways (K-cal-3).
func (o *Objection) Recounted(cal Calendar) ObjectDues {
	next := o.Due
	for _, d := range objectionDeadlines(o) {
		rule, _ := d.Clock.Rule()
		*next.of(d.Clock), _ = rule.Limit.Due(cal, o.startOf(d.Clock).Day())
	}
	return next
}

// of gives the place of a clock's day.
func (d *ObjectDues) of(id ClockID) *Day {
	switch id {
	case K6a:
		return &d.K6a
	case K6b:
		return &d.K6b
	case K6c:
		return &d.K6c
	case K6d:
		return &d.K6d
	}
	return &d.K6t
}

// ObjectionCalendars names the calendars that an act on o at an instant cites.
func ObjectionCalendars(o *Objection, at Instant) (refs []Ref) {
	for year := objectionYear(o, at); year <= at.Time().Year()+1; year++ {
		refs = append(refs, CalendarRef(year))
	}
	return refs
}

func objectionYear(o *Objection, at Instant) int {
	return max(o.Filed.Time().Year(), at.Time().Year()-8) // no endless list
}

// recountObjection is K-cal-2: the old and the new days both stay in the history.
func recountObjection(old, _ *Objection, h *Header, v View) (*Objection, *Refusal) {
	if old == nil {
		return nil, refuse("G-07", "异议不存在")
	}
	var years []int
	for year := objectionYear(old, h.At); year <= h.At.Time().Year()+1; year++ {
		years = append(years, year)
	}
	cal := CalendarOf(v, years...)
	if cal.Version(h.At.Time().Year()) == 0 {
		return nil, refuse("K-cal-2", "重算期限须引用已发布的工作日历")
	}
	next := *old
	if next.Due = old.Recounted(cal); next.Due == old.Due {
		return nil, refuse("K-cal-2", "期限没有变化,无须重算")
	}
	return &next, nil
}
