package fsm

import (
	"encoding/json"
	"errors"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// Acts of an operator about what waits, not about a record (replication.Q2).
// They stand in the hub's chain like every act of its; the draft's body is an
// Operation: {"reason": …}, with the entry that the operator looked at.
const (
	ActDiscard protocol.Act = "discard" // on a record: drop its first held entry, judge those behind it
	ActFix     protocol.Act = "fix"     // on a record: judge its first held entry with another body, then those behind it
	ActReplay  protocol.Act = "replay"  // on a record: judge its held entries again, after an upgrade
	ActThaw    protocol.Act = "thaw"    // on a node: take its frozen lanes again
	ActExcuse  protocol.Act = "excuse"  // on a record: a lapse in the list of waits calls for no card
)

type operation func(st *step, d *draft, in *Operation) (*protocol.Refusal, error)

// Operation is the body of such an act.
type Operation struct {
	Reason string          `json:"reason"`
	Of     *protocol.Pos   `json:"of,omitempty"`    // the held entry: a fix must cite it, a discard may
	Body   json.RawMessage `json:"body,omitempty"`  // of a fix
	Lapse  *fold.Lapse     `json:"lapse,omitempty"` // of an excuse; its record is the act's
}

// operationOf gives nil for an act that the record's kind knows itself.
func operationOf(d *draft) operation {
	if kind := protocol.Lookup(d.Ref.Kind); kind != nil && kind.Knows(d.Act) {
		return nil
	}
	switch d.Act {
	case ActDiscard:
		return (*step).discard
	case ActFix:
		return (*step).fix
	case ActReplay:
		return (*step).replay
	case ActThaw:
		return (*step).thawNode
	case ActExcuse:
		return (*step).excuse
	}
	return nil
}

// operate seals the act first: it stays as evidence of who decided.
func (st *step) operate(d *draft, h *protocol.Header, do operation) (*protocol.Refusal, *protocol.Fault, error) {
	var in Operation
	if err := json.Unmarshal(d.Body, &in); err != nil || in.Reason == "" {
		return &protocol.Refusal{Rule: "G-10", Text: "请说明原因"}, nil, nil
	}
	h.Lane, h.Rev, h.RecEpoch = protocol.Urgent, 1, 1
	if fault, err := st.sealOwn(h, d.Body); fault != nil || err != nil {
		return nil, fault, err
	}
	no, err := do(st, d, &in)
	return no, nil, err
}

func (st *step) discard(d *draft, in *Operation) (*protocol.Refusal, error) {
	first, no, err := st.cited(d.Ref, in.Of)
	if no != nil || err != nil {
		return no, err
	}
	results, err := st.fold().Discard(st.tx, d.Ref, st.index)
	if err != nil {
		return nil, err
	}
	return nil, st.drained(append([]fold.Result{st.replaced(first, "省级管理员已作废该操作:"+in.Reason)}, results...))
}

// fix changes a record of another home, which nothing else of the hub's may:
// the home's own act stands at this place and cannot be read, so whoever
// answers for the record has spoken, and only what it said is mended. The home
// hears that its entry was replaced and takes the record as it stands.
func (st *step) fix(d *draft, in *Operation) (*protocol.Refusal, error) {
	switch {
	case in.Of == nil:
		return &protocol.Refusal{Rule: "G-04", Text: "请指明要更正的条目"}, nil
	case len(in.Body) == 0 || string(in.Body) == "null":
		return &protocol.Refusal{Rule: "G-09", Text: "请给出更正后的内容"}, nil
	}
	first, no, err := st.cited(d.Ref, in.Of)
	if no != nil || err != nil {
		return no, err
	}
	fixed, behind, no, err := st.fold().Fix(st.tx, d.Ref, d.By, st.now, in.Body, st.index)
	if no != nil || err != nil {
		return no, err
	}
	gone := st.replaced(first, "省级管理员已更正该操作的内容:"+in.Reason)
	return nil, errors.Join(st.decided(&fixed, false), st.drained(append([]fold.Result{gone}, behind...)))
}

// cited gives the first held entry of a record, which must be the one that the
// operator looked at.
func (st *step) cited(ref protocol.Ref, of *protocol.Pos) (*fold.Held, *protocol.Refusal, error) {
	first, err := firstHeld(st.tx, ref)
	switch {
	case err != nil:
		return nil, nil, err
	case first == nil:
		return nil, nothingHeld(), nil
	case of != nil && *of != first.Entry.Pos():
		return nil, &protocol.Refusal{Rule: "G-04", Text: "待处理的条目已有变化,请刷新后再操作"}, nil
	}
	return first, nil, nil
}

// replaced is what the writer of a held entry hears that an operator settled.
func (st *step) replaced(h *fold.Held, text string) fold.Result {
	e := &h.Entry
	return fold.Result{Origin: e.Origin, Verdict: protocol.Verdict{Pos: e.Pos(), Ref: e.Ref, Index: st.index,
		Outcome: protocol.RefusedAct, Rule: "Q2", Text: text}}
}

func (st *step) replay(d *draft, _ *Operation) (*protocol.Refusal, error) {
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

func (st *step) thawNode(d *draft, _ *Operation) (*protocol.Refusal, error) {
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
