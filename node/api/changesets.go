package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type setsIn struct {
	page
	Agency string `query:"agency" doc:"提供方"`
}

// ChangesetView is a batch with what the province decided about it.
type ChangesetView struct {
	rest.Record[protocol.Changeset]
	Review *rest.Record[protocol.Review] `json:"review,omitempty" doc:"省级审核;没有即尚未审核"`
}

type submission struct {
	Title   string       `json:"title" need:"true"`
	Entries []EntryDraft `json:"entries" need:"true"`
}

type submitIn struct {
	Body submission `body:"json"`
}

// Submitted is what became of a submission.
type Submitted struct {
	Changed    bool                              `json:"changed" doc:"假:全部条目与上次报送相同,没有形成批次"`
	Changesets []rest.Record[protocol.Changeset] `json:"changesets" doc:"形成的批次;一批放不下时有几个,标题末尾为 (1/3) 等"`
}

func changesetRef(id string) protocol.Ref { return protocol.Ref{Kind: "catalog.changeset", ID: id} }

func (s *server) changesets() {
	rest.Handle(s.api, get("/catalog/changesets", "listChangesets", "catalog", "报送批次列表", protocol.MayReadCatalog),
		func(ctx context.Context, _ *protocol.Account, in setsIn) (rest.List[Row], error) {
			return s.rows(ctx, in.of("catalog.changeset", protocol.Facet{Name: "agency", Value: in.Agency}))
		})
	rest.Handle(s.api, get("/catalog/changesets/{id}", "getChangeset", "catalog", "报送批次与审核意见", protocol.MayReadCatalog), s.getChangeset)
	submit := post("/catalog/changesets", "submitChangeset", "catalog", "报送", protocol.MayEditCatalog)
	submit.MaxBody, submit.Note = maxBatch, "与上次报送相同的条目不再报送。一批至多 300 条、内容至多 64 KiB,放不下时自动分成几批;每批的条目一起成功或一起失败,有误的一条也不报送。"
	rest.Handle(s.api, submit, func(ctx context.Context, who *protocol.Account, in submitIn) (Submitted, error) {
		return submittedOf(s.Desk.SubmitCatalog(ctx, who, in.Body.Title, drafts(in.Body.Entries)))
	})
	rest.Handle(s.api, post("/catalog/changesets/{id}/first_review", "firstReview", "catalog", "一审通过", protocol.MayReview),
		func(ctx context.Context, who *protocol.Account, in oneIn) (rest.Record[protocol.Changeset], error) {
			return rest.Done[protocol.Changeset](s.Desk.FirstReview(ctx, who, changesetRef(in.ID)))
		})
	rest.Handle(s.api, post("/catalog/changesets/{id}/withdraw", "withdrawChangeset", "catalog", "撤回批次", protocol.MayEditCatalog),
		func(ctx context.Context, who *protocol.Account, in oneIn) (rest.Record[protocol.Changeset], error) {
			return rest.Done[protocol.Changeset](s.Desk.WithdrawChangeset(ctx, who, changesetRef(in.ID)))
		})
}

func submittedOf(sets []protocol.Record, err error) (Submitted, error) {
	v := Submitted{Changed: len(sets) > 0, Changesets: make([]rest.Record[protocol.Changeset], len(sets))}
	for i := 0; err == nil && i < len(sets); i++ {
		v.Changesets[i], err = rest.RecordOf[protocol.Changeset](sets[i])
	}
	return v, err
}

func (s *server) getChangeset(_ context.Context, _ *protocol.Account, in oneIn) (v ChangesetView, err error) {
	if v.Record, err = one[protocol.Changeset](s, "catalog.changeset", in.ID); err != nil {
		return v, err
	}
	review, err := one[protocol.Review](s, "catalog.review", in.ID)
	if protocol.CodeOf(err) == protocol.Gone {
		return v, nil
	}
	v.Review = &review
	return v, err
}
