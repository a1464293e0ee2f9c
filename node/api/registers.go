package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type agenciesIn struct {
	page
	Node string `query:"node" doc:"所在节点"`
}

// registers are what the province keeps and every node holds.
func (s *server) registers() {
	rest.Handle(s.api, get("/agencies", "listAgencies", "registers", "机构列表", protocol.MayReadStatus),
		func(ctx context.Context, _ *protocol.Account, in agenciesIn) (rest.List[Row], error) {
			return s.rows(ctx, in.of("agency", protocol.Facet{Name: "node", Value: in.Node}))
		})
	rest.Handle(s.api, get("/agencies/{id}", "getAgency", "registers", "机构", protocol.MayReadStatus),
		func(_ context.Context, _ *protocol.Account, in oneIn) (rest.Record[protocol.Agency], error) {
			return one[protocol.Agency](s, "agency", in.ID)
		})
	rest.Handle(s.api, get("/nodes", "listNodes", "registers", "节点列表", protocol.MayReadStatus),
		func(ctx context.Context, _ *protocol.Account, in page) (rest.List[Row], error) {
			return s.rows(ctx, in.of("node"))
		})
	rest.Handle(s.api, get("/nodes/{id}", "getNode", "registers", "节点", protocol.MayReadStatus),
		func(_ context.Context, _ *protocol.Account, in oneIn) (rest.Record[protocol.Node], error) {
			return one[protocol.Node](s, "node", in.ID)
		})
}

func (s *server) status() {
	rest.Handle(s.api, get("/status", "status", "status", "本节点状态", protocol.MayReadStatus),
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (Status, error) {
			return s.Reader.Status(ctx)
		})
}
