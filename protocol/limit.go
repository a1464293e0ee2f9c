package protocol

import (
	"fmt"
	"time"
)

// Unit is what a length of time is counted in; the law uses all three and a
// guide must say which (cases.md I-03).
type Unit string

// The closed list of units.
const (
	WorkingDays  Unit = "wd"    // 工作日, 行政许可法 82
	CalendarDays Unit = "day"   // 日, rolls to a working day (民法典 203)
	Months       Unit = "month" // 月, same day or the month's last (民法典 202)
)

// MaxLimit bounds a Limit in days and MaxMonths in months: nothing in law runs
// longer, and no body can keep a server counting. What is longer is read as the
// bound; Validate refuses it before.
const (
	MaxLimit  = 3660
	MaxMonths = 120
)

// Limit is a length of time as a law or a guide states it. N = 0 is none, or on
// the spot where the clock demands something.
type Limit struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// Known reports whether the unit is one of the closed list.
func (l Limit) Known() bool {
	return l.Unit == WorkingDays || l.Unit == CalendarDays || l.Unit == Months
}

// Validate reports in Chinese why l is no length of time.
func (l Limit) Validate() error {
	if l.N == 0 {
		return nil
	}
	if !l.Known() {
		return fmt.Errorf("时限单位 %q 须为 wd(工作日)、day(日)或 month(月)", string(l.Unit))
	}
	if l.N != l.length() {
		return fmt.Errorf("时限 %d 须在 0 至 %d 之间", l.N, Limit{MaxLimit, l.Unit}.length())
	}
	return nil
}

// length is N within its bounds.
func (l Limit) length() int {
	if l.Unit == Months {
		return max(min(l.N, MaxMonths), 0)
	}
	return max(min(l.N, MaxLimit), 0)
}

// String gives "20个工作日", "10日", "1个月", or "" for none.
func (l Limit) String() string {
	switch {
	case l.N == 0:
		return ""
	case l.Unit == WorkingDays:
		return fmt.Sprintf("%d个工作日", l.N)
	case l.Unit == Months:
		return fmt.Sprintf("%d个月", l.N)
	}
	return fmt.Sprintf("%d日", l.N)
}

// Due gives the last day of l counted from start, which itself does not count.
// It is enforced at due.End() and not before. provisional means that a day of an
// unpublished year was used (K-cal-1). No day is given while an open pause keeps
// the clock from running out.
//
// Days and months that are paused are added at the end, day for day; a last day
// that is off rolls to the next working day that is not paused.
func (l Limit) Due(cal Calendar, start Day, spans ...Span) (due Day, provisional bool) {
	return l.due(cal, start, newPauses(spans))
}

// DueExtended is Due with one lawful extension (行政许可法 42). In the same unit it
// adds to N; in another it is counted on from the unextended last day. Since
// limit, pauses and extension are always counted together, it never matters in
// which order they were granted.
func (l Limit) DueExtended(cal Calendar, start Day, extension Limit, spans ...Span) (due Day, provisional bool) {
	p := newPauses(spans)
	if extension.Unit == l.Unit {
		return Limit{l.length() + extension.length(), l.Unit}.due(cal, start, p)
	}
	due, provisional = l.due(cal, start, p)
	if due.IsZero() || extension.N <= 0 {
		return due, provisional
	}
	due, more := extension.due(cal, due, p)
	return due, (provisional || more) && !due.IsZero()
}

func (l Limit) due(cal Calendar, start Day, p pauses) (Day, bool) {
	n := l.length()
	switch {
	case n == 0:
		return start, false
	case l.Unit == WorkingDays:
		return cal.addWorkingDays(start, n, p)
	case l.Unit == Months:
		n = daysBetween(start, addMonths(start, n))
	}
	due := start
	for ; n > 0; n-- {
		next, ok := p.next(due)
		if !ok {
			return Day{}, false
		}
		due = next
	}
	return cal.roll(due, p)
}

// roll gives d, or the next working day when d is off.
func (c Calendar) roll(d Day, p pauses) (Day, bool) {
	work, known := c.IsWorkday(d)
	if work {
		return d, !known
	}
	due, provisional := c.addWorkingDays(d, 1, p)
	return due, !due.IsZero() && (provisional || !known)
}

// AddWorkingDays gives the n-th working day after start that no span pauses, and
// whether it rests on an unpublished year (K-cal-1). It gives no day while an
// open span keeps it from coming, and start for n = 0.
func (c Calendar) AddWorkingDays(start Day, n int, spans ...Span) (due Day, provisional bool) {
	return c.addWorkingDays(start, min(n, MaxLimit), newPauses(spans))
}

func (c Calendar) addWorkingDays(start Day, n int, p pauses) (due Day, provisional bool) {
	due = start
	for n > 0 {
		next, ok := p.next(due)
		if !ok {
			return Day{}, false
		}
		due = next
		work, known := c.IsWorkday(due)
		provisional = provisional || !known
		if work {
			n--
		}
	}
	return due, provisional
}

// WorkingDaysLeft counts the unpaused working days after today up to and with
// due: 0 on the last day itself, negative by the working days it is overdue. What
// is overdue is not paused any more. It counts to MaxLimit and no further.
func (c Calendar) WorkingDaysLeft(today, due Day, spans ...Span) int {
	if due.compare(today) < 0 {
		return -c.countWorkingDays(due, today, nil)
	}
	return c.countWorkingDays(today, due, newPauses(spans))
}

func (c Calendar) countWorkingDays(after, last Day, p pauses) (n int) {
	for d, ok := p.next(after); ok && n < MaxLimit && d.compare(last) <= 0; d, ok = p.next(d) {
		if work, _ := c.IsWorkday(d); work {
			n++
		}
	}
	return n
}

// addMonths gives the same day n months on, or that month's last day.
func addMonths(d Day, n int) Day {
	last := DayOf(time.Date(d.Year, d.Month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC))
	last.Dom = min(last.Dom, d.Dom)
	return last
}

func daysBetween(from, to Day) int { return int(to.Time().Sub(from.Time()) / (24 * time.Hour)) }
