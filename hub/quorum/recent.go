package quorum

import (
	"sync"

	"github.com/hashicorp/raft"
)

// recentBytes bounds the newest log entries kept in memory: the leader reads
// each once for every follower, and a follower once more to apply it. A
// follower that lags further is served from the file.
const recentBytes = 2 << 20

// recentLog is Raft's log with its newest entries in memory, bounded by their
// bytes: a count alone bounds nothing when an entry may have 512 KiB.
type recentLog struct {
	LogStore

	mu    sync.RWMutex // guards the rest
	limit int
	bytes int
	logs  []*raft.Log // of rising index, without holes
}

func newRecentLog(store LogStore, limit int) *recentLog {
	return &recentLog{LogStore: store, limit: limit}
}

// GetLog gives an entry from memory, or else from the disk.
func (r *recentLog) GetLog(index uint64, into *raft.Log) error {
	if l := r.find(index); l != nil {
		*into = *l
		return nil
	}
	return r.LogStore.GetLog(index, into)
}

func (r *recentLog) find(index uint64) *raft.Log {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.logs) == 0 || index < r.logs[0].Index || index > r.logs[len(r.logs)-1].Index {
		return nil
	}
	return r.logs[index-r.logs[0].Index]
}

func (r *recentLog) StoreLog(l *raft.Log) error { return r.StoreLogs([]*raft.Log{l}) }

// StoreLogs remembers what the disk has taken, and nothing else.
func (r *recentLog) StoreLogs(logs []*raft.Log) error {
	if err := r.LogStore.StoreLogs(logs); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range logs {
		if n := len(r.logs); n > 0 && r.logs[n-1].Index+1 != l.Index {
			r.forget()
		}
		r.logs, r.bytes = append(r.logs, l), r.bytes+len(l.Data)
	}
	r.trim()
	return nil
}

// DeleteRange forgets everything: raft cuts its log rarely.
func (r *recentLog) DeleteRange(from, to uint64) error {
	r.mu.Lock()
	r.forget()
	r.mu.Unlock()
	return r.LogStore.DeleteRange(from, to)
}

// Close forgets, so that a closed log answers nothing.
func (r *recentLog) Close() error {
	r.mu.Lock()
	r.forget()
	r.mu.Unlock()
	return r.LogStore.Close()
}

func (r *recentLog) forget() { r.logs, r.bytes = nil, 0 }

// trim keeps the newest entry whatever its size.
func (r *recentLog) trim() {
	n := 0
	for r.bytes > r.limit && n < len(r.logs)-1 {
		r.bytes -= len(r.logs[n].Data)
		r.logs[n] = nil
		n++
	}
	r.logs = r.logs[n:] // append moves the rest to a new array in time
}
