package page

import (
	"strings"
	"testing"
	"time"
)

// instant and day stand for protocol.Instant and protocol.Day, which this
// package does not import.
type instant int64

func (i instant) Time() time.Time { return time.UnixMilli(int64(i)) }

type day struct{ y, m, d int }

func (d day) IsZero() bool    { return d == day{} }
func (d day) Time() time.Time { return time.Date(d.y, time.Month(d.m), d.d, 0, 0, 0, 0, beijing) }

func TestTimesAreShownInBeijing(t *testing.T) {
	midnight := time.Date(2026, 3, 1, 16, 5, 9, 0, time.UTC)
	for _, row := range []struct {
		name, layout string
		v            any
		want         string
	}{
		{"a day that is yesterday in London", layoutDay, midnight, "2026-03-02"},
		{"with the clock", layoutMinute, midnight, "2026-03-02 00:05"},
		{"with seconds", layoutSecond, midnight, "2026-03-02 00:05:09"},
		{"the clock alone", layoutClock, midnight, "00:05"},
		{"an instant", layoutMinute, instant(midnight.UnixMilli()), "2026-03-02 00:05"},
		{"a day", layoutDay, day{2026, 3, 2}, "2026-03-02"},
		{"no time", layoutDay, time.Time{}, "—"},
		{"no instant", layoutDay, instant(0), "—"},
		{"no day", layoutDay, day{}, "—"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := timeFunc(row.layout)(row.v)
			if err != nil || got != row.want {
				t.Errorf("got %q, %v; want %q", got, err, row.want)
			}
		})
	}
	if _, err := timeFunc(layoutDay)("2026-03-02"); err == nil {
		t.Error("a string passes for a time")
	}
}

func TestAgo(t *testing.T) {
	s := sampleShell(t)
	for _, row := range []struct {
		gap    time.Duration
		zh, en string
	}{
		{0, "刚刚", "just now"}, {59 * time.Second, "刚刚", "just now"}, {-59 * time.Second, "刚刚", "just now"},
		{time.Minute, "1 分钟前", "1 min ago"}, {59 * time.Minute, "59 分钟前", "59 min ago"}, {time.Hour, "1 小时前", "1 h ago"},
		{24 * time.Hour, "1 天前", "1 d ago"}, {31 * 24 * time.Hour, "2026-01-30", "2026-01-30"},
		{-5 * time.Minute, "5 分钟后", "in 5 min"}, {-3 * time.Hour, "3 小时后", "in 3 h"}, {-48 * time.Hour, "2 天后", "in 2 d"},
	} {
		for l, want := range map[Lang]string{ZH: row.zh, EN: row.en} {
			if got, err := s.say[l].ago(sampleNow.Add(-row.gap), sampleNow); err != nil || got != want {
				t.Errorf("%s in %s: got %q, %v; want %q", row.gap, l, got, err, want)
			}
		}
	}
	if _, err := s.say[ZH].ago("x", sampleNow); err == nil {
		t.Error("a string passes for a time")
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[any]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,345", -1234567: "-1,234,567", uint64(1 << 63): "9,223,372,036,854,775,808"} {
		if got, err := num(v); err != nil || got != want {
			t.Errorf("num %v: got %q, %v; want %q", v, got, err, want)
		}
	}
	for _, v := range []any{"", "1.5", "-", 1.5, nil} {
		if got, err := num(v); err == nil {
			t.Errorf("num %v gives %q", v, got)
		}
	}
	for v, want := range map[any]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", int64(5) << 40: "5.0 TiB"} {
		if got, err := size(v); err != nil || got != want {
			t.Errorf("bytes %v: got %q, %v; want %q", v, got, err, want)
		}
	}
	for _, row := range [][3]int64{{0, 10, 0}, {1, 3, 33}, {999, 1000, 99}, {10, 10, 100}, {5, 0, 0}, {11, 10, 100}} {
		if got := percent(row[0], row[1]); got != row[2] {
			t.Errorf("%d of %d is %d%%, want %d%%", row[0], row[1], got, row[2])
		}
	}
}

func TestTextsTakeArguments(t *testing.T) {
	c := catalogue{Texts{"a.b": {"共 {1} 件，其中 {2}", "{2} of {1}"}, "a.c": {"截至 {1}", "as of {1}"}, "a.d": {"今天", "today"},
		"a.e": {"{1} 天", "{1} {1?day:days}"}}, EN}
	for _, row := range []struct {
		name, got, want string
	}{
		{"in the order of the language", c.t("a.b", 5, "x"), "x of 5"},
		{"times in Beijing", c.t("a.c", sampleNow), "as of 2026-03-02 09:15"},
		{"a text in its language", c.t("a.c", Text{"今天", "today"}), "as of today"},
		{"a missing argument stays visible", c.t("a.b", 5), "{2} of 5"},
		{"an argument is not expanded again", c.t("a.b", "{2}", "y"), "y of {2}"},
		{"one is singular", c.t("a.e", 1), "1 day"},
		{"two are plural", c.t("a.e", uint64(2)), "2 days"},
		{"eleven are plural", c.t("a.e", "11"), "11 days"},
		{"an unknown key stays visible", c.t("a.x"), "⟦a.x⟧"},
		{"a label that is a key", c.label("a.d"), "today"},
		{"a label that is finished text", c.label("收件箱"), "收件箱"},
		{"a file name is no key", c.label("report.pdf"), "report.pdf"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if strings.TrimSpace(row.got) != row.want {
				t.Errorf("got %q, want %q", row.got, row.want)
			}
		})
	}
}
