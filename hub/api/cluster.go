package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
)

type atMost struct {
	Max int `query:"max" doc:"最多多少条" max:"1000"`
}

func (m atMost) limit() int {
	if m.Max == 0 {
		return 100
	}
	return m.Max
}

func (s *server) cluster(a *rest.API) {
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/status", Op: "status", Tag: "cluster", Summary: "集群与各节点的状态", Verb: protocol.MayReadStatus},
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (Status, error) { return s.read.Status(ctx) })
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/members/{id}/remove", Op: "removeMember", Tag: "cluster", Summary: "把服务器移出集群", Verb: protocol.MayOperate,
		Note: "磁盘丢失的服务器先移出,再以新名称加入。"}, s.change("remove"))
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/members/{id}/lead", Op: "transferLead", Tag: "cluster", Summary: "把主服务器交给它", Verb: protocol.MayOperate}, s.change("transfer"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/overdue", Op: "listOverdue", Tag: "cluster", Summary: "超期清单", Verb: protocol.MayReadStatus},
		func(_ context.Context, _ *protocol.Account, in atMost) (rest.List[Lapse], error) {
			l, err := s.read.Overdue(in.limit())
			return rest.All(l), err
		})
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/held", Op: "listHeld", Tag: "cluster", Summary: "等待管理员处理的日志", Verb: protocol.MayOperate},
		func(_ context.Context, _ *protocol.Account, in atMost) (rest.List[Held], error) {
			l, err := s.read.Held(in.limit())
			return rest.All(l), err
		})
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/history/{kind}/{id}", Op: "history", Tag: "cluster", Summary: "一条记录的经过", Verb: protocol.MayReadStatus}, s.history)
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/records/{kind}/{id}", Op: "getRecord", Tag: "cluster", Summary: "任一记录(运维)", Verb: protocol.MayOperate}, s.record)
}

func (s *server) change(op string) func(context.Context, *protocol.Account, byID) (rest.None, error) {
	return func(ctx context.Context, who *protocol.Account, in byID) (rest.None, error) {
		return rest.None{}, s.office.Change(ctx, who, op, protocol.NodeID(in.ID))
	}
}

type byRef struct {
	Kind string `path:"kind"`
	ID   string `path:"id"`
}

func (s *server) history(_ context.Context, _ *protocol.Account, in byRef) (rest.List[console.Step], error) {
	steps, err := s.read.History(ref(protocol.KindName(in.Kind), in.ID))
	return rest.All(steps), err
}

func (s *server) record(_ context.Context, _ *protocol.Account, in byRef) (rest.Record[any], error) {
	rec, ok, err := s.read.Get(ref(protocol.KindName(in.Kind), in.ID))
	rec.Ref = ref(protocol.KindName(in.Kind), in.ID)
	return rest.Found[any](rec, ok, err)
}
