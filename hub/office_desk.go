package hub

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"xiangyun/protocol"
)

// ProposeDesk is the first person's word at the hub desk: a place is down, its
// cases go to a substitute, or a case at the desk goes to an agency. Nothing
// happens until a second person confirms (cases.md §16).
func (s *Server) ProposeDesk(ctx context.Context, who *protocol.Account, p protocol.Proposal) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	id, err := s.proposalID(&p)
	if err != nil {
		return protocol.Record{}, err
	}
	d := protocol.Draft{Ref: protocol.Ref{Kind: "proposal", ID: id}, Act: "propose", Body: p, By: by(who)}
	if p.Outage != "" {
		d.Deps = cite(protocol.Ref{Kind: "proposal", ID: p.Outage})
	}
	return s.one(ctx, d)
}

// proposalID: the same proposal made twice is one record. An outage belongs to
// the node's epoch, so that the next one is another.
func (s *Server) proposalID(p *protocol.Proposal) (string, error) {
	if p.What == protocol.ProposeOutage {
		n, _, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(p.Node)})
		if err != nil {
			return "", err
		}
		return protocol.OutageID(p.Node, n.Epoch), mayFence(n)
	}
	key, err := json.Marshal([]any{p.Node, p.Agency, p.Route, slices.Sorted(slices.Values(p.Cases))})
	if err != nil {
		return "", err
	}
	return p.What + ":" + protocol.HashOf(key).String()[:24], nil
}

// Carried is what became of one case of a confirmed proposal.
type Carried = protocol.CarriedCase

// ConfirmDesk is the second person's word. An outage fences the node in the same
// group: a new origin epoch first, so that nobody decides in two places (C-24a).
// Of a routing or reassignment each case is decided by itself: one refusal names
// itself and holds up no other. Called again after a break it goes on.
func (s *Server) ConfirmDesk(ctx context.Context, who *protocol.Account, id string) ([]Carried, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return nil, err
	}
	ref := protocol.Ref{Kind: "proposal", ID: id}
	p, rec, err := load[protocol.Proposal](s, ref)
	if err != nil {
		return nil, err
	}
	if p.State == protocol.ProposalConfirmed && p.What != protocol.ProposeOutage { // broken off: go on
		return s.carry(ctx, p)
	}
	drafts := []protocol.Draft{{Ref: ref, Act: "confirm", Body: protocol.Proposal{}, By: by(who), Rev: rec.Rev}}
	if p.What == protocol.ProposeOutage {
		fence, err := s.fence(p, by(who))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, fence...)
	}
	if _, _, err := s.Act(ctx, drafts...); err != nil || p.What == protocol.ProposeOutage {
		return nil, err
	}
	p.Second = by(who)
	return s.carry(ctx, p)
}

// fence is nothing when the operator has fenced the node already.
func (s *Server) fence(p *protocol.Proposal, by string) ([]protocol.Draft, error) {
	ref := protocol.Ref{Kind: "node", ID: string(p.Node)}
	n, _, err := load[protocol.Node](s, ref)
	if err != nil || n.State == protocol.NodeFenced {
		return nil, err
	}
	return []protocol.Draft{{Ref: ref, Act: "fence", Body: protocol.Node{Reason: "经两人确认中断:" + p.Reason}, By: by}}, mayFence(n)
}

// mayFence is asked before the proposal is taken: a group stops behind its guard.
func mayFence(n *protocol.Node) error {
	if n.State == protocol.NodeEnrolled || n.State == protocol.NodeFenced {
		return nil
	}
	return &protocol.Fault{Code: protocol.Refused, Op: "fence", Ref: protocol.Ref{Kind: "node", ID: string(n.ID)}, Rule: "G-07", Text: "节点尚未接入或已注销,没有可改派的办件"}
}

// carry takes the cases of a confirmed proposal one by one.
func (s *Server) carry(ctx context.Context, p *protocol.Proposal) ([]Carried, error) {
	list := make([]Carried, 0, len(p.Cases))
	for _, id := range p.Cases {
		done := Carried{Case: id}
		d, already, err := s.deskDraft(p, id, p.Second)
		if err == nil && !already {
			_, err = s.one(ctx, d)
		}
		var f *protocol.Fault
		if errors.As(err, &f) && (f.Code == protocol.Refused || f.Code == protocol.Gone) {
			done.Rule, done.Text, err = f.Rule, f.Text, nil
		}
		if err != nil {
			return list, err
		}
		done.Done = done.Text == ""
		list = append(list, done)
	}
	return list, nil
}

// deskDraft is the act on one case that a proposal is about; already says that it
// was taken.
func (s *Server) deskDraft(p *protocol.Proposal, id, second string) (d protocol.Draft, already bool, err error) {
	ref := protocol.Ref{Kind: "case", ID: id}
	c, rec, err := load[protocol.Case](s, ref)
	if err != nil {
		return d, false, err
	}
	d = protocol.Draft{Ref: ref, By: second, Deps: cite(protocol.CaseCalendars(c, s.Now())...)}
	d.Deps = append(d.Deps, cite(protocol.Ref{Kind: "agency", ID: p.Agency})...)
	if p.What == protocol.ProposeRoute {
		d.Act, d.Body = "route_by_desk", protocol.Case{Hops: append(slices.Clone(c.Hops), protocol.Hop{Agency: p.Agency, Reason: p.Reason, First: p.First})}
		last := lastOf(c.Hops)
		return d, last.Desk && last.Agency == p.Agency && last.First == p.First && last.By == second, nil
	}
	outage, _, err := load[protocol.Proposal](s, protocol.Ref{Kind: "proposal", ID: p.Outage})
	if err != nil {
		return d, false, err
	}
	d.Act = "reassign"
	d.Deps = append(d.Deps, cite(protocol.Ref{Kind: "node", ID: string(rec.Home)}, protocol.Ref{Kind: "route", ID: p.Route})...)
	d.Body = protocol.Case{Reassigned: append(slices.Clone(c.Reassigned), protocol.Reassignment{Agency: p.Agency, Route: p.Route,
		Confirmed: outage.Confirmed, How: outage.How, DownSince: outage.DownSince, First: p.First})}
	last := lastOf(c.Reassigned)
	if last.From == p.Node && last.Agency == p.Agency && last.First == p.First && last.By == second {
		return d, true, nil
	}
	return d, false, s.ofThisOutage(p)
}

// ofThisOutage: what the prefecture said of an outage holds for the fence that
// followed it, or that it found, and for no later one (C-24a).
func (s *Server) ofThisOutage(p *protocol.Proposal) error {
	n, _, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(p.Node)})
	if err != nil || p.Outage == protocol.OutageID(n.ID, n.Epoch) || p.Outage == protocol.OutageID(n.ID, n.Epoch-1) {
		return err
	}
	return &protocol.Fault{Code: protocol.Refused, Op: "reassign", Ref: protocol.Ref{Kind: "proposal", ID: p.Outage}, Rule: "C-24a",
		Text: "所依据的是节点 " + n.Name + " 以前的一次中断,其后它已恢复;请重新确认本次中断"}
}

func lastOf[T any](list []T) (last T) {
	if len(list) > 0 {
		last = list[len(list)-1]
	}
	return last
}

// CheckDesk says what the rules would answer for each case of a proposal now, as
// if somebody else confirmed it: which letter of C-24 stands in the way.
func (s *Server) CheckDesk(p protocol.Proposal) ([]Carried, error) {
	if p.First == "" {
		p.First = "hub:first"
	}
	second := p.Second
	if second == "" {
		second = "hub:second"
	}
	var list []Carried
	for _, id := range p.Cases {
		done := Carried{Case: id}
		d, already, err := s.deskDraft(&p, id, second)
		if protocol.CodeOf(err) == protocol.Gone {
			done.Text = "没有找到该办件,或其所依据的中断确认"
			list = append(list, done)
			continue
		}
		var f *protocol.Fault
		if errors.As(err, &f) && f.Code == protocol.Refused {
			done.Rule, done.Text = f.Rule, f.Text
			list = append(list, done)
			continue
		}
		if err != nil {
			return nil, err
		}
		if done.Done = already; !already {
			no, err := s.would(d)
			if err != nil {
				return nil, err
			}
			if no != nil {
				done.Rule, done.Text = no.Rule, no.Text
			}
		}
		list = append(list, done)
	}
	return list, nil
}

// WithdrawDesk takes a proposal back; either of the two people may.
func (s *Server) WithdrawDesk(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "proposal", ID: id}, Act: "withdraw", Body: protocol.Proposal{Note: reason}, By: by(who)})
}
