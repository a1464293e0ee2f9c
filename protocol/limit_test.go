package protocol

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDueVectors is the table of cases.md §7.
func TestDueVectors(t *testing.T) {
	now, first := NewCalendar(PublishedYears()...), firstCalendar()
	special := []Span{{day(t, "2026-03-06"), day(t, "2026-03-18")}}
	spring := []Span{{day(t, "2026-04-28"), day(t, "2026-05-08")}}
	ext := Limit{10, WorkingDays}
	for _, row := range []struct {
		name        string
		cal         Calendar
		start       string
		limit       Limit
		extension   Limit
		pauses      []Span
		due         string
		provisional bool
	}{
		{"the make-up Saturday before Spring Festival counts", now, "2026-02-13", Limit{5, WorkingDays}, Limit{}, nil, "2026-02-27", false},
		{"over National Day", now, "2026-09-30", Limit{5, WorkingDays}, Limit{}, nil, "2026-10-13", false},
		{"over Labour Day", now, "2026-04-30", Limit{5, WorkingDays}, Limit{}, nil, "2026-05-11", false},
		{"over Spring Festival 2025", now, "2025-01-24", Limit{5, WorkingDays}, Limit{}, nil, "2025-02-07", false},
		{"20 working days over two holidays", now, "2026-09-21", Limit{20, WorkingDays}, Limit{}, nil, "2026-10-26", false},
		{"20 plain working days", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, nil, "2026-03-30", false},
		{"a month ends on a make-up Saturday", now, "2026-01-31", Limit{1, Months}, Limit{}, nil, "2026-02-28", false},
		{"10 days end on a day off and roll", now, "2026-09-21", Limit{10, CalendarDays}, Limit{}, nil, "2026-10-08", false},
		{"before the revision of 2020", first, "2020-01-22", Limit{5, WorkingDays}, Limit{}, nil, "2020-02-04", false},
		{"after the revision of 2020", now, "2020-01-22", Limit{5, WorkingDays}, Limit{}, nil, "2020-02-06", false},
		{"a Sunday that is worked", now, "2026-01-01", Limit{1, WorkingDays}, Limit{}, nil, "2026-01-04", false},
		{"over Dragon Boat Festival", now, "2026-06-18", Limit{5, WorkingDays}, Limit{}, nil, "2026-06-26", false},
		{"2 working days over National Day", now, "2026-09-30", Limit{2, WorkingDays}, Limit{}, nil, "2026-10-09", false},
		{"1 working day before National Day", now, "2026-09-29", Limit{1, WorkingDays}, Limit{}, nil, "2026-09-30", false},
		{"2 working days from before National Day", now, "2026-09-29", Limit{2, WorkingDays}, Limit{}, nil, "2026-10-08", false},
		{"20 working days of November", now, "2026-11-02", Limit{20, WorkingDays}, Limit{}, nil, "2026-11-30", false},
		{"a special of 8 working days", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, special, "2026-04-10", false},
		{"the same as 28 working days", now, "2026-03-02", Limit{28, WorkingDays}, Limit{}, nil, "2026-04-10", false},
		{"that special and an extension", now, "2026-03-02", Limit{20, WorkingDays}, ext, special, "2026-04-24", false},
		{"20 working days from April", now, "2026-04-20", Limit{20, WorkingDays}, Limit{}, nil, "2026-05-20", false},
		{"a special over Labour Day", now, "2026-04-20", Limit{20, WorkingDays}, Limit{}, spring, "2026-05-27", false},
		{"a month ends in Spring Festival and rolls", now, "2026-01-16", Limit{1, Months}, Limit{}, nil, "2026-02-24", false},
		{"10 days end on a make-up Saturday", now, "2026-02-04", Limit{10, CalendarDays}, Limit{}, nil, "2026-02-14", false},
		{"a year without a calendar", now, "2026-12-25", Limit{5, WorkingDays}, Limit{}, nil, "2027-01-01", true},

		{"days of an unpublished year that are only passed over do not matter", now, "2026-12-30", Limit{1, WorkingDays}, Limit{}, nil, "2026-12-31", false},
		{"a day limit that ends in an unpublished year", now, "2026-12-25", Limit{10, CalendarDays}, Limit{}, nil, "2027-01-04", true},
		{"a leap day", now, "2024-01-31", Limit{1, Months}, Limit{}, nil, "2024-02-29", false},
		{"12 months", now, "2024-02-29", Limit{12, Months}, Limit{}, nil, "2025-02-28", false},
		{"a day limit is paused day for day", now, "2026-03-02", Limit{10, CalendarDays}, Limit{}, special, "2026-03-24", false},
		{"a month limit is paused day for day", now, "2026-03-02", Limit{1, Months}, Limit{}, special, "2026-04-14", false},
		{"an extension in another unit follows the last day", now, "2026-03-02", Limit{1, Months}, ext, nil, "2026-04-17", false},
		{"no length ends on the spot", now, "2026-03-01", Limit{0, WorkingDays}, Limit{}, nil, "2026-03-01", false},
		{"an open pause gives no day", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, []Span{{From: day(t, "2026-03-06")}}, "", false},
		{"a pause opened on the last day comes too late", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, []Span{{From: day(t, "2026-03-30")}}, "2026-03-30", false},
		{"a pause opened the day before is in time", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, []Span{{From: day(t, "2026-03-29")}}, "", false},
		{"a pause of no length", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, []Span{{day(t, "2026-03-06"), day(t, "2026-03-06")}}, "2026-03-30", false},
		{"a pause that ends before it starts", now, "2026-03-02", Limit{20, WorkingDays}, Limit{}, []Span{{day(t, "2026-03-18"), day(t, "2026-03-06")}}, "2026-03-30", false},
		{"a pause over a holiday only", now, "2026-09-21", Limit{20, WorkingDays}, Limit{}, []Span{{day(t, "2026-09-30"), day(t, "2026-10-07")}}, "2026-10-26", false},
		{"a negative length counts as none", now, "2026-03-02", Limit{-4, WorkingDays}, Limit{-2, WorkingDays}, nil, "2026-03-02", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			due, provisional := row.limit.DueExtended(row.cal, day(t, row.start), row.extension, row.pauses...)
			if due.String() != row.due || provisional != row.provisional {
				t.Errorf("due %s provisional %v, want %s %v", due, provisional, row.due, row.provisional)
			}
		})
	}
}

func TestAddWorkingDaysIsTheDueOfWorkingDays(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	due, provisional := cal.AddWorkingDays(day(t, "2026-03-02"), 20, Span{day(t, "2026-03-06"), day(t, "2026-03-18")})
	if due != day(t, "2026-04-10") || provisional {
		t.Errorf("due %s %v", due, provisional)
	}
}

// TestAHugeLimitIsBounded: a body may claim anything, and judging it must end.
func TestAHugeLimitIsBounded(t *testing.T) {
	for _, unit := range []Unit{WorkingDays, CalendarDays, Months, "fortnight"} {
		l := Limit{1 << 60, unit}
		due, _ := l.DueExtended(Calendar{}, day(t, "2026-03-02"), l)
		if due.Year > 2100 || l.Validate() == nil {
			t.Errorf("%s: due %s, validate %v", unit, due, l.Validate())
		}
	}
}

func TestLimitValidate(t *testing.T) {
	for _, row := range []struct {
		limit Limit
		ok    bool
		text  string
	}{
		{Limit{}, true, ""}, {Limit{5, WorkingDays}, true, "5个工作日"}, {Limit{10, CalendarDays}, true, "10日"},
		{Limit{1, Months}, true, "1个月"}, {Limit{MaxLimit, WorkingDays}, true, "3660个工作日"}, {Limit{MaxLimit + 1, WorkingDays}, false, "3661个工作日"},
		{Limit{MaxMonths + 1, Months}, false, "121个月"}, {Limit{-1, CalendarDays}, false, "-1日"}, {Limit{3, "week"}, false, "3日"},
	} {
		if err := row.limit.Validate(); (err == nil) != row.ok {
			t.Errorf("%+v: %v", row.limit, err)
		}
		if row.limit.String() != row.text {
			t.Errorf("%+v reads %q, want %q", row.limit, row.limit, row.text)
		}
	}
}

func TestWorkingDaysLeft(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	special := Span{day(t, "2026-03-06"), day(t, "2026-03-18")}
	for _, row := range []struct {
		name, today, due string
		spans            []Span
		left             int
	}{
		{"on the last day none is left", "2026-03-30", "2026-03-30", nil, 0},
		{"from the start all are left", "2026-03-02", "2026-03-30", nil, 20},
		{"over Spring Festival", "2026-02-13", "2026-02-27", nil, 5},
		{"a pause does not count", "2026-03-02", "2026-04-10", []Span{special}, 20},
		{"two working days late", "2026-04-01", "2026-03-30", nil, -2},
		{"an open pause ends the count", "2026-03-02", "2026-03-30", []Span{{From: day(t, "2026-03-04")}}, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			if left := cal.WorkingDaysLeft(day(t, row.today), day(t, row.due), row.spans...); left != row.left {
				t.Errorf("%d left, want %d", left, row.left)
			}
		})
	}
}

func genDay() *rapid.Generator[Day] {
	return rapid.Custom(func(t *rapid.T) Day {
		return Day{2019, time.December, 1}.Add(rapid.IntRange(0, 2700).Draw(t, "offset"))
	})
}

func genSpans(from Day) *rapid.Generator[[]Span] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
		start := from.Add(rapid.IntRange(-20, 60).Draw(t, "from"))
		return Span{start, start.Add(rapid.IntRange(-3, 30).Draw(t, "length"))}
	}), 0, 5)
}

// modelDue is the definition in words: walk day by day, skip every day that lies
// in any (From, To], count what the unit counts, then roll.
func modelDue(cal Calendar, start Day, l Limit, spans []Span) Day {
	paused := map[Day]bool{}
	for _, s := range spans {
		for d := s.From.Add(1); !s.To.Before(d); d = d.Add(1) {
			paused[d] = true
		}
	}
	n, d := l.N, start
	if l.Unit == Months {
		for n, d = 0, start; d != addMonths(start, l.N); n++ {
			d = d.Add(1)
		}
	}
	for d = start; n > 0; {
		d = d.Add(1)
		if work, _ := cal.IsWorkday(d); !paused[d] && (work || l.Unit != WorkingDays) {
			n--
		}
	}
	for work, _ := cal.IsWorkday(d); l.N > 0 && (!work || paused[d]); work, _ = cal.IsWorkday(d) {
		d = d.Add(1)
	}
	return d
}

func TestDueEqualsTheDefinitionInWhateverOrder(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	rapid.Check(t, func(t *rapid.T) {
		start := genDay().Draw(t, "start")
		spans := genSpans(start).Draw(t, "spans")
		unit := rapid.SampledFrom([]Unit{WorkingDays, CalendarDays, Months}).Draw(t, "unit")
		l := Limit{rapid.IntRange(0, 30).Draw(t, "n"), unit}
		ext := rapid.IntRange(0, 10).Draw(t, "extension")

		due, provisional := l.DueExtended(cal, start, Limit{ext, unit}, spans...)
		if want := modelDue(cal, start, Limit{l.N + ext, unit}, spans); due != want {
			t.Fatalf("due %s, by definition %s", due, want)
		}
		shuffled := rapid.Permutation(append(slices.Clone(spans), spans...)).Draw(t, "shuffled")
		again, provisionalAgain := Limit{ext, unit}.DueExtended(cal, start, l, shuffled...)
		if again != due || provisionalAgain != provisional {
			t.Fatalf("in another order %s %v, before %s %v", again, provisionalAgain, due, provisional)
		}
	})
}

// TestASplitPauseIsTheSamePause: a special ended and started again on one day
// pauses what one special would.
func TestASplitPauseIsTheSamePause(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	rapid.Check(t, func(t *rapid.T) {
		start := genDay().Draw(t, "start")
		from := start.Add(rapid.IntRange(0, 20).Draw(t, "from"))
		mid := from.Add(rapid.IntRange(0, 20).Draw(t, "mid"))
		to := mid.Add(rapid.IntRange(0, 20).Draw(t, "to"))
		l := Limit{rapid.IntRange(1, 40).Draw(t, "n"), WorkingDays}
		whole, _ := l.Due(cal, start, Span{from, to})
		split, _ := l.Due(cal, start, Span{mid, to}, Span{from, mid})
		if whole != split {
			t.Fatalf("whole %s, split %s", whole, split)
		}
	})
}

// TestLeftAndDueAgree: on the start day exactly N working days are left.
func TestLeftAndDueAgree(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	rapid.Check(t, func(t *rapid.T) {
		start := genDay().Draw(t, "start")
		spans := genSpans(start).Draw(t, "spans")
		n := rapid.IntRange(0, 60).Draw(t, "n")
		due, _ := cal.AddWorkingDays(start, n, spans...)
		if left := cal.WorkingDaysLeft(start, due, spans...); left != n {
			t.Fatalf("%d left of %d, due %s", left, n, due)
		}
	})
}
