package api

import (
	"context"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type note struct {
	Note string `json:"note" need:"true" doc:"如何处置的"`
}

type closeIn struct {
	ID   string `path:"id"`
	Body note   `body:"json"`
}

func (s *server) work() {
	rest.Handle(s.api, get("/work", "listWork", "work", "待处理:省级未采纳的操作", protocol.MayOperate),
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (rest.List[Work], error) {
			list, err := s.Worker.Work(ctx)
			return rest.All(list), err
		})
	rest.Handle(s.api, get("/work/{id}", "showWork", "work", "一项待处理及其内容,供重新录入", protocol.MayOperate), s.showWork)
	end := post("/work/{id}/close", "closeWork", "work", "办结一项待处理", protocol.MayOperate)
	end.Example = note{Note: "已凭收件号重新录入"}
	rest.Handle(s.api, end, func(ctx context.Context, who *protocol.Account, in closeIn) (rest.None, error) {
		return rest.None{}, s.Worker.CloseWork(ctx, in.ID, protocol.AccountID(who.Place, who.Login), in.Body.Note)
	})
}

// showWork keeps people's papers from those who may not read cases.
func (s *server) showWork(ctx context.Context, who *protocol.Account, in oneIn) (WorkDetail, error) {
	list, err := s.Worker.Work(ctx)
	if err != nil {
		return WorkDetail{}, err
	}
	i := slices.IndexFunc(list, func(w Work) bool { return w.ID == in.ID })
	if i < 0 {
		return WorkDetail{}, protocol.NewFault(protocol.Gone, "find work", "该待办已经处理或不存在")
	}
	out := WorkDetail{Work: list[i]}
	if out.Verdict.Ref.Kind == "case" && protocol.Authorize(protocol.Question{Subject: who, Place: s.api.Place(), Verb: protocol.MayReadCases}) != nil {
		return out, nil
	}
	out.Body, err = s.Worker.WorkBody(ctx, in.ID)
	return out, err
}
