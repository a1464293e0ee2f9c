package fsm

import (
	"fmt"
	"testing"
	"time"

	"xiangyun/protocol"
)

// BenchmarkTick is a midnight at which 10,000 of 100,000 running clocks lapse at
// once: how long Apply is held by the tick that sees it, and by one that sees
// nothing.
func BenchmarkTick(b *testing.B) {
	const running, lapsing = 100_000, 10_000
	for b.Loop() {
		b.StopTimer()
		h := newHub(b)
		p := h.enrol("yanbian")[0]
		midnight := h.now + 86_400_000
		var list []protocol.Entry
		for n := range running {
			due := midnight + protocol.Instant(n)*1000
			if n < lapsing {
				due = midnight
			}
			list = append(list, p.write(fmt.Sprint(n), paper{Due: due}))
			if len(list) == 200 {
				h.push(batch(list...))
				list = nil
			}
		}
		committed(b, h)
		idle := timed(func() { h.tick(midnight - 1) })
		b.StartTimer()
		took := timed(func() {
			if r := h.tick(midnight); r.Fired != lapsing {
				b.Fatalf("%d lapsed", r.Fired)
			}
		})
		b.ReportMetric(float64(took.Milliseconds()), "ms/10k-lapses")
		b.ReportMetric(float64(idle.Microseconds()), "µs/idle-tick")
	}
}

func committed(b *testing.B, h *hub) {
	b.Helper()
	if err := h.f.Commit(); err != nil {
		b.Fatal(err)
	}
}

func timed(do func()) time.Duration {
	begin := time.Now()
	do()
	return time.Since(begin)
}
