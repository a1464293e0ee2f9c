package api

import (
	"context"

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
	rest.Handle(s.api, get("/work", "listWork", "work", "待处置:省级未采纳的操作", protocol.MayOperate),
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (rest.List[Work], error) {
			list, err := s.Worker.Work(ctx)
			return rest.All(list), err
		})
	end := post("/work/{id}/close", "closeWork", "work", "办结一项待处置", protocol.MayOperate)
	end.Example = note{Note: "已凭收件号重新录入"}
	rest.Handle(s.api, end, func(ctx context.Context, who *protocol.Account, in closeIn) (rest.None, error) {
		return rest.None{}, s.Worker.CloseWork(ctx, in.ID, protocol.AccountID(who.Place, who.Login), in.Body.Note)
	})
}
