package province

import (
	"context"
	"errors"
	"time"

	"xiangyun/hub"
	"xiangyun/node"
	"xiangyun/node/desk"
	"xiangyun/protocol"
)

// patience is how long a person waits for an answer.
const patience = 15 * time.Second

// errAway is what a person meets at a place whose process is down.
var errAway = errors.New("the place is down")

// at runs an act at a node's desk, if the node is up.
func at[T any](p *Province, n protocol.NodeID, do func(ctx context.Context, nd *node.Node) (T, error)) (out T, err error) {
	nd := p.Node(n)
	if nd == nil {
		return out, errAway
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return do(ctx, nd)
}

// Window is a counter in a prefecture, with one clerk.
type Window struct {
	p     *Province
	node  protocol.NodeID
	clerk *protocol.Account
}

// Window opens the first window of a node.
func (p *Province) Window(n protocol.NodeID) Window {
	return Window{p, n, person(n, "clerk", protocol.RoleClerk)}
}

// Apply takes an application in. A form sent twice is one case.
func (w Window) Apply(item, nonce string, handOver bool) (desk.Received, error) {
	return at(w.p, w.node, func(ctx context.Context, nd *node.Node) (desk.Received, error) {
		in := intake(item, nonce)
		in.HandOver = handOver
		return nd.Desk().Receive(ctx, w.clerk, in)
	})
}

// HandOver sends a case to the place that decides.
func (w Window) HandOver(c protocol.Ref) (protocol.Record, error) {
	return at(w.p, w.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().Do(ctx, w.clerk, desk.CaseAct{Case: c}, "hand_over", protocol.Case{})
	})
}

// Deliver hands the result to the applicant, or asks the case's home to note it.
func (w Window) Deliver(c protocol.Ref) (protocol.Record, error) {
	return at(w.p, w.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().Do(ctx, w.clerk, desk.CaseAct{Case: c}, "deliver", protocol.Case{Delivery: &protocol.Delivery{Way: "counter", Recipient: "申请人甲"}})
	})
}

// Withdraw ends a case at the applicant's wish, or asks its home to.
func (w Window) Withdraw(c protocol.Ref) (protocol.Record, error) {
	return at(w.p, w.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().Do(ctx, w.clerk, desk.CaseAct{Case: c}, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "申请人要求撤回"}})
	})
}

// Department decides about cases: one person accepts, another decides.
type Department struct {
	p                 *Province
	node              protocol.NodeID
	acceptor, decider *protocol.Account
}

// Department opens a node's department desk.
func (p *Province) Department(n protocol.NodeID) Department {
	return Department{p, n, person(n, "acceptor", protocol.RoleAcceptor), person(n, "decider", protocol.RoleDecider)}
}

// Accept starts the statutory clocks of a case.
func (d Department) Accept(c protocol.Ref) (protocol.Record, error) {
	return at(d.p, d.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().Do(ctx, d.acceptor, desk.CaseAct{Case: c}, "accept", protocol.Case{})
	})
}

// Grant decides for the applicant.
func (d Department) Grant(c protocol.Ref) (protocol.Record, error) {
	return d.decide(d.decider, c, "grant", protocol.Decision{Text: "准予"})
}

// Deny decides against the applicant.
func (d Department) Deny(c protocol.Ref) (protocol.Record, error) {
	return d.decide(d.decider, c, "deny", protocol.Decision{Reason: "条件不符", Basis: "样例依据", Remedy: "六十日内可申请行政复议"})
}

// Refuse does not accept a case.
func (d Department) Refuse(c protocol.Ref) (protocol.Record, error) {
	return d.decide(d.acceptor, c, "refuse", protocol.Decision{Reason: "条件不符", Basis: "样例依据", Remedy: "六十日内可申请行政复议"})
}

// do takes an act of whoever accepts there.
func (d Department) do(c protocol.Ref, act protocol.Act, want protocol.Case) (protocol.Record, error) {
	return at(d.p, d.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().Do(ctx, d.acceptor, desk.CaseAct{Case: c}, act, want)
	})
}

func (d Department) decide(who *protocol.Account, c protocol.Ref, act protocol.Act, why protocol.Decision) (protocol.Record, error) {
	return at(d.p, d.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().Do(ctx, who, desk.CaseAct{Case: c}, act, protocol.Case{Decision: &why})
	})
}

// Editor looks after a prefecture's catalogue and items, with a colleague who
// reviews.
type Editor struct {
	p                *Province
	node             protocol.NodeID
	editor, reviewer *protocol.Account
}

// Editor opens a node's editing desk.
func (p *Province) Editor(n protocol.NodeID) Editor {
	return Editor{p, n, person(n, "editor", protocol.RoleEditor), person(n, "reviewer", protocol.RoleReviewer)}
}

// Submit sends entries for review as one changeset; a zero record means that
// nothing had changed.
func (e Editor) Submit(entries ...desk.EntryDraft) (protocol.Record, error) {
	return at(e.p, e.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		sets, err := nd.Desk().SubmitCatalog(ctx, e.editor, "样例批次", entries)
		if err != nil || len(sets) == 0 {
			return protocol.Record{}, err
		}
		return sets[0], nil
	})
}

// FirstReview passes a changeset on to the province.
func (e Editor) FirstReview(set protocol.Ref) (protocol.Record, error) {
	return at(e.p, e.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		return nd.Desk().FirstReview(ctx, e.reviewer, set)
	})
}

// FileItem asks the province to publish an item.
func (e Editor) FileItem(f protocol.ItemFiling) (protocol.Record, error) {
	return at(e.p, e.node, func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
		recs, err := nd.Desk().FileItem(ctx, e.editor, f)
		if err != nil {
			return protocol.Record{}, err
		}
		return recs[0], nil
	})
}

// Office is a provincial admin at one hub server.
type Office struct {
	p      *Province
	server string // empty: whoever leads
}

// Office sits down at the leader; OfficeAt at one server, leading or not.
func (p *Province) Office() Office { return Office{p: p} }

// OfficeAt sits down at one server, which forwards to the leader.
func (p *Province) OfficeAt(server string) Office { return Office{p, server} }

func (o Office) in(do func(ctx context.Context, s *hub.Server) (protocol.Record, error)) (protocol.Record, error) {
	s := o.p.Leader()
	if o.server != "" {
		s = o.p.Hub(o.server)
	}
	if s == nil {
		return protocol.Record{}, errAway
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return do(ctx, s)
}

// Publish answers a filing with the published item.
func (o Office) Publish(request protocol.Ref) (protocol.Record, error) {
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) {
		return s.Publish(ctx, Operator, request)
	})
}

// Decline answers a filing with a reason.
func (o Office) Decline(request protocol.Ref) (protocol.Record, error) {
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) {
		return s.Decline(ctx, Operator, request, "名称与基本目录不一致")
	})
}

// Review passes a changeset in the second review.
func (o Office) Review(set protocol.Ref) (protocol.Record, error) {
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) {
		return s.Approve(ctx, Operator, set.ID, nil)
	})
}

// Return sends a changeset back.
func (o Office) Return(set protocol.Ref) (protocol.Record, error) {
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) {
		return s.Return(ctx, Operator, set.ID, "摘要过于笼统")
	})
}

// Release publishes what is approved.
func (o Office) Release() (protocol.Record, error) {
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) { return s.Release(ctx, Operator, "") })
}

// Register writes an agency; seen is the revision it must stand at, 0 when new.
func (o Office) Register(a protocol.Agency, seen uint64) (protocol.Record, error) {
	act := protocol.Act("update")
	if seen == 0 {
		act = "register"
	}
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) {
		recs, _, err := s.Act(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "agency", ID: a.USCC}, Act: act, Body: a, By: "hub:operator", Rev: seen})
		if err != nil {
			return protocol.Record{}, err
		}
		return recs[0], nil
	})
}

// Look reads a record so that it shows everything decided before.
func (o Office) Look(ref protocol.Ref) (protocol.Record, error) {
	return o.in(func(ctx context.Context, s *hub.Server) (protocol.Record, error) {
		if _, err := s.Fresh(ctx); err != nil {
			return protocol.Record{}, err
		}
		rec, ok, err := s.Get(ref)
		if err == nil && !ok {
			err = protocol.NewFault(protocol.Gone, "look", "没有该记录")
		}
		return rec, err
	})
}
