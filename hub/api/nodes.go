package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// NodePlan is a place that may join.
type NodePlan struct {
	ID        protocol.NodeID     `json:"id" need:"true" doc:"代号:2 至 32 个小写字母、数字或连字符,以字母开头"`
	Name      string              `json:"name" need:"true"`
	Divisions []protocol.Division `json:"divisions,omitempty" doc:"所辖行政区划,可以没有"`
}

type planIn struct {
	Body NodePlan `body:"json"`
}

// Invitation says what a token is for.
type Invitation struct {
	Role    string          `json:"role" need:"true" enum:"node,hub" doc:"node 为节点,hub 为省级服务器"`
	Subject protocol.NodeID `json:"subject" need:"true" doc:"节点或服务器的名称"`
}

type tokenIn struct {
	Body Invitation `body:"json"`
}

// reason is owed wherever something is ended or sent back (G-10).
type reason struct {
	Reason string `json:"reason" need:"true"`
}

type reasonIn struct {
	ID   string `path:"id"`
	Body reason `body:"json"`
}

func (s *server) nodes(a *rest.API) {
	rest.Handle(a, get("/nodes", "listNodes", "nodes", "节点清单", protocol.MayReadStatus), list[protocol.Node](s, "node", "node"))
	rest.Handle(a, get("/nodes/{id}", "getNode", "nodes", "一个节点", protocol.MayReadStatus), one[protocol.Node](s, "node"))
	plan := create("/nodes", "planNode", "nodes", "规划节点", protocol.MayManageNode)
	plan.Example = NodePlan{ID: "yanbian", Name: "延边州", Divisions: []protocol.Division{"222400"}}
	rest.Handle(a, plan, func(ctx context.Context, who *protocol.Account, in planIn) (rest.Record[protocol.Node], error) {
		return rest.Done[protocol.Node](s.office.PlanNode(ctx, who, protocol.Node{ID: in.Body.ID, Name: in.Body.Name, Divisions: in.Body.Divisions}))
	})
	s.endNode(a, "fence", "fenceNode", "隔离节点:不再接受它的日志,直到重新接入")
	s.endNode(a, "revoke", "revokeNode", "注销节点")
	issue := create("/tokens", "issueToken", "nodes", "发放一次性接入令牌", protocol.MayManageNode)
	issue.Note, issue.Example = "令牌 15 分钟内有效,只能用一次,只显示这一次。", Invitation{Role: protocol.RoleNode, Subject: "yanbian"}
	rest.Handle(a, issue, func(ctx context.Context, who *protocol.Account, in tokenIn) (Token, error) {
		return s.office.IssueToken(ctx, who, in.Body.Role, in.Body.Subject)
	})
}

func (s *server) endNode(a *rest.API, act protocol.Act, op, summary string) {
	rest.Handle(a, post("/nodes/{id}/"+string(act), op, "nodes", summary, protocol.MayManageNode),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Node], error) {
			return rest.Done[protocol.Node](s.office.EndNode(ctx, who, protocol.NodeID(in.ID), act, in.Body.Reason))
		})
}
