package quorum

import (
	"testing"
	"time"

	"xiangyun/protocol"
)

func TestStopOfTheLeaderHandsLeadershipOn(t *testing.T) { // pitfalls.R1
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		leader := c.leader(c.servers...)
		c.apply("before", c.servers...)
		begin := time.Now()
		c.halt(leader)
		stopped := time.Since(begin)
		c.apply("after", c.servers...)
		c.t.Logf("stop took %v, next command decided after %v", stopped, time.Since(begin))
		if took := time.Since(begin); took > 700*time.Millisecond {
			c.t.Errorf("%v: that was an election, not a hand-over", took)
		}
		rest := others(c.servers, leader)
		c.agree([]string{"before", "after"}, rest...)
	})
}

func others(all []*server, one *server) (rest []*server) {
	for _, s := range all {
		if s != one {
			rest = append(rest, s)
		}
	}
	return rest
}

func TestTransferTo(t *testing.T) {
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		for _, s := range c.servers {
			leader := c.leader(c.servers...)
			if err := leader.TransferTo(c.within(5*time.Second), s.id); err != nil {
				c.t.Fatal(err)
			}
			if got := c.leader(c.servers...); got != s {
				c.t.Fatalf("%s leads, want %s", got.id, s.id)
			}
			c.eventually("all know the leader", func() bool {
				return c.servers[0].Leader().ID == s.id && c.servers[1].Leader().ID == s.id && c.servers[2].Leader().ID == s.id
			})
			if l := c.servers[0].Leader(); l.Addr != s.addr || l.Self != (s == c.servers[0]) {
				c.t.Fatalf("leader is known as %+v", l)
			}
		}
		if err := c.servers[2].TransferTo(c.within(time.Second), "hub-9"); protocol.CodeOf(err) != protocol.Denied {
			c.t.Errorf("leadership given to a stranger: %v", err)
		}
	})
}

func TestLeaderChangesTellsTheLatest(t *testing.T) {
	inBubble(t, 1, func(c *cluster) {
		s := c.add(1)
		if err := s.Bootstrap(s.id, s.addr); err != nil {
			c.t.Fatal(err)
		}
		c.leader(s)
		for l := range s.LeaderChanges() {
			if l.Self {
				break
			}
		}
		if err := s.Bootstrap(s.id, s.addr); protocol.CodeOf(err) != protocol.Denied {
			c.t.Errorf("bootstrapped twice: %v", err)
		}
	})
}

func TestJoinRemoveReplace(t *testing.T) { // pitfalls.R2, pitfalls.R11
	inBubble(t, 4, func(c *cluster) {
		c.form(3)
		c.apply("one", c.servers...)
		leader := c.leader(c.servers...)
		lost := others(c.servers, leader)[0]
		c.halt(lost)

		if err := leader.Replace(c.within(time.Second), lost.id, lost.id, lost.addr); protocol.CodeOf(err) != protocol.Denied {
			c.t.Fatalf("a wiped server came back under its old id: %v", err)
		}
		// The new server is not up yet: it must not get a vote.
		newAddr := c.net.address(4)
		if err := leader.Replace(c.within(5*time.Second), lost.id, "hub-4", newAddr); protocol.CodeOf(err) != protocol.Busy {
			c.t.Fatalf("a server that does not answer joined: %v", err)
		}
		if m, ok := leader.member("hub-4"); !ok || m.Voter {
			c.t.Fatalf("waiting server is %+v", m)
		}
		c.apply("two", c.servers...)
		fresh := c.add(4)
		if err := leader.Join(c.within(20*time.Second), fresh.id, fresh.addr); err != nil {
			c.t.Fatal(err)
		}
		if err := leader.Join(c.within(time.Second), fresh.id, fresh.addr); err != nil {
			c.t.Fatalf("joining again: %v", err)
		}
		c.apply("three", c.servers...)
		c.agree([]string{"one", "two", "three"}, others(c.servers, lost)...)
		for _, s := range others(c.servers, lost) {
			if got := s.Members(); len(got) != 3 || s.voters() != 3 {
				c.t.Fatalf("%s knows %+v", s.id, got)
			}
		}
		if err := leader.Remove(c.within(time.Second), lost.id); err != nil {
			c.t.Fatalf("removing again: %v", err)
		}
		if err := leader.Remove(c.within(5*time.Second), leader.id); protocol.CodeOf(err) != protocol.Busy {
			c.t.Fatalf("a leader removed itself: %v", err)
		}
		next := c.leader(others(c.servers, lost)...)
		if next == leader {
			c.t.Fatal("leadership was not handed on")
		}
		if err := next.Remove(c.within(5*time.Second), leader.id); err != nil {
			c.t.Fatal(err)
		}
		c.apply("four", next, fresh)
	})
}

func TestLastVoterStays(t *testing.T) {
	inBubble(t, 1, func(c *cluster) {
		c.form(1)
		if err := c.servers[0].Remove(c.within(time.Second), "hub-1"); protocol.CodeOf(err) != protocol.Denied {
			c.t.Fatalf("the last voter was removed: %v", err)
		}
	})
}
