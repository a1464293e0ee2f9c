package node

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func TestReplicationC1TheClockIsKnownByBeatsAndByItsJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var skew time.Duration
		w := newClockWatch(func() time.Time { return time.Now().Add(skew) }, time.Now)
		want := func(off time.Duration, known bool) {
			t.Helper()
			if got, k := w.off(); got != off || k != known {
				t.Fatalf("off %v, known %v; want %v, %v", got, k, off, known)
			}
		}
		want(0, false)
		skew = -2 * time.Hour // jumps back before any beat
		want(2*time.Hour, false)
		skew = 0
		w.measured(3 * time.Second)
		time.Sleep(time.Hour)
		want(3*time.Second, true) // cut off, and nothing jumped
		skew = 10 * 365 * 24 * time.Hour
		want(3*time.Second-skew, true)
		w.measured(-skew) // a beat sees it too
		want(-skew, true)
	})
}

func TestReplicationC1AClockThatIsMovedOnPurposeDoesNotJump(t *testing.T) { // a trial lives through weeks (Config.Clock)
	synctest.Test(t, func(t *testing.T) {
		var ahead time.Duration
		clock := func() time.Time { return time.Now().Add(ahead) } // moves both readings
		w := newClockWatch(clock, clock)
		w.measured(time.Second)
		ahead = 6 * 7 * 24 * time.Hour
		if off, known := w.off(); off != time.Second || !known {
			t.Errorf("off %v, known %v; want 1s, true", off, known)
		}
	})
}

func TestReplicationC1AnActCarriesHowFarTheClockIsOff(t *testing.T) {
	for off, want := range map[time.Duration]uint32{0: 500, 20 * time.Millisecond: 520, -2 * time.Minute: 120_500,
		10 * 365 * 24 * time.Hour: math.MaxUint32} {
		if got := errorBound(off); got != want {
			t.Errorf("%v: bound %d, want %d", off, got, want)
		}
	}
	for off, want := range map[time.Duration]int{5 * time.Second: 0, -6 * time.Second: 1, time.Minute: 1, -61 * time.Second: 2} {
		if got := clockStep(off); got != want {
			t.Errorf("%v: step %d, want %d", off, got, want)
		}
	}
}
