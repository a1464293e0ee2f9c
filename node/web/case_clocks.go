package web

import (
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// clockPanel is every clock that runs, with its arithmetic: what it counts from,
// how long it is, and which days counted (cases.md §7, W-07).
func clockPanel(v *console.Visit, c *protocol.Case) console.Section {
	s := console.Section{Title: "case.clocks", ID: "clocks", Refresh: 30, Lead: "case.clocks-lead"}
	list := c.Clocks()
	if len(list) == 0 {
		s.Lead = v.T("case.no-clock")
		return s
	}
	cal := v.Calendar()
	for i := range list {
		k := &list[i]
		stand := k.At(v.Now(), cal)
		s.Facts = append(s.Facts, page.Fact{Label: console.Word("clock.", strings.ToLower(string(k.ID))), Cell: clockCellOf(v, k, stand)})
		if !k.Start.IsZero() {
			s.Folds = append(s.Folds, console.Fold{Label: v.T("clock.how", v.ClockName(k.ID)), Table: dayTable(v, k, stand, cal)})
		}
	}
	return s
}

// clockCellOf is where a clock stands in a cell: word and colour, date, sum.
func clockCellOf(v *console.Visit, k *protocol.Clock, s protocol.Standing) page.Cell {
	if s.State == protocol.ClockPaused {
		return page.State(page.Badge{Tone: page.Info, Word: v.T("clock.paused", s.Left)}).Under(sum(v, k))
	}
	d := console.Due{Clock: k.ID, Day: s.Due, Left: s.Left, Provisional: s.Provisional}
	switch s.State {
	case protocol.ClockRed:
		d.Tone = page.Bad
	case protocol.ClockYellow:
		d.Tone = page.Warn
	}
	return page.State(v.DueBadge(d)).Under(v.T("clock.until", s.Due.String()) + " · " + sum(v, k))
}

// sum is the arithmetic in a line: 2026-03-02 起(当日不计) + 20 个工作日 + 延期 10 个工作日.
func sum(v *console.Visit, k *protocol.Clock) string {
	if k.Limit.N == 0 {
		return v.T("clock.printed", k.Start.String())
	}
	text := v.T("clock.sum", k.Start.String(), v.Limit(k.Limit))
	if k.Extension.N > 0 {
		text += v.T("clock.and-extension", v.Limit(k.Extension))
	}
	for _, p := range k.Pauses {
		until := v.T("clock.open-pause")
		if !p.To.IsZero() {
			until = p.To.String()
		}
		text += v.T("clock.and-pause", p.From.String(), until)
	}
	return text
}

// maxDays bounds the list of days of one clock.
const maxDays = 400

// dayTable explains a clock day by day: the day of the event does not count
// (民法典 201), then each day says why it counts or not.
func dayTable(v *console.Visit, k *protocol.Clock, s protocol.Standing, cal protocol.Calendar) page.Table {
	t := page.Table{Caption: "clock.days", Cols: []page.Col{{Label: "clock.day", Short: true}, {Label: "clock.weekday", Short: true}, {Label: "clock.counts"}},
		Foot: calendarsUsed(v, k, s, cal)}
	t.Add(page.OnDay(k.Start), page.Word(weekday(v, k.Start)), page.Word(v.T("day.start")))
	last, n := s.Due, 0
	if last.IsZero() {
		last = v.Now().Day()
	}
	byDays := k.Limit.Unit == protocol.WorkingDays || k.Limit.N == 0
	for d, i := k.Start.Add(1), 0; !last.Before(d) && i < maxDays; d, i = d.Add(1), i+1 {
		why := whyCounts(v, k, cal, d, byDays, &n)
		row := t.Add(page.OnDay(d), page.Word(weekday(v, d)), page.Word(why))
		if d == s.Due {
			row.Tone = page.Info
			row.Cells[2] = row.Cells[2].Under(v.T("day.due"))
		}
		if d == v.Now().Day() {
			row.Cells[0].Badges = []page.Badge{{Tone: page.Info, Word: "day.today"}}
		}
	}
	return t
}

func whyCounts(v *console.Visit, k *protocol.Clock, cal protocol.Calendar, d protocol.Day, byDays bool, n *int) string {
	work, known := cal.IsWorkday(d)
	weekend := d.Weekday() == 0 || d.Weekday() == 6
	for _, p := range k.Pauses {
		if p.From.Before(d) && (p.To.IsZero() || !p.To.Before(d)) {
			return v.T("day.paused")
		}
	}
	word := ""
	switch {
	case !known:
		word = v.T("day.unknown")
	case work && weekend:
		word = v.T("day.makeup")
	case !work && !weekend:
		word = v.T("day.holiday")
	case !work:
		word = v.T("day.weekend")
	}
	if !byDays || work {
		*n++
		return strings.TrimSpace(v.T("day.counted", *n) + " " + word)
	}
	return word
}

func weekday(v *console.Visit, d protocol.Day) string {
	return v.T([...]string{"weekday.0", "weekday.1", "weekday.2", "weekday.3", "weekday.4", "weekday.5", "weekday.6"}[d.Weekday()])
}

// calendarsUsed names the version of each year's calendar that was counted with.
func calendarsUsed(v *console.Visit, k *protocol.Clock, s protocol.Standing, cal protocol.Calendar) string {
	last := s.Due.Year
	if s.Due.IsZero() {
		last = v.Now().Day().Year
	}
	var parts []string
	for year := k.Start.Year; year <= last; year++ {
		if version := cal.Version(year); version > 0 {
			parts = append(parts, v.T("clock.calendar", year, version))
		} else {
			parts = append(parts, v.T("clock.no-calendar", year))
		}
	}
	return strings.Join(parts, v.T("console.semicolon"))
}
