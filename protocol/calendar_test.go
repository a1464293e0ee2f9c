package protocol

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write golden files")

// day reads a day of a test table.
func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// cited is a View that holds the records a test cites.
type cited map[Ref]Record

func (c cited) Cited(ref Ref) (Record, bool) { r, ok := c[ref]; return r, ok }
func (c cited) Level() uint16                { return 1 }

// firstCalendar is the calendar before any revision: version 1 of every year.
func firstCalendar() Calendar {
	return NewCalendar(slices.DeleteFunc(CalendarHistory(), func(y CalendarYear) bool { return y.Version > 1 })...)
}

func publish(old *Record, year int, want CalendarYear) (Judged, *Refusal, error) {
	h := &Header{Origin: Hub, Ref: CalendarRef(year), Act: "publish"}
	return Lookup("calendar").Complete(old, h, want, cited{})
}

// workdayCounts are the yearly numbers of working days, counted by three
// independent sources.
var workdayCounts = map[int]int{2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}

func TestPublishedYearsHaveTheOfficialNumberOfWorkdays(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	for year := 2018; year <= 2026; year++ {
		n := 0
		for d := (Day{year, time.January, 1}); d.Year == year; d = d.Add(1) {
			work, known := cal.IsWorkday(d)
			if !known {
				t.Fatalf("%s: year is not published", d)
			}
			if work {
				n++
			}
		}
		if n != workdayCounts[year] {
			t.Errorf("%d has %d working days, want %d", year, n, workdayCounts[year])
		}
	}
}

func TestCalendarHistoryKeepsBothVersionsOf2020(t *testing.T) {
	var versions []int
	for _, y := range CalendarHistory() {
		if y.Year == 2020 {
			versions = append(versions, y.Version)
		}
	}
	if !slices.Equal(versions, []int{1, 2}) || len(PublishedYears()) != 9 {
		t.Fatalf("versions of 2020: %v, %d years", versions, len(PublishedYears()))
	}
	first, revised := firstCalendar(), NewCalendar(CalendarHistory()...)
	for _, s := range []string{"2020-01-31", "2020-02-01"} {
		before, _ := first.IsWorkday(day(t, s))
		after, _ := revised.IsWorkday(day(t, s))
		if !before || after {
			t.Errorf("%s: working day before %v, after %v; want true, false", s, before, after)
		}
	}
	if first.Version(2020) != 1 || revised.Version(2020) != 2 || revised.Version(2027) != 0 {
		t.Error("Version does not tell the version in use")
	}
}

func TestTheCalendarTableCannotBeChangedFromOutside(t *testing.T) {
	CalendarHistory()[0].Off[0] = Day{}
	if CalendarHistory()[0].Off[0].IsZero() {
		t.Error("a caller changed the shared table")
	}
}

// TestEveryKnownYearCanBePublished runs the embedded data through the judge, in
// the order a hub would seed it.
func TestEveryKnownYearCanBePublished(t *testing.T) {
	kind, stored := Lookup("calendar"), map[int]*Record{}
	for _, y := range CalendarHistory() {
		h := &Header{Origin: Hub, Ref: CalendarRef(y.Year), Act: "publish"}
		old := stored[y.Year]
		judged, no, err := kind.Complete(old, h, y, cited{})
		if err != nil || no != nil {
			t.Fatalf("%d version %d: %v %v", y.Year, y.Version, no, err)
		}
		if _, no, err = kind.Verify(old, h, judged.Body, cited{}); err != nil || no != nil {
			t.Fatalf("%d version %d does not verify: %v %v", y.Year, y.Version, no, err)
		}
		if judged.Home != Hub || !judged.After.All {
			t.Fatalf("%d: home %s, audience %v", y.Year, judged.Home, judged.After)
		}
		if terms, err := kind.Terms(judged.Body); err != nil || terms.Title != fmt.Sprintf("%d年工作日历(第%d版)", y.Year, y.Version) {
			t.Fatalf("terms %+v %v", terms, err)
		}
		stored[y.Year] = &Record{Ref: h.Ref, Body: judged.Body}
	}
}

func TestPublishRefusesACalendarThatCannotBeRight(t *testing.T) {
	good := func() CalendarYear { y := CalendarHistory()[9]; y.Version = 0; return y }
	body, _ := json.Marshal(CalendarHistory()[9])
	stored := &Record{Ref: CalendarRef(2026), Body: body}
	for _, row := range []struct {
		name string
		old  *Record
		edit func(*CalendarYear)
		rule string
	}{
		{"a first version numbers itself", nil, func(*CalendarYear) {}, ""},
		{"a first version may say that it is 1", nil, func(y *CalendarYear) { y.Version = 1 }, ""},
		{"a revision is old+1", stored, func(y *CalendarYear) { y.Version = 2 }, ""},
		{"a revision numbers itself", stored, func(*CalendarYear) {}, ""},
		{"days may come unsorted and twice", nil, func(y *CalendarYear) { slices.Reverse(y.Off); y.Off = append(y.Off, y.Off[0]) }, ""},
		{"a revision may not repeat a version", stored, func(y *CalendarYear) { y.Version = 1 }, "K-cal-5"},
		{"a version may not be skipped", stored, func(y *CalendarYear) { y.Version = 3 }, "K-cal-5"},
		{"a year may not be emptied", stored, func(y *CalendarYear) { y.Off = nil }, "K-cal-5"},
		{"the year is the record id", nil, func(y *CalendarYear) { y.Year = 2025 }, "G-09"},
		{"the notice is named", nil, func(y *CalendarYear) { y.Source = "" }, "G-09"},
		{"a day off lies in the year", nil, func(y *CalendarYear) { y.Off[0].Year = 2027 }, "G-09"},
		{"a make-up day lies in the year", nil, func(y *CalendarYear) { y.Work[0].Year = 2027 }, "G-09"},
		{"a make-up day is a weekend day", nil, func(y *CalendarYear) { y.Work[0] = Day{2026, time.March, 2} }, "G-09"},
		{"a day is not off and worked", nil, func(y *CalendarYear) { y.Work = append(y.Work, Day{2026, time.February, 15}) }, "G-09"},
	} {
		t.Run(row.name, func(t *testing.T) {
			want := good()
			row.edit(&want)
			_, no, err := publish(row.old, 2026, want)
			if err != nil {
				t.Fatal(err)
			}
			if got := ruleOf(no); got != row.rule {
				t.Errorf("refusal %q (%v), want %q", got, no, row.rule)
			}
		})
	}
}

func ruleOf(no *Refusal) string {
	if no == nil {
		return ""
	}
	return no.Rule
}

func TestKcal5NoActDeletesACalendar(t *testing.T) {
	if acts := Lookup("calendar").Acts(); !slices.Equal(acts, []Act{"publish"}) {
		t.Fatalf("acts %v", acts)
	}
	h := &Header{Origin: Hub, Ref: CalendarRef(2026), Act: "delete"}
	if _, no, _ := Lookup("calendar").Complete(nil, h, CalendarYear{}, cited{}); ruleOf(no) != "G-07" {
		t.Errorf("delete: %v", no)
	}
}

func TestPublishKeepsWhatANewerWriterAdded(t *testing.T) {
	body, _ := json.Marshal(PublishedYears()[8])
	body = append(body[:len(body)-1], `,"colour":"red"}`...)
	h := &Header{Origin: Hub, Ref: CalendarRef(2026), Act: "publish"}
	if _, no, err := Lookup("calendar").Verify(nil, h, body, cited{}); no != nil || err != nil {
		t.Errorf("%v %v", no, err)
	}
}

func TestCalendarOfUsesOnlyWhatIsCited(t *testing.T) {
	body, _ := json.Marshal(PublishedYears()[8])
	v := cited{CalendarRef(2026): {Ref: CalendarRef(2026), Body: body},
		CalendarRef(2025): {Ref: CalendarRef(2025), Body: []byte(`{"year":`)},
		CalendarRef(2024): {Ref: CalendarRef(2024), Body: body}}
	cal := CalendarOf(v, 2023, 2024, 2025, 2026)
	for year, version := range map[int]int{2023: 0, 2024: 0, 2025: 0, 2026: 1} {
		if cal.Version(year) != version {
			t.Errorf("version of %d is %d, want %d", year, cal.Version(year), version)
		}
	}
}

func TestTheZeroCalendarIsProvisional(t *testing.T) {
	due, provisional := Calendar{}.AddWorkingDays(Day{2026, time.March, 2}, 5)
	if due != (Day{2026, time.March, 9}) || !provisional {
		t.Errorf("due %s, provisional %v", due, provisional)
	}
}

// TestGoldenCalendar keeps the body of the first release readable and writable.
func TestGoldenCalendar(t *testing.T) {
	path := filepath.Join("testdata", "kinds", "calendar.json")
	judged, no, err := publish(nil, 2026, PublishedYears()[8])
	if err != nil || no != nil {
		t.Fatal(no, err)
	}
	if *update {
		if err := os.WriteFile(path, append(judged.Body, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(judged.Body) != strings.TrimSpace(string(golden)) {
		t.Errorf("body is now\n%s", judged.Body)
	}
	y, err := Load[CalendarYear](Record{Ref: CalendarRef(2026), Body: golden})
	if err != nil || !reflect.DeepEqual(*y, PublishedYears()[8]) {
		t.Errorf("golden body reads as %+v, %v", y, err)
	}
}

// FuzzPublishCalendar: whatever the body, the judge answers, and what it made
// once it accepts again unchanged.
func FuzzPublishCalendar(f *testing.F) {
	golden, err := os.ReadFile(filepath.Join("testdata", "kinds", "calendar.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(golden)
	f.Add([]byte(`{"year":2026,"off":["2026-01-01"],"work":[],"source":"s","more":{}}`))
	f.Add([]byte(`{"year":2026,"off":["0000-00-00",""],"work":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		h := &Header{Origin: Hub, Ref: CalendarRef(2026), Act: "publish"}
		kind := Lookup("calendar")
		judged, no, err := kind.Complete(nil, h, json.RawMessage(body), cited{})
		if no != nil || err != nil {
			return
		}
		if _, no, err := kind.Verify(nil, h, judged.Body, cited{}); no != nil || err != nil {
			t.Fatalf("own body refused: %v %v\n%s", no, err, judged.Body)
		}
		y, err := Load[CalendarYear](Record{Ref: h.Ref, Body: judged.Body})
		if err != nil || strconv.Itoa(y.Year) != h.Ref.ID {
			t.Fatal(y, err)
		}
		NewCalendar(*y).AddWorkingDays(Day{2026, time.January, 1}, 20)
	})
}
