package protocol

import (
	"fmt"
	"time"
)

// Day is a Beijing calendar day, written 2026-03-02. The zero Day is no day.
type Day struct {
	Year  int
	Month time.Month
	Dom   int
}

// DayOf gives the calendar day of t in t's own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{y, m, d}
}

// ParseDay reads "2026-03-02" and refuses days that do not exist.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("日期 %q 应写作 2026-03-02", s)
	}
	return DayOf(t), nil
}

// IsZero reports whether d is no day.
func (d Day) IsZero() bool { return d == Day{} }

// Time is the first instant of d in Beijing.
func (d Day) Time() time.Time { return time.Date(d.Year, d.Month, d.Dom, 0, 0, 0, 0, Beijing) }

// End is 24:00 of d: the first instant that is no longer in it. A due date is
// enforced at its End (cases.md §7).
func (d Day) End() Instant { return At(d.Add(1).Time()) }

// Add gives the day n days later.
func (d Day) Add(n int) Day { return DayOf(d.Time().AddDate(0, 0, n)) }

// Before reports whether d is earlier than o.
func (d Day) Before(o Day) bool { return d.Time().Before(o.Time()) }

// Weekday of d.
func (d Day) Weekday() time.Weekday { return d.Time().Weekday() }

// String writes 2026-03-02, or "" for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Dom)
}

// MarshalText writes the day as people write it.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day; empty is no day.
func (d *Day) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Day{}
		return nil
	}
	*d, err = ParseDay(string(b))
	return err
}
