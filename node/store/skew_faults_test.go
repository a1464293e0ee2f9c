//go:build faults

package store

import (
	"testing"

	"xiangyun/protocol"
)

func TestFaultF31AClockThatIsOffStampsTheActAndNothingElse(t *testing.T) {
	r, _ := equipped(t)
	r.receive(itemHere, "a")
	r.Skew(func(now protocol.Instant) protocol.Instant { return now - 3_600_000 })
	back, _ := r.receive(itemHere, "b")
	r.Skew(nil)
	again, _ := r.receive(itemHere, "c")
	if back.At != testAt-3_600_000 || again.At != testAt {
		t.Fatalf("stamped %v and %v", back.At, again.At)
	}
	r.check() // the chain does not care
}
