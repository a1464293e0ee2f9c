package mark

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestMarkOnlyRises(t *testing.T) {
	for _, row := range []struct {
		name string
		sets []uint64
		want uint64
	}{
		{"a new mark stands at zero", nil, 0},
		{"it takes a higher index", []uint64{3, 9}, 9},
		{"a lower index changes nothing", []uint64{9, 3}, 9},
		{"the same index changes nothing", []uint64{9, 9}, 9},
		{"the highest index is an index", []uint64{math.MaxUint64, 1}, math.MaxUint64},
	} {
		t.Run(row.name, func(t *testing.T) {
			var m Mark
			for _, i := range row.sets {
				m.Set(i)
			}
			if got := m.Get(); got != row.want {
				t.Errorf("stands at %d, want %d", got, row.want)
			}
		})
	}
}

func TestWaitReturnsAtOnceWhenReached(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var m Mark
	m.Set(5)
	for _, i := range []uint64{0, 4, 5} {
		if err := m.Wait(ended, i); err != nil {
			t.Errorf("wait for %d at 5: %v", i, err)
		}
	}
}

func TestWaitBlocksUntilItsIndex(t *testing.T) { // replication.R13
	synctest.Test(t, func(t *testing.T) {
		var m Mark
		done := make([]bool, 4) // by index waited for
		for i := 1; i <= 3; i++ {
			go func() {
				if err := m.Wait(t.Context(), uint64(i)); err != nil {
					t.Error(err)
				}
				done[i] = true
			}()
		}
		for at := 0; at <= 3; at++ {
			m.Set(uint64(at))
			synctest.Wait()
			for i := 1; i <= 3; i++ {
				if done[i] != (i <= at) {
					t.Errorf("mark at %d: waiter for %d done = %v", at, i, done[i])
				}
			}
		}
	})
}

func TestOneRiseWakesAllBelowIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Mark
		var group sync.WaitGroup
		for i := range 100 {
			group.Go(func() {
				if err := m.Wait(t.Context(), uint64(1+i%10)); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		m.Set(10)
		group.Wait()
		if len(m.waits) != 0 {
			t.Errorf("%d waits left behind", len(m.waits))
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("session closed")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, cause)
		defer cancel()
		var m Mark
		begin := time.Now()
		if err := m.Wait(ctx, 7); !errors.Is(err, cause) {
			t.Errorf("got %v, want the cause", err)
		}
		if d := time.Since(begin); d != time.Minute {
			t.Errorf("waited %v", d)
		}
		if len(m.waits) != 0 {
			t.Error("a wait given up is left behind")
		}
	})
}

func TestAnEndedContextLeavesOtherWaitersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Mark
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error)
		go func() { done <- m.Wait(t.Context(), 7) }()
		if err := m.Wait(short, 7); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		m.Set(7)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestReachedBeatsEndedContext(t *testing.T) {
	var m Mark
	m.Set(1)
	w := m.enter(2)
	m.Set(2)
	if !m.leave(2, w) {
		t.Error("an index reached before the waiter left counts as reached")
	}
}

func TestChangedIsClosedAboveSeen(t *testing.T) {
	var m Mark
	m.Set(5)
	if !isClosed(m.Changed(4)) {
		t.Error("5 is above 4: want closed at once")
	}
	at, above := m.Changed(5), m.Changed(8)
	if isClosed(at) || isClosed(above) {
		t.Error("5 is not above 5 or 8")
	}
	m.Set(6)
	if !isClosed(at) || isClosed(above) {
		t.Error("at 6: want the first closed and the second open")
	}
	m.Set(9)
	if !isClosed(above) {
		t.Error("at 9: want the second closed")
	}
}

func TestChangedAskedAgainAddsNothing(t *testing.T) {
	var m Mark
	first := m.Changed(0)
	for range 1000 {
		if m.Changed(0) != first {
			t.Fatal("want one channel per index")
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Wait(ended, 1); err == nil {
		t.Error("want the context's error")
	}
	m.Set(1)
	if !isClosed(first) {
		t.Error("a waiter that gave up took the channel with it")
	}
	if len(m.waits) != 0 {
		t.Errorf("%d waits left", len(m.waits))
	}
}

func TestNothingIsAboveTheHighestIndex(t *testing.T) {
	var m Mark
	if m.Changed(math.MaxUint64) != nil {
		t.Error("want a channel that blocks for ever")
	}
}

func TestManyGoroutinesRaiseAndWait(t *testing.T) {
	var m Mark
	var group sync.WaitGroup
	const top = 2000
	for g := range 4 {
		group.Go(func() {
			for i := uint64(g); i <= top; i += 4 {
				m.Set(i)
			}
		})
		group.Go(func() {
			for seen := uint64(0); seen < top; seen = m.Get() {
				<-m.Changed(seen)
			}
		})
		group.Go(func() {
			for i := uint64(1); i <= top; i += 7 {
				if err := m.Wait(t.Context(), i); err != nil || m.Get() < i {
					t.Errorf("index %d: stands at %d, %v", i, m.Get(), err)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkSetWith256Waiters(b *testing.B) {
	var m Mark
	for i := range uint64(256) {
		m.Changed(math.MaxUint64 - 1 - i)
	}
	for i := uint64(1); b.Loop(); i++ {
		m.Set(i)
	}
}

func BenchmarkSetAndWait(b *testing.B) {
	var m Mark
	for i := uint64(1); b.Loop(); i++ {
		go m.Set(i)
		if err := m.Wait(b.Context(), i); err != nil {
			b.Fatal(err)
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
