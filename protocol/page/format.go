package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// All times are shown in Beijing time, wherever the server stands.
var beijing = time.FixedZone("CST", 8*60*60)

const (
	layoutDay    = "2006-01-02"
	layoutMinute = "2006-01-02 15:04"
	layoutSecond = "2006-01-02 15:04:05"
	layoutClock  = "15:04"
	noValue      = "—"
)

// moment reads a time.Time or anything with a Time() method, such as
// protocol.Instant and protocol.Day; the zero of each is the zero time.
func moment(v any) (time.Time, bool) {
	if z, ok := v.(interface{ IsZero() bool }); ok && z.IsZero() {
		return time.Time{}, true
	}
	switch v := v.(type) {
	case time.Time:
		return v, true
	case interface{ Time() time.Time }:
		t := v.Time()
		if t.Equal(time.Unix(0, 0)) {
			return time.Time{}, true
		}
		return t, true
	}
	return time.Time{}, false
}

func formatTime(t time.Time, layout string) string {
	if t.IsZero() {
		return noValue
	}
	return t.In(beijing).Format(layout)
}

// timeFunc makes a template function that writes times in layout.
func timeFunc(layout string) func(any) (string, error) {
	return func(v any) (string, error) {
		t, ok := moment(v)
		if !ok {
			return "", fmt.Errorf("%T is not a time", v)
		}
		return formatTime(t, layout), nil
	}
}

// machineTime is the value for a datetime attribute.
func machineTime(v any) (string, error) { return timeFunc(time.RFC3339)(v) }

// ago says how far v lies from now in the largest whole unit; beyond 30 days it
// gives the date.
func (c catalogue) ago(v, now any) (string, error) {
	t, ok := moment(v)
	n, okNow := moment(now)
	if !ok || !okNow {
		return "", fmt.Errorf("ago wants two times, not %T and %T", v, now)
	}
	if t.IsZero() {
		return noValue, nil
	}
	gap, side := n.Sub(t), "ago"
	if gap < 0 {
		gap, side = -gap, "in"
	}
	switch {
	case gap < time.Minute:
		return c.t("page.time.now"), nil
	case gap < time.Hour:
		return c.t("page.time."+side+"-minutes", int(gap/time.Minute)), nil
	case gap < 24*time.Hour:
		return c.t("page.time."+side+"-hours", int(gap/time.Hour)), nil
	case gap <= 30*24*time.Hour:
		return c.t("page.time."+side+"-days", int(gap/(24*time.Hour))), nil
	}
	return formatTime(t, layoutDay), nil
}

// num writes an integer with separators: 12,345.
func num(v any) (string, error) {
	s := fmt.Sprint(v)
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", fmt.Errorf("%v is not an integer", v)
	}
	var b strings.Builder
	b.WriteString(s[:len(s)-len(digits)])
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String(), nil
}

// size writes a number of bytes: 640 B, 1.5 KiB, 12.0 GiB.
func size(v any) (string, error) {
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil {
		return "", fmt.Errorf("%v is not a number of bytes", v)
	}
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	u := 0
	for n >= 1024 && u < len(units)-1 {
		n, u = n/1024, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%.0f B", n), nil
	}
	return fmt.Sprintf("%.1f %s", n, units[u]), nil
}

// percent gives done of total in whole percent, never 100 before it is done.
func percent(done, total int64) int64 {
	if total <= 0 || done <= 0 {
		return 0
	}
	return min(100, int64(float64(done)/float64(total)*100))
}
