package fsm

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// step is one command being applied. What it gathers is published only when
// the whole command is done, so that no reader sees half of an index.
type step struct {
	f     *FSM
	tx    *bbolt.Tx
	index uint64
	now   protocol.Instant
	floor protocol.Instant // newest time that was held of the journal whose line is being folded

	rows    []row
	changes []change
	refs    []protocol.Ref // records that changed
	touched []chainKey
	record  []byte // outcomes, for the rolling digest
}

func newStep(f *FSM, tx *bbolt.Tx, index uint64, now protocol.Instant) *step {
	return &step{f: f, tx: tx, index: index, now: now}
}

func (st *step) fold() fold.Fold { return fold.Fold{Level: st.f.state.Level, Cites: &st.f.cites} }

func (st *step) run(cmd command) (any, error) {
	switch cmd.kind {
	case kindAppend:
		return st.append(cmd.batches, cmd.groups)
	case kindTick:
		return st.tick(cmd.now)
	case kindRatchet:
		return st.ratchet(cmd.level)
	}
	return nil, nil // a digest is compared behind the step
}

// ratchet raises the level, never lowers it (replication.V3).
func (st *step) ratchet(level uint16) (any, error) {
	s := &st.f.state
	if level <= s.Level {
		return s.Level, nil
	}
	if level > st.f.o.Feature {
		return nil, fmt.Errorf("level %d is decided, this build knows %d: install a newer one", level, st.f.o.Feature) // A8
	}
	s.Level = level
	st.line(row{lane: protocol.Urgent, stream: everyone, what: lineLevel, value: uint64(level)})
	return level, nil
}

// note adds an outcome to the rolling digest, so that servers that decide
// differently are found at once and not when a record shows it.
func (st *step) note(outcome protocol.Outcome, rule string) {
	st.record = append(append(append(st.record, byte(outcome)), rule...), 0)
}

// finish moves the state to the step's index and shows what changed.
func (st *step) finish() error {
	f, s := st.f, &st.f.state
	if err := errors.Join(st.saveChains(), st.keepRows()); err != nil {
		return err
	}
	s.Applied = st.index
	s.roll(st.record)
	f.past.note(st.index, s.digest(fold.Digest(st.tx)))
	f.ring.publish(st.index, st.rows, st.changes)
	f.watch.tell(st.index, st.refs)
	return nil
}

// roll takes the outcomes of one index into the rolling digest.
func (s *state) roll(record []byte) {
	h := sha256.New()
	h.Write(s.Decided[:])
	h.Write(binary.BigEndian.AppendUint64(nil, s.Applied))
	h.Write(record)
	h.Sum(s.Decided[:0])
}
