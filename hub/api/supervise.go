package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// CheckForm is what a supervisor draws from.
type CheckForm struct {
	From   protocol.Day    `json:"from" need:"true" doc:"收件起始日"`
	Until  protocol.Day    `json:"until" need:"true"`
	Place  protocol.NodeID `json:"place,omitempty" doc:"收件节点,空为全部"`
	Agency string          `json:"agency,omitempty" doc:"承办机构代码,空为全部"`
	Size   int             `json:"size" need:"true" doc:"抽取件数,至多 200"`
	Reason string          `json:"reason" need:"true"`
}

type checkIn struct {
	Body CheckForm `body:"json"`
}

// FindingForm is what was found in one case.
type FindingForm struct {
	Case    string `json:"case" need:"true"`
	Finding string `json:"finding" need:"true" enum:"fine,fault" doc:"fine 未发现问题,fault 有问题"`
	Text    string `json:"text,omitempty" doc:"问题"`
}

type findingIn struct {
	ID   string      `path:"id"`
	Body FindingForm `body:"json"`
}

// ResultForm ends a check.
type ResultForm struct {
	Result string `json:"result" need:"true"`
}

type resultIn struct {
	ID   string     `path:"id"`
	Body ResultForm `body:"json"`
}

// AnswerForm is what the owner of a card says of it (cases.Y-06).
type AnswerForm struct {
	Cause   string `json:"cause" need:"true" doc:"原因"`
	Measure string `json:"measure" need:"true" doc:"措施"`
}

type answerIn struct {
	ID   string     `path:"id"`
	Body AnswerForm `body:"json"`
}

func (s *server) supervise(a *rest.API) {
	rest.Handle(a, get("/cards", "listCards", "supervision", "黄牌红牌", protocol.MayReadStatus), list[protocol.Card](s, "card", "owner"))
	rest.Handle(a, get("/cards/{id}", "getCard", "supervision", "一张牌", protocol.MayReadStatus), one[protocol.Card](s, "card"))
	s.superviseCard(a, "close", "closeCard", "认可答复,销牌")
	s.superviseCard(a, "reject", "rejectCard", "退回答复")
	answer := post("/cards/{id}/answer", "answerCard", "supervision", "省级自己的牌:说明原因和措施", protocol.MayAnswerCard)
	answer.Example = AnswerForm{Cause: "值班人员未及时登记", Measure: "增加值班核查"}
	rest.Handle(a, answer, func(ctx context.Context, who *protocol.Account, in answerIn) (rest.Record[protocol.Card], error) {
		return rest.Done[protocol.Card](s.office.AnswerCard(ctx, who, in.ID, in.Body.Cause, in.Body.Measure))
	})
	rest.Handle(a, get("/checks", "listChecks", "supervision", "抽查", protocol.MaySupervise), list[protocol.SpotCheck](s, "spotcheck", "place"))
	rest.Handle(a, get("/checks/{id}", "getCheck", "supervision", "一次抽查", protocol.MaySupervise), one[protocol.SpotCheck](s, "spotcheck"))
	draw := create("/checks", "drawCheck", "supervision", "随机抽取办件", protocol.MaySupervise)
	draw.Note = "随机种子由服务器产生并记录;凭种子和抽取范围可重新抽取出同样的办件。"
	rest.Handle(a, draw, func(ctx context.Context, who *protocol.Account, in checkIn) (rest.Record[protocol.SpotCheck], error) {
		b := in.Body
		return rest.Done[protocol.SpotCheck](s.office.DrawCheck(ctx, who, protocol.SpotCheck{From: b.From, Until: b.Until, Place: b.Place, Agency: b.Agency, Reason: b.Reason}, b.Size))
	})
	rest.Handle(a, post("/checks/{id}/findings", "findCheck", "supervision", "填写一件的核查结论", protocol.MaySupervise),
		func(ctx context.Context, who *protocol.Account, in findingIn) (rest.Record[protocol.SpotCheck], error) {
			return rest.Done[protocol.SpotCheck](s.office.FindCheck(ctx, who, in.ID, in.Body.Case, in.Body.Finding, in.Body.Text))
		})
	rest.Handle(a, post("/checks/{id}/close", "closeCheck", "supervision", "结束抽查", protocol.MaySupervise),
		func(ctx context.Context, who *protocol.Account, in resultIn) (rest.Record[protocol.SpotCheck], error) {
			return rest.Done[protocol.SpotCheck](s.office.CloseCheck(ctx, who, in.ID, in.Body.Result))
		})
}

func (s *server) superviseCard(a *rest.API, act protocol.Act, op, summary string) {
	rest.Handle(a, post("/cards/{id}/"+string(act), op, "supervision", summary, protocol.MaySupervise),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Card], error) {
			return rest.Done[protocol.Card](s.office.SuperviseCard(ctx, who, in.ID, act, in.Body.Reason))
		})
}
