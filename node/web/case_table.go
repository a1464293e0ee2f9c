package web

import (
	"xiangyun/protocol"
)

// caseActs is what a person can do with a case, in the order in which it is
// offered: one line an act. Where it may start is the case table's word
// (protocol.Case.Legal), who may is protocol.CaseVerb's.
var caseActs = []caseAct{
	{act: "accept", step: true, hotkey: "a", ask: askAccept, want: wantAccept},
	{act: "grant", step: true, hotkey: "d", ask: askGrant, want: wantGrant},
	{act: "hand_over", step: true, hotkey: "m"},
	{act: "deliver", step: true, request: protocol.WantDelivery, hotkey: "e", ask: askDelivery, want: wantDelivery},
	{act: "supplement", request: protocol.WantSupplement, hotkey: "b", ask: askSupplement, want: wantSupplement},
	{act: "notice", step: true, hotkey: "c", ask: askNotice, want: wantNotice},
	{act: "assign", step: true, hotkey: "f", ask: askAssign, want: wantAssign},
	{act: "opine", step: true, hotkey: "o", ask: askOpinion, want: wantOpinion},
	{act: "special_start", ask: askSpecial, want: wantSpecial},
	{act: "special_end", step: true, ask: askSpecialEnd, want: wantSpecialEnd},
	{act: "extend", ask: askExtension, want: wantExtension},
	{act: "joint_open", ask: askJoint, want: wantJoint},
	{act: "joint_close", step: true, ask: askJointClose, want: wantJointClose},
	{act: "fee_due", ask: askFee, want: wantFee, when: func(c *protocol.Case) bool { return c.Fee == nil || c.Fee.PaidAt == 0 }},
	{act: "fee_paid", request: protocol.WantPayment, ask: askPayment, want: wantPayment,
		when: func(c *protocol.Case) bool { return c.Fee != nil && c.Fee.PaidAt == 0 && c.Fee.Waived == "" }},
	{act: "owed_received", request: protocol.WantOwed, ask: askOwed, want: wantOwed, when: owes},
	{act: "amend", request: protocol.WantContact, ask: askAmend, want: wantAmend},
	{act: "merge", ask: askMerge, want: wantMerge, when: never},
	{act: "return_misrouted", request: protocol.WantReturn, danger: true, ask: askReturn, want: wantReturn},
	{act: "deny", danger: true, ask: askDenial, want: wantDenial},
	{act: "refuse", danger: true, ask: askRefusal, want: wantRefusal},
	{act: "withdraw", request: protocol.WantWithdraw, danger: true, when: undecided, ask: askWithdraw, want: wantWithdraw},
	{act: "terminate", danger: true, ask: askTermination, want: wantTermination},
	{act: "revoke", danger: true, ask: askRevocation, want: wantRevocation},
}

// elsewhere says whether an act can be asked of a home that is another place: a
// window may ask for what concerns the applicant in front of it.
func (a *caseAct) elsewhere(c *protocol.Case) bool {
	switch a.act {
	case "":
		return false
	case "return_misrouted": // only the window that handed it over
		return a.request != "" && c.State == protocol.CaseArrived
	}
	return a.request != ""
}

// undecided: what is decided goes to the leader instead (C-21c, C-30).
func undecided(c *protocol.Case) bool { return c.Decision == nil }

func owes(c *protocol.Case) bool {
	for _, m := range c.Materials {
		if m.Presence == protocol.PresenceOwed {
			return true
		}
	}
	return false
}

// never: a merger is offered by an open mark alone, which the case does not hold.
func never(*protocol.Case) bool { return false }
