package fsm

import (
	"errors"
	"strings"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// attempted notes a demand outside the guide for its red card (cases.Y-01). The
// attempts on one case are numbered in the order in which the hub learns of them.
func (st *step) attempted(c *fold.Change) error {
	a, err := protocol.Load[protocol.Attempt](c.Record)
	if err != nil {
		return err
	}
	w := Wait{Ref: a.On, Clock: protocol.BreachOffGuide, Colour: protocol.Red, Due: st.effective(c)}
	for known, err := st.wait(&w); known || err != nil; known, err = st.wait(&w) {
		if err != nil {
			return err
		}
		w.Due++ // two at one instant are two cards
	}
	w.WaitFacts = WaitFacts{Noted: st.now, Attempt: c.Record.Ref.ID}
	if w.Run, err = st.attempts(a.On); err != nil {
		return err
	}
	return st.putWait(&w)
}

// attempts counts those on one case.
func (st *step) attempts(on protocol.Ref) (n int, err error) {
	prefix := on.ID + ":"
	err = fold.EachFrom(st.tx, "attempt", prefix, func(rec protocol.Record) error {
		if !strings.HasPrefix(rec.Ref.ID, prefix) {
			return errFound
		}
		n++
		return nil
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return n, err
}
