package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// ProposalForm is what the first person of the desk proposes.
type ProposalForm struct {
	What      string           `json:"what" need:"true" enum:"outage,reassign,route" doc:"outage 确认中断并隔离,reassign 改派,route 指定承办地"`
	Node      protocol.NodeID  `json:"node,omitempty" doc:"中断的节点"`
	Cases     []string         `json:"cases,omitempty" doc:"办件编号"`
	Agency    string           `json:"agency,omitempty" doc:"承办或替代机构代码"`
	Route     string           `json:"route_id,omitempty" doc:"替代所依据的路由"`
	Outage    string           `json:"outage,omitempty" doc:"已由两人确认的中断"`
	Confirmed string           `json:"confirmed_by,omitempty" doc:"当地主管机关确认人"`
	How       string           `json:"how,omitempty" doc:"确认方式"`
	DownSince protocol.Instant `json:"down_since,omitzero" doc:"中断自何时起"`
	Reason    string           `json:"reason,omitempty" doc:"理由"`
}

func (f ProposalForm) proposal() protocol.Proposal {
	return protocol.Proposal{What: f.What, Node: f.Node, Cases: f.Cases, Agency: f.Agency, Route: f.Route, Outage: f.Outage, Confirmed: f.Confirmed, How: f.How,
		DownSince: f.DownSince, Reason: f.Reason}
}

type proposalIn struct {
	Body ProposalForm `body:"json"`
}

func (s *server) desk(a *rest.API) {
	outages := get("/desk/outages", "listOutages", "desk", "中断的节点及其将到期的办件", protocol.MayRoute)
	outages.Note = "有将到期办件的节点在前。仅仅断网的节点不得替代;须先提议并由两人确认中断。"
	rest.Handle(a, outages, func(ctx context.Context, _ *protocol.Account, _ none) (rest.List[Outage], error) {
		list, err := s.read.Outages(ctx)
		return rest.All(list), err
	})
	rest.Handle(a, get("/desk/proposals", "listProposals", "desk", "调度提议", protocol.MayRoute), list[protocol.Proposal](s, "proposal", "node"))
	rest.Handle(a, get("/desk/proposals/{id}", "getProposal", "desk", "一项调度提议", protocol.MayRoute), one[protocol.Proposal](s, "proposal"))
	propose := create("/desk/proposals", "proposeDesk", "desk", "提议:须由第二人确认才生效", protocol.MayRoute)
	propose.Example = ProposalForm{What: "outage", Node: "changchun", Confirmed: "当地值班负责人", How: "电话回拨核实", DownSince: 1_767_225_600_000, Reason: "机房断电"}
	rest.Handle(a, propose, func(ctx context.Context, who *protocol.Account, in proposalIn) (rest.Record[protocol.Proposal], error) {
		return rest.Done[protocol.Proposal](s.office.ProposeDesk(ctx, who, in.Body.proposal()))
	})
	confirm := post("/desk/proposals/{id}/confirm", "confirmDesk", "desk", "第二人确认", protocol.MayRoute)
	confirm.Note = "确认中断即隔离该节点。改派和指定逐件办理,一件不成不影响其他;中途断开的再次调用即续办。"
	rest.Handle(a, confirm, func(ctx context.Context, who *protocol.Account, in byID) (rest.List[protocol.CarriedCase], error) {
		done, err := s.office.ConfirmDesk(ctx, who, in.ID)
		return rest.All(done), err
	})
	rest.Handle(a, post("/desk/proposals/{id}/withdraw", "withdrawDesk", "desk", "撤回提议", protocol.MayRoute),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Proposal], error) {
			return rest.Done[protocol.Proposal](s.office.WithdrawDesk(ctx, who, in.ID, in.Body.Reason))
		})
	rest.Handle(a, post("/desk/check", "checkDesk", "desk", "试算:每件办件现在能否改派或指定,为何不能", protocol.MayRoute),
		func(_ context.Context, _ *protocol.Account, in proposalIn) (rest.List[protocol.CarriedCase], error) {
			told, err := s.office.CheckDesk(in.Body.proposal())
			return rest.All(told), err
		})
}
