package fsm

import (
	"bytes"

	"xiangyun/protocol"
)

// exception keeps a verdict that is not "applied" and tells the writer in its
// feed: the acknowledgement may be lost (replication.md §8). After a refusal
// the writer's own record is replaced by what stands here.
func (st *step) exception(origin protocol.NodeID, v *protocol.Verdict) error {
	if origin == protocol.Hub {
		return nil // the hub hears of its own refusals at once
	}
	if err := store(st.tx.Bucket(bucketVerdict), lineKey(origin, v.Pos.Lane, v.Pos.Seq), v); err != nil {
		return err
	}
	st.line(row{lane: v.Pos.Lane, stream: origin, what: lineVerdict, verdict: v})
	if v.Outcome != protocol.RefusedAct {
		return nil
	}
	return st.force(origin, v)
}

// settled tells the writer that an entry that had waited is applied now.
func (st *step) settled(origin protocol.NodeID, v *protocol.Verdict) error {
	st.line(row{lane: v.Pos.Lane, stream: origin, what: lineVerdict, verdict: v})
	return st.tx.Bucket(bucketVerdict).Delete(lineKey(origin, v.Pos.Lane, v.Pos.Seq))
}

// exceptions reads what was not applied of lines that were decided before, so
// that an acknowledgement that is given again says the same.
func (st *step) exceptions(known []protocol.Entry) (list []protocol.Verdict, err error) {
	if len(known) == 0 {
		return nil, nil
	}
	first, last := &known[0], &known[len(known)-1]
	end := lineKey(last.Origin, last.Lane, last.Seq)
	c := st.tx.Bucket(bucketVerdict).Cursor()
	for k, value := c.Seek(lineKey(first.Origin, first.Lane, first.Seq)); k != nil && bytes.Compare(k, end) <= 0; k, value = c.Next() {
		var v protocol.Verdict
		if err := load(value, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}
