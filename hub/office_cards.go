package hub

import (
	"context"
	"crypto/rand"
	"slices"

	"xiangyun/protocol"
)

// SuperviseCard closes an answered card, or rejects the answer and sends the card
// back to its owner (Y-06).
func (s *Server) SuperviseCard(ctx context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MaySupervise); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: cardRef(id), Act: act, Body: protocol.Card{Reason: reason}, By: by(who)})
}

// AnswerCard is the hub's own answer to a card that is the hub's (cases.Y-06):
// the cause and what is done about it. A node answers its cards itself.
func (s *Server) AnswerCard(ctx context.Context, who *protocol.Account, id, cause, measure string) (protocol.Record, error) {
	c, _, err := load[protocol.Card](s, cardRef(id))
	if err != nil {
		return protocol.Record{}, err
	}
	if f := protocol.Authorize(protocol.Question{Subject: who, Place: protocol.Hub, Verb: protocol.MayAnswerCard, Agency: c.Agency}); f != nil {
		return protocol.Record{}, f
	}
	return s.one(ctx, protocol.Draft{Ref: cardRef(id), Act: "answer", Body: protocol.Card{Cause: cause, Measure: measure}, By: by(who)})
}

func cardRef(id string) protocol.Ref { return protocol.Ref{Kind: "card", ID: id} }

// DrawCheck draws n cases at random from those received between two days, at one
// place or for one agency if named (art. 47). The seed is made here, not chosen,
// and stays in the record with the population, so that anybody can draw again.
func (s *Server) DrawCheck(ctx context.Context, who *protocol.Account, c protocol.SpotCheck, n int) (protocol.Record, error) {
	if err := s.may(who, protocol.MaySupervise); err != nil {
		return protocol.Record{}, err
	}
	var ids []string
	index, err := s.fsm.Still(ctx, []protocol.KindName{"case"}, func(rec protocol.Record) error {
		in, err := inCheck(&c, rec)
		if in {
			ids = append(ids, rec.Ref.ID)
		}
		return err
	})
	if err != nil {
		return protocol.Record{}, err
	}
	if _, err := rand.Read(c.Seed[:]); err != nil {
		return protocol.Record{}, err
	}
	c.Index, c.Population, c.Of, c.Drawn = index, len(ids), protocol.PopulationHash(ids), nil
	for _, id := range protocol.Draw(c.Seed, ids, n) {
		c.Drawn = append(c.Drawn, protocol.CheckedCase{Case: id})
	}
	ref := protocol.Ref{Kind: "spotcheck", ID: c.Seed.String()[:16]}
	return s.one(ctx, protocol.Draft{Ref: ref, Act: "draw", Body: c, By: by(who)})
}

// inCheck reports whether a case belongs to the population; one that was erased
// does not.
func inCheck(c *protocol.SpotCheck, rec protocol.Record) (bool, error) {
	if rec.Body == nil {
		return false, nil
	}
	body, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return false, err
	}
	day := body.Received.At.Day()
	return !day.Before(c.From) && !c.Until.Before(day) && (c.Place == "" || c.Place == body.Received.Node) && (c.Agency == "" || c.Agency == body.Agency), nil
}

// FindCheck notes what was found in one of the cases drawn.
func (s *Server) FindCheck(ctx context.Context, who *protocol.Account, id, caseID, finding, text string) (protocol.Record, error) {
	if err := s.may(who, protocol.MaySupervise); err != nil {
		return protocol.Record{}, err
	}
	ref := protocol.Ref{Kind: "spotcheck", ID: id}
	c, rec, err := load[protocol.SpotCheck](s, ref)
	if err != nil {
		return protocol.Record{}, err
	}
	next := *c
	next.Drawn = slices.Clone(c.Drawn)
	i := slices.IndexFunc(next.Drawn, func(d protocol.CheckedCase) bool { return d.Case == caseID })
	if i < 0 {
		return protocol.Record{}, &protocol.Fault{Code: protocol.Gone, Op: "find", Ref: ref, Text: "该办件不在本次抽查之列"}
	}
	if next.Drawn[i].Finding != "" {
		return protocol.Record{}, &protocol.Fault{Code: protocol.Refused, Op: "find", Ref: ref, Rule: "G-07", Text: "该办件的核查结论已填写,不能更改"}
	}
	next.Drawn[i].Finding, next.Drawn[i].Text = finding, text
	return s.one(ctx, protocol.Draft{Ref: ref, Act: "find", Body: next, By: by(who), Rev: rec.Rev})
}

// CloseCheck ends a check with its result.
func (s *Server) CloseCheck(ctx context.Context, who *protocol.Account, id, result string) (protocol.Record, error) {
	if err := s.may(who, protocol.MaySupervise); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "spotcheck", ID: id}, Act: "close", Body: protocol.SpotCheck{Result: result}, By: by(who)})
}
