package api

import "xiangyun/protocol"

// Decision is what the law demands of a decision; all but text is owed when
// the answer is no (G-10).
type Decision struct {
	Text    string `json:"text"`
	Reason  string `json:"reason" doc:"理由"`
	Basis   string `json:"basis" doc:"依据"`
	Remedy  string `json:"remedy" doc:"救济途径"`
	Class   string `json:"class,omitempty" enum:"no_licence_needed,not_competent,not_entitled,forbidden" doc:"不予受理的法定情形(C-03a)"`
	Ask     string `json:"ask" doc:"不属本机构职权的,应向谁申请(C-03a)"`
	Hearing string `json:"hearing" doc:"听证告知书(C-19d)"`
	Licence string `json:"licence" doc:"电子证照标识(V-07)"`
}

func (b Decision) decision() *protocol.Decision {
	return &protocol.Decision{Text: b.Text, Reason: b.Reason, Basis: b.Basis, Remedy: b.Remedy, Class: b.Class, Ask: b.Ask, Hearing: b.Hearing, Licence: b.Licence}
}

func (b Decision) want() protocol.Case { return protocol.Case{Decision: b.decision()} }

type handing struct {
	Way       string `json:"way" need:"true" enum:"counter,courier,elicence"`
	Recipient string `json:"recipient" need:"true" doc:"领取人"`
	Tracking  string `json:"tracking" doc:"快递单号"`
	Proof     string `json:"proof" doc:"签收凭证的附件编号;窗口当面签收的可不填"`
}

func (b handing) delivery() *protocol.Delivery {
	return &protocol.Delivery{Way: b.Way, Recipient: b.Recipient, Tracking: b.Tracking, Proof: b.Proof}
}

type reason struct {
	Reason string `json:"reason" need:"true"`
}

type terminating struct {
	Cause string `json:"cause" need:"true" enum:"applicant_gone,basis_repealed,object_gone"`
	Basis string `json:"basis" need:"true"`
}

type revoking struct {
	Reason string `json:"reason" need:"true"`
	Basis  string `json:"basis" need:"true"`
	Told   string `json:"told" need:"true" doc:"如何告知申请人(C-30c)"`
	Leader string `json:"leader" need:"true" doc:"批准的负责人账号(G-08)"`
}

type archiving struct {
	Packet protocol.BlobID `json:"packet" need:"true" doc:"归档包的摘要"`
	Checks []string        `json:"checks" need:"true" doc:"GB/T 42727 各步,按顺序"`
	Signed string          `json:"signed" doc:"申请人签收退件的凭证"`
}

func (s *server) decisions() {
	no := Decision{Reason: "申请材料不符合法定形式", Basis: "行政许可法第三十二条", Remedy: "六十日内申请行政复议,六个月内提起诉讼"}
	here(s, "refuse", "refuseCase", "不予受理(C-03)", no, Decision.want)
	here(s, "grant", "grantCase", "准予(C-18)", no, Decision.want)
	here(s, "deny", "denyCase", "不予(C-19)", no, Decision.want)
}

func (s *server) aftermath() {
	anywhere(s, "deliver", "deliverCase", "送达(C-20)", "R-03", handing{Way: "counter", Recipient: "申请人本人"}, func(b handing) protocol.Case {
		return protocol.Case{Delivery: b.delivery()}
	})
	anywhere(s, "withdraw", "withdrawCase", "申请人撤回(C-21)", "R-02", reason{Reason: "申请人不再需要"}, func(b reason) protocol.Case {
		return protocol.Case{WithdrawnBy: &protocol.Ending{Reason: b.Reason}}
	})
	here(s, "terminate", "terminateCase", "终止办理(C-29)", terminating{Cause: "object_gone", Basis: "行政许可法第七十条"}, func(b terminating) protocol.Case {
		return protocol.Case{Terminated: &protocol.Termination{Cause: b.Cause, Basis: b.Basis}}
	})
	here(s, "revoke", "revokeCase", "撤销决定(C-30)", revoking{Reason: "材料不实", Basis: "行政许可法第六十九条", Told: "书面告知", Leader: "changchun:leader1"},
		func(b revoking) protocol.Case {
			return protocol.Case{Revoked: []protocol.Revocation{{Reason: b.Reason, Basis: b.Basis, Told: b.Told, Leader: b.Leader}}}
		})
	here(s, "archive", "archiveCase", "归档(C-23)", archiving{Checks: protocol.ArchiveChecks}, func(b archiving) protocol.Case {
		return protocol.Case{Archive: &protocol.Archive{Packet: b.Packet, Checks: b.Checks, Signed: b.Signed}}
	})
}
