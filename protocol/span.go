package protocol

import "slices"

// Span is the time a clock stands still for a special procedure (行政许可法 45):
// the days after From up to and with To. The day of an event is never counted
// (民法典 201), so the procedure's first day still belongs to the clock. A zero
// To, or one in the year 9999, is open: the procedure has not ended. A Span that
// ends before it starts, or has no From, pauses nothing.
type Span struct {
	From Day `json:"from"`
	To   Day `json:"to,omitzero"`
}

// pauses is a set of spans in order of From. Only their union counts, so it does
// not matter in which order, or how often, they were written down.
type pauses []Span

func newPauses(spans []Span) pauses {
	list := slices.DeleteFunc(slices.Clone(spans), func(s Span) bool { return s.From.IsZero() })
	for i, s := range list {
		if s.To.Year >= 9999 { // a day after it could not be written down
			list[i].To = Day{}
		}
	}
	slices.SortFunc(list, func(a, b Span) int { return a.From.compare(b.From) })
	return list
}

// next gives the first day after d that is not paused; false when an open pause
// begins before there is one. One pass is enough because the spans are in order.
func (p pauses) next(d Day) (Day, bool) {
	d = d.Add(1)
	for _, s := range p {
		switch {
		case s.From.compare(d) >= 0:
			return d, true
		case s.To.IsZero():
			return Day{}, false
		case s.To.compare(d) >= 0:
			d = s.To.Add(1)
		}
	}
	return d, true
}

// closed leaves the open spans out.
func (p pauses) closed() pauses {
	return slices.DeleteFunc(slices.Clone(p), func(s Span) bool { return s.To.IsZero() })
}

// open gives the day on which the earliest open pause starts, or no day.
func (p pauses) open() Day {
	for _, s := range p {
		if s.To.IsZero() {
			return s.From
		}
	}
	return Day{}
}
