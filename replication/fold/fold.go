package fold

import (
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
)

// Fold judges entries under the rules of one level.
type Fold struct {
	Level uint16
	Cites *Cites // what entries cited lately; nil reads it anew each time
}

// Change is one record that an entry replaced, with the nodes that had it and
// the nodes that have it now. Own is set when the writer already holds the same
// record, so that a verdict is all it needs.
type Change struct {
	Record protocol.Record
	Before protocol.Audience
	After  protocol.Audience
	Own    bool
	Old    *protocol.Record    // nil when Record is new
	Ended  []protocol.Deadline // the clocks that ran before
	Due    []protocol.Deadline // the clocks that run for Record now
	Unlike protocol.Likeness   // what the old record was compared by
	Like   protocol.Likeness   // what Record is compared by
}

// Result is what became of one entry of Origin.
type Result struct {
	Origin  protocol.NodeID
	Verdict protocol.Verdict
	Changes []Change
}

// Entry judges e and applies it (replication.A9 to A16). index is the hub index
// of the decision. An error means the database cannot be read or written: the
// place must stop; every fault of the entry itself is a verdict.
func (f Fold) Entry(tx *bbolt.Tx, e *protocol.Entry, index uint64) (Result, error) {
	r := Result{Origin: e.Origin, Verdict: protocol.Verdict{Pos: e.Pos(), Ref: e.Ref, Index: index, Outcome: protocol.Applied}}
	waiting, err := hasHeld(tx, e.Ref)
	if err != nil {
		return r, err
	}
	if waiting { // A9
		r.Verdict.Outcome = protocol.Queued
		return r, hold(tx, e, index, "排在待处理的条目之后")
	}
	old, err := f.before(tx, e.Ref)
	if err != nil {
		return r, err
	}
	judged, no, poison, err := f.judge(tx, old, &e.Header, func(k *protocol.Kind, v *view) (protocol.Judged, *protocol.Refusal, error) {
		return k.Verify(old, &e.Header, e.Body, v)
	})
	switch {
	case err != nil:
		return r, err
	case poison != nil: // A15
		r.Verdict.Outcome, r.Verdict.Text = protocol.Quarantined, poison.Error()
		return r, hold(tx, e, index, poison.Error())
	case no != nil: // A10 to A14
		r.Verdict.Outcome, r.Verdict.Rule, r.Verdict.Text = protocol.RefusedAct, no.Rule, no.Text
		return r, nil
	}
	r.Changes, err = f.Apply(tx, old, &e.Header, judged, index) // A16
	return r, err
}

func (f Fold) before(tx *bbolt.Tx, ref protocol.Ref) (*protocol.Record, error) {
	old, ok, err := Get(tx, ref)
	if err != nil || !ok {
		return nil, err
	}
	return &old, nil
}

// judge runs the rules of a kind, which read the body; poison is what no rule
// could even read, err that the database cannot be read, which is never the
// entry's fault.
func (f Fold) judge(tx *bbolt.Tx, old *protocol.Record, h *protocol.Header, read func(*protocol.Kind, *view) (protocol.Judged, *protocol.Refusal, error)) (judged protocol.Judged, no *protocol.Refusal, poison, err error) {
	defer func() {
		if p := recover(); p != nil {
			poison = fmt.Errorf("judge panicked: %v", p)
		}
	}()
	kind := protocol.Lookup(h.Ref.Kind)
	if kind == nil {
		return judged, nil, fmt.Errorf("unknown kind %q", string(h.Ref.Kind)), nil
	}
	v := &view{tx: tx, cites: f.Cites, deps: h.Deps, level: f.Level}
	if no = f.place(kind, old, h, v); no != nil {
		return judged, no, nil, v.err
	}
	judged, no, poison = read(kind, v)
	if no == nil && poison == nil {
		no = mayBegin(kind, old, h, judged)
	}
	return judged, no, poison, v.err
}

// Complete judges a draft at the place that writes it: it fills in Rev and
// RecEpoch from the record as it stands and gives the judged body. A draft that
// names the state its author saw is refused when that state has passed (G-04).
func (f Fold) Complete(tx *bbolt.Tx, h *protocol.Header, want any, seen uint64) (*protocol.Record, protocol.Judged, *protocol.Refusal, error) {
	var none protocol.Judged
	kind := protocol.Lookup(h.Ref.Kind)
	if kind == nil {
		return nil, none, nil, fmt.Errorf("unknown kind %q", string(h.Ref.Kind))
	}
	old, err := f.before(tx, h.Ref)
	if err != nil {
		return nil, none, nil, err
	}
	h.Lane, h.Rev, h.RecEpoch = kind.Lane, 1, 1
	if old != nil {
		h.Rev, h.RecEpoch = old.Rev+1, old.Epoch
	}
	if seen != 0 && seen != h.Rev-1 {
		return old, none, refused("G-04", "内容已被他人更新,请刷新后再操作"), nil
	}
	v := &view{tx: tx, cites: f.Cites, deps: h.Deps, level: f.Level}
	if no := f.place(kind, old, h, v); no != nil {
		return old, none, no, v.err
	}
	judged, no, err := kind.Complete(old, h, want, v)
	if no == nil && err == nil {
		no = mayBegin(kind, old, h, judged)
	}
	if v.err != nil {
		err = v.err
	}
	return old, judged, no, err
}

// place checks who may write and from which state (replication.A10 to A13).
func (f Fold) place(kind *protocol.Kind, old *protocol.Record, h *protocol.Header, v *view) *protocol.Refusal {
	switch {
	case kind.Lane != h.Lane:
		return refused("G-09", "类型“%s”不走这一通道", kind.Title)
	case old != nil && old.Home != h.Origin && !(h.Origin == protocol.Hub && kind.MaySeize(h.Act)):
		return refused("G-01", "该记录现由 %s 负责,本地不能修改", old.Home)
	case old != nil && old.Epoch != h.RecEpoch:
		return refused("G-02", "该记录已移交过,请按最新状态办理")
	case old != nil && h.Rev != old.Rev+1, old == nil && h.Rev != 1:
		return refused("G-04", "内容已被他人更新,请刷新后再操作")
	}
	return v.answers(h)
}

// mayBegin checks that the home an act names is one, and that a new record is
// begun at its home, or by an act that any place may take.
func mayBegin(kind *protocol.Kind, old *protocol.Record, h *protocol.Header, j protocol.Judged) *protocol.Refusal {
	if j.Home != "" && j.Home.Validate() != nil { // it could neither be stored nor fed
		return refused("G-09", "“%s”不是节点代号", string(j.Home))
	}
	if old != nil || j.Home == "" || j.Home == h.Origin || kind.AllowsForeign(h.Act) {
		return nil
	}
	return refused("G-01", "该记录应由 %s 建立", j.Home)
}

// Apply replaces the record after a yes, moves what follows its home, and keeps
// the clocks. It does not judge.
func (f Fold) Apply(tx *bbolt.Tx, old *protocol.Record, h *protocol.Header, j protocol.Judged, index uint64) ([]Change, error) {
	kind := protocol.Lookup(h.Ref.Kind)
	rec := protocol.Record{Ref: h.Ref, Rev: h.Rev, Epoch: 1, Index: index, At: h.At, By: h.By, Act: h.Act, Body: j.Body}
	if err := settleHome(tx, &rec, old, h, j); err != nil {
		return nil, err
	}
	if err := put(tx, &rec, kind.Keep); err != nil {
		return nil, err
	}
	if err := moveDue(tx, rec.Ref, j.Ended, j.Due); err != nil {
		return nil, err
	}
	if err := follow(tx, rec.Ref, j.Left, j.Target); err != nil {
		return nil, err
	}
	change := Change{Record: rec, After: withHome(j.After, rec.Home), Own: old != nil || !kind.AllowsForeign(h.Act),
		Old: old, Ended: j.Ended, Due: j.Due, Unlike: j.Unlike, Like: j.Like}
	if old != nil {
		change.Before = withHome(j.Before, old.Home)
	}
	changes := []Change{change}
	if old != nil && old.Home == rec.Home {
		return changes, nil
	}
	moved, err := moveFollowers(tx, rec.Ref, rec.Home, index)
	return append(changes, moved...), err
}

func settleHome(tx *bbolt.Tx, rec, old *protocol.Record, h *protocol.Header, j protocol.Judged) error {
	rec.Home = j.Home
	if j.Target != (protocol.Ref{}) {
		target, ok, err := Get(tx, j.Target)
		if err != nil {
			return err
		}
		if ok {
			rec.Home = target.Home
		}
	}
	if old == nil {
		if rec.Home == "" {
			rec.Home = h.Origin
		}
		return nil
	}
	if rec.Home == "" || protocol.Lookup(rec.Ref.Kind).Follows() && j.Target == (protocol.Ref{}) {
		rec.Home = old.Home // a closed request stays where it was answered
	}
	rec.Epoch = old.Epoch
	if rec.Home != old.Home {
		rec.Epoch++
	}
	return nil
}

func withHome(a protocol.Audience, home protocol.NodeID) protocol.Audience {
	if a.All || home == protocol.Hub || slices.Contains(a.Nodes, home) {
		return a
	}
	return protocol.Only(append(slices.Clone(a.Nodes), home)...)
}

func refused(rule, format string, args ...any) *protocol.Refusal {
	return &protocol.Refusal{Rule: rule, Text: fmt.Sprintf(format, args...)}
}
