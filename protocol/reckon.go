package protocol

import "slices"

// Reckoning is where one running clock of a record ends and turns yellow, on the
// calendar as it is known now. The end is the one the record states: the hub
// never corrects a date that its home has still to count anew (K-cal-2).
type Reckoning struct {
	Clock       ClockID
	Due         Instant
	Yellow      Instant // 0: it does not turn yellow before it ends
	Provisional bool    // rests on a year that is not published: no lapse has an effect (K-cal-1)
}

// Reckon counts the running clocks of any kind of record.
func Reckon(rec Record, cal Calendar) ([]Reckoning, error) {
	kind := Lookup(rec.Ref.Kind)
	if kind == nil || rec.Body == nil {
		return nil, nil
	}
	due, _, err := kind.Runs(rec.Body)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	clocks, err := clocksFor(rec, due)
	if err != nil {
		return nil, err
	}
	var list []Reckoning
	for _, d := range due {
		i := slices.IndexFunc(clocks, func(c Clock) bool { return c.ID == d.Clock })
		list = append(list, reckon(&clocks[i], d, cal))
	}
	return list, nil
}

func reckon(c *Clock, d Deadline, cal Calendar) Reckoning {
	last := (d.At - 1).Day()
	r := Reckoning{Clock: d.Clock, Due: d.At, Provisional: !cal.covers(c.Start, last)}
	if y := c.yellowBefore(last, cal); y < r.Due {
		r.Yellow = y
	}
	return r
}

// Meant gives the instant that a lapse which a record stated at due has on the
// calendar as it is known now, for a run of a clock that may be over: what the law
// counts in days is counted again, and a request's last day rolls on when it is
// off (民法典 203). sure is false while the year is not published (K-cal-1).
func Meant(rec Record, clock ClockID, run int, due Instant, cal Calendar) (end Instant, sure bool, err error) {
	if Breach(clock) { // made at an instant: it counts by no calendar
		return due, true, nil
	}
	last := (due - 1).Day()
	k, err := runningAs(rec, clock, run)
	switch {
	case err != nil:
		return due, false, err
	case clock == KRequest:
		last, _ = cal.roll(last, nil)
		return last.End(), cal.Version(last.Year) != 0, nil
	case k == nil:
		return due, cal.Version(last.Year) != 0, nil
	}
	day, provisional := k.Due(cal)
	if day.IsZero() { // paused since
		return due, cal.covers(k.Start, last), nil
	}
	return day.End(), !provisional, nil
}

// runningAs gives a clock as the record states it, when the law says how long it
// is and the run is the record's last; nil when only the stated day is known.
func runningAs(rec Record, clock ClockID, run int) (*Clock, error) {
	switch rec.Ref.Kind {
	case "case":
		now, err := Occurrence(rec, clock)
		if err != nil || now != run {
			return nil, err
		}
		c, err := Load[Case](rec)
		if err != nil {
			return nil, err
		}
		k := c.clock(clock)
		return started(&k), nil
	case "objection", "complaint":
		start, err := clockStart(rec)
		if err != nil {
			return nil, err
		}
		rule, _ := clock.Rule()
		return started(&Clock{ID: clock, Start: start(clock).Day(), Limit: rule.Limit}), nil
	}
	return nil, nil
}

func started(k *Clock) *Clock {
	if k.Start.Year <= 1970 || k.Validate() != nil { // it never started
		return nil
	}
	return k
}

// covers reports whether every year between two days is published.
func (c Calendar) covers(first, last Day) bool {
	for year := first.Year; year <= last.Year; year++ {
		if c.Version(year) == 0 {
			return false
		}
	}
	return true
}

// clocksFor gives from where the clocks of a record count: a case states it
// itself, of another kind only the first day is needed.
func clocksFor(rec Record, due []Deadline) ([]Clock, error) {
	if rec.Ref.Kind == "case" {
		c, err := Load[Case](rec)
		if err != nil {
			return nil, err
		}
		return c.Clocks(), nil
	}
	start, err := clockStart(rec)
	if err != nil {
		return nil, err
	}
	var list []Clock
	for _, d := range due {
		list = append(list, Clock{ID: d.Clock, Start: start(d.Clock).Day()})
	}
	return list, nil
}

// clockStart says since when the clocks of a record run.
func clockStart(rec Record) (func(ClockID) Instant, error) {
	switch rec.Ref.Kind {
	case "task":
		return startsOf(rec, func(t *Task, _ ClockID) Instant { return t.Opened })
	case "complaint":
		return startsOf(rec, func(c *Complaint, _ ClockID) Instant { return c.Accepted })
	case "remedy":
		return startsOf(rec, func(r *Remedy, _ ClockID) Instant { return r.Opened })
	case "request":
		return startsOf(rec, func(r *Request, _ ClockID) Instant { return r.Filed })
	case "objection":
		return startsOf(rec, (*Objection).startOf)
	case "parcel":
		return startsOf(rec, (*Parcel).startOf)
	}
	return func(ClockID) Instant { return rec.At }, nil
}

func startsOf[T any](rec Record, of func(*T, ClockID) Instant) (func(ClockID) Instant, error) {
	body, err := Load[T](rec)
	if err != nil {
		return nil, err
	}
	return func(id ClockID) Instant { return of(body, id) }, nil
}

func (o *Objection) startOf(id ClockID) Instant {
	switch id {
	case K6d:
		return max(o.Passed, o.Received)
	case K6t:
		return o.Decided
	}
	return o.Filed
}

func (p *Parcel) startOf(id ClockID) Instant {
	if id != KCourier || len(p.Legs) == 0 {
		return p.Opened.At
	}
	leg := newest(p.Legs)
	return max(leg.Sent, newest(leg.Scans).At)
}

// DeemedSince is F-09: a case whose K1 ran out counts as accepted since then,
// though its home has not recorded it yet. Every place shows this and nobody
// writes it in the home's stead; false when there is nothing of the kind.
func DeemedSince(c *Case, now Instant, cal Calendar) (Instant, bool) {
	if c.Terms.Effect != C1Deemed || !oneOf(string(c.State), string(CaseReceived), string(CaseHandingOver), string(CaseArrived)) {
		return 0, false
	}
	k := c.clock(K1)
	end := c.Due.K1.End()
	if c.Due.K1.IsZero() || !cal.covers(k.Start, c.Due.K1) || now < end {
		return 0, false
	}
	return end, true
}
