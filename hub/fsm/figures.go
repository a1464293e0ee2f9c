package fsm

import (
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// openReads knows the read transactions that are open: one that stays open makes
// the file grow, and it never shrinks (pitfalls.B5).
type openReads struct {
	mu   sync.Mutex // guards open
	open map[*bbolt.Tx]time.Time
}

func (r *openReads) opened(tx *bbolt.Tx) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = make(map[*bbolt.Tx]time.Time)
	}
	r.open[tx] = time.Now()
}

func (r *openReads) closed(tx *bbolt.Tx) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, tx)
}

// beginRead opens a read transaction that end closes. The caller holds mu.
func (f *FSM) beginRead() (*bbolt.Tx, error) {
	tx, err := f.db.Begin(false)
	if err != nil {
		return nil, fmt.Errorf("read hub state: %w", err)
	}
	f.reads.opened(tx)
	return tx, nil
}

// OpenReads is how many read transactions are open, and for how long the
// oldest has been.
func (f *FSM) OpenReads() (n int, oldest time.Duration) {
	f.reads.mu.Lock()
	defer f.reads.mu.Unlock()
	for _, since := range f.reads.open {
		oldest = max(oldest, time.Since(since))
	}
	return len(f.reads.open), oldest
}

// HomeRefused counts the acts of records' own homes that this server has seen
// refused since its start: node and hub judge alike, so each is a defect
// (replication.R14).
func (f *FSM) HomeRefused() uint64 { return f.refused.Load() }

// countRefused looks at a refused act; the record stands as it stood before it.
func (st *step) countRefused(e *protocol.Entry) error {
	rec, ok, err := fold.Get(st.tx, e.Ref)
	if err == nil && ok && rec.Home == e.Origin {
		st.f.refused.Add(1)
	}
	return err
}
