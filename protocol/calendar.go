package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// CalendarYear is one version of a year's working days: the five-day week of
// 行政许可法 82, corrected by the State Council's notice. Every clock of art. 34,
// 46 and 50 counts on it. Its record id is the year, "2026".
//
//	– ─publish→ version 1 ─publish→ version 2 …   (K-cal-5: superseded, never deleted)
//
// A notice that moves days of a neighbour year (the last days of December) is a
// new version of that neighbour as well.
type CalendarYear struct {
	Year    int    `json:"year"`
	Version int    `json:"version"` // 1, 2, 3…; 0 in a draft asks for the next
	Off     []Day  `json:"off"`     // days off beside and among the weekends
	Work    []Day  `json:"work"`    // weekend days worked in lieu
	Source  string `json:"source"`  // title of the notice
	Rest
}

var _ = Define("calendar", Spec[CalendarYear]{
	Title: "工作日历", English: "working-day calendar", Lane: Urgent, Keep: true,
	Acts:     map[Act]Judge[CalendarYear]{"publish": publishCalendar},
	Home:     func(*CalendarYear) NodeID { return Hub },
	Audience: func(*CalendarYear) Audience { return Everyone() },
	Terms:    calendarTerms,
})

// CalendarRef names the record of a year's calendar.
func CalendarRef(year int) Ref { return Ref{"calendar", strconv.Itoa(year)} }

func calendarTerms(c *CalendarYear) Terms {
	return Terms{Title: fmt.Sprintf("%d年工作日历(第%d版)", c.Year, c.Version), State: "published", Text: c.Source,
		Facets: []Facet{{"year", strconv.Itoa(c.Year)}}}
}

func publishCalendar(old, want *CalendarYear, h *Header, _ View) (*CalendarYear, *Refusal) {
	next := CalendarYear{Year: want.Year, Version: 1, Off: sortedDays(want.Off), Work: sortedDays(want.Work),
		Source: want.Source, Rest: want.Rest}
	if old != nil {
		next.Version = old.Version + 1
	}
	if want.Version != 0 && want.Version != next.Version {
		return nil, refuse("K-cal-5", "%d年工作日历只能以第%d版发布,请按最新版本修订后再发布", want.Year, next.Version)
	}
	if CalendarRef(next.Year).ID != h.Ref.ID || next.Year < 2000 || next.Year > 9998 {
		return nil, refuse("G-09", "/year:年份与记录编号 %s 不一致", h.Ref.ID)
	}
	return &next, next.check()
}

// check names the first member of a calendar that cannot be right.
func (c *CalendarYear) check() *Refusal {
	if len(c.Off) == 0 {
		return refuse("K-cal-5", "工作日历不能清空或删除;请填写该年全部放假日期")
	}
	if c.Source == "" {
		return refuse("G-09", "/source:请填写放假安排通知的名称")
	}
	for i, d := range c.Off {
		if d.Year != c.Year {
			return refuse("G-09", "/off/%d:%s 不是%d年的日期", i, d, c.Year)
		}
	}
	for i, d := range c.Work {
		switch {
		case d.Year != c.Year:
			return refuse("G-09", "/work/%d:%s 不是%d年的日期", i, d, c.Year)
		case !weekend(d):
			return refuse("G-09", "/work/%d:%s 不是周六或周日,无须列为补班日", i, d)
		case slices.Contains(c.Off, d):
			return refuse("G-09", "/work/%d:%s 同时列为放假日", i, d)
		}
	}
	return nil
}

// sortedDays copies days in order and without repeats; nil stays nil.
func sortedDays(days []Day) []Day {
	list := slices.Clone(days)
	slices.SortFunc(list, Day.compare)
	return slices.Compact(list)
}

func (d Day) compare(o Day) int {
	switch {
	case d.Year != o.Year:
		return d.Year - o.Year
	case d.Month != o.Month:
		return int(d.Month - o.Month)
	}
	return d.Dom - o.Dom
}

func weekend(d Day) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Calendar knows which days are working days. The zero Calendar has no year
// published: every date counted on it is provisional. It is never changed after
// it is built, so it may be shared.
type Calendar struct {
	versions map[int]int  // year → version
	work     map[Day]bool // days that differ from the plain week: true is a working day
}

// NewCalendar takes the highest version of each year it is given.
func NewCalendar(years ...CalendarYear) Calendar {
	c := Calendar{versions: map[int]int{}, work: map[Day]bool{}}
	newest := slices.Clone(years)
	slices.SortStableFunc(newest, func(a, b CalendarYear) int { return b.Version - a.Version })
	for _, y := range newest {
		if _, have := c.versions[y.Year]; have {
			continue
		}
		c.versions[y.Year] = max(y.Version, 1)
		for _, d := range y.Off {
			c.work[d] = false
		}
		for _, d := range y.Work {
			c.work[d] = true
		}
	}
	return c
}

// CalendarOf builds a calendar from the years an entry cites, so that every
// place counts alike (replication.R14). A year that is not cited, or that cannot
// be read, counts as unpublished: its dates are provisional (K-cal-1).
func CalendarOf(v View, years ...int) Calendar {
	var list []CalendarYear
	for _, year := range years {
		rec, ok := v.Cited(CalendarRef(year))
		if !ok {
			continue
		}
		if y, err := Load[CalendarYear](rec); err == nil && y.Year == year {
			list = append(list, *y)
		}
	}
	return NewCalendar(list...)
}

// Version gives the version in use for year, 0 when none is published. A record
// keeps it beside a due date it prints (K-cal-2).
func (c Calendar) Version(year int) int { return c.versions[year] }

// IsWorkday reports whether d is a working day. known is false when d's year is
// not published: then the plain five-day week answers.
func (c Calendar) IsWorkday(d Day) (work, known bool) {
	_, known = c.versions[d.Year]
	if work, differs := c.work[d]; differs {
		return work, known
	}
	return !weekend(d), known
}
