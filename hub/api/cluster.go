package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type atMost struct {
	Max int `query:"max" doc:"最多多少条,默认 100" max:"1000"`
}

func (m atMost) limit() int {
	if m.Max == 0 {
		return 100
	}
	return m.Max
}

func (s *server) cluster(a *rest.API) {
	rest.Handle(a, get("/status", "status", "cluster", "集群与各节点的状态", protocol.MayReadStatus),
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (Status, error) { return s.read.Status(ctx) })
	remove := post("/members/{id}/remove", "removeMember", "cluster", "把服务器移出集群", protocol.MayOperate)
	remove.Note = "磁盘丢失的服务器先移出,再以新名称加入。新服务器凭接入令牌自行加入。"
	rest.Handle(a, remove, s.change("remove"))
	rest.Handle(a, post("/members/{id}/lead", "transferLead", "cluster", "把主服务器交给它", protocol.MayOperate), s.change("transfer"))
	rest.Handle(a, get("/overdue", "listOverdue", "cluster", "超期清单", protocol.MayReadStatus),
		func(_ context.Context, _ *protocol.Account, in atMost) (rest.List[Lapse], error) {
			l, err := s.read.Overdue(in.limit())
			return rest.All(l), err
		})
}

func (s *server) change(op string) func(context.Context, *protocol.Account, byID) (rest.None, error) {
	return func(ctx context.Context, who *protocol.Account, in byID) (rest.None, error) {
		return rest.None{}, s.office.Change(ctx, who, op, protocol.NodeID(in.ID))
	}
}
