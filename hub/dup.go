package hub

import (
	"context"
	"strings"

	"xiangyun/protocol"
)

const pairsARound = 256

// duplicates makes and mends the marks of the pairs that the fold found
// (cases.md §11).
func (r *registrar) duplicates(ctx context.Context) error {
	pairs, err := r.fsm.Pairs(pairsARound)
	if err != nil {
		return err
	}
	var drafts []protocol.Draft
	for _, pair := range pairs {
		d, err := r.pairAct(pair)
		if err != nil {
			return err
		}
		if d != nil {
			drafts = append(drafts, *d)
		}
	}
	return r.take(ctx, drafts)
}

// pairAct marks a pair (DU-01), brings the facts of a mark up to date (DU-03), or
// notes that one of the two went into the other (C-22).
func (r *registrar) pairAct(pair string) (*protocol.Draft, error) {
	d := &protocol.Draft{Ref: protocol.Ref{Kind: "dupmark", ID: pair}, By: string(protocol.Hub)}
	var m protocol.Dupmark
	for _, id := range strings.Split(pair, ":") {
		ref := protocol.Ref{Kind: "case", ID: id}
		rec, ok, err := r.fsm.Record(ref)
		if err != nil || !ok || rec.Body == nil {
			return nil, err
		}
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			return nil, err
		}
		if c.State == protocol.CaseVoid {
			d.Act, d.Body, d.Deps = "conclude", protocol.Dupmark{}, cite(ref)
			return d, nil
		}
		m.Cases = append(m.Cases, protocol.DupFacts(id, c, rec.Home))
	}
	d.Act, d.Body = "mark", m
	return d, nil
}
