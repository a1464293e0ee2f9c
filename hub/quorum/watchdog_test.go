package quorum

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"xiangyun/protocol"
)

// The livelock of pitfalls.R2, provoked for real: the old leader's undecided
// tail reaches past the snapshot it is sent.
func TestWatchdogStopsTheRestoreLivelockAndReplaceHeals(t *testing.T) { // replication.16
	inBubble(t, 4, func(c *cluster) {
		c.adjust = func(cfg *Config) { cfg.TrailingLogs, cfg.belowTrailing = 1, true }
		c.form(3)
		c.apply("one", c.servers...)
		old := c.leader(c.servers...)
		c.net.cut(old.addr, true)
		var tail sync.WaitGroup
		for i := range 60 {
			tail.Go(func() {
				if _, _, err := old.Apply(c.within(10*time.Second), fmt.Appendf(nil, "undecided %d", i)); protocol.CodeOf(err) != protocol.Unknown {
					c.t.Errorf("undecided command: %v", err)
				}
			})
		}
		tail.Wait()
		rest := others(c.servers, old)
		next := c.leader(rest...)
		c.apply("two", rest...)
		if err := next.raft.Snapshot().Error(); err != nil {
			c.t.Fatal(err)
		}
		c.apply("three", rest...)
		if st, behind := next.Stats(), old.Stats(); behind.LastIndex <= st.LastIndex {
			c.t.Fatalf("the cut server ends at %d, the cluster at %d", behind.LastIndex, st.LastIndex)
		}
		time.Sleep(30 * time.Second) // what is still under way to the old leader is given up
		c.net.cut(old.addr, false)

		err := c.ended(old)
		if f := new(protocol.Fault); !errors.As(err, &f) || f.Code != protocol.Fork || f.Hint == "" {
			c.t.Fatalf("the livelock ended with %v", err)
		}
		restores, _ := old.guard.stats()
		c.t.Logf("stopped after %d restores", restores)
		c.apply("four", rest...)
		fresh := c.add(4)
		if err := c.leader(rest...).Replace(c.within(20*time.Second), old.id, fresh.id, fresh.addr); err != nil {
			c.t.Fatal(err)
		}
		c.agree([]string{"one", "two", "three", "four"}, append(rest, fresh)...)
	})
}

func TestWatchdogCountsOnlyRestoresWithoutProgress(t *testing.T) {
	for name, tc := range map[string]struct {
		every    time.Duration
		progress uint64 // per restore
		trips    bool
	}{
		"the same state again and again within a minute": {time.Second, 0, true},
		"each restore leads on":                          {time.Second, 1, false},
		"rarely, over hours":                             {time.Minute, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			var at uint64
			var tripped error
			g := newGuard(&tally{}, time.Minute)
			g.progress, g.trip = func() uint64 { return at }, func(err error) { tripped = err }
			now := time.Unix(0, 0)
			for range 10 {
				err := g.watch(now)
				if (err != nil) != (tripped != nil) {
					t.Fatalf("restore refused with %v, tripped %v", err, tripped)
				}
				now, at = now.Add(tc.every), at+tc.progress
			}
			if (tripped != nil) != tc.trips {
				t.Fatalf("tripped: %v", tripped)
			}
		})
	}
}
