package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// Approval passes a changeset but for the entries it sends back.
type Approval struct {
	Returned []protocol.ReturnedItem `json:"returned,omitempty" doc:"退回的条目及原因;其余通过"`
}

type approveIn struct {
	ID   string   `path:"id"`
	Body Approval `body:"json"`
}

// ReleaseNotes go with a new release.
type ReleaseNotes struct {
	Notes string `json:"notes,omitempty"`
}

type releaseIn struct {
	Body ReleaseNotes `body:"json"`
}

func (s *server) catalog(a *rest.API) {
	may := protocol.MayReadCatalog
	rest.Handle(a, get("/catalog/changesets", "listChangesets", "catalog", "报送批次", may), list[protocol.Changeset](s, "catalog.changeset", "node"))
	rest.Handle(a, get("/catalog/changesets/{id}", "getChangeset", "catalog", "一个报送批次", may), one[protocol.Changeset](s, "catalog.changeset"))
	rest.Handle(a, get("/catalog/reviews/{id}", "getReview", "catalog", "二审决定", may), one[protocol.Review](s, "catalog.review"))
	rest.Handle(a, get("/catalog/entries/{id}", "getEntry", "catalog", "报送的条目", may), one[protocol.CatalogEntry](s, "catalog.entry"))
	rest.Handle(a, get("/catalog/listings", "listListings", "catalog", "登记目录", may), list[protocol.Listing](s, "catalog.listing", "node"))
	rest.Handle(a, get("/catalog/listings/{id}", "getListing", "catalog", "一个登记条目", may), one[protocol.Listing](s, "catalog.listing"))
	rest.Handle(a, get("/catalog/revisions/{id}", "getRevision", "catalog", "登记内容", may), one[protocol.Revision](s, "catalog.revision"))
	rest.Handle(a, get("/catalog/releases", "listReleases", "catalog", "发布版本", may), list[protocol.Release](s, "catalog.release", "node"))
	s.review(a)
	rest.Handle(a, create("/catalog/releases", "publishRelease", "catalog", "发布新版本", protocol.MayRelease),
		func(ctx context.Context, who *protocol.Account, in releaseIn) (rest.Record[protocol.Release], error) {
			return rest.Done[protocol.Release](s.office.Release(ctx, who, in.Body.Notes))
		})
}

func (s *server) review(a *rest.API) {
	approve := post("/catalog/changesets/{id}/approve", "approveChangeset", "catalog", "二审通过", protocol.MayReview)
	approve.Example = Approval{Returned: []protocol.ReturnedItem{{Entry: "changchun-entry-7", Field: "/abstract", Rule: "K-08", Reason: "摘要未说明数据来源"}}}
	rest.Handle(a, approve, func(ctx context.Context, who *protocol.Account, in approveIn) (rest.Record[protocol.Review], error) {
		return rest.Done[protocol.Review](s.office.Approve(ctx, who, in.ID, in.Body.Returned))
	})
	rest.Handle(a, post("/catalog/changesets/{id}/return", "returnChangeset", "catalog", "整批退回", protocol.MayReview),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Review], error) {
			return rest.Done[protocol.Review](s.office.Return(ctx, who, in.ID, in.Body.Reason))
		})
}
