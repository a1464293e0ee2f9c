package api

import (
	"context"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type catalogIn struct {
	page
	Agency   string `query:"agency" doc:"提供方"`
	Division string `query:"division" doc:"行政区划"`
	Class    string `query:"class" doc:"分类"`
}

func (in catalogIn) facets() []protocol.Facet {
	return []protocol.Facet{{Name: "agency", Value: in.Agency}, {Name: "division", Value: in.Division}, {Name: "class", Value: in.Class}}
}

// EntryDraft is one entry to submit or check.
type EntryDraft struct {
	ID    string                `json:"id" doc:"修改已有条目时填写"`
	Seen  uint64                `json:"seen" doc:"所见版本;其后有变则拒绝"`
	Entry protocol.CatalogEntry `json:"entry" need:"true"`
}

type checking struct {
	Entries []EntryDraft `json:"entries" need:"true"`
}

type checkIn struct {
	Body checking `body:"json"`
}

// Findings is all that is wrong with one entry of a batch.
type Findings struct {
	Line     int                `json:"line" doc:"批次中的第几条,从 1 起"`
	Name     string             `json:"name"`
	Findings []protocol.Finding `json:"findings"`
}

// maxBatch bounds the body of a batch of entries (K-05: 300 of them).
const maxBatch = 16 << 20

func drafts(entries []EntryDraft) []desk.EntryDraft {
	list := make([]desk.EntryDraft, len(entries))
	for i, e := range entries {
		list[i] = desk.EntryDraft{ID: e.ID, Seen: e.Seen, Entry: e.Entry}
	}
	return list
}

func (s *server) catalog() {
	rest.Handle(s.api, get("/catalog/entries", "listEntries", "catalog", "本节点报送的目录条目", protocol.MayReadCatalog),
		func(ctx context.Context, _ *protocol.Account, in catalogIn) (rest.List[Row], error) {
			return s.rows(ctx, in.of("catalog.entry", in.facets()...))
		})
	rest.Handle(s.api, get("/catalog/entries/{id}", "getEntry", "catalog", "目录条目", protocol.MayReadCatalog),
		func(_ context.Context, _ *protocol.Account, in oneIn) (rest.Record[protocol.CatalogEntry], error) {
			return one[protocol.CatalogEntry](s, "catalog.entry", in.ID)
		})
	check := post("/catalog/check", "checkEntries", "catalog", "报送前检查", protocol.MayEditCatalog)
	check.Note, check.MaxBody = "一次列出全部问题;没有问题则列表为空。", maxBatch
	rest.Handle(s.api, check, func(_ context.Context, _ *protocol.Account, in checkIn) (rest.List[Findings], error) {
		var list []Findings
		for _, f := range desk.CheckEntries(drafts(in.Body.Entries)) {
			list = append(list, Findings(f))
		}
		return rest.All(list), nil
	})
	rest.Handle(s.api, get("/catalog/listings", "listListings", "catalog", "全省登记目录", protocol.MayReadCatalog),
		func(ctx context.Context, _ *protocol.Account, in catalogIn) (rest.List[Row], error) {
			return s.rows(ctx, in.of("catalog.listing", in.facets()...))
		})
	rest.Handle(s.api, get("/catalog/listings/{id}", "getListing", "catalog", "登记条目", protocol.MayReadCatalog),
		func(_ context.Context, _ *protocol.Account, in oneIn) (rest.Record[protocol.Listing], error) {
			return one[protocol.Listing](s, "catalog.listing", in.ID)
		})
}
