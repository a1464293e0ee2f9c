package fsm

import (
	"encoding/json"
	"errors"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Acts of an operator about what waits, not about a record (replication.Q2).
// They stand in the hub's chain like every act of its; the draft's body is
// {"reason": …}.
const (
	ActDiscard protocol.Act = "discard" // on a record: drop its first held entry, judge those behind it
	ActReplay  protocol.Act = "replay"  // on a record: judge its held entries again, after an upgrade
	ActThaw    protocol.Act = "thaw"    // on a node: take its frozen lanes again
)

type operation func(st *step, d *draft, reason string) (*protocol.Refusal, error)

// operationOf gives nil for an act that the record's kind knows itself.
func operationOf(d *draft) operation {
	if kind := protocol.Lookup(d.Ref.Kind); kind != nil && kind.Knows(d.Act) {
		return nil
	}
	switch d.Act {
	case ActDiscard:
		return (*step).discard
	case ActReplay:
		return (*step).replay
	case ActThaw:
		return (*step).thawNode
	}
	return nil
}

// operate seals the act first: it stays as evidence of who decided.
func (st *step) operate(d *draft, h *protocol.Header, do operation) (*protocol.Refusal, *protocol.Fault, error) {
	var body struct {
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil || body.Reason == "" {
		return &protocol.Refusal{Rule: "G-10", Text: "请说明原因"}, nil, nil
	}
	h.Lane, h.Rev, h.RecEpoch = protocol.Urgent, 1, 1
	if fault, err := st.sealOwn(h, d.Body); fault != nil || err != nil {
		return nil, fault, err
	}
	no, err := do(st, d, body.Reason)
	return no, nil, err
}

func (st *step) discard(d *draft, reason string) (*protocol.Refusal, error) {
	first, err := firstHeld(st.tx, d.Ref)
	if err != nil || first == nil {
		return nothingHeld(), err
	}
	results, err := st.fold().Discard(st.tx, d.Ref, st.index)
	if err != nil {
		return nil, err
	}
	e := &first.Entry
	gone := fold.Result{Origin: e.Origin, Verdict: protocol.Verdict{Pos: e.Pos(), Ref: e.Ref, Index: st.index,
		Outcome: protocol.RefusedAct, Rule: "Q2", Text: "省级管理员已作废该操作:" + reason}}
	return nil, st.drained(append([]fold.Result{gone}, results...))
}

func (st *step) replay(d *draft, _ string) (*protocol.Refusal, error) {
	results, err := st.fold().Replay(st.tx, d.Ref, st.index)
	if err != nil || len(results) == 0 {
		return nothingHeld(), err
	}
	return nil, st.drained(results)
}

func (st *step) drained(results []fold.Result) error {
	for i := range results {
		if err := st.decided(&results[i], true); err != nil {
			return err
		}
	}
	return nil
}

func (st *step) thawNode(d *draft, _ string) (*protocol.Refusal, error) {
	id := protocol.NodeID(d.Ref.ID)
	if d.Ref.Kind != "node" || st.f.origins[id] == nil {
		return &protocol.Refusal{Rule: "G-07", Text: "没有这个节点"}, nil
	}
	st.thaw(id)
	return nil, nil
}

func nothingHeld() *protocol.Refusal {
	return &protocol.Refusal{Rule: "G-07", Text: "该记录没有待处理的条目"}
}

var errFound = errors.New("found")

// firstHeld looks through the held entries; there are few, or the lane would
// be frozen.
func firstHeld(tx *bbolt.Tx, ref protocol.Ref) (first *fold.Held, err error) {
	err = fold.EachHeld(tx, func(h fold.Held) error {
		if h.Entry.Ref != ref {
			return nil
		}
		first = &h
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return first, err
}
