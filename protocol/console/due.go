package console

import (
	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// Due is the clock of a case that runs out first.
type Due struct {
	Clock       protocol.ClockID
	Day         protocol.Day
	Left        int // working days after today; negative when overdue
	Tone        page.Tone
	Provisional bool // rests on a year whose calendar is not published
}

// DueOf gives the clock that runs for a case; false when none does. Colours are
// those of cases.Y-01.
func (v *Visit) DueOf(c *protocol.Case) (Due, bool) {
	id, day, start := protocol.K1, c.Due.K1, c.Received.At.Day()
	switch c.State {
	case protocol.CaseReceived, protocol.CaseHandingOver, protocol.CaseArrived:
	case protocol.CaseAccepted, protocol.CaseReview, protocol.CaseJoint:
		id, day, start = protocol.K2, c.Due.K2, c.Accepted.Day()
		if day.IsZero() || !c.Due.K3.IsZero() && c.Due.K3.Before(day) {
			id, day = protocol.K3, c.Due.K3
		}
	default:
		return Due{}, false
	}
	if day.IsZero() {
		return Due{}, false
	}
	return v.Standing(id, start, day, c.Due.Provisional), true
}

// Standing is where a clock stands today; colours are those of cases.Y-01.
func (v *Visit) Standing(id protocol.ClockID, start, day protocol.Day, provisional bool) Due {
	cal, today := v.Calendar(), v.Now().Day()
	d := Due{Clock: id, Day: day, Left: cal.WorkingDaysLeft(today, day), Provisional: provisional}
	total := cal.WorkingDaysLeft(start, day)
	switch {
	case v.Now() >= day.End():
		d.Tone = page.Bad
	case d.Left <= 1 || d.Left*100 <= total*20:
		d.Tone = page.Warn
	}
	return d
}

// Clock is the clock id of a case with its due day, for the panel that lists all.
func (v *Visit) Clock(id protocol.ClockID, start, day protocol.Day, provisional bool) (page.Fact, bool) {
	if day.IsZero() {
		return page.Fact{}, false
	}
	return page.Fact{Label: "clock." + lower(id), Cell: v.DueCell(v.Standing(id, start, day, provisional))}, true
}

// ClockName is the name of a clock.
func (v *Visit) ClockName(id protocol.ClockID) string { return v.word("clock."+lower(id), id.Title()) }

// DueBadge says in words and colour how long is left.
func (v *Visit) DueBadge(d Due) page.Badge {
	key, n := "due.left", d.Left
	switch {
	case d.Tone == page.Bad:
		key, n = "due.over", max(1, -n)
	case n == 0:
		key = "due.today"
	}
	word := v.T(key, n)
	if d.Provisional {
		word += v.T("due.provisional")
	}
	return page.Badge{Tone: d.Tone, Word: word}
}

// DueCell is the badge with its date below.
func (v *Visit) DueCell(d Due) page.Cell {
	return page.State(v.DueBadge(d)).Under(d.Day.String())
}

// Calendar counts working days with the published years around today. It is
// read once per page.
func (v *Visit) Calendar() protocol.Calendar {
	if v.calendar != nil {
		return *v.calendar
	}
	var years []protocol.CalendarYear
	for y := v.Now().Time().Year() - 1; y <= v.Now().Time().Year()+1; y++ {
		year, err := Find[protocol.CalendarYear](v.Records(), protocol.CalendarRef(y))
		if err == nil && year != nil { // a year that cannot be read counts as unpublished, like everywhere
			years = append(years, *year)
		}
	}
	cal := protocol.NewCalendar(years...)
	v.calendar = &cal
	return cal
}

func lower(id protocol.ClockID) string {
	b := []byte(id)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
