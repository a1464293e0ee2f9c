package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// RouteForm is a route as the desk fills it in.
type RouteForm struct {
	ImplCode   string            `json:"impl_code" need:"true" doc:"实施编码"`
	Division   protocol.Division `json:"division,omitempty" doc:"行政区划,空为全部"`
	Agency     string            `json:"agency" need:"true" doc:"承办机构代码"`
	Node       protocol.NodeID   `json:"node" need:"true" doc:"承办机构所在节点"`
	Substitute string            `json:"substitute,omitempty" doc:"替代机构代码"`
	Relation   string            `json:"substitute_relation,omitempty" enum:"same,superior" doc:"same 同一机构,superior 法定上级"`
	SubNode    protocol.NodeID   `json:"substitute_node,omitempty"`
	Basis      string            `json:"basis,omitempty" doc:"替代的依据"`
	Duties     string            `json:"duties,omitempty" doc:"收件地与承办地的职责分工"`
}

type routeIn struct {
	Body RouteForm `body:"json"`
}

// DelegationForm is a delegation as the desk fills it in.
type DelegationForm struct {
	Item      string `json:"item" need:"true" doc:"事项版本"`
	Receiving string `json:"receiving" need:"true" doc:"收件机构代码"`
	Handling  string `json:"handling" need:"true" doc:"委托机构代码,即该事项的实施机构"`
	Basis     string `json:"basis" need:"true" doc:"委托的依据"`
}

type delegationIn struct {
	Body DelegationForm `body:"json"`
}

// BasicForm is one row of the basic catalogue.
type BasicForm struct {
	Code  string   `json:"code" doc:"12 位基本编码"`
	Name  string   `json:"name"`
	Type  string   `json:"type" doc:"事项类型代码"`
	Basis []string `json:"basis" doc:"设定依据"`
}

// BasicRows are the rows of one file.
type BasicRows struct {
	Rows []BasicForm `json:"rows" need:"true"`
}

type basicsIn struct {
	Body BasicRows `body:"json"`
}

func (s *server) registers(a *rest.API) {
	rest.Handle(a, get("/routes", "listRoutes", "desk", "办理路由清单", protocol.MayReadItems), list[protocol.Route](s, "route", "node"))
	rest.Handle(a, get("/routes/{id}", "getRoute", "desk", "一条办理路由", protocol.MayReadItems), one[protocol.Route](s, "route"))
	set := rest.Route{Method: "PUT", Path: base + "/routes", Op: "setRoute", Tag: "desk", Summary: "设置或变更办理路由", Verb: protocol.MayRoute}
	rest.Handle(a, set, func(ctx context.Context, who *protocol.Account, in routeIn) (rest.Record[protocol.Route], error) {
		b := in.Body
		return rest.Done[protocol.Route](s.office.SetRoute(ctx, who, protocol.Route{ImplCode: b.ImplCode, Division: b.Division, Agency: b.Agency, Node: b.Node,
			Substitute: b.Substitute, Relation: b.Relation, SubNode: b.SubNode, Basis: b.Basis, Duties: b.Duties}))
	})
	rest.Handle(a, post("/routes/{id}/retire", "retireRoute", "desk", "停用办理路由", protocol.MayRoute),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Route], error) {
			return rest.Done[protocol.Route](s.office.RetireRoute(ctx, who, in.ID, in.Body.Reason))
		})
	s.delegations(a)
	s.basics(a)
}

func (s *server) delegations(a *rest.API) {
	rest.Handle(a, get("/delegations", "listDelegations", "desk", "委托受理清单", protocol.MayReadItems), list[protocol.Delegation](s, "delegation", "node"))
	rest.Handle(a, get("/delegations/{id}", "getDelegation", "desk", "一项委托受理", protocol.MayReadItems), one[protocol.Delegation](s, "delegation"))
	rest.Handle(a, create("/delegations", "delegate", "desk", "建立委托受理", protocol.MayRoute),
		func(ctx context.Context, who *protocol.Account, in delegationIn) (rest.Record[protocol.Delegation], error) {
			b := in.Body
			return rest.Done[protocol.Delegation](s.office.Delegate(ctx, who, protocol.Delegation{Item: b.Item, Receiving: b.Receiving, Handling: b.Handling, Basis: b.Basis}))
		})
	rest.Handle(a, post("/delegations/{id}/end", "endDelegation", "desk", "终止委托受理", protocol.MayRoute),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Delegation], error) {
			return rest.Done[protocol.Delegation](s.office.EndDelegation(ctx, who, in.ID, in.Body.Reason))
		})
}

func (s *server) basics(a *rest.API) {
	rest.Handle(a, get("/basics", "listBasics", "items", "基本目录", protocol.MayReadItems), list[protocol.Basic](s, "basic", "node"))
	rest.Handle(a, get("/basics/{id}", "getBasic", "items", "基本目录的一项", protocol.MayReadItems), one[protocol.Basic](s, "basic"))
	load := post("/basics", "loadBasics", "items", "载入基本目录,逐行答复", protocol.MayPublishItem)
	load.Note = "一次至多 2000 行。未载入的行附规则编号和原因,不影响其他行;没有变化的行不重复写入。"
	load.Example = BasicRows{Rows: []BasicForm{{Code: "442199806003", Name: "最低生活保障对象认定", Type: "05", Basis: []string{"《社会救助暂行办法》第九条"}}}}
	rest.Handle(a, load, func(ctx context.Context, who *protocol.Account, in basicsIn) (rest.List[protocol.BasicRow], error) {
		var list []protocol.Basic
		for _, r := range in.Body.Rows {
			list = append(list, protocol.Basic{Code: r.Code, Name: r.Name, Type: r.Type, Basis: r.Basis})
		}
		rows, err := s.office.LoadBasics(ctx, who, list)
		return rest.All(rows), err
	})
	rest.Handle(a, post("/basics/{id}/retire", "retireBasic", "items", "取消基本目录的一项", protocol.MayPublishItem),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Basic], error) {
			return rest.Done[protocol.Basic](s.office.RetireBasic(ctx, who, in.ID, in.Body.Reason))
		})
}
