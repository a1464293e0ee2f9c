package desk

import (
	"context"
	"errors"
	"slices"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// counted notes a demand beside the guide that a rule refused (§14.3): the act left
// nothing behind, that somebody tried it does, once a day for the same demand. The
// refusal is given back as it was.
func (d *Desk) counted(ctx context.Context, who *protocol.Account, made protocol.Attempt, no error) error {
	var f *protocol.Fault
	if !errors.As(no, &f) || f.Code != protocol.Refused || !slices.Contains(protocol.AttemptRules, f.Rule) {
		return no
	}
	made.Rule, made.Clerk = f.Rule, By(who)
	if err := d.Store.Update(ctx, func(tx *store.Tx) error { return d.noteAttempt(tx, who, made) }); err != nil {
		return errors.Join(no, err)
	}
	return no
}

func (d *Desk) noteAttempt(tx *store.Tx, who *protocol.Account, made protocol.Attempt) error {
	subject, deps := made.Item, []protocol.Dep(nil)
	if made.Case != "" {
		subject, deps = made.Case, tx.Cite(protocol.Ref{Kind: "case", ID: made.Case})
	}
	before := tx.ByKey("attempt", subject)
	for _, ref := range before { // a form that is sent again is no second demand
		old, _, err := load[protocol.Attempt](&tx.ReadTx, ref)
		if err != nil || old.Clerk == made.Clerk && old.Rule == made.Rule && old.Line == made.Line && old.Case == made.Case && old.At.Day() == tx.Now().Day() {
			return err
		}
	}
	if made.Agency = who.Agency; made.Agency == "" { // a window of no agency acts for the one it serves
		made.Agency = agencyOf(&tx.ReadTx, made)
	}
	id := protocol.AttemptID(subject, d.Node, len(before)+1)
	_, err := tx.Act(protocol.Draft{Ref: protocol.Ref{Kind: "attempt", ID: id}, Act: "note", Body: made, By: steward, Deps: deps})
	return err
}

func agencyOf(tx *store.ReadTx, made protocol.Attempt) string {
	if made.Case != "" {
		if c, _, err := load[protocol.Case](tx, protocol.Ref{Kind: "case", ID: made.Case}); err == nil {
			return c.Agency
		}
		return ""
	}
	if i, _, err := load[protocol.Item](tx, protocol.Ref{Kind: "item", ID: made.Item}); err == nil {
		return i.Agency
	}
	return ""
}

// demanded is what a notice demanded last, as it was named.
func demanded(want *protocol.Case) string {
	for _, x := range last(want.Notices).Lines {
		if x.Line != "" {
			return x.Line
		}
	}
	return ""
}
