package hub

import (
	"context"
	"slices"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// The office is what provincial admins do: each method is one group of acts of
// the hub, decided in the order of the province.

// may asks the one authorisation function.
func (s *Server) may(who *protocol.Account, verb protocol.Verb) error {
	if f := protocol.Authorize(protocol.Question{Subject: who, Place: protocol.Hub, Verb: verb}); f != nil {
		return f
	}
	return nil
}

func by(who *protocol.Account) string { return protocol.AccountID(who.Place, who.Login) }

// cite names records whose current revision an act relies on; the revision is
// filled in where the act is decided.
func cite(refs ...protocol.Ref) (deps []protocol.Dep) {
	for _, ref := range refs {
		deps = append(deps, protocol.Dep{Ref: ref})
	}
	return deps
}

// load reads a record as T from what this server has applied.
func load[T any](s *Server, ref protocol.Ref) (*T, protocol.Record, error) {
	rec, ok, err := s.fsm.Record(ref)
	if err != nil {
		return nil, rec, err
	}
	if !ok {
		return nil, rec, &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "没有找到该记录"}
	}
	body, err := protocol.Load[T](rec)
	return body, rec, err
}

// RegisterAgency registers an agency, or changes one that is registered.
func (s *Server) RegisterAgency(ctx context.Context, who *protocol.Account, a protocol.Agency) (protocol.Record, error) {
	if err := s.may(who, protocol.MayManageAgency); err != nil {
		return protocol.Record{}, err
	}
	ref := protocol.Ref{Kind: "agency", ID: a.USCC}
	act := protocol.Act("register")
	if _, ok, err := s.fsm.Record(ref); err != nil {
		return protocol.Record{}, err
	} else if ok {
		act = "update"
	}
	return s.one(ctx, protocol.Draft{Ref: ref, Act: act, Body: a, By: by(who)})
}

// one takes a single act and gives the record it made.
func (s *Server) one(ctx context.Context, d protocol.Draft) (protocol.Record, error) {
	records, _, err := s.Act(ctx, d)
	if err != nil {
		return protocol.Record{}, err
	}
	return records[0], nil
}

// Publish answers a request to publish an item: item and guide reach every
// node, and the request is answered, in one group (cases.md §2.3).
func (s *Server) Publish(ctx context.Context, who *protocol.Account, request protocol.Ref) (protocol.Record, error) {
	if err := s.may(who, protocol.MayPublishItem); err != nil {
		return protocol.Record{}, err
	}
	r, rec, err := load[protocol.Request](s, request)
	if err != nil {
		return protocol.Record{}, err
	}
	filing, err := filingOf(r, request)
	if err != nil {
		return protocol.Record{}, err
	}
	if no := protocol.CheckFiling(&filing); no != nil { // item and guide stand or fall together
		return protocol.Record{}, no.Fault("publish", r.On)
	}
	facts, err := s.itemFacts(&filing.Item)
	if err != nil {
		return protocol.Record{}, err
	}
	held, err := s.heldPapers(ctx, &filing.Guide)
	if err != nil {
		return protocol.Record{}, err
	}
	id := protocol.ItemID(filing.Item.ImplCode, filing.Item.Version)
	if no, err := s.would(protocol.Draft{Ref: protocol.Ref{Kind: "guide", ID: id}, Act: "publish", Body: filing.Guide, Deps: held}); err != nil {
		return protocol.Record{}, err
	} else if no != nil { // the group would stop behind the item
		return protocol.Record{}, no.Fault("publish", r.On)
	}
	records, _, err := s.Act(ctx,
		protocol.Draft{Ref: protocol.Ref{Kind: "item", ID: id}, Act: "publish", Body: filing.Item, By: by(who), Answers: request, Deps: facts},
		protocol.Draft{Ref: protocol.Ref{Kind: "guide", ID: id}, Act: "publish", Body: filing.Guide, By: by(who), Deps: held},
		protocol.Draft{Ref: request, Act: "answer", Body: protocol.Request{}, By: by(who), Rev: rec.Rev})
	if err != nil {
		return protocol.Record{}, err
	}
	return records[0], nil
}

// itemFacts cites what an item is judged by: its agency, and its entry of the
// basic catalogue when the province has one (cases.I-02).
func (s *Server) itemFacts(i *protocol.Item) ([]protocol.Dep, error) {
	facts := cite(protocol.Ref{Kind: "agency", ID: i.Agency})
	basic := protocol.Ref{Kind: "basic", ID: i.Basic()}
	_, ok, err := s.fsm.Record(basic)
	if ok {
		facts = append(facts, cite(basic)...)
	}
	return facts, err
}

// heldPapers cites the listed resources of the catalogue that hold a paper which a
// line of the guide asks for though an authority issued it: the judge refuses a
// guide that does not fetch it (cases.I-05).
func (s *Server) heldPapers(ctx context.Context, g *protocol.Guide) (deps []protocol.Dep, err error) {
	for i := range g.Lines {
		l := &g.Lines[i]
		if l.Source != "issued" || l.Share != nil || l.Name == "" {
			continue
		}
		found, err := s.search.Search(ctx, search.Query{Kind: "catalog.listing", State: protocol.ListingListed, Text: l.Name, Limit: 20})
		if protocol.CodeOf(err) == protocol.Malformed { // longer than any resource's name
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, h := range found.Hits {
			listed, _, err := load[protocol.Listing](s, h.Ref)
			if err != nil && protocol.CodeOf(err) != protocol.Gone {
				return nil, err
			}
			if err == nil && protocol.Holds(listed, l) && !slices.ContainsFunc(deps, func(d protocol.Dep) bool { return d.Ref == h.Ref }) {
				deps = append(deps, cite(h.Ref)...)
			}
		}
	}
	return deps, nil
}

// Decline answers a request with a reason.
func (s *Server) Decline(ctx context.Context, who *protocol.Account, request protocol.Ref, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayPublishItem); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: request, Act: "decline", Body: protocol.Request{Reason: reason}, By: by(who)})
}

// EndItem suspends or withdraws an item version.
func (s *Server) EndItem(ctx context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayPublishItem); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "item", ID: id}, Act: act, Body: protocol.Item{Reason: reason}, By: by(who)})
}

// PublishCalendar loads or supersedes the official calendar of a year.
func (s *Server) PublishCalendar(ctx context.Context, who *protocol.Account, year protocol.CalendarYear) (protocol.Record, error) {
	if err := s.may(who, protocol.MayOperate); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.CalendarRef(year.Year), Act: "publish", Body: year, By: by(who)})
}
