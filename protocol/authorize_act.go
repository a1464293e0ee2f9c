package protocol

import "slices"

// aroundRights names the right that each act of the kinds around a case needs
// (cases.md §16). What is not listed no person may do: the hub's tick fires and
// voids cards, the steward opens remedies and answers requests, a person who is
// served evaluates through a service.
var aroundRights = []struct {
	kind KindName
	verb Verb
	acts []Act
}{
	{"parcel", MayHoldPapers, []Act{"open", "seal", "dispatch", "scan", "count_in", "use", "return", "dispute", "settle"}},
	{"card", MayAnswerCard, []Act{"answer"}},
	{"card", MaySupervise, []Act{"close", "reject"}},
	{"remedy", MayRemedy, []Act{"verify", "fix", "answer", "close"}},
	{"complaint", MayTakeComplaint, []Act{"file"}},
	{"complaint", MayRemedy, []Act{"accept", "refuse", "verify", "handle", "tell"}},
	{"objection", MayTakeComplaint, []Act{"file"}},
	{"objection", MayRuleOnData, []Act{"mark", "decide", "transfer", "tell", "close"}},
	{"objection", MayCheckData, []Act{"dept_receive", "dept_decide"}},
	{"basic", MayPublishItem, []Act{"publish", "retire"}},
	{"task", MayExamine, []Act{"open", "see", "answer", "return"}},
	{"dupmark", MayRoute, []Act{"not_duplicate"}},
	{"route", MayRoute, []Act{"set", "retire"}},
	{"delegation", MayRoute, []Act{"establish", "end"}},
	{"proposal", MayRoute, []Act{"propose", "confirm", "withdraw"}},
	{"spotcheck", MaySupervise, []Act{"draw", "find", "close"}},
}

// ActVerb names the right that a person needs for an act on a case or on a kind
// around it; false for what no person may do.
func ActVerb(kind KindName, act Act) (Verb, bool) {
	if kind == "case" {
		return CaseVerb(act)
	}
	for _, r := range aroundRights {
		if r.kind == kind && slices.Contains(r.acts, act) {
			return r.verb, true
		}
	}
	return "", false
}
