package store

import (
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

const rowCases = "case"

// block is a range of receipt numbers the hub gave to this epoch of this node,
// and how far it is used.
type block struct {
	id   string
	to   uint64
	next uint64
}

func blockRow(id string) []byte { return []byte("block/" + id) }

// loadNumbers reads the counters. Blocks of other epochs are left alone for
// ever: another disk may have handed their numbers out (replication.F4).
func (st *state) loadNumbers(tx *bbolt.Tx, node protocol.NodeID) error {
	if _, err := getRow(tx, bucketNumber, []byte(rowCases), &st.cases); err != nil {
		return err
	}
	var blocks []block
	err := fold.Each(tx, "numblock", func(rec protocol.Record) error {
		n, err := protocol.Load[protocol.NumberBlock](rec)
		if err != nil || n.Node != node || n.Epoch != st.epoch {
			return err
		}
		b := block{id: rec.Ref.ID, to: n.To, next: n.From}
		if _, err := getRow(tx, bucketNumber, blockRow(b.id), &b.next); err != nil {
			return err
		}
		if b.next <= b.to {
			blocks = append(blocks, b)
		}
		return nil
	})
	st.blocks = blocks // in order of id, which is the order of numbers
	return err
}

// saveNumbers writes the counters that differ from old.
func (st *state) saveNumbers(tx *bbolt.Tx, old *state) error {
	if st.cases != old.cases {
		if err := putRow(tx, bucketNumber, []byte(rowCases), st.cases); err != nil {
			return err
		}
	}
	for _, c := range st.counts {
		if err := putRow(tx, bucketNumber, []byte(c.row), c.last); err != nil {
			return err
		}
	}
	st.counts = nil
	for _, b := range st.blocks {
		if slices.Contains(old.blocks, b) {
			continue
		}
		if err := putRow(tx, bucketNumber, blockRow(b.id), b.next); err != nil {
			return err
		}
	}
	return nil
}

// blocksLeft counts the receipt numbers that can still be handed out.
func (st *state) blocksLeft() (left uint64) {
	for _, b := range st.blocks {
		left += b.to + 1 - b.next
	}
	return left
}

// NextReceipt hands out the next receipt number of this epoch's blocks. A
// number is handed out at most once, whatever restarts or crashes; one whose
// transaction is undone is free again. When the blocks are used up it is a full
// fault: the window may go on without (cases.md N-03).
func (t *Tx) NextReceipt() (string, error) {
	st := &t.g.state
	for i, b := range st.blocks {
		if b.next > b.to {
			continue
		}
		no, err := protocol.ReceiptNo(b.next)
		if err != nil {
			return "", fmt.Errorf("compose receipt number %d: %w", b.next, err)
		}
		st.blocks = slices.Clone(st.blocks)
		st.blocks[i].next++
		t.g.changed = true
		return no, nil
	}
	return "", &protocol.Fault{Code: protocol.Full, Op: "next receipt number", Text: "收件号段已用完,请联系省级管理员为本节点分配新号段",
		Hint: "在省级执行号段分配,并确认本节点已连上省级"}
}

// NextCaseID makes an id <node>-<epoch>-<counter>-<check character> (cases.md
// §3): it needs no hub and never meets another after a restore, because that
// has a newer epoch.
func (t *Tx) NextCaseID() (string, error) {
	st := &t.g.state
	id := fmt.Sprintf("%s-%d-%08d", t.g.s.config.Node, st.epoch, st.cases+1) // padded: ids of one epoch sort as they were made
	c, err := protocol.CheckChar37(id)
	if err != nil {
		return "", fmt.Errorf("compose case id: %w", err)
	}
	st.cases++
	t.g.changed = true
	return id + "-" + string(c), nil
}

// BlocksLeft counts the receipt numbers this node can still hand out by itself.
func (s *Store) BlocksLeft() uint64 {
	st := s.committed()
	return st.blocksLeft()
}
