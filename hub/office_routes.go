package hub

import (
	"context"

	"xiangyun/protocol"
)

// SetRoute says who handles an item for a division and who stands in (C-24b).
func (s *Server) SetRoute(ctx context.Context, who *protocol.Account, r protocol.Route) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	deps := cite(protocol.Ref{Kind: "agency", ID: r.Agency})
	if r.Substitute != "" && r.Substitute != r.Agency {
		deps = append(deps, cite(protocol.Ref{Kind: "agency", ID: r.Substitute})...)
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "route", ID: protocol.RouteID(r.ImplCode, r.Division)}, Act: "set", Body: r, By: by(who), Deps: deps})
}

// RetireRoute ends a route; cases go to the agency of their item again.
func (s *Server) RetireRoute(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "route", ID: id}, Act: "retire", Body: protocol.Route{Reason: reason}, By: by(who)})
}

// Delegate establishes 异地受理 for one item version and a pair of agencies.
func (s *Server) Delegate(ctx context.Context, who *protocol.Account, d protocol.Delegation) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	deps := cite(protocol.Ref{Kind: "item", ID: d.Item}, protocol.Ref{Kind: "agency", ID: d.Receiving})
	if d.Handling != d.Receiving {
		deps = append(deps, cite(protocol.Ref{Kind: "agency", ID: d.Handling})...)
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "delegation", ID: protocol.DelegationID(d.Item, d.Receiving, d.Handling)}, Act: "establish",
		Body: d, By: by(who), Deps: deps})
}

// EndDelegation ends one: the window collects only, from the next receipt on.
func (s *Server) EndDelegation(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "delegation", ID: id}, Act: "end", Body: protocol.Delegation{Reason: reason}, By: by(who)})
}
