package quorum

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
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

func TestRestartKeepsEverything(t *testing.T) {
	inBubble(t, 3, func(c *cluster) {
		c.form(3)
		all := commands(0, 10)
		for _, command := range all {
			c.apply(command, c.servers...)
		}
		for _, s := range c.servers {
			c.halt(s)
		}
		c.servers[1].fsm = &tally{} // its database is gone: replayed from the log
		for _, s := range c.servers {
			c.run(s)
		}
		c.apply("after", c.servers...)
		c.agree(append(all, "after"), c.servers...)
		if got := c.servers[0].Members(); len(got) != 3 {
			c.t.Fatalf("members after restart: %+v", got)
		}
	})
}

func TestLostStateMachineIsRestoredFromItsSnapshot(t *testing.T) { // pitfalls.R5
	inBubble(t, 1, func(c *cluster) {
		c.adjust = func(cfg *Config) { cfg.TrailingLogs, cfg.belowTrailing = 1, true }
		c.form(1)
		s := c.servers[0]
		all := commands(0, 10)
		for _, command := range all {
			c.apply(command, s)
		}
		if err := s.raft.Snapshot().Error(); err != nil {
			c.t.Fatal(err)
		}
		c.apply("behind the snapshot", s)
		c.halt(s)
		s.fsm = &tally{}
		c.run(s)
		c.leader(s)
		c.agree(append(all, "behind the snapshot"), s)
		if st := s.Stats(); st.State != "Leader" || st.FirstIndex == 0 || st.OldestLog.IsZero() || st.Restores != 1 {
			c.t.Errorf("stats %+v", st)
		}
		c.halt(s)
		c.run(s) // the state machine is whole: nothing to restore
		c.leader(s)
		if st := s.Stats(); st.Restores != 0 {
			c.t.Errorf("restored %d times without need", st.Restores)
		}
	})
}

func TestLogOlderThanTheStateMachineIsRefused(t *testing.T) {
	inBubble(t, 1, func(c *cluster) {
		c.form(1)
		s := c.servers[0]
		c.apply("one", s)
		c.halt(s)
		dir := filepath.Join(c.dir, string(s.id))
		if err := os.RemoveAll(dir); err != nil {
			c.t.Fatal(err)
		}
		index, _, _ := s.fsm.state()
		end := c.net.join(s.id, s.addr)
		_, err := Open(Config{ID: s.id, Addr: s.addr, Dir: dir, FSM: s.fsm, Applied: index, Link: end, Log: quiet()})
		if f := new(protocol.Fault); !errors.As(err, &f) || f.Hint == "" {
			c.t.Fatalf("opened on a log that is too old: %v", err)
		}
		c.net.leave(s.addr)
	})
}

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

// badDisk fails its next write when told to.
type badDisk struct {
	*segmentLog
	broken atomic.Bool
}

func (b *badDisk) StoreLogs(logs []*raft.Log) error {
	if b.broken.Load() {
		return b.fail(fmt.Errorf("%w: injected", errSync))
	}
	return b.segmentLog.StoreLogs(logs)
}

func TestDiskFailureTakesTheServerOut(t *testing.T) { // proof F24
	inBubble(t, 3, func(c *cluster) {
		disks := map[protocol.NodeID]*badDisk{}
		c.adjust = func(cfg *Config) {
			cfg.OpenLog = func(dir string) (LogStore, error) {
				s, err := openSegmentLog(dir, 1<<20)
				disks[cfg.ID] = &badDisk{segmentLog: s}
				return disks[cfg.ID], err
			}
		}
		c.form(3)
		c.apply("one", c.servers...)
		leader := c.leader(c.servers...)
		disks[leader.id].broken.Store(true)
		_, _, err := leader.Apply(c.within(5*time.Second), []byte("two"))
		if protocol.CodeOf(err) != protocol.Unknown {
			c.t.Errorf("command on a failing disk: %v", err)
		}
		if err := c.ended(leader); !errors.Is(err, errSync) {
			c.t.Fatalf("server with a failed disk ended with %v", err)
		}
		rest := others(c.servers, leader)
		c.apply("two", rest...)
		c.agree([]string{"one", "two"}, rest...)
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

func FuzzDecodeStatus(f *testing.F) {
	f.Add(encodeStatus(Status{1, 2, 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeStatus(b)
		if err == nil && string(encodeStatus(s)) != string(b) {
			t.Fatalf("%x read as %+v", b, s)
		}
	})
}
