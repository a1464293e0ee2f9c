package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type planIn struct {
	Body struct {
		ID        protocol.NodeID     `json:"id" need:"true"`
		Name      string              `json:"name" need:"true"`
		Divisions []protocol.Division `json:"divisions,omitempty"`
	} `body:"json"`
}

type reasonIn struct {
	ID   string `path:"id"`
	Body reason `body:"json"`
}

type reason struct {
	Reason string `json:"reason" need:"true" max:"500"`
}

type tokenIn struct {
	Body struct {
		Role    string          `json:"role" need:"true" enum:"node,hub" doc:"node 为节点,hub 为省级服务器"`
		Subject protocol.NodeID `json:"subject" need:"true" doc:"节点或服务器的名称"`
	} `body:"json"`
}

func (s *server) nodes(a *rest.API) {
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/nodes", Op: "listNodes", Tag: "nodes", Summary: "节点清单", Verb: protocol.MayReadStatus}, list[protocol.Node](s, "node", "node"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/nodes/{id}", Op: "getNode", Tag: "nodes", Summary: "一个节点", Verb: protocol.MayReadStatus}, one[protocol.Node](s, "node"))
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/nodes", Op: "planNode", Tag: "nodes", Summary: "规划节点", Verb: protocol.MayManageNode, Status: 201},
		func(ctx context.Context, who *protocol.Account, in planIn) (rest.Record[protocol.Node], error) {
			return rest.Done[protocol.Node](s.office.PlanNode(ctx, who, protocol.Node{ID: in.Body.ID, Name: in.Body.Name, Divisions: in.Body.Divisions}))
		})
	s.endNode(a, "fence", "隔离节点")
	s.endNode(a, "revoke", "注销节点")
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/tokens", Op: "issueToken", Tag: "nodes", Summary: "发放一次性接入令牌", Verb: protocol.MayManageNode, Status: 201},
		func(ctx context.Context, who *protocol.Account, in tokenIn) (Token, error) {
			return s.office.IssueToken(ctx, who, in.Body.Role, in.Body.Subject)
		})
}

func (s *server) endNode(a *rest.API, act protocol.Act, title string) {
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/nodes/{id}/" + string(act), Op: string(act) + "Node", Tag: "nodes", Summary: title, Verb: protocol.MayManageNode},
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Node], error) {
			return rest.Done[protocol.Node](s.office.EndNode(ctx, who, protocol.NodeID(in.ID), act, in.Body.Reason))
		})
}
