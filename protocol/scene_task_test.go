package protocol

import "testing"

const (
	taskID = "changchun-1-7"
	twinID = "changchun-1-2" // the canonical case of the scenes' pair
)

func routeRef() Ref { return Ref{"route", RouteID(anItem().ImplCode, "")} }
func delegationRef() Ref {
	return Ref{"delegation", DelegationID(itemRef().ID, testUSCC(3), testUSCC(1))}
}
func markRef() Ref { return Ref{"dupmark", DupID(caseID, twinID)} }

func aRoute() *Route {
	return &Route{ImplCode: anItem().ImplCode, Agency: testUSCC(1), Node: decides, Substitute: testUSCC(2), Relation: "same", SubNode: "jilin",
		Basis: "《行政许可法》第二十四条", Duties: "窗口代收,承办地决定", State: RouteActive}
}

func aDelegation() *Delegation {
	return &Delegation{Item: itemRef().ID, Receiving: testUSCC(3), Handling: testUSCC(1), Basis: "跨市(州)委托受理协议", State: DelegationActive}
}

func aDupmark() *Dupmark {
	fp := anApplicant().FP
	return &Dupmark{Cases: []DupCase{
		{ID: twinID, Basic: "220050100100", FP: fp, Receipt: decides, Home: decides, Received: sceneAt - 1000},
		{ID: caseID, Basic: "220050100100", FP: fp, Receipt: receives, Home: decides, Received: sceneAt}},
		State: DupOpen, Note: "标的无法比对"}
}

// aVoidTwin went into the case of the scenes.
func aVoidTwin() *Case {
	c := anIntake()
	c.ReceiptNo, c.State, c.DupOf, c.MergedTo = "220000000002X", CaseVoid, caseID, decides
	c.Received.At, c.Received.Node, c.Received.Clerk = on(2, 27), decides, "changchun:clerk1"
	return c
}

func aTask() *Task {
	return &Task{Case: caseID, Lead: decides, Agency: testUSCC(2), AgencyName: "长春市卫生健康委员会", Node: "jilin", Question: "是否符合卫生要求",
		Due: Day{2026, 3, 20}, Opened: sceneAt, State: TaskOpen}
}

func anAnsweredTask() *Task {
	t := aTask()
	t.State, t.Opinion, t.Basis, t.By, t.Answered = TaskAnswered, "符合", "《卫生条例》第五条", "jilin:examiner1", sceneAt
	return t
}

// citeAround puts what cases and their neighbours cite.
func citeAround(t testing.TB, v cited) {
	t.Helper()
	citeCase(t, v)
}

func aroundCaseScenes(t testing.TB) []scene {
	t.Helper()
	operator, seen, returned, ended := "hub:operator", aTask(), aTask(), aDelegation()
	seen.State = TaskSeen
	returned.State, returned.Reason = TaskReturned, "不属本机构职责"
	ended.State, ended.Reason = DelegationEnded, "协议到期"
	task, child := Ref{"task", taskID}, "jilin:examiner1"
	again := scene{name: "task reopen", ref: task, act: "reopen", origin: "jilin", by: "steward", old: anAnsweredTask(), want: &Task{Reason: "意见与依据不符"},
		tune: answering("r3")}
	open := scene{name: "task open", ref: task, act: "open", origin: decides, by: examiner, want: &Task{Case: caseID, Question: "是否符合卫生要求"}, view: cited{}}
	open.view.put(t, caseRef(), caseIn(t, CaseJoint))
	decidedView := cited{}
	decidedView.put(t, caseRef(), caseIn(t, CaseGranted))
	return []scene{
		{name: "route set", ref: routeRef(), act: "set", origin: Hub, by: operator, want: aRoute()},
		{name: "route retire", ref: routeRef(), act: "retire", origin: Hub, by: operator, old: aRoute(), want: &Route{Reason: "职责调整"}},
		{name: "delegation establish", ref: delegationRef(), act: "establish", origin: Hub, by: operator, want: aDelegation()},
		{name: "delegation establish again", ref: delegationRef(), act: "establish", origin: Hub, by: operator, old: ended, want: aDelegation()},
		{name: "delegation end", ref: delegationRef(), act: "end", origin: Hub, by: operator, old: aDelegation(), want: &Delegation{Reason: "协议到期"}},
		{name: "dupmark mark", ref: markRef(), act: "mark", origin: Hub, by: "hub", want: aDupmark()},
		{name: "dupmark mark newer facts", ref: markRef(), act: "mark", origin: Hub, by: "hub", old: aDupmark(), want: aDupmark()},
		{name: "dupmark not_duplicate", ref: markRef(), act: "not_duplicate", origin: Hub, by: "hub:desk1", old: aDupmark(), want: &Dupmark{Reason: "两次不同的补贴"}},
		{name: "dupmark conclude", ref: markRef(), act: "conclude", origin: Hub, by: "hub", old: aDupmark(), want: &Dupmark{}},
		open, again,
		{name: "task see", ref: task, act: "see", origin: "jilin", by: child, old: aTask(), want: &Task{}},
		{name: "task answer", ref: task, act: "answer", origin: "jilin", by: child, old: seen, want: &Task{Opinion: "符合", Basis: "《卫生条例》第五条"}},
		{name: "task return", ref: task, act: "return", origin: "jilin", by: child, old: aTask(), want: &Task{Reason: "不属本机构职责"}},
		{name: "task cancel", ref: task, act: "cancel", origin: "jilin", by: "steward", old: returned, want: &Task{Reason: "牵头机构已作出决定"}, view: decidedView},
		{name: "request deliver", ref: Ref{"request", "request-1"}, act: "deliver", origin: Hub, by: "hub", old: aFiling(t), want: &Request{}},
	}
}
