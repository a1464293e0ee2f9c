package quorum

import (
	"testing"
	"time"
)

func TestFollowersLearnOfACommitWithinOneMessage(t *testing.T) {
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		leader := c.leader(c.servers...)
		for _, command := range commands(0, 10) {
			time.Sleep(300 * time.Millisecond) // nothing follows that would tell
			_, index, err := leader.Apply(c.within(5*time.Second), []byte(command))
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			for _, s := range c.servers {
				if err := s.guard.applied.Wait(c.within(time.Second), index); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(begin); took > 45*time.Millisecond { // one way is 10 ms, a note that overtook its entry is sent again
				t.Errorf("%s was applied by all servers %s after the leader", command, took)
			}
		}
		c.agree(commands(0, 10), c.servers...)
	})
}

func TestNoNoteIsSentByWhoDoesNotLead(t *testing.T) {
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		c.apply("a", c.servers...)
		leader := c.leader(c.servers...)
		last := leader.raft.LastIndex()
		for _, s := range c.servers {
			n := newCommitNotes(s.Quorum, nil)
			if got := n.leads(applied{last, s.raft.CurrentTerm()}); got != (s == leader) {
				t.Errorf("%s leads: %v", s.id, got)
			}
			if n.leads(applied{last, s.raft.CurrentTerm() - 1}) || n.leads(applied{last - 1, s.raft.CurrentTerm()}) {
				t.Errorf("%s would send a note of an older term or entry", s.id)
			}
		}
	})
}
