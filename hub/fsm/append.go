package fsm

import (
	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/fold"
)

// AppendResult is the response to an append: one result for each batch and
// group, in their order.
type AppendResult struct {
	Batches []BatchResult
	Groups  []GroupResult
}

// BatchResult is what became of one batch. Ack covers the lines that are
// decided, now or before; it is zero when there are none. A fault says why the
// rest was not: fenced, frozen, gap (Pos is where to go on), fork, badchain,
// parked or malformed. Both may be set: a batch may be taken up to a line that
// is parked.
type BatchResult struct {
	Origin protocol.NodeID
	Ack    wire.Ack
	Fault  *protocol.Fault
}

func (st *step) append(batches []wire.Batch, groups [][]draft) (*AppendResult, error) {
	r := &AppendResult{Batches: make([]BatchResult, len(batches)), Groups: make([]GroupResult, len(groups))}
	var err error
	for i := range batches {
		if r.Batches[i], err = st.batch(&batches[i]); err != nil {
			return nil, err
		}
	}
	for i, g := range groups {
		if r.Groups[i], err = st.group(g); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (st *step) batch(b *wire.Batch) (r BatchResult, err error) {
	r.Origin = b.Origin
	c, fault := st.admit(b)
	if fault != nil {
		return r.with(st, fault), nil
	}
	k := chainKey{b.Origin, b.Entries[0].Lane}
	known, fault, err := st.join(c, b)
	if err != nil {
		return r, err
	}
	if fault != nil {
		if fault.Code == protocol.Fork || fault.Code == protocol.BadChain {
			st.freeze(k, c, fault)
		}
		return r.with(st, fault), nil
	}
	if r.Ack.Verdicts, err = st.exceptions(b.Entries[:known]); err != nil {
		return r, err
	}
	taken, fault, err := st.take(k, c, b, known, &r.Ack)
	if err != nil {
		return r, err
	}
	r.Ack, err = st.acknowledge(r.Ack, c, b, taken)
	return r.with(st, fault), err
}

func (r BatchResult) with(st *step, fault *protocol.Fault) BatchResult {
	if fault != nil {
		r.Fault = fault
		st.record = append(st.record, byte(fault.Code)|0x80)
	}
	return r
}

// take folds the new lines one by one; taken counts the lines of b that are
// decided now. It ends before a line of a newer feature (replication.A7) and
// behind one that freezes the lane (replication.Q3).
func (st *step) take(k chainKey, c *chain, b *wire.Batch, known int, ack *wire.Ack) (taken int, fault *protocol.Fault, err error) {
	for taken = known; taken < len(b.Entries) && fault == nil; taken++ {
		e := &b.Entries[taken]
		if e.Feature > st.f.state.Level {
			fault = protocol.NewFault(protocol.Parked, "append", "第 %d 条需要第 %d 级规则,现为第 %d 级", e.Seq, e.Feature, st.f.state.Level)
			fault.Pos = c.Pos
			break
		}
		var sig []byte
		if taken == len(b.Entries)-1 {
			sig = b.Checkpoint.Sig
		}
		v, err := st.entry(c, e, sig)
		if err != nil {
			return taken, nil, err
		}
		if v.Outcome != protocol.Applied {
			ack.Verdicts = append(ack.Verdicts, v)
		}
		fault = st.countBad(c, &v)
	}
	if taken > known {
		st.touch(k)
	}
	if fault != nil && fault.Code == protocol.Frozen {
		st.freeze(k, c, fault)
	}
	return taken, fault, nil
}

// entry keeps one line as evidence and folds it.
func (st *step) entry(c *chain, e *protocol.Entry, sig []byte) (protocol.Verdict, error) {
	if err := st.keepLine(e, sig); err != nil {
		return protocol.Verdict{}, err
	}
	r, err := st.fold().Entry(st.tx, e, st.index)
	if err != nil {
		return protocol.Verdict{}, err
	}
	k := chainKey{e.Origin, e.Lane}
	c.Pos, c.Index = e.Pos(), st.index
	if r.Verdict.Outcome == protocol.RefusedAct {
		if err := st.countRefused(e); err != nil {
			return r.Verdict, err
		}
	}
	st.floor = st.f.newest[k]
	err = st.decided(&r, false)
	st.floor = 0
	st.reached(k, e.At)
	return r.Verdict, err
}

// decided notes what became of an entry: the changes go to the feed, an
// outcome that is not "applied" to whoever wrote it. again says that the entry
// had waited, so that its writer must hear of "applied", too.
func (st *step) decided(r *fold.Result, again bool) error {
	v := &r.Verdict
	st.note(v.Outcome, v.Rule)
	for i := range r.Changes {
		if err := st.changed(&r.Changes[i], r.Origin); err != nil {
			return err
		}
	}
	if v.Outcome == protocol.Applied {
		if !again {
			return nil
		}
		return st.settled(r.Origin, v)
	}
	return st.exception(r.Origin, v)
}

// acknowledge covers the lines of b that are decided. For lines that were
// decided before, the index is that of their own decision.
func (st *step) acknowledge(ack wire.Ack, c *chain, b *wire.Batch, taken int) (wire.Ack, error) {
	if taken == 0 {
		return wire.Ack{}, nil
	}
	last := &b.Entries[taken-1]
	ack.Lane, ack.Pos, ack.Index = last.Lane, last.Pos(), c.Index
	if last.Seq == c.Pos.Seq {
		return ack, nil
	}
	line, ok, err := readLine(st.tx, last.Origin, last.Lane, last.Seq)
	if ok {
		ack.Index = line.Index
	}
	return ack, err
}
