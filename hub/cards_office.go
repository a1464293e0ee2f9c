package hub

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// CardFilter narrows a list of cards; a zero member does not narrow.
type CardFilter struct {
	State  string // one of the states of protocol.Card
	Colour protocol.Colour
	Owner  protocol.NodeID
	Clock  protocol.ClockID
	Agency string       // USCC
	On     protocol.Ref // the cards of one record
	After  string       // CardPage.Next of the page before
	Limit  int          // 0 is the search's default
}

// CardPage is one page of cards, the newest first.
type CardPage struct {
	Cards  []CardLine
	Next   string // "" at the end
	Total  search.Total
	Counts []search.FacetCount // by state and colour, over all matches
}

// CardLine is one card with what an act on it must have seen.
type CardLine struct {
	ID   string
	Rev  uint64
	Home protocol.NodeID
	protocol.Card
}

// Cards lists cards (cases.Y-06).
func (s *Server) Cards(ctx context.Context, f CardFilter) (CardPage, error) {
	q := search.Query{Kind: "card", State: f.State, Limit: f.Limit, After: f.After, Count: []string{search.CountState, "colour"}}
	for _, by := range []protocol.Facet{{Name: "colour", Value: string(f.Colour)}, {Name: "owner", Value: string(f.Owner)},
		{Name: "clock", Value: string(f.Clock)}, {Name: "agency", Value: f.Agency}} {
		if by.Value != "" {
			q.Facets = append(q.Facets, by)
		}
	}
	if f.On != (protocol.Ref{}) {
		q.Key = f.On.String()
	}
	found, err := s.search.Search(ctx, q)
	if err != nil {
		return CardPage{}, err
	}
	page := CardPage{Next: found.Next, Total: found.Total, Counts: found.Counts}
	for _, hit := range found.Hits {
		c, rec, err := load[protocol.Card](s, hit.Ref)
		if err != nil {
			return page, err
		}
		page.Cards = append(page.Cards, CardLine{hit.Ref.ID, rec.Rev, rec.Home, *c})
	}
	return page, nil
}

// AnswerCard is the hub's own answer to a card that is the hub's (cases.Y-06):
// the cause and what is done about it. A node answers its cards itself.
func (s *Server) AnswerCard(ctx context.Context, who *protocol.Account, id string, seen uint64, cause, measure string) (protocol.Record, error) {
	c, _, err := load[protocol.Card](s, cardRef(id))
	if err != nil {
		return protocol.Record{}, err
	}
	if f := protocol.Authorize(protocol.Question{Subject: who, Place: protocol.Hub, Verb: protocol.MayAnswerCard, Agency: c.Agency}); f != nil {
		return protocol.Record{}, f
	}
	return s.one(ctx, protocol.Draft{Ref: cardRef(id), Act: "answer", Body: protocol.Card{Cause: cause, Measure: measure}, By: by(who), Rev: seen})
}

// CloseCard is the supervisor's word that an answer is enough (cases.Y-06); seen
// is the revision on the screen, 0 for whatever stands.
func (s *Server) CloseCard(ctx context.Context, who *protocol.Account, id string, seen uint64, opinion string) (protocol.Record, error) {
	return s.superviseCard(ctx, who, id, "close", seen, opinion)
}

// RejectCard sends an answer back to the card's owner (cases.Y-06).
func (s *Server) RejectCard(ctx context.Context, who *protocol.Account, id string, seen uint64, opinion string) (protocol.Record, error) {
	return s.superviseCard(ctx, who, id, "reject", seen, opinion)
}

func (s *Server) superviseCard(ctx context.Context, who *protocol.Account, id string, act protocol.Act, seen uint64, opinion string) (protocol.Record, error) {
	if err := s.may(who, protocol.MaySupervise); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: cardRef(id), Act: act, Body: protocol.Card{Reason: opinion}, By: by(who), Rev: seen})
}

func cardRef(id string) protocol.Ref { return protocol.Ref{Kind: "card", ID: id} }
