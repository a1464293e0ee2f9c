package quorum

import (
	"errors"

	"github.com/hashicorp/raft"
)

// LogStore is Raft's log and its few stable values (term, vote) in one
// directory. Everything is on disk when a write returns (pitfalls.W3).
//
// It may be called from many goroutines; raft writes from one at a time and
// trims from another. GetLog gives raft.ErrLogNotFound for an index that is
// not there and an error wrapping ErrDamaged for bytes that fail their sum,
// never a zero log. Get and GetUint64 answer "not found", word for word,
// because raft compares the text (pitfalls.M2).
//
// LogSuite in the tests is what every implementation must pass.
type LogStore interface {
	raft.LogStore
	raft.StableStore
	raft.MonotonicLogStore

	// Failed is closed when the store can no longer be trusted: a write or
	// sync failed (pitfalls.W2) or stored bytes do not match their sum. The
	// server must leave the quorum; Err says why.
	Failed() <-chan struct{}
	// Err is the reason of Failed, nil before.
	Err() error
	// Close marks a clean end and frees the directory.
	Close() error
}

// ErrDamaged says that stored bytes are not what was written. The cause is the
// disk or a hand on the files; the server's copy must be rebuilt from its
// peers under a new server id (pitfalls.R2).
var ErrDamaged = errors.New("raft log is damaged")

// ErrInUse says that another process has the log open.
var ErrInUse = errors.New("raft log is in use by another process")

// errNotFound has the exact text raft looks for.
var errNotFound = errors.New("not found")

var errClosed = errors.New("raft log is closed")

// segmentSize is what one segment file is preallocated to: small enough that
// trimming gives space back, large enough that a new file is rare.
const segmentSize = 64 << 20

// OpenLog opens or creates the log in dir. It checks every stored byte, cuts a
// batch that a crash tore (it was never acknowledged), and refuses damage that
// no crash can explain with ErrDamaged.
func OpenLog(dir string) (LogStore, error) {
	return openSegmentLog(dir, segmentSize)
}
