package api

import "xiangyun/protocol"

type assigning struct {
	Assignee string `json:"assignee" need:"true" doc:"承办人账号,节点:登录名"`
}

type opining struct {
	Text string `json:"text" need:"true" doc:"审查意见"`
}

type specialStart struct {
	Kind    string       `json:"kind" need:"true" enum:"听证,招标,拍卖,检验,检测,检疫,鉴定,专家评审"`
	Planned protocol.Day `json:"planned_end" need:"true"`
	Notice  string       `json:"notice" doc:"书面告知的文号(C-13c)"`
}

type specialEnd struct {
	End      protocol.Day `json:"end" doc:"结束日;不填为今日"`
	Evidence string       `json:"evidence" need:"true" doc:"结果材料的附件编号"`
}

type extending struct {
	Days   int    `json:"days" need:"true" doc:"延长的工作日数"`
	Reason string `json:"reason" need:"true"`
}

// TaskAsked is one agency that is asked jointly.
type TaskAsked struct {
	Agency   string       `json:"agency" need:"true"`
	Question string       `json:"question" need:"true" doc:"请其答复的问题(T-02)"`
	Due      protocol.Day `json:"due" need:"true" doc:"不晚于本件法定时限(T-01)"`
	Order    string       `json:"order" doc:"负责人指定不在事项名单内的机构时的批示(C-16b)"`
}

type jointOpen struct {
	Tasks []TaskAsked `json:"tasks" need:"true"`
}

func (b jointOpen) want() (c protocol.Case) {
	for _, t := range b.Tasks {
		c.Tasks = append(c.Tasks, protocol.JointTask{Agency: t.Agency, Question: t.Question, Due: t.Due, Order: t.Order})
	}
	return c
}

// TaskSilent says why the lead goes on without an answer.
type TaskSilent struct {
	ID     string `json:"id" need:"true"`
	Silent string `json:"silent" need:"true" doc:"负责人不再等待的理由(C-17a)"`
}

type jointClose struct {
	Silent []TaskSilent `json:"silent"`
}

func (b jointClose) want() (c protocol.Case) {
	for _, t := range b.Silent {
		c.Tasks = append(c.Tasks, protocol.JointTask{ID: t.ID, Silent: t.Silent})
	}
	return c
}

type feeDue struct {
	Amount int64  `json:"amount_fen" doc:"应缴金额,分;须与办事指南一致(C-27a)"`
	Basis  string `json:"basis" need:"true"`
	Waived string `json:"waived" doc:"免收的原因"`
}

type feePaid struct {
	Amount int64  `json:"amount_fen" need:"true"`
	Ref    string `json:"ref" need:"true" doc:"缴费流水号,只计一次(C-27c)"`
}

func (s *server) examination() {
	day := protocol.Day{Year: 2026, Month: 3, Dom: 20}
	here(s, "assign", "assignCase", "分办(C-12)", assigning{Assignee: "changchun:examiner1"}, func(b assigning) protocol.Case { return protocol.Case{Assignee: b.Assignee} })
	here(s, "opine", "opineCase", "出具审查意见(C-12)", opining{Text: "建议准予"}, func(b opining) protocol.Case {
		return protocol.Case{Opinions: []protocol.Opinion{{Text: b.Text}}}
	})
	here(s, "special_start", "startSpecial", "启动特别程序(C-13)", specialStart{Kind: "专家评审", Planned: day, Notice: "D-07-1"}, func(b specialStart) protocol.Case {
		return protocol.Case{Specials: []protocol.Special{{Kind: b.Kind, Planned: b.Planned, Notice: b.Notice}}}
	})
	here(s, "special_end", "endSpecial", "结束特别程序(C-14)", specialEnd{End: day, Evidence: "blob-9"}, func(b specialEnd) protocol.Case {
		return protocol.Case{Specials: []protocol.Special{{End: b.End, Evidence: b.Evidence}}}
	})
	here(s, "extend", "extendCase", "延期一次(C-15)", extending{Days: 10, Reason: "案情复杂"}, func(b extending) protocol.Case {
		return protocol.Case{Extension: &protocol.Extension{Limit: protocol.Limit{N: b.Days, Unit: protocol.WorkingDays}, Reason: b.Reason}}
	})
	here(s, "joint_open", "openJoint", "发起联办(C-16)", jointOpen{[]TaskAsked{{Agency: "11220000MB1X00001A", Question: "是否符合规划", Due: day}}}, jointOpen.want)
	plain(s, "joint_close", "closeJoint", "结束联办(C-17)", jointClose{[]TaskSilent{{ID: "changchun-1-00000001-X-T1", Silent: "已逾期,另有书面材料"}}}, jointClose.want)
	here(s, "fee_due", "feeDue", "开具缴费(C-27)", feeDue{Amount: 1000, Basis: "《收费条例》第三条"}, func(b feeDue) protocol.Case {
		return protocol.Case{Fee: &protocol.Fee{Amount: b.Amount, Basis: b.Basis, Waived: b.Waived}}
	})
	anywhere(s, "fee_paid", "feePaid", "登记缴费(C-27)", "R-08", feePaid{Amount: 1000, Ref: "pay-1"}, func(b feePaid) protocol.Case {
		return protocol.Case{Fee: &protocol.Fee{Amount: b.Amount, Ref: b.Ref}}
	})
}
