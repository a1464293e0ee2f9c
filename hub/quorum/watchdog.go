package quorum

import (
	"io"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/replication/mark"
)

// maxRestores in one window without progress is the livelock of pitfalls.R2:
// a follower whose diverged log reaches past the snapshot it is sent installs
// it for ever, thousands of times a second.
const maxRestores = 3

// guard stands between raft and the state machine. It passes on commands only,
// knows how far the state machine is, and is the watchdog over restores. raft
// calls it from one goroutine.
type guard struct {
	fsm     raft.FSM
	batches raft.BatchingFSM // fsm, when it takes batches
	applied mark.Mark        // index up to which every command has been applied

	window   time.Duration
	progress func() uint64 // raft's applied index
	trip     func(error)   // called once, stops raft without waiting

	after func(index, term uint64) // told of the last entry of every batch; it must not wait

	mu       sync.Mutex // guards what follows
	at       uint64     // progress at the first restore of the row
	row      []time.Time
	tripped  error
	restores uint64
	took     time.Duration // of the last restore
}

func newGuard(fsm raft.FSM, window time.Duration) *guard {
	batches, _ := fsm.(raft.BatchingFSM)
	return &guard{fsm: fsm, batches: batches, window: window}
}

// Apply is here for the interface; raft prefers ApplyBatch.
func (g *guard) Apply(l *raft.Log) any { return g.ApplyBatch([]*raft.Log{l})[0] }

// ApplyBatch leaves out configurations, which raft hands to every batching
// state machine: to ours they would be an undecodable command, and that stops
// the server.
func (g *guard) ApplyBatch(logs []*raft.Log) []any {
	out := make([]any, len(logs))
	commands, at := make([]*raft.Log, 0, len(logs)), make([]int, 0, len(logs))
	for i, l := range logs {
		if l.Type == raft.LogCommand {
			commands, at = append(commands, l), append(at, i)
		}
	}
	for i, r := range g.apply(commands) {
		out[at[i]] = r
	}
	last := logs[len(logs)-1]
	g.applied.Set(last.Index)
	if g.after != nil {
		g.after(last.Index, last.Term)
	}
	return out
}

func (g *guard) apply(commands []*raft.Log) []any {
	if len(commands) == 0 {
		return nil
	}
	if g.batches != nil {
		return g.batches.ApplyBatch(commands)
	}
	out := make([]any, len(commands))
	for i, l := range commands {
		out[i] = g.fsm.Apply(l)
	}
	return out
}

// Snapshot passes on.
func (g *guard) Snapshot() (raft.FSMSnapshot, error) { return g.fsm.Snapshot() }

// Restore passes on unless the watchdog says that restoring leads nowhere.
func (g *guard) Restore(rc io.ReadCloser) error {
	if err := g.watch(time.Now()); err != nil {
		return err
	}
	begin := time.Now()
	err := g.fsm.Restore(rc)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.took = time.Since(begin)
	return err
}

// watch counts a restore that is about to begin.
func (g *guard) watch(now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.tripped != nil {
		return g.tripped
	}
	g.restores++
	if at := g.progress(); at != g.at {
		g.at, g.row = at, nil
	}
	g.row = append(g.row, now)
	for now.Sub(g.row[0]) > g.window {
		g.row = g.row[1:]
	}
	if len(g.row) <= maxRestores {
		return nil
	}
	g.tripped = &protocol.Fault{
		Code: protocol.Fork, Op: "restore snapshot",
		Text: "本服务器的日志与集群已经分叉,反复安装同一份快照而没有进展,已自动停止",
		Hint: "在主服务器上先将本服务器移出集群(remove),再清空本服务器的数据目录,换一个新的服务器编号重新加入;不要清空后沿用原编号",
	}
	g.trip(g.tripped)
	return g.tripped
}

func (g *guard) stats() (restores uint64, took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.restores, g.took
}
