package api

import (
	"context"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// actIn names a case and the state of it that the person saw.
type actIn struct {
	ID   string   `path:"id"`
	Seen rest.Rev `header:"If-Match" doc:"所见版本;其后有变则返回 412"`
}

func (in actIn) act() desk.CaseAct {
	return desk.CaseAct{Case: protocol.Ref{Kind: "case", ID: in.ID}, Seen: uint64(in.Seen)}
}

// Decision is what the law demands of a decision; all but text is owed when
// the answer is no (G-10).
type Decision struct {
	Text   string `json:"text"`
	Reason string `json:"reason" doc:"理由"`
	Basis  string `json:"basis" doc:"依据"`
	Remedy string `json:"remedy" doc:"救济途径"`
}

type decideIn struct {
	actIn
	Body Decision `body:"json"`
}

type handing struct {
	Way       string `json:"way" need:"true" enum:"counter,courier,elicence"`
	Recipient string `json:"recipient" need:"true" doc:"领取人"`
	Tracking  string `json:"tracking" doc:"快递单号"`
}

type deliverIn struct {
	actIn
	Body handing `body:"json"`
}

type reason struct {
	Reason string `json:"reason" need:"true"`
}

type withdrawIn struct {
	actIn
	Body reason `body:"json"`
}

// Acted is the case as it is after the act, or the request that was sent to
// its home because another place decides.
type Acted struct {
	Case    *rest.Record[protocol.Case] `json:"case,omitempty"`
	Request *RequestView                `json:"request,omitempty" doc:"已转请承办地办理"`
}

// Revision is the ETag of the case; a request leaves the case as it was.
func (a Acted) Revision() uint64 {
	if a.Case == nil {
		return 0
	}
	return a.Case.Rev
}

func (s *server) caseActs() {
	act := func(name, op, summary string, verb protocol.Verb) rest.Route {
		return post("/cases/{id}/"+name, op, "cases", summary, verb)
	}
	rest.Handle(s.api, act("hand_over", "handOverCase", "移交承办地", protocol.MayReceive),
		func(ctx context.Context, who *protocol.Account, in actIn) (rest.Record[protocol.Case], error) {
			return rest.Done[protocol.Case](s.Desk.HandOver(ctx, who, in.act()))
		})
	rest.Handle(s.api, act("accept", "acceptCase", "受理", protocol.MayAccept),
		func(ctx context.Context, who *protocol.Account, in actIn) (rest.Record[protocol.Case], error) {
			return rest.Done[protocol.Case](s.Desk.Accept(ctx, who, in.act()))
		})
	s.decision(act("refuse", "refuseCase", "不予受理", protocol.MayAccept), "refuse")
	s.decision(act("grant", "grantCase", "准予", protocol.MayDecide), "grant")
	s.decision(act("deny", "denyCase", "不予", protocol.MayDecide), "deny")
	elsewhere := "由他处承办的,转为向承办地的请求(request)。"
	deliver := act("deliver", "deliverCase", "送达", protocol.MayDeliver)
	deliver.Note, deliver.Example = elsewhere, handing{Way: "counter", Recipient: "申请人本人"}
	rest.Handle(s.api, deliver, func(ctx context.Context, who *protocol.Account, in deliverIn) (Acted, error) {
		how := protocol.Delivery{Way: in.Body.Way, Recipient: in.Body.Recipient, Tracking: in.Body.Tracking}
		return acted(s.Desk.Deliver(ctx, who, in.act(), how))
	})
	withdraw := act("withdraw", "withdrawCase", "申请人撤回", protocol.MayReceive)
	withdraw.Note, withdraw.Example = elsewhere, reason{Reason: "申请人不再需要"}
	rest.Handle(s.api, withdraw, func(ctx context.Context, who *protocol.Account, in withdrawIn) (Acted, error) {
		return acted(s.Desk.Withdraw(ctx, who, in.act(), in.Body.Reason))
	})
}

func (s *server) decision(route rest.Route, kind protocol.Act) {
	route.Example = Decision{Reason: "申请材料不符合法定形式", Basis: "行政许可法第三十二条", Remedy: "六十日内申请行政复议,六个月内提起诉讼"}
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in decideIn) (rest.Record[protocol.Case], error) {
		d := protocol.Decision{Text: in.Body.Text, Reason: in.Body.Reason, Basis: in.Body.Basis, Remedy: in.Body.Remedy}
		return rest.Done[protocol.Case](s.Desk.Decide(ctx, who, in.act(), kind, d))
	})
}

func acted(rec protocol.Record, err error) (a Acted, _ error) {
	if err != nil {
		return a, err
	}
	if rec.Ref.Kind == "request" {
		view, err := requestView(rec)
		return Acted{Request: &view}, err
	}
	c, err := rest.RecordOf[protocol.Case](rec)
	return Acted{Case: &c}, err
}
