package fsm

import (
	"maps"
	"os"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Status is where this server's state stands.
type Status struct {
	Applied    uint64 // newest applied index
	Committed  uint64 // as far as bbolt holds it
	Generation uint64
	Level      uint16
	Clock      protocol.Instant // of the last tick
	Digest     protocol.Hash    // at Applied
	Origins    []OriginStatus   // in order of id
	Held       int              // entries that wait for an operator
	Overdue    int              // lapsed clocks that still run
	Waiting    int              // colours of clocks without a card that is sure
	Pairs      int              // pairs of cases without a mark that is true
	FeedFloor  uint64           // cursors below it need a scope snapshot
	FileBytes  int64
	Stopped    error // why this server stopped, or nil
}

// OriginStatus is one writer of journals.
type OriginStatus struct {
	ID protocol.NodeID
	OriginState
}

// Status looks at memory and at two short lists.
func (f *FSM) Status() (Status, error) {
	overdue, waiting, pairs := 0, 0, 0
	err := f.View(func(tx *bbolt.Tx) error {
		overdue = tx.Bucket(bucketFired).Stats().KeyN
		waiting, pairs = tx.Bucket(bucketWait).Stats().KeyN, tx.Bucket(bucketPair).Stats().KeyN
		return nil
	})
	if err != nil {
		return f.standing(), err
	}
	list, err := f.Held(maxHeldShown)
	s := f.standing()
	s.Held, s.Overdue, s.Waiting, s.Pairs = len(list), overdue, waiting, pairs
	if info, serr := os.Stat(f.path(fileName)); serr == nil {
		s.FileBytes = info.Size()
	}
	return s, err
}

// maxHeldShown is where Status stops counting.
const maxHeldShown = 10_000

func (f *FSM) standing() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := Status{Applied: f.state.Applied, Committed: f.committed, Generation: f.state.Generation, Level: f.state.Level,
		Clock: f.state.Clock, FeedFloor: f.state.FeedFloor, Stopped: f.dead}
	s.Digest, _ = f.past.at(f.state.Applied)
	for _, id := range slices.Sorted(maps.Keys(f.origins)) {
		s.Origins = append(s.Origins, OriginStatus{id, f.originState(id, f.origins[id])})
	}
	return s
}

// Level is the level whose rules apply.
func (f *FSM) Level() uint16 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.Level
}

// Clock is the leader's stamp on the newest tick applied here.
func (f *FSM) Clock() protocol.Instant {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.Clock
}

// Generation tells feeds apart that a restore of the hub broke.
func (f *FSM) Generation() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.Generation
}

// BumpGeneration raises the generation and commits. It is for an offline
// recovery only, before the snapshot that the other servers will be restored
// from is taken: it does not pass through Raft (pitfalls.R12).
func (f *FSM) BumpGeneration() (uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead != nil {
		return 0, f.dead
	}
	tx, err := f.writable()
	if err != nil {
		return 0, err
	}
	f.state.Generation++
	f.ring.reset(&f.state)
	f.past = digests{}
	f.past.note(f.state.Applied, f.state.digest(fold.Digest(tx)))
	return f.state.Generation, f.commitOrStop()
}
