package fsm

import (
	"errors"

	"go.etcd.io/bbolt"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// View calls fn with a transaction that sees everything applied. While
// commands come in it is the open one, and Apply waits: only short reads, no
// waiting and no writing in fn, and nothing of tx may outlive it (pitfalls.B7,
// B10).
func (f *FSM) View(fn func(tx *bbolt.Tx) error) error {
	tx, open, err := f.reading()
	if err != nil {
		return err
	}
	if open {
		defer f.mu.Unlock()
		return stored(fn(tx))
	}
	defer f.end(tx)
	return stored(fn(tx))
}

// reading gives the open transaction with mu held, or else a read transaction
// of its own with mu free.
func (f *FSM) reading() (tx *bbolt.Tx, open bool, err error) {
	f.mu.Lock()
	if f.db != nil && f.dead == nil && f.tx != nil {
		return f.tx, true, nil
	}
	defer f.mu.Unlock()
	if err := f.closed(); err != nil {
		return nil, false, err
	}
	tx, err = f.beginRead()
	return tx, false, err
}

// Record gives a record as it stands; false when there is none.
func (f *FSM) Record(ref protocol.Ref) (rec protocol.Record, ok bool, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		rec, ok, err = fold.Get(tx, ref)
		return err
	})
	return rec, ok, err
}

// Several gives records as they stand at one moment, in the order of refs, without
// those that are not here. It is one short read: some hundred at most.
func (f *FSM) Several(refs []protocol.Ref) (list []protocol.Record, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		for _, ref := range refs {
			rec, ok, err := fold.Get(tx, ref)
			if err != nil {
				return err
			}
			if ok {
				list = append(list, rec)
			}
		}
		return nil
	})
	return list, err
}

// Records gives the records of a kind behind id after, in order of id, at most
// max; of every kind when kind is "", and after is then not looked at.
func (f *FSM) Records(kind protocol.KindName, after string, max int) (list []protocol.Record, err error) {
	enough := errors.New("enough")
	err = f.View(func(tx *bbolt.Tx) error {
		return fold.EachFrom(tx, kind, after, func(rec protocol.Record) error {
			if len(list) >= max {
				return enough
			}
			list = append(list, rec)
			return nil
		})
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return list, err
}

// History lists what happened to a record, oldest first.
func (f *FSM) History(ref protocol.Ref) (steps []fold.Step, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		steps, err = fold.History(tx, ref)
		return err
	})
	return steps, err
}

// Queue lists what is held of one record, in its order.
func (f *FSM) Queue(ref protocol.Ref) (list []fold.Held, err error) {
	err = f.View(func(tx *bbolt.Tx) error {
		list, err = fold.Queue(tx, ref)
		return err
	})
	return list, err
}

// Held lists entries that wait for an operator, at most max.
func (f *FSM) Held(max int) (list []fold.Held, err error) {
	enough := errors.New("enough")
	err = f.View(func(tx *bbolt.Tx) error {
		return fold.EachHeld(tx, func(h fold.Held) error {
			if len(list) >= max {
				return enough
			}
			list = append(list, h)
			return nil
		})
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return list, err
}
