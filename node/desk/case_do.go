package desk

import (
	"context"
	"errors"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// CaseAct names the case that a person acts on. Seen is the revision that person
// saw; the act is refused when the case has moved on since (G-04).
type CaseAct struct {
	Case   protocol.Ref
	Seen   uint64   // 0: not checked
	Viewed []string // record ids of the duplicate marks that person looked at (C-10c)
	Key    string   // nonce of the form: the same form sent twice is one act, another one under it is G-11
}

// Do takes one act of the case table (protocol/case_table.go). want carries what
// the act sets; an act that adds to a list takes the list's last element. It cites
// all that the act needs. Where the home is elsewhere and the act has a request
// (R-01…R-09), that is filed instead and given back; so it is for a case that is
// not here at all, which is then read through the hub.
func (d *Desk) Do(ctx context.Context, who *protocol.Account, a CaseAct, act protocol.Act, want protocol.Case) (protocol.Record, error) {
	x := &deed{who: who, ref: a.Case, seen: a.Seen, act: act, want: want}
	if act == "accept" && a.Viewed != nil {
		x.want.DupsViewed = a.Viewed
	}
	if ask, ok := asks[act]; ok {
		var err error
		if x.far, err = d.fetchAway(ctx, who, a.Case, ask.want); err != nil {
			return protocol.Record{}, err
		}
	}
	rec, err := d.write(ctx, &command{who: who, on: a.Case, key: a.Key, body: []any{a.Case, act, x.want}, seen: &x.seen,
		do: func(tx *store.Tx) (protocol.Record, error) { return d.take(tx, x) }})
	if act == "notice" {
		err = d.counted(ctx, who, protocol.Attempt{Case: a.Case.ID, Line: demanded(&x.want)}, err)
	}
	return rec, err
}

// command is what a person submits: a form with its key, and how it becomes
// entries of one transaction.
type command struct {
	who  *protocol.Account
	on   protocol.Ref
	key  string
	body any     // all that was submitted: under a used key it must be the same (G-11)
	seen *uint64 // the revision the person saw, when one is checked
	do   func(tx *store.Tx) (protocol.Record, error)

	before bool // set by write: the form had been answered already
}

// write is the one way in which a person's act on a case becomes entries: a form
// that comes again is answered as before, an effect of the law that fell due is
// recorded first (G-13), and the act is one transaction.
func (d *Desk) write(ctx context.Context, c *command) (protocol.Record, error) {
	rec, err := d.attempt(ctx, c, true)
	var due *effectDue
	if !errors.As(err, &due) {
		return rec, err
	}
	now, err := d.recordEffect(ctx, due)
	if err != nil {
		return rec, err
	}
	if c.seen != nil && *c.seen == due.rev {
		*c.seen = now // the person saw all but what the law did meanwhile
	}
	return d.attempt(ctx, c, false)
}

func (d *Desk) attempt(ctx context.Context, c *command, first bool) (rec protocol.Record, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) (err error) {
		rec, err = d.once(tx, c, first)
		return err
	})
	return rec, err
}

func (d *Desk) once(tx *store.Tx, c *command, first bool) (protocol.Record, error) {
	rec, before, err := d.answered(&tx.ReadTx, c)
	if c.before = before; before || err != nil {
		return rec, err
	}
	if first {
		if err := d.effectFirst(tx, c.on); err != nil {
			return rec, err
		}
	}
	if rec, err = c.do(tx); err != nil {
		return rec, err
	}
	return rec, d.remember(tx, c, rec)
}
