package desk

import (
	"context"
	"log/slog"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// Desk runs the use-cases of one node.
type Desk struct {
	Node  protocol.NodeID
	Store *store.Store
	Log   *slog.Logger
	Key   [32]byte // province key of applicants' fingerprints

	Sign   Signer // of receipt codes
	Papers Papers // where printed files are kept

	Province Province // answers about cases that are not here
	asked    asked    // how often each person had it asked
	press    press
	put      later // what the steward left for some time
}

// may asks the one authorisation function.
func (d *Desk) may(who *protocol.Account, verb protocol.Verb, agency string) error {
	if f := protocol.Authorize(protocol.Question{Subject: who, Place: d.Node, Verb: verb, Agency: agency}); f != nil {
		return f
	}
	return nil
}

// By is the author that an account's acts carry.
func By(who *protocol.Account) string { return protocol.AccountID(who.Place, who.Login) }

// act takes one act on one existing record.
func (d *Desk) act(ctx context.Context, draft protocol.Draft) (rec protocol.Record, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		rec, err = tx.Act(draft)
		return err
	})
	return rec, err
}

// load reads a record as T, for the checks before an act.
func load[T any](tx *store.ReadTx, ref protocol.Ref) (*T, protocol.Record, error) {
	rec, ok, err := tx.Get(ref)
	if err != nil {
		return nil, rec, err
	}
	if !ok {
		return nil, rec, &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "没有找到该记录"}
	}
	body, err := protocol.Load[T](rec)
	return body, rec, err
}

// Record reads one record as T.
func Record[T any](d *Desk, ref protocol.Ref) (body *T, rec protocol.Record, err error) {
	err = d.Store.View(func(tx *store.ReadTx) error {
		body, rec, err = load[T](tx, ref)
		return err
	})
	return body, rec, err
}
