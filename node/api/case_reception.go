package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// going says where a case goes.
type going struct {
	Route string `json:"route" doc:"办理路由;不填则按事项的路由,没有路由的送事项所属机构(C-04a)"`
}

// acceptance is what an acceptance rests on beside the materials.
type acceptance struct {
	Viewed []string `json:"viewed" doc:"已查看的疑似重复标记(C-10c)"`
	Signed string   `json:"signed" doc:"容缺承诺书:附件编号,或 paper(C-10b)"`
	Credit string   `json:"credit,omitempty" enum:"clear,listed,unavailable" doc:"信用核查结果(C-10b)"`
}

// noticing is the one-time notice (C-07).
type noticing struct {
	Lines   []protocol.Defect `json:"lines" need:"true" doc:"指南所列材料或受理标准,文字只作说明"`
	Rest    bool              `json:"rest_complete" doc:"确认其余材料齐全(C-07e)"`
	Until   protocol.Day      `json:"until" need:"true" doc:"补正截止日"`
	Channel string            `json:"channel"`
}

// supplied is what an applicant hands in later.
type supplied struct {
	Lines  []protocol.Material `json:"lines" need:"true"`
	Window string              `json:"window"`
}

func (b supplied) want() protocol.Case {
	return protocol.Case{Supplements: []protocol.Supplement{{Lines: b.Lines, Window: b.Window}}}
}

// shared is what a source gave that did not answer at the receipt.
type shared struct {
	Lines []protocol.Material `json:"lines" need:"true" doc:"待共享取得(fetched:pending)的材料,presence 为 fetched,source 为来源"`
}

func (b shared) want() protocol.Case { return protocol.Case{Materials: b.Lines} }

// sending says why a case is not ours, and whose it is.
type sending struct {
	Reason string          `json:"reason" need:"true"`
	Agency string          `json:"agency" doc:"应由其承办的机构;或填 to"`
	To     protocol.NodeID `json:"to" doc:"退回收件窗口的节点,或 hub(省级调度)"`
	Late   string          `json:"late" doc:"超过复核期限的原因(C-06c)"`
}

// correction is one clerical error put right (C-25).
type correction struct {
	Field  string `json:"field" need:"true" doc:"applicant.name、applicant.contact、applicant.id、agent.contact 或 form.<名称>"`
	Old    string `json:"old" doc:"原值"`
	New    string `json:"new" doc:"新值"`
	Reason string `json:"reason" doc:"更正理由"`
}

// merging names the case that stays (C-22).
type merging struct {
	Into string `json:"dup_of" need:"true" doc:"保留的办件"`
}

// urging asks the home to hurry.
type urging struct {
	Text string `json:"text" need:"true"`
	By   string `json:"by" need:"true" enum:"applicant,supervisor"`
}

func (s *server) reception() {
	plain(s, "hand_over", "handOverCase", "移交承办地(C-04)", going{}, func(b going) protocol.Case { return protocol.Case{Route: b.Route} })
	s.accept()
	here(s, "notice", "noticeCase", "一次性告知补正(C-07)",
		noticing{Lines: []protocol.Defect{{Line: "m2", Point: "cp1", Text: "缺少签名"}}, Rest: true, Until: protocol.Day{Year: 2026, Month: 3, Dom: 23}, Channel: "counter"},
		func(b noticing) protocol.Case {
			return protocol.Case{Notices: []protocol.Notice{{Lines: b.Lines, RestFine: b.Rest, Until: b.Until, Channel: b.Channel}}}
		})
	lines := supplied{Lines: []protocol.Material{{Line: "m2", Presence: protocol.PresencePresent, Copies: 1}}, Window: "3号窗口"}
	anywhere(s, "supplement", "supplementCase", "登记补正材料(C-08)", "R-01", lines, supplied.want)
	anywhere(s, "owed_received", "owedReceived", "登记容缺补交(C-28)", "R-07", lines, supplied.want)
	here(s, "fetched", "fetchedCase", "登记共享取得的材料(§14.2)", shared{Lines: []protocol.Material{{Line: "m3", Presence: protocol.PresenceFetched, Source: "省人口库"}}}, shared.want)
	anywhere(s, "return_misrouted", "returnCase", "退回不属本地承办的办件(C-06)", "R-05", sending{Reason: "属其他机构职权", To: "hub"}, func(b sending) protocol.Case {
		return protocol.Case{Hops: []protocol.Hop{{To: b.To, Agency: b.Agency, Reason: b.Reason, Late: b.Late}}}
	})
	anywhere(s, "amend", "amendCase", "更正笔误(C-25)", "R-09,只限联系方式", correction{Field: "applicant.contact", Old: "000-00000001", New: "000-00000002", Reason: "笔误"},
		func(b correction) protocol.Case {
			return protocol.Case{Amendments: []protocol.Amendment{{Field: b.Field, Old: b.Old, New: b.New, Reason: b.Reason}}}
		})
	anywhere(s, "merge", "mergeCase", "并入另一件(C-22)", "R-04", merging{Into: "yanbian-1-00000001-X"}, func(b merging) protocol.Case { return protocol.Case{DupOf: b.Into} })
	s.urge()
}

// accept stands apart: the marks a person viewed are of the act, not of the case.
func (s *server) accept() {
	route := actRoute("accept", "acceptCase", "受理(C-10)")
	route.Example, route.Note = acceptance{Viewed: []string{"a:b"}, Signed: "paper", Credit: "clear"}, "内容可以不填;有疑似重复的须列明已查看的标记。"
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actMaybe[acceptance]) (rest.Record[protocol.Case], error) {
		act, want := in.act(), protocol.Case{}
		act.Viewed = in.Body.Viewed
		if in.Body.Signed != "" || in.Body.Credit != "" {
			want.Commitment = &protocol.Commitment{Signed: in.Body.Signed, Credit: in.Body.Credit}
		}
		return rest.Done[protocol.Case](s.Desk.Do(ctx, who, act, "accept", want))
	})
}

func (s *server) urge() {
	route := post("/cases/{id}/urge", "urgeCase", "cases", "催办(R-06)", protocol.MayReadCases)
	route.Example, route.Note = urging{Text: "请尽快办理", By: "applicant"}, "每件每日一次;窗口代申请人提出,或由监督人员提出。"
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actWith[urging]) (RequestView, error) {
		rec, err := s.Desk.Ask(ctx, who, in.act().Case, protocol.WantUrge, protocol.Urging{Text: in.Body.Text, By: in.Body.By}, in.Key)
		if err != nil {
			return RequestView{}, err
		}
		return requestView(rec)
	})
}
