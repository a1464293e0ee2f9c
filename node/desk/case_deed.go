package desk

import (
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// deed is one act of a person on a case: what is asked.
type deed struct {
	who  *protocol.Account
	ref  protocol.Ref
	seen uint64
	act  protocol.Act
	want protocol.Case
	far  *away // the case as the province showed it, when it is not here
}

// take writes the deed at the home of the case, or asks the home for it.
func (d *Desk) take(tx *store.Tx, x *deed) (protocol.Record, error) {
	ask, asked := asks[x.act]
	c, rec, err := load[protocol.Case](&tx.ReadTx, x.ref)
	switch gone := protocol.CodeOf(err) == protocol.Gone && rec.Home == ""; {
	case asked && gone && x.far != nil && x.act != "amend": // the old contact is not shown elsewhere
		c, rec, err = x.far.c, x.far.rec, nil
	case asked && gone: // the province cannot be asked now: the case's number on paper is enough
		c, err = &protocol.Case{}, nil
	}
	if err != nil {
		return rec, err
	}
	if asked && rec.Home != d.Node {
		if err := onlyCouriersTrack(&around{ref: x.ref, want: &x.want}); err != nil {
			return rec, err
		}
		return d.request(tx, x.who, x.ref, ask.want, ask.data(x, c), x.far)
	}
	draft, err := d.draft(&tx.ReadTx, tx.Now(), x, c)
	if err != nil {
		return rec, err
	}
	return d.carry(tx, x, draft)
}

// draft builds the entry of a deed. It only reads: it can be built and judged to
// see what it will make of the case, and built again to write it.
func (d *Desk) draft(tx *store.ReadTx, now protocol.Instant, x *deed, c *protocol.Case) (protocol.Draft, error) {
	verb, ok := protocol.CaseVerb(x.act)
	if !ok {
		return protocol.Draft{}, lacking(x)
	}
	if err := d.may(x.who, verb, competence(c, d.Node)); err != nil {
		return protocol.Draft{}, err
	}
	if err := d.dated(x.act, x.ref); err != nil {
		return protocol.Draft{}, err
	}
	return d.entry(tx, now, x, c)
}

// entry is draft without the question who may.
func (d *Desk) entry(tx *store.ReadTx, now protocol.Instant, x *deed, c *protocol.Case) (protocol.Draft, error) {
	want := x.want
	a := &around{tx: tx, now: now, ref: x.ref, c: c, want: &want}
	if err := d.complete(a, x.act); err != nil {
		return protocol.Draft{}, err
	}
	return protocol.Draft{Ref: x.ref, Act: x.act, Body: want, By: By(x.who), Rev: x.seen, Deps: a.deps(x.act)}, nil
}

// lacking refuses what no person may do (G-05).
func lacking(x *deed) error {
	return &protocol.Fault{Code: protocol.Denied, Op: "case." + string(x.act), Ref: x.ref, Rule: "G-05",
		Text: "“" + string(x.act) + "”由系统自动办理,或不是办件的操作"}
}

// competence is the agency whose people act on the case here: the deciding one,
// or in 异地受理 the receiving one while the case is with it.
func competence(c *protocol.Case, at protocol.NodeID) string {
	if c.Mode == protocol.ModeDelegated && c.Received.Node == at && c.To == "" {
		return c.Received.Agency
	}
	return c.Agency
}

// carry writes the entry, what it answers and what follows from it.
func (d *Desk) carry(tx *store.Tx, x *deed, draft protocol.Draft) (protocol.Record, error) {
	asked := askedFor(tx, x.act, draft.Ref)
	if x.act == "return_misrouted" { // the request goes away with the case: it is answered before, and by that alone
		if err := settle(tx, asked, draft.By); err != nil {
			return protocol.Record{}, err
		}
		return tx.Act(draft)
	}
	draft.Answers = asked
	rec, err := tx.Act(draft)
	if err == nil {
		err = settle(tx, asked, draft.By)
	}
	if err == nil && x.act == "joint_open" {
		err = openTasks(tx, rec, draft.By)
	}
	return rec, err
}

// askedFor: a person who merges or returns does what others asked for.
func askedFor(tx *store.Tx, act protocol.Act, on protocol.Ref) protocol.Ref {
	if act != "merge" && act != "return_misrouted" {
		return protocol.Ref{}
	}
	for _, dep := range openRequests(&tx.ReadTx, on, asks[act].want) {
		return dep.Ref
	}
	return protocol.Ref{}
}

func settle(tx *store.Tx, request protocol.Ref, by string) error {
	if request == (protocol.Ref{}) {
		return nil
	}
	_, err := tx.Act(protocol.Draft{Ref: request, Act: "answer", Body: protocol.Request{}, By: by})
	return err
}
