package quorum

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
	"go.uber.org/goleak"

	"xiangyun/protocol"
)

// inBubble runs a scenario on a simulated network in virtual time.
func inBubble(t *testing.T, servers int, scenario func(c *cluster)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, newSimulated(t, servers))
		defer c.close()
		scenario(c)
	})
}

func commands(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("command %03d", i))
	}
	return list
}

func TestLeaderCutOffHealedEveryCommandOnce(t *testing.T) { // replication.1, replication.2, replication.17
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		all := commands(0, 100)
		var old *server
		for i, command := range all {
			switch i {
			case 30:
				old = c.leader(c.servers...)
				c.net.cut(old.addr, true)
			case 31:
				if !old.IsLeader() && old.Leader().Self {
					c.t.Error("a leader that stepped down still calls itself leader")
				}
			case 60:
				c.net.cut(old.addr, false)
			}
			begin := time.Now()
			c.apply(command, c.servers...)
			if i == 30 {
				took := time.Since(begin)
				c.t.Logf("fail-over after the leader was cut: %v", took)
				if took > 5*time.Second {
					c.t.Errorf("fail-over took %v", took)
				}
			}
		}
		c.agree(all, c.servers...)
	})
}

func TestLinearizableReads(t *testing.T) { // pitfalls.R9
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		leader := c.leader(c.servers...)
		all := commands(0, 20)
		for i, command := range all {
			_, index, err := leader.Apply(c.within(time.Second), []byte(command))
			if err != nil {
				c.t.Fatal(err)
			}
			at, err := leader.Linearizable(c.within(time.Second))
			if _, seen, _ := leader.fsm.state(); err != nil || at < index || len(seen) != i+1 {
				c.t.Fatalf("read at %d (%v) shows %d commands, want %d decided at %d", at, err, len(seen), i+1, index)
			}
		}
		for _, s := range c.servers {
			if s == leader {
				continue
			}
			if _, err := s.Linearizable(c.within(time.Second)); protocol.CodeOf(err) != protocol.Busy {
				c.t.Errorf("a follower answered a linearizable read: %v", err)
			}
			if _, err := s.Barrier(c.within(time.Second)); protocol.CodeOf(err) != protocol.Busy {
				c.t.Errorf("a follower passed a barrier: %v", err)
			}
		}
		c.net.cut(leader.addr, true)
		time.Sleep(50 * time.Millisecond) // a heartbeat answered before the cut still counts
		if at, err := leader.Linearizable(c.within(10 * time.Second)); protocol.CodeOf(err) != protocol.Busy {
			c.t.Errorf("a leader that is cut off answered a read at %d: %v", at, err)
		}
		c.net.cut(leader.addr, false)
		c.agree(all, c.servers...)
	})
}

func TestReadAfterAChangeOfMembersPassesRaftsOwnEntries(t *testing.T) {
	inBubble(t, 2, func(c *cluster) {
		c.form(2)
		leader := c.leader(c.servers...)
		begin := time.Now()
		for range 3 { // the last entries are a configuration and barriers
			if _, err := leader.Linearizable(c.within(time.Second)); err != nil {
				c.t.Fatal(err)
			}
		}
		if took := time.Since(begin); took > 3*100*time.Millisecond {
			c.t.Errorf("three idle reads took %v", took)
		}
	})
}

func TestApplyFaults(t *testing.T) {
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		leader := c.leader(c.servers...)
		follower := others(c.servers, leader)[0]
		if _, _, err := leader.Apply(c.within(time.Second), make([]byte, raft.SuggestedMaxDataSize+1)); protocol.CodeOf(err) != protocol.TooBig {
			c.t.Errorf("too big: %v", err)
		}
		if _, _, err := follower.Apply(c.within(time.Second), []byte("x")); protocol.CodeOf(err) != protocol.Busy {
			c.t.Errorf("on a follower: %v", err)
		}
		c.net.cut(leader.addr, true)
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if _, _, err := leader.Apply(ctx, []byte("x")); protocol.CodeOf(err) != protocol.Unknown {
			c.t.Errorf("cut off: %v", err)
		}
		c.net.cut(leader.addr, false)
		c.leader(c.servers...)
		c.halt(follower)
		if _, _, err := follower.Apply(context.Background(), []byte("x")); protocol.CodeOf(err) != protocol.Busy {
			c.t.Errorf("after the stop: %v", err)
		}
	})
}

func TestThreeServersOverLoopback(t *testing.T) {
	if testing.Short() {
		t.Skip("real time")
	}
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c := newCluster(t, newLoopback(t, 3))
	defer c.close()
	c.form(3)
	all := commands(0, 200)
	leader := c.leader(c.servers...)
	begin := time.Now()
	var wg sync.WaitGroup
	for lane := range 20 {
		wg.Go(func() {
			for _, command := range all[lane*10 : lane*10+10] {
				if _, _, err := leader.Apply(c.within(10*time.Second), []byte(command)); err != nil {
					t.Errorf("%s: %v", command, err)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("200 commands, 20 at once: %v", time.Since(begin))
	c.agree(all, c.servers...)

	begin = time.Now()
	c.halt(leader)
	c.apply("after the stop", c.servers...)
	t.Logf("next command %v after the stop began", time.Since(begin))
	c.run(leader)
	c.agree(append(all, "after the stop"), c.servers...)
}
