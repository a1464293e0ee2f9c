package quorum

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// Config says what a server's place in the quorum is made of. Fields after Log
// have defaults; those of one site are given.
type Config struct {
	ID   protocol.NodeID // the server's certificate; also its raft server id
	Addr string          // host:port at which other servers reach it
	Dir  string          // holds raft-log and snapshots

	// FSM is the state machine. It is given commands only, in batches when it
	// is a raft.BatchingFSM, and must skip indexes it has applied before.
	FSM raft.FSM
	// Applied is the index FSM has on disk when it is handed in.
	Applied uint64

	// Link listens for identity.ALPNRaft; the caller closes it after Run.
	Link *link.Endpoint
	Log  *slog.Logger

	// AddressOf overrides the address a server joined with; it may be nil or
	// answer "". It comes from the operator's configuration and never from
	// gossip: a wrong address cannot fool anyone, but it cuts a server off.
	AddressOf func(protocol.NodeID) string
	// OpenLog opens the log store; default OpenLog of this package.
	OpenLog func(dir string) (LogStore, error)

	Heartbeat time.Duration // 1 s; 3 s over two sites
	Election  time.Duration // 1 s; 3 s over two sites
	Lease     time.Duration // 500 ms; 1.5 s over two sites

	SnapshotThreshold uint64        // 8192 entries
	SnapshotInterval  time.Duration // 120 s
	TrailingLogs      uint64        // 10240 entries, not less (pitfalls.R2)

	// WatchWindow is how long the restore watchdog looks back; 1 min.
	WatchWindow time.Duration

	belowTrailing bool // tests that provoke the livelock need fewer trailing logs
}

// minTrailing keeps a follower from being sent a snapshot below its own log:
// the restore livelock of pitfalls.R2 begins there.
const minTrailing = 10240

// retained is how many snapshots stay on disk.
const retained = 2

func (c *Config) setDefaults() {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.Heartbeat, time.Second)
	def(&c.Election, c.Heartbeat)
	def(&c.Lease, c.Heartbeat/2)
	def(&c.SnapshotInterval, 120*time.Second)
	def(&c.WatchWindow, time.Minute)
	if c.SnapshotThreshold == 0 {
		c.SnapshotThreshold = 8192
	}
	if c.TrailingLogs == 0 {
		c.TrailingLogs = minTrailing
	}
	if c.OpenLog == nil {
		c.OpenLog = OpenLog
	}
}

// Validate lists what must hold; Open calls it after filling in defaults.
func (c *Config) Validate() error {
	if err := c.ID.Validate(); err != nil {
		return fmt.Errorf("quorum: %w", err)
	}
	switch {
	case c.Addr == "" || c.Dir == "":
		return errors.New("quorum: address and directory are needed")
	case c.FSM == nil || c.Link == nil || c.Log == nil:
		return errors.New("quorum: state machine, link and log are needed")
	case c.TrailingLogs < minTrailing && !c.belowTrailing:
		return fmt.Errorf("quorum: trailing logs %d, at least %d", c.TrailingLogs, minTrailing)
	}
	return nil
}

// raftConfig is the settings table of pitfalls §2.
func (c *Config) raftConfig() *raft.Config {
	r := raft.DefaultConfig() // pre-vote on
	r.LocalID = raft.ServerID(c.ID)
	r.HeartbeatTimeout, r.ElectionTimeout, r.LeaderLeaseTimeout = c.Heartbeat, c.Election, c.Lease
	r.MaxAppendEntries = 256
	r.BatchApplyCh = true
	r.SnapshotThreshold, r.SnapshotInterval, r.TrailingLogs = c.SnapshotThreshold, c.SnapshotInterval, c.TrailingLogs
	r.NoSnapshotRestoreOnStart = true
	r.ShutdownOnRemove = false // raft's own shutdown could not be waited for
	r.NoLegacyTelemetry = true
	r.Logger = newHCLogger(c.Log, "raft")
	return r
}

func (c *Config) logDir() string { return filepath.Join(c.Dir, "raft-log") }
