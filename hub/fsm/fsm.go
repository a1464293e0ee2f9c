package fsm

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
	"xiangyun/replication/mark"
)

// Options of a state machine; the zero value of each is usable.
type Options struct {
	Log         *slog.Logger
	Server      string        // this server, as it signs its digests
	CommitEvery time.Duration // longest time between commits; 0 is 200 ms
	Level       uint16        // level of a new, empty state; 0 is 1
	Feature     uint16        // highest level whose rules this build knows; 0 is 1
	Outvoted    int           // so many servers must contradict this one's digest before it stops itself; 0 is 1
	MmapSize    int           // bytes of address space reserved; 0 is 8 GiB, so that readers never stop the writer

	// Fatal is told that this server must not go on: a failed fsync, a damaged
	// file, an undecodable command, a digest that the others contradict. The hub
	// ends the process in it. If it returns, Apply panics.
	Fatal func(error)
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.CommitEvery <= 0 {
		o.CommitEvery = 200 * time.Millisecond
	}
	o.Level, o.Feature, o.Outvoted = max(o.Level, 1), max(o.Feature, 1), max(o.Outvoted, 1)
	if o.MmapSize <= 0 {
		o.MmapSize = 8 << 30
	}
	if o.Fatal == nil {
		o.Fatal = func(error) {} // Apply panics after it
	}
}

// FSM is a raft.BatchingFSM. Its other methods may be called from many
// goroutines.
type FSM struct {
	o       Options
	dir     string
	keep    retention
	sync    func(*bbolt.Tx) error // ends a transaction; the disk that fails in a test
	applied mark.Mark             // newest applied index
	dirty   chan struct{}
	ring    ring
	watch   watchers
	scopes  scopes
	reads   openReads
	refused atomic.Uint64 // acts of a record's own home

	mu        sync.Mutex // guards what follows
	db        *bbolt.DB
	tx        *bbolt.Tx // the open transaction, or nil
	since     time.Time // when tx was opened
	state     state
	committed uint64
	chains    map[chainKey]*chain
	origins   map[protocol.NodeID]*origin
	waits     map[protocol.Ref]int // rows of bucketWait, by record
	newest    map[chainKey]protocol.Instant
	paired    pairings // rows of bucketPair
	marked    pairings // open marks of two cases
	past      digests
	cites     fold.Cites
	dead      error // why this server stopped
}

var _ raft.BatchingFSM = (*FSM)(nil)

// Applied is the newest applied index; it may be ahead of what bbolt holds.
func (f *FSM) Applied() *mark.Mark { return &f.applied }

// Apply decides about one command.
func (f *FSM) Apply(l *raft.Log) any { return f.ApplyBatch([]*raft.Log{l})[0] }

// ApplyBatch decides about commands in their order. The response to an append
// is an *AppendResult, to a tick a TickResult, to a ratchet the level; nil to a
// command that was applied before a restart. It panics when this server can
// not go on, after Fatal was told (replication.A1, pitfalls.R3).
func (f *FSM) ApplyBatch(logs []*raft.Log) []any {
	out := make([]any, len(logs))
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, l := range logs {
		if f.dead != nil {
			panic(fmt.Sprintf("hub state machine has stopped: %v", f.dead))
		}
		if l.Type != raft.LogCommand || l.Index <= f.state.Applied {
			continue
		}
		response, err := f.applyOne(l.Index, l.Data)
		if err != nil {
			f.stop(fmt.Errorf("apply index %d: %w", l.Index, err))
		}
		out[i] = response
	}
	f.commitIfOld()
	f.applied.Set(f.state.Applied)
	return out
}

// applyOne is pure but for the database: the same on every voter.
func (f *FSM) applyOne(index uint64, data []byte) (any, error) {
	cmd, err := decodeCommand(data)
	if err != nil {
		return nil, fmt.Errorf("command cannot be read, this server must be upgraded or replaced: %w", err) // A1
	}
	tx, err := f.writable()
	if err != nil {
		return nil, err
	}
	st := newStep(f, tx, index, cmd.now)
	response, err := st.run(cmd)
	if err != nil {
		return nil, stored(err)
	}
	if err := st.finish(); err != nil {
		return nil, stored(err)
	}
	if cmd.kind == kindDigest { // after the step, so that its own index counts
		return nil, f.compare(cmd.claim)
	}
	return response, nil
}

// stop tells Fatal and never returns: nothing may be answered any more.
func (f *FSM) stop(err error) {
	f.dead = err
	f.o.Log.Error("hub state machine stops", "server", f.o.Server, "err", err)
	f.o.Fatal(err)
	panic(fmt.Sprintf("hub state machine must stop: %v", err))
}
