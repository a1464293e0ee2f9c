package quorum

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

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
