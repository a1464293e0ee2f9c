package fsm

import "github.com/hashicorp/raft"

// Renewed is a state machine whose generation rises with the snapshot that a
// recovery leaves: before it the log is still replayed on an older snapshot,
// which would undo it, and after it nobody looks at the file again.
type Renewed struct{ *FSM }

// Snapshot raises the generation first.
func (r Renewed) Snapshot() (raft.FSMSnapshot, error) {
	if _, err := r.BumpGeneration(); err != nil {
		return nil, err
	}
	s, err := r.FSM.Snapshot()
	return released{s}, err
}

// released is a snapshot that gives its read transaction back once it is
// written: raft.RecoverCluster never does, and the state could not be closed.
type released struct{ raft.FSMSnapshot }

// Persist writes and releases.
func (s released) Persist(sink raft.SnapshotSink) error {
	defer s.FSMSnapshot.Release()
	return s.FSMSnapshot.Persist(sink)
}

// Release has been done.
func (released) Release() {}
