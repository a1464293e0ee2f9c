package store

import (
	"sort"

	"xiangyun/protocol"
	"xiangyun/replication/journal"
)

// slack is how far instants of the journal may be out of order, in milliseconds:
// a clock that was set back, an act that waited for something done aside.
const slack = 10 * 60 * 1000

// Written gives the body an own act wrote to ref at an instant; nil when the
// journal no longer has it.
func (t *ReadTx) Written(ref protocol.Ref, act protocol.Act, at protocol.Instant) ([]byte, error) {
	e, err := t.Line(ref, act, at)
	if err != nil || e == nil {
		return nil, err
	}
	return e.Body, nil
}

// Line gives the line of an own act on ref at an instant; nil when the journal has
// none. Lines are found by their instants, which are almost in order.
func (t *ReadTx) Line(ref protocol.Ref, act protocol.Act, at protocol.Instant) (*protocol.Entry, error) {
	kind := protocol.Lookup(ref.Kind)
	if kind == nil {
		return nil, nil
	}
	floor, err := journal.Floor(t.b, kind.Lane)
	if err != nil {
		return nil, err
	}
	head, err := journal.Head(t.b, kind.Lane)
	if err != nil {
		return nil, err
	}
	first := floor.Seq + 1
	var failed error
	skip := sort.Search(int(head.Seq-floor.Seq), func(i int) bool {
		e, ok, err := journal.Get(t.b, kind.Lane, first+uint64(i))
		if err != nil && failed == nil {
			failed = err
		}
		return ok && e.At >= at-slack
	})
	if failed != nil {
		return nil, failed
	}
	var found *protocol.Entry
	err = journal.Each(t.b, kind.Lane, floor.Seq+uint64(skip), func(e protocol.Entry) error {
		if e.Ref == ref && e.Act == act && e.At == at {
			found = &e
		}
		if found != nil || e.At > at+slack {
			return errStop
		}
		return nil
	})
	if err == errStop {
		err = nil
	}
	return found, err
}
