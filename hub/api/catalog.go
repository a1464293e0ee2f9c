package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type approveIn struct {
	ID   string `path:"id"`
	Body struct {
		Returned []protocol.ReturnedItem `json:"returned,omitempty" doc:"退回的条目及原因;其余通过"`
	} `body:"json"`
}

type releaseIn struct {
	Body struct {
		Notes string `json:"notes,omitempty" max:"2000"`
	} `body:"json"`
}

func (s *server) catalog(a *rest.API) {
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/changesets", Op: "listChangesets", Tag: "catalog", Summary: "报送批次", Verb: protocol.MayReadCatalog}, list[protocol.Changeset](s, "catalog.changeset", "node"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/changesets/{id}", Op: "getChangeset", Tag: "catalog", Summary: "一个报送批次", Verb: protocol.MayReadCatalog}, one[protocol.Changeset](s, "catalog.changeset"))
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/catalog/changesets/{id}/approve", Op: "approveChangeset", Tag: "catalog", Summary: "二审通过", Verb: protocol.MayReview},
		func(ctx context.Context, who *protocol.Account, in approveIn) (rest.Record[protocol.Review], error) {
			return rest.Done[protocol.Review](s.office.Approve(ctx, who, in.ID, in.Body.Returned))
		})
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/catalog/changesets/{id}/return", Op: "returnChangeset", Tag: "catalog", Summary: "整批退回", Verb: protocol.MayReview},
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Review], error) {
			return rest.Done[protocol.Review](s.office.Return(ctx, who, in.ID, in.Body.Reason))
		})
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/reviews/{id}", Op: "getReview", Tag: "catalog", Summary: "二审决定", Verb: protocol.MayReadCatalog}, one[protocol.Review](s, "catalog.review"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/entries/{id}", Op: "getEntry", Tag: "catalog", Summary: "报送的条目", Verb: protocol.MayReadCatalog}, one[protocol.CatalogEntry](s, "catalog.entry"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/listings", Op: "listListings", Tag: "catalog", Summary: "登记目录", Verb: protocol.MayReadCatalog}, list[protocol.Listing](s, "catalog.listing", "node"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/listings/{id}", Op: "getListing", Tag: "catalog", Summary: "一个登记条目", Verb: protocol.MayReadCatalog}, one[protocol.Listing](s, "catalog.listing"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/revisions/{id}", Op: "getRevision", Tag: "catalog", Summary: "登记内容", Verb: protocol.MayReadCatalog}, one[protocol.Revision](s, "catalog.revision"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/catalog/releases", Op: "listReleases", Tag: "catalog", Summary: "发布版本", Verb: protocol.MayReadCatalog}, list[protocol.Release](s, "catalog.release", "node"))
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/catalog/releases", Op: "publishRelease", Tag: "catalog", Summary: "发布新版本", Verb: protocol.MayRelease, Status: 201},
		func(ctx context.Context, who *protocol.Account, in releaseIn) (rest.Record[protocol.Release], error) {
			return rest.Done[protocol.Release](s.office.Release(ctx, who, in.Body.Notes))
		})
}
