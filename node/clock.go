package node

import (
	"context"
	"math"
	"sync"
	"time"

	"xiangyun/node/web"
	"xiangyun/protocol"
)

// clockEvery is how often the clock is looked at; clockNoise is what a beat
// cannot measure.
const (
	clockEvery = time.Second
	clockNoise = 500 * time.Millisecond
	clockFar   = 5 * time.Minute // beyond it nobody dates anything by this clock alone (cases.G-12)
)

// clockWatch knows how far the wall clock is off: from beats while connected,
// and while cut off by what the wall clock did against the monotonic one since
// the last beat (pitfalls.C4).
type clockWatch struct {
	now    func() time.Time // its wall clock is what people read
	steady func() time.Time // its monotonic reading goes on whatever the wall clock does

	mu     sync.Mutex // guards the rest
	wall   time.Time  // both readings of one moment
	mono   time.Time
	offset time.Duration // hub minus own, at that moment
	known  bool          // a beat measured it
}

func newClockWatch(now, steady func() time.Time) *clockWatch {
	w := &clockWatch{now: now, steady: steady}
	w.wall, w.mono = now().Round(0), steady()
	return w
}

// measured notes what a beat said.
func (w *clockWatch) measured(offset time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wall, w.mono, w.offset, w.known = w.now().Round(0), w.steady(), offset, true
}

// off is hub minus own, now; known is false while no beat ever measured it: then
// it tells only jumps since the start.
func (w *clockWatch) off() (offset time.Duration, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	jump := w.now().Round(0).Sub(w.wall) - w.steady().Sub(w.mono)
	return w.offset - jump, w.known
}

// errorBound is what an act claims for its time, in milliseconds.
func errorBound(offset time.Duration) uint32 {
	ms := (offset.Abs() + clockNoise).Milliseconds()
	return uint32(min(ms, math.MaxUint32))
}

// watchClock keeps the error bound of every act true and says so when the clock
// leaves what people may rely on.
func (n *Node) watchClock(ctx context.Context) error {
	ticker := time.NewTicker(clockEvery)
	defer ticker.Stop()
	worst := 0
	for {
		up := n.uplink.Status()
		for _, lane := range protocol.Lanes {
			if l := up.Lanes[lane]; l.Connected && l.Offset != 0 {
				n.clock.measured(l.Offset)
			}
		}
		if offset, known := n.clock.off(); known || offset.Abs() > web.ClockWarn {
			n.trustClock(offset, known)
			if step := clockStep(offset); step != worst {
				n.log.Warn("clock offset changed", "hub_minus_own", offset.Round(time.Millisecond), "warn", web.ClockWarn, "doubt", web.ClockDoubt)
				worst = step
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// trustClock says what acts may make of the clock: a clock that is far off is
// corrected by what a beat attested (F-05); without any, nothing may be dated (G-12).
func (n *Node) trustClock(offset time.Duration, known bool) {
	far := offset.Abs() > clockFar
	n.store.DoubtClock(far && !known)
	if !far || !known {
		n.store.CorrectClock(0)
		n.store.SetClockError(errorBound(offset))
		return
	}
	n.store.CorrectClock(offset.Milliseconds())
	n.store.SetClockError(errorBound(0))
}

func clockStep(offset time.Duration) int {
	switch {
	case offset.Abs() > web.ClockDoubt:
		return 2
	case offset.Abs() > web.ClockWarn:
		return 1
	}
	return 0
}
