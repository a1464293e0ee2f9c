package hub

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// ObjectionFilter narrows a list of objections; a zero member does not narrow.
type ObjectionFilter struct {
	State    string // one of the states of protocol.Objection
	Agency   string // USCC of the department it was passed to
	From     protocol.NodeID
	Disputed protocol.Ref
	After    string // ObjectionPage.Next of the page before
	Limit    int
}

// ObjectionPage is one page of objections, the newest first.
type ObjectionPage struct {
	Objections []ObjectionLine
	Next       string
	Total      search.Total
	Counts     []search.FacetCount // by state
}

// ObjectionLine is one objection with what an act on it must have seen.
type ObjectionLine struct {
	ID   string
	Rev  uint64
	Home protocol.NodeID
	protocol.Objection
}

// Objections lists objections to published data (art. 46).
func (s *Server) Objections(ctx context.Context, f ObjectionFilter) (ObjectionPage, error) {
	q := search.Query{Kind: "objection", State: f.State, Limit: f.Limit, After: f.After, Count: []string{search.CountState}}
	for _, by := range []protocol.Facet{{Name: "agency", Value: f.Agency}, {Name: "from", Value: string(f.From)}} {
		if by.Value != "" {
			q.Facets = append(q.Facets, by)
		}
	}
	if f.Disputed != (protocol.Ref{}) {
		q.Key = f.Disputed.String()
	}
	found, err := s.search.Search(ctx, q)
	if err != nil {
		return ObjectionPage{}, err
	}
	page := ObjectionPage{Next: found.Next, Total: found.Total, Counts: found.Counts}
	for _, hit := range found.Hits {
		o, rec, err := load[protocol.Objection](s, hit.Ref)
		if err != nil {
			return page, err
		}
		page.Objections = append(page.Objections, ObjectionLine{hit.Ref.ID, rec.Rev, rec.Home, *o})
	}
	return page, nil
}

// MarkObjection is O-02: the objection is noted and every node shows the mark
// beside the datum, both in one group.
func (s *Server) MarkObjection(ctx context.Context, who *protocol.Account, id string) (protocol.Record, error) {
	o, err := s.objection(who, id)
	if err != nil {
		return protocol.Record{}, err
	}
	on := protocol.Draft{Ref: markRef(o), Act: "set", Body: protocol.Mark{On: o.Disputed, Field: o.Field, Open: []string{id}}, By: by(who)}
	return s.first(ctx, protocol.Draft{Ref: objectionRef(id), Act: "mark", Body: protocol.Objection{}, By: by(who)}, on)
}

// DecideObjection is O-03 for data of the hub's own scope: the value is
// corrected, or it is not, and the reason says why.
func (s *Server) DecideObjection(ctx context.Context, who *protocol.Account, id string, corrected bool, reason string) (protocol.Record, error) {
	if _, err := s.objection(who, id); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: objectionRef(id), Act: "decide", Body: protocol.Objection{Corrected: corrected, Reason: reason},
		By: by(who), Deps: s.calendarsNow()})
}

// TransferObjection is O-03 for data of a department: its node decides.
func (s *Server) TransferObjection(ctx context.Context, who *protocol.Account, id, agency string) (protocol.Record, error) {
	if _, err := s.objection(who, id); err != nil {
		return protocol.Record{}, err
	}
	deps := append(s.calendarsNow(), cite(protocol.Ref{Kind: "agency", ID: agency})...)
	return s.one(ctx, protocol.Draft{Ref: objectionRef(id), Act: "transfer", Body: protocol.Objection{Agency: agency}, By: by(who), Deps: deps})
}

// TellObjection is O-05: the person who objected has been told.
func (s *Server) TellObjection(ctx context.Context, who *protocol.Account, id string, told protocol.Telling) (protocol.Record, error) {
	if _, err := s.objection(who, id); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: objectionRef(id), Act: "tell", Body: protocol.Objection{Told: &told}, By: by(who)})
}

// LiftMark is the person's half of O-06: the mark of this objection is taken
// off. The steward closes the objection once the nodes have acknowledged it.
func (s *Server) LiftMark(ctx context.Context, who *protocol.Account, id, note string) (protocol.Record, error) {
	o, err := s.objection(who, id)
	if err != nil {
		return protocol.Record{}, err
	}
	if o.State != protocol.ObjectionTold {
		return protocol.Record{}, (&protocol.Refusal{Rule: "O-06", Text: "请先告知异议提出人,再撤下标注"}).Fault("lift mark", objectionRef(id))
	}
	m, rec, err := load[protocol.Mark](s, markRef(o))
	if err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: rec.Ref, Act: "lift", Body: protocol.Mark{Note: note, Open: without(m.Open, id)}, By: by(who), Rev: rec.Rev})
}

// objection reads what an act is about, after asking whether who may take it.
func (s *Server) objection(who *protocol.Account, id string) (*protocol.Objection, error) {
	if err := s.may(who, protocol.MayRuleOnData); err != nil {
		return nil, err
	}
	o, _, err := load[protocol.Objection](s, objectionRef(id))
	return o, err
}

// first takes acts in one group and gives the record of the first.
func (s *Server) first(ctx context.Context, drafts ...protocol.Draft) (protocol.Record, error) {
	records, _, err := s.Act(ctx, drafts...)
	if err != nil {
		return protocol.Record{}, err
	}
	return records[0], nil
}

// calendarsNow cites the published years that a clock begun now may run into.
func (s *Server) calendarsNow() (deps []protocol.Dep) {
	year := s.Now().Time().Year()
	return cite(protocol.CalendarRef(year), protocol.CalendarRef(year+1))
}

func objectionRef(id string) protocol.Ref { return protocol.Ref{Kind: "objection", ID: id} }

func markRef(o *protocol.Objection) protocol.Ref {
	return protocol.Ref{Kind: "mark", ID: protocol.MarkID(o.Disputed, o.Field)}
}

// without gives a copy of list that lacks id.
func without(list []string, id string) (rest []string) {
	for _, one := range list {
		if one != id {
			rest = append(rest, one)
		}
	}
	return rest
}
