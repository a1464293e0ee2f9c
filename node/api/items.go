package api

import (
	"context"
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type itemsIn struct {
	page
	Node   string `query:"node" doc:"承办节点"`
	Agency string `query:"agency" doc:"实施机构"`
	Type   string `query:"type" doc:"事项类型代码"`
}

// ItemView is one version of an item with its guide.
type ItemView struct {
	rest.Record[protocol.Item]
	Guide     *rest.Record[protocol.Guide] `json:"guide,omitempty" doc:"没有则办事指南尚在途中"`
	GuideHash string                       `json:"guide_hash,omitempty" doc:"收件时作为 guide 提交"`
}

// filing is one item version with its guide.
type filings struct {
	Filings []protocol.ItemFiling `json:"filings" need:"true"`
}

type fileIn struct {
	Body filings `body:"json"`
}

// maxFilings bounds the body of a filing: an item and its guide are two
// records of at most protocol.MaxBody.
const maxFilings = 8 << 20

func (s *server) items() {
	rest.Handle(s.api, get("/items", "listItems", "items", "服务事项列表", protocol.MayReadItems),
		func(ctx context.Context, _ *protocol.Account, in itemsIn) (rest.List[Row], error) {
			return s.rows(ctx, in.of("item", protocol.Facet{Name: "node", Value: in.Node}, protocol.Facet{Name: "agency", Value: in.Agency},
				protocol.Facet{Name: "type", Value: in.Type}))
		})
	rest.Handle(s.api, get("/items/{id}", "getItem", "items", "服务事项与办事指南", protocol.MayReadItems), s.getItem)
	file := post("/items", "fileItems", "items", "报请发布事项", protocol.MayFileItem)
	file.Status, file.MaxBody = http.StatusAccepted, maxFilings
	file.Note = "向省级报请发布;同一内容重复提交是同一个请求。"
	rest.Handle(s.api, file, func(ctx context.Context, who *protocol.Account, in fileIn) (rest.List[RequestView], error) {
		recs, err := s.Desk.FileItem(ctx, who, in.Body.Filings...)
		if err != nil {
			return rest.List[RequestView]{}, err
		}
		views := make([]RequestView, 0, len(recs))
		for _, rec := range recs {
			view, err := requestView(rec)
			if err != nil {
				return rest.List[RequestView]{}, err
			}
			views = append(views, view)
		}
		return rest.All(views), nil
	})
}

func (s *server) getItem(_ context.Context, _ *protocol.Account, in oneIn) (v ItemView, err error) {
	if v.Record, err = one[protocol.Item](s, "item", in.ID); err != nil {
		return v, err
	}
	rec, ok, err := s.Reader.Get(protocol.Ref{Kind: "guide", ID: in.ID})
	if err != nil || !ok {
		return v, err
	}
	guide, err := rest.RecordOf[protocol.Guide](rec)
	v.Guide, v.GuideHash = &guide, protocol.HashOf(rec.Body).String()
	return v, err
}
