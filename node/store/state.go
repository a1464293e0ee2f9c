package store

import (
	"fmt"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/journal"
)

// lanes sizes arrays indexed by lane.
const lanes = len(protocol.Lanes) + 1

// state is what the writer keeps at hand of the database. It is copied as a
// value: slices and pointers in it are replaced, never changed.
type state struct {
	epoch  uint64
	level  uint16
	frozen *protocol.Fault
	heads  [lanes]protocol.Pos
	acked  [lanes]protocol.Pos
	queue  [lanes]queued
	cases  uint64  // last counter of a case id
	blocks []block // receipt numbers this epoch may hand out
	counts []count // other counters that moved since the pages were written
	resync bool    // rebased, and the scope snapshot has not come: records may show what only orphans said

	refused uint64 // own acts the hub refused since the start
}

// place is the row that says whose database this is.
type place struct {
	Node  protocol.NodeID `json:"node"`
	Epoch uint64          `json:"epoch"`
}

// load reads the state, and begins it in a new database.
func load(tx *bbolt.Tx, c Config) (st state, err error) {
	if err := checkFormat(tx); err != nil {
		return st, err
	}
	p, err := loadPlace(tx, c)
	if err != nil {
		return st, err
	}
	st.epoch = p.Epoch
	if _, err := getRow(tx, bucketNode, []byte(rowLevel), &st.level); err != nil {
		return st, err
	}
	st.level = max(st.level, c.Level)
	if _, err := getRow(tx, bucketNode, []byte(rowFrozen), &st.frozen); err != nil {
		return st, err
	}
	for _, lane := range protocol.Lanes {
		if err := st.loadLane(tx, lane); err != nil {
			return st, err
		}
	}
	return st, st.loadNumbers(tx, c.Node)
}

func (st *state) loadLane(tx *bbolt.Tx, lane protocol.Lane) (err error) {
	if st.heads[lane], err = journal.Head(tx, lane); err != nil {
		return err
	}
	a, err := journal.Acked(tx, lane)
	if err != nil {
		return err
	}
	st.acked[lane] = a.Pos
	c, err := loadCursor(tx, lane)
	if err != nil {
		return err
	}
	st.resync = st.resync || c == staleCursor(lane)
	st.queue[lane], err = countPending(tx, lane)
	return err
}

func checkFormat(tx *bbolt.Tx) error {
	var have int
	ok, err := getRow(tx, bucketNode, []byte(rowFormat), &have)
	if err != nil {
		return err
	}
	if !ok {
		return putRow(tx, bucketNode, []byte(rowFormat), format)
	}
	if have != format {
		return fmt.Errorf("database of format %d, this build reads %d", have, format)
	}
	return nil
}

func loadPlace(tx *bbolt.Tx, c Config) (p place, err error) {
	ok, err := getRow(tx, bucketNode, []byte(rowPlace), &p)
	switch {
	case err != nil:
		return p, err
	case !ok && c.Epoch == 1: // the first enrolment: there is no history to go on from
		p = place{c.Node, 1}
		return p, putRow(tx, bucketNode, []byte(rowPlace), p)
	case !ok:
		return place{Node: c.Node}, nil // replication.T5: waits for Rebase
	case p.Node != c.Node:
		return p, fmt.Errorf("database of node %s, this is %s", p.Node, c.Node)
	case p.Epoch > c.Epoch:
		return p, &protocol.Fault{Code: protocol.Fenced, Op: "open store",
			Text: fmt.Sprintf("数据库已是第 %d 代,证书仍是第 %d 代", p.Epoch, c.Epoch), Hint: "换回最近一次接入所得的证书"}
	}
	return p, nil
}

// save writes what differs from old.
func (st *state) save(tx *bbolt.Tx, old *state, node protocol.NodeID) error {
	if st.epoch != old.epoch {
		if err := putRow(tx, bucketNode, []byte(rowPlace), place{node, st.epoch}); err != nil {
			return err
		}
	}
	if st.level != old.level {
		if err := putRow(tx, bucketNode, []byte(rowLevel), st.level); err != nil {
			return err
		}
	}
	if st.frozen != old.frozen {
		if err := putRow(tx, bucketNode, []byte(rowFrozen), st.frozen); err != nil {
			return err
		}
	}
	return nil
}

func cursorKey(lane protocol.Lane) []byte { return fmt.Appendf(nil, "%s%d", rowCursor, lane) }

func loadCursor(tx *bbolt.Tx, lane protocol.Lane) (wire.Cursor, error) {
	c := wire.Cursor{Lane: lane}
	if err := lane.Validate(); err != nil {
		return c, err
	}
	_, err := getRow(tx, bucketNode, cursorKey(lane), &c)
	return c, err
}

func saveCursor(tx *bbolt.Tx, c wire.Cursor) error {
	return putRow(tx, bucketNode, cursorKey(c.Lane), c)
}
