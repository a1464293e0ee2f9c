package desk

import (
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// answered looks for the answer that a form got before.
func (d *Desk) answered(tx *store.Tx, c command) (rec protocol.Record, before bool, err error) {
	return rec, false, nil
}

// remember keeps the answer with the form's key, in the transaction of the act.
func (d *Desk) remember(tx *store.Tx, c command, rec protocol.Record) error { return nil }
