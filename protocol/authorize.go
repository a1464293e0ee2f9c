package protocol

import "slices"

// Verb names one right that a request to a place needs. Screens and API name
// verbs; only Authorize knows who has them.
type Verb string

// The rights of the spine.
const (
	MayReadStatus    Verb = "status.read"
	MayReadCatalog   Verb = "catalog.read"
	MayReadItems     Verb = "item.read"
	MayReadCases     Verb = "case.read"
	MayReceive       Verb = "case.receive"
	MayAccept        Verb = "case.accept"
	MayDecide        Verb = "case.decide"
	MayDeliver       Verb = "case.deliver"
	MayAmend         Verb = "case.amend"  // clerical corrections, supplements, owed materials
	MayExamine       Verb = "case.review" // opinions, tasks, the end of a special procedure
	MayLead          Verb = "case.lead"   // extension, special and joint handling, termination, revocation
	MayRoute         Verb = "case.route"  // the hub desk: routing, delegations and reassignment, by two people
	MayArchive       Verb = "case.archive"
	MaySupervise     Verb = "card.close"       // cards and random checks (art. 47)
	MayAnswerCard    Verb = "card.answer"      // the cause and what is done about it (Y-06)
	MayHoldPapers    Verb = "parcel.hold"      // paper originals: take in, pass on, count, return (§12)
	MayTakeComplaint Verb = "complaint.file"   // complaints and objections of a person at the window
	MayRemedy        Verb = "complaint.handle" // complaints of and remedies owed by the own agency (arts. 48, 50)
	MayRuleOnData    Verb = "objection.decide" // objections to data, at the hub (art. 46)
	MayCheckData     Verb = "objection.verify" // and at the department they are passed to
	MayEditCatalog   Verb = "catalog.edit"
	MayReview        Verb = "review.decide"
	MayRelease       Verb = "release.publish"
	MayFileItem      Verb = "item.file"
	MayPublishItem   Verb = "item.publish"
	MayManageAccount Verb = "account.manage"
	MayManageAgency  Verb = "agency.manage"
	MayManageNode    Verb = "node.manage"
	MayOperate       Verb = "place.operate" // work list, settle forks, members
	MayReadRecords   Verb = "record.read"   // any record that holds no personal data, with its history
)

// everybody has a desk: each role reads status, catalogue and items.
var everybody = []Role{RoleClerk, RoleAcceptor, RoleExaminer, RoleDecider, RoleLeader, RoleEditor, RoleReviewer, RoleDispatcher,
	RoleSupervisor, RoleOperator, RoleAuditor}

// rights is the whole table: who may, and whether only for the own agency.
var rights = []struct {
	verb      Verb
	roles     []Role
	ownAgency bool
}{
	{MayReadStatus, everybody, false},
	{MayReadCatalog, everybody, false},
	{MayReadItems, everybody, false},
	{MayReadCases, []Role{RoleClerk, RoleAcceptor, RoleExaminer, RoleDecider, RoleLeader, RoleSupervisor}, false},
	{MayReceive, []Role{RoleClerk, RoleAcceptor}, false},
	{MayAccept, []Role{RoleAcceptor}, true},
	{MayDecide, []Role{RoleDecider, RoleLeader}, true},
	{MayDeliver, []Role{RoleClerk, RoleAcceptor, RoleDecider}, false},
	{MayAmend, []Role{RoleClerk, RoleAcceptor}, false},
	{MayExamine, []Role{RoleExaminer, RoleLeader}, true},
	{MayLead, []Role{RoleLeader}, true},
	{MayRoute, []Role{RoleDispatcher}, false},
	{MayArchive, []Role{RoleLeader}, true},
	{MaySupervise, []Role{RoleSupervisor}, false},
	{MayAnswerCard, []Role{RoleLeader}, true},
	{MayHoldPapers, []Role{RoleClerk, RoleAcceptor}, false},
	{MayTakeComplaint, []Role{RoleClerk, RoleAcceptor}, false},
	{MayRemedy, []Role{RoleLeader}, true},
	{MayRuleOnData, []Role{RoleReviewer}, false},
	{MayCheckData, []Role{RoleEditor}, true},
	{MayEditCatalog, []Role{RoleEditor}, true},
	{MayReview, []Role{RoleReviewer}, false},
	{MayRelease, []Role{RoleReviewer}, false},
	{MayFileItem, []Role{RoleEditor}, true},
	{MayPublishItem, []Role{RoleReviewer}, false},
	{MayManageAccount, []Role{RoleOperator}, false},
	{MayManageAgency, []Role{RoleOperator}, false},
	{MayManageNode, []Role{RoleOperator}, false},
	{MayOperate, []Role{RoleOperator}, false},
	{MayReadRecords, []Role{RoleOperator, RoleAuditor}, false},
}

// Question is everything a decision about access may depend on.
type Question struct {
	Subject *Account // who asks; nil for nobody
	Place   NodeID   // where
	Verb    Verb
	Agency  string // the agency whose object it is, when the verb is bound to one
}

// Authorize is the one function that answers every request; what it does not
// name is denied. A nil answer means yes.
func Authorize(q Question) *Fault {
	if q.Subject == nil || q.Subject.State != AccountActive {
		return NewFault(Denied, string(q.Verb), "请先登录")
	}
	if q.Subject.Place != q.Place {
		return denied("G-06", q.Verb, "该账号不属于本地")
	}
	for _, r := range rights {
		if r.verb != q.Verb {
			continue
		}
		if !slices.ContainsFunc(r.roles, q.Subject.Can) {
			break
		}
		if r.ownAgency && q.Subject.Agency != "" && q.Agency != "" && q.Subject.Agency != q.Agency {
			return denied("G-06", q.Verb, "这属于机构 %s,您的账号属于机构 %s,无权办理", q.Agency, q.Subject.Agency)
		}
		return nil
	}
	return denied("G-05", q.Verb, "您的角色没有这项权限,请联系本地管理员")
}

// denied names the rule: the role lacks the act (G-05), or it is outside the
// account's place or agency (G-06).
func denied(rule string, verb Verb, format string, args ...any) *Fault {
	f := NewFault(Denied, string(verb), format, args...)
	f.Rule = rule
	return f
}

// CaseVerb names the right that an act on a case needs; false for what only the
// system does by itself: signing for an arrival, reminders, lapses, what the law
// deems, and the sequel of a merger (cases.md §16).
func CaseVerb(act Act) (Verb, bool) {
	for _, r := range caseTable() {
		if r.act == act {
			return r.verb, r.verb != ""
		}
	}
	return "", false
}
