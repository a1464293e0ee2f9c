package hub

import (
	"bytes"
	"log/slog"
	"math"
	"strings"
	"testing"
)

func TestDiskStepsAreToldOnce(t *testing.T) { // pitfalls.R14
	t.Parallel()
	used, out := 0.5, bytes.Buffer{}
	d := newDiskWatch(func() float64 { return used }, &reserve{}, slog.New(slog.NewTextHandler(&out, nil)))
	for i, tt := range []struct {
		used float64
		room diskRoom
		told string // what the log says of it, once
	}{
		{0.5, roomAmple, ""}, {0.8499, roomAmple, ""},
		{0.85, roomScarce, `level=WARN msg="disk room changed" step=scarce used=85%`}, {0.86, roomScarce, ""},
		{0.92, roomUrgent, `level=WARN msg="disk room changed" step="urgent only" used=92%`}, {0.97, roomUrgent, ""},
		{0.98, roomNone, `level=WARN msg="disk room changed" step=full used=98%`}, {1, roomNone, ""},
		{0.4, roomAmple, `level=INFO msg="disk room changed" step=ample used=40%`}, {-1, roomAmple, ""},
	} {
		out.Reset()
		used = tt.used
		d.look()
		d.look()
		if d.room() != tt.room || d.last() != tt.used {
			t.Errorf("step %d: room %v at %v, want %v", i, d.room(), d.last(), tt.room)
		}
		if got := strings.TrimSpace(out.String()); got != "" != (tt.told != "") || !strings.HasSuffix(got, tt.told) {
			t.Errorf("step %d: logged %q, want one %q", i, got, tt.told)
		}
	}
}

func TestDiskIsMeasured(t *testing.T) {
	t.Parallel()
	if u := diskUsed(t.TempDir()); u <= 0 || u > 1 || math.IsNaN(u) {
		t.Errorf("used part %v", u)
	}
	if u := diskUsed("/nowhere"); u != -1 {
		t.Errorf("a disk that is not there is used to %v", u)
	}
}
