package fsm

import (
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// clockErr is the error bound of the hub servers' clocks that their acts
// state, in milliseconds; doctor alarms far below it.
const clockErr = 1000

// GroupResult is what became of one group of the hub's own drafts. Records are
// those of the acts that were taken; a group stops at its first refusal or
// fault, and the acts before it stay.
type GroupResult struct {
	Index   uint64
	Records []protocol.Record
	Refusal *protocol.Refusal
	Fault   *protocol.Fault
}

func (st *step) group(drafts []draft) (r GroupResult, err error) {
	r.Index = st.index
	for i := range drafts {
		var rec *protocol.Record
		rec, r.Refusal, r.Fault, err = st.act(&drafts[i])
		switch {
		case err != nil:
			return r, err
		case r.Refusal != nil:
			st.note(protocol.RefusedAct, r.Refusal.Rule)
			return r, nil
		case r.Fault != nil:
			st.record = append(st.record, byte(r.Fault.Code)|0x80)
			return r, nil
		case rec != nil:
			r.Records = append(r.Records, *rec)
		}
	}
	return r, nil
}

// act completes a draft from the state as it stands, seals it into the hub's
// own chain and applies it. Sealing here and not at the leader means that no
// act has to be tried twice. An operator's act about an entry or a lane gives
// no record.
func (st *step) act(d *draft) (*protocol.Record, *protocol.Refusal, *protocol.Fault, error) {
	h, err := st.header(d)
	if err != nil {
		return nil, nil, nil, err
	}
	if do := operationOf(d); do != nil {
		no, fault, err := st.operate(d, h, do)
		return nil, no, fault, err
	}
	old, judged, no, fault, err := st.complete(d, h)
	if no != nil || fault != nil || err != nil {
		return nil, no, fault, err
	}
	if fault, err = st.sealOwn(h, judged.Body); fault != nil || err != nil {
		return nil, nil, fault, err
	}
	r := fold.Result{Origin: protocol.Hub, Verdict: protocol.Verdict{Ref: h.Ref, Index: st.index, Outcome: protocol.Applied}}
	if r.Changes, err = st.fold().Apply(st.tx, old, h, judged, st.index); err != nil {
		return nil, nil, nil, err
	}
	return &r.Changes[0].Record, nil, nil, st.decided(&r, false)
}

// header is the entry's header as far as the draft knows it. A cited record
// without a revision is cited as it stands now.
func (st *step) header(d *draft) (*protocol.Header, error) {
	h := &protocol.Header{Origin: protocol.Hub, Epoch: st.f.state.Generation, Ref: d.Ref, Act: d.Act, At: st.now,
		AtErr: clockErr, By: d.By, Feature: st.f.state.Level, Deps: d.Deps, Answers: d.Answers}
	for i := range h.Deps {
		dep := &h.Deps[i]
		if dep.Rev != 0 || dep.Ref == (protocol.Ref{}) {
			continue
		}
		rec, ok, err := fold.Get(st.tx, dep.Ref)
		if err != nil {
			return nil, err
		}
		if ok {
			dep.Rev = rec.Rev
		}
	}
	return h, nil
}

// complete runs the rules on the draft. A body that the kind cannot read is
// found first, so that an error behind it is the database's.
func (st *step) complete(d *draft, h *protocol.Header) (old *protocol.Record, j protocol.Judged, no *protocol.Refusal, fault *protocol.Fault, err error) {
	defer func() {
		if p := recover(); p != nil { // the same on every voter, like a poisonous entry (A15)
			fault = &protocol.Fault{Code: protocol.Internal, Op: "act", Ref: d.Ref, Text: "规则执行出错,请联系维护人员", Err: fmt.Errorf("judge panicked: %v", p)}
		}
	}()
	kind := protocol.Lookup(d.Ref.Kind)
	if kind == nil {
		return nil, j, nil, protocol.NewFault(protocol.Malformed, "act", "没有“%s”这种记录", string(d.Ref.Kind)), nil
	}
	if _, _, err := kind.Runs(d.Body); err != nil {
		return nil, j, nil, asFault(err), nil
	}
	old, j, no, err = st.fold().Complete(st.tx, h, d.Body, d.Rev)
	if err == nil && no == nil && d.RecEpoch != 0 && d.RecEpoch != h.RecEpoch {
		no = &protocol.Refusal{Rule: "G-02", Text: "该记录已移交过,请按最新状态办理"}
	}
	return old, j, no, nil, err
}

// sealOwn puts an entry behind the last of the hub's own chain and keeps it.
func (st *step) sealOwn(h *protocol.Header, body []byte) (*protocol.Fault, error) {
	k := chainKey{protocol.Hub, h.Lane}
	c := st.chain(k)
	h.Seq, h.Prev = c.Pos.Seq+1, c.Pos.Hash
	e, err := wire.Seal(h, body)
	if err != nil {
		return asFault(err), nil
	}
	c.Pos, c.Index = e.Pos(), st.index
	st.touch(k)
	return nil, st.keepLine(&e, nil)
}
