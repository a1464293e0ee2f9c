package quorum

import (
	"testing"
	"time"

	"xiangyun/protocol"
)

// A removed server is told by a leader that has a majority, and by nobody else.
func TestRemovedIsProvedByTheLeader(t *testing.T) { // pitfalls.R11
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		c.apply("one", c.servers...)
		leader := c.leader(c.servers...)
		rest := others(c.servers, leader)
		gone, follower := rest[0], rest[1]
		if removed, err := leader.Removed(c.within(5*time.Second), gone.id); removed || err != nil {
			t.Fatalf("a member: %v, %v", removed, err)
		}
		if _, err := follower.Removed(c.within(5*time.Second), gone.id); protocol.CodeOf(err) != protocol.Busy {
			t.Errorf("a follower answered: %v", err)
		}
		if err := leader.Remove(c.within(5*time.Second), gone.id); err != nil {
			t.Fatal(err)
		}
		if removed, err := leader.Removed(c.within(5*time.Second), gone.id); !removed || err != nil {
			t.Errorf("a removed server: %v, %v", removed, err)
		}
		c.halt(follower) // the leader has lost its majority: it may not say anything
		if removed, err := leader.Removed(c.within(time.Second), follower.id); removed || err == nil {
			t.Errorf("without a majority: %v, %v", removed, err)
		}
	})
}
