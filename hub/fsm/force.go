package fsm

import (
	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// force has a node take back its record after a refused act: once for each
// index, however many acts on top of it were refused with it. A line that
// reaches the node behind acts that were taken meanwhile must do no harm there: a
// node does not give up a state that was decided behind the line's (DESIGN.md).
func (st *step) force(node protocol.NodeID, v *protocol.Verdict) error {
	r := row{lane: v.Pos.Lane, stream: node, what: lineForce, ref: v.Ref}
	for i := range st.rows {
		if old := &st.rows[i]; old.what == lineForce && old.stream == node && old.ref == v.Ref {
			return nil
		}
	}
	rec, ok, err := fold.Get(st.tx, v.Ref)
	if err != nil {
		return err
	}
	if ok {
		if r.readers, err = audience(&rec); err != nil {
			return err
		}
		r.record = &rec
	}
	st.line(r)
	return nil
}
