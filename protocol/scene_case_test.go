package protocol

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

const caseID = "yanbian-1-1"

func caseRef() Ref { return Ref{"case", caseID} }

// The people of the deciding place, and the day on which what began at sceneAt
// has run out.
const (
	acceptor = "changchun:acceptor1"
	examiner = "changchun:examiner1"
	leader   = "changchun:leader1"
)

// on gives ten in the morning of a day of 2026.
func on(month time.Month, day int) Instant {
	return At(time.Date(2026, month, day, 10, 0, 0, 0, Beijing))
}

func when(at Instant) func(*Header)     { return func(h *Header) { h.At = at } }
func answering(id string) func(*Header) { return func(h *Header) { h.Answers = Ref{"request", id} } }
func citing(refs ...Ref) func(*Header) {
	return func(h *Header) {
		for _, r := range refs {
			h.Deps = append(h.Deps, Dep{Ref: r, Rev: 1})
		}
	}
}

func all(tunes ...func(*Header)) func(*Header) {
	return func(h *Header) {
		for _, tune := range tunes {
			tune(h)
		}
	}
}

// anApplicant has the sample number that GB 11643 prints itself.
func anApplicant() Applicant {
	return Applicant{Type: "person", Name: "申请人甲001", IDType: "citizen", ID: "11010519491231002X", Contact: "000-00000001", FP: Hash{1}.String()}
}

// anIntake is what a window hands in; the judge fills in the rest.
func anIntake() *Case {
	no, err := ReceiptNo(1)
	if err != nil {
		panic(err)
	}
	return &Case{ReceiptNo: no, Item: itemRef().ID, Applicant: anApplicant(), Form: []Field{{"家庭人口", "3"}}, Idem: "w1/clerk1/1",
		Materials: []Material{{Line: "m1", Presence: "present", Copies: 1, Blobs: []string{"blob-1"}}, {Line: "m2", Presence: "present", Copies: 1},
			{Line: "m3", Presence: "exempt"}},
		Received: Receipt{Window: "延边1号窗口"}}
}

// law changes the item version that a scene cites.
func law(f func(*Item)) func(*scene) { return cite(itemRef(), f) }

// caseItem is the item of the scenes with everything a case meets:
// deemed acceptance, an expert review, joint handling, 容缺, a fee.
func caseItem() *Item {
	i := anItem()
	days := func(n int) Limit { return Limit{n, WorkingDays} }
	i.C1, i.Correction, i.FeeFen, i.FeeBasis = C1Deemed, days(15), 1000, []string{"《收费条例》第三条"}
	i.Special = []ItemStep{{"专家评审", days(30)}}
	i.Joint = &ItemJoint{Agencies: []string{testUSCC(2)}, Legal: days(45)}
	i.Owed = &ItemOwed{Allowed: true, Limit: days(10)}
	return i
}

// caseGuide is the guide of the case scenes: three lines, none of them fetched.
func caseGuide() *Guide {
	return &Guide{ImplCode: anItem().ImplCode, Version: 1, Lines: []MaterialLine{
		{ID: "m1", Name: "申请书", Form: "original", Copies: 1, Necessity: "required", Source: "self", NeedsPaper: "《档案法》第十条"},
		{ID: "m2", Name: "居民身份证", Form: "copy", Copies: 1, Necessity: "required", Source: "issued"},
		{ID: "m3", Name: "家庭收入情况说明", Form: "original", Necessity: "deferrable", Source: "self"},
	}}
}

// citeCase puts what a case of the scenes may cite.
func citeCase(t testing.TB, v cited) {
	t.Helper()
	v.put(t, Ref{"agency", testUSCC(1)}, anAgency())
	second := anAgency()
	second.USCC, second.Name, second.Node = testUSCC(2), "长春市卫生健康委员会", "jilin"
	v.put(t, Ref{"agency", testUSCC(2)}, second)
	third := anAgency()
	third.USCC, third.Name, third.Node = testUSCC(3), "延边州政务服务中心", receives
	v.put(t, Ref{"agency", testUSCC(3)}, third)
	v.put(t, itemRef(), caseItem())
	v.put(t, Ref{"guide", itemRef().ID}, caseGuide())
	v.put(t, CalendarRef(2026), &PublishedYears()[8])
	v.put(t, Ref{"account", examiner}, &Account{Place: decides, Login: "examiner1", Name: "审查甲", Agency: testUSCC(1), Roles: []Role{RoleExaminer}, State: AccountActive})
	v.put(t, Ref{"node", string(decides)}, &Node{ID: decides, Name: "长春市", State: NodeFenced, Epoch: 2, Key: Hash{1}, Reason: "机房断电"})
	v.put(t, Ref{"node", string(lostPlace)}, aLostNode())
	v.put(t, routeRef(), aRoute())
	v.put(t, delegationRef(), aDelegation())
	v.put(t, markRef(), aDupmark())
	v.put(t, Ref{"case", twinID}, aVoidTwin())
	v.put(t, Ref{"task", taskID}, anAnsweredTask())
	v.put(t, Ref{"blob", "blob-1"}, aBlob())
}

// caseAct is one step of a case: where, who and what is wanted.
func caseAct(act Act, origin NodeID, by string, old, want *Case) scene {
	s := scene{name: "case " + string(act), ref: caseRef(), act: act, origin: origin, by: by, want: want}
	if old != nil {
		s.old = old
	}
	return s
}

// caseStep is the usual way of taking act on old.
func caseStep(act Act, old *Case) scene {
	at := func(origin NodeID, by string, want *Case) scene { return caseAct(act, origin, by, old, want) }
	tuned := func(s scene, tune func(*Header)) scene { s.tune = tune; return s }
	switch act {
	case "receive":
		return at(receives, clerk, anIntake())
	case "resurrect":
		s := at("jilin", "jilin:clerk1", aResurrection())
		s.ref.ID = lostID
		return s
	case "hand_over":
		return at(receives, clerk, &Case{})
	case "return_misrouted":
		return at(decides, acceptor, &Case{Hops: []Hop{{To: receives, Reason: "不属本机构职权"}}})
	case "route_by_desk":
		return at(Hub, "hub:desk2", &Case{Hops: []Hop{{Agency: testUSCC(2), Reason: "按职责分工指定", First: "hub:desk1"}}})
	case "notice":
		return at(decides, acceptor, &Case{Notices: []Notice{{Lines: []Defect{{Line: "m2", Text: "复印件不清晰"}}, Until: Day{2026, 3, 23}, Channel: "counter"}}})
	case "remind":
		return tuned(at(decides, "steward", &Case{}), when(on(time.March, 18)))
	case "supplement":
		return at(decides, "changchun:clerk1", &Case{Supplements: []Supplement{{Lines: []Material{{Line: "m2", Presence: "present", Copies: 1}}, Window: "长春2号窗口"}}})
	case "lapse":
		return tuned(at(decides, "steward", &Case{}), when(on(time.March, 24)))
	case "reopen":
		s := at(decides, "steward", &Case{Supplements: []Supplement{{Lines: []Material{{Line: "m2", Presence: "present", Copies: 1}}, At: on(time.March, 23), Node: "jilin", Clerk: "jilin:clerk1"}}})
		return tuned(s, all(when(on(time.March, 25)), answering("r1")))
	case "deem_accept":
		return tuned(at(decides, "steward", &Case{}), when(on(time.March, 10)))
	case "assign":
		return at(decides, examiner, &Case{Assignee: examiner})
	case "opine":
		return at(decides, examiner, &Case{Opinions: []Opinion{{Text: "建议准予"}}})
	case "special_start":
		return at(decides, leader, &Case{Specials: []Special{{Kind: "专家评审", Planned: Day{2026, 3, 12}, Notice: "D-07-1"}}})
	case "special_end":
		return tuned(at(decides, examiner, &Case{Specials: []Special{{Evidence: "blob-9"}}}), when(on(time.March, 12)))
	case "extend":
		return at(decides, leader, &Case{Extension: &Extension{Limit: Limit{10, WorkingDays}, Reason: "情况复杂"}})
	case "joint_open":
		w := &Case{Tasks: []JointTask{{ID: taskID, Agency: testUSCC(2), Due: Day{2026, 3, 20}}}}
		return at(decides, examiner, w)
	case "joint_close", "deny", "refuse", "grant", "deliver", "withdraw", "terminate", "revoke", "archive":
		return caseEnding(act, old)
	case "merge":
		return tuned(at(decides, acceptor, &Case{DupOf: twinID}), citing(markRef()))
	case "absorb":
		return tuned(at(decides, "steward", &Case{}), citing(Ref{"case", twinID}))
	case "reassign":
		return at(Hub, "hub:desk2", &Case{Reassigned: []Reassignment{{Agency: testUSCC(2), Route: routeRef().ID, Confirmed: "长春市政务服务局值班员", How: "电话",
			DownSince: on(time.February, 26), First: "hub:desk1"}}})
	case "amend":
		return at(decides, acceptor, &Case{Amendments: []Amendment{{Field: "applicant.contact", Old: "000-00000001", New: "000-00000002", Reason: "笔误"}}})
	case "fetched":
		return at(decides, "changchun:clerk1", &Case{Materials: []Material{{Line: "m3", Presence: PresenceFetched, Source: "省人口库"}}})
	case "fee_due":
		return at(decides, acceptor, &Case{Fee: &Fee{Amount: 1000, Basis: "《收费条例》第三条"}})
	case "fee_paid":
		return at(decides, acceptor, &Case{Fee: &Fee{Amount: 1000, Ref: "pay-1"}})
	case "owed_received":
		return at(decides, "changchun:clerk1", &Case{Supplements: []Supplement{{Lines: []Material{{Line: "m3", Presence: "present", Copies: 1}}}}})
	case "owed_lapsed":
		return tuned(at(decides, "steward", &Case{}), when(on(time.April, 1)))
	case "acknowledge", "recount":
		return at(decides, "steward", &Case{})
	}
	return at(decides, acceptor, &Case{})
}

func caseEnding(act Act, old *Case) scene {
	at := func(by string, want *Case) scene { return caseAct(act, decides, by, old, want) }
	no := &Decision{Reason: "收入高于标准", Basis: "《社会救助暂行办法》第九条", Remedy: "六十日内可申请行政复议"}
	switch act {
	case "refuse":
		no.Class = "not_entitled"
		return at(decider, &Case{Decision: no})
	case "deny":
		return at(decider, &Case{Decision: no})
	case "grant":
		return at(decider, &Case{Decision: &Decision{Text: "予以认定"}})
	case "deliver":
		return at(decider, &Case{Delivery: &Delivery{Way: "counter", Recipient: "申请人甲001"}})
	case "withdraw":
		return at("changchun:clerk1", &Case{WithdrawnBy: &Ending{Reason: "申请人要求撤回"}})
	case "terminate":
		return at(leader, &Case{Terminated: &Termination{Cause: "object_gone", Basis: "《行政许可法》第七十条"}})
	case "revoke":
		return at(decider, &Case{Revoked: []Revocation{{Reason: "决定所依据的材料不实", Basis: "《行政许可法》第六十九条", Told: "书面告知", Leader: leader}}})
	case "archive":
		return at(leader, &Case{Archive: &Archive{Packet: BlobID("sha256:" + Hash{7}.String()), Checks: ArchiveChecks, Signed: "blob-8"}})
	}
	return at(examiner, &Case{})
}

// wayTo lists the acts that bring a case into each state.
var wayTo = func() map[CaseState][]Act {
	way := map[CaseState][]Act{CaseReceived: {"receive"}}
	for _, step := range []struct {
		from CaseState
		act  Act
		to   CaseState
	}{
		{CaseReceived, "hand_over", CaseHandingOver}, {CaseHandingOver, "acknowledge", CaseArrived}, {CaseArrived, "notice", CaseCorrection},
		{CaseArrived, "accept", CaseAccepted}, {CaseAccepted, "assign", CaseReview}, {CaseReview, "special_start", CaseSpecial},
		{CaseReview, "joint_open", CaseJoint}, {CaseAccepted, "grant", CaseGranted}, {CaseAccepted, "deny", CaseDenied},
		{CaseArrived, "refuse", CaseRefused}, {CaseArrived, "withdraw", CaseWithdrawn}, {CaseReview, "terminate", CaseTerminated},
		{CaseArrived, "merge", CaseVoid}, {CaseGranted, "deliver", CaseDelivered}, {CaseDelivered, "archive", CaseArchived},
	} {
		way[step.to] = append(slices.Clone(way[step.from]), step.act)
	}
	way[CaseLapsed] = append(slices.Clone(way[CaseCorrection]), "remind", "lapse")
	return way
}()

// caseIn plays a case into state; the empty state is no case yet.
func caseIn(t testing.TB, state CaseState) *Case {
	t.Helper()
	c := play(t, nil, wayTo[state]...)
	if c != nil && c.State != state {
		t.Fatalf("played into %s, want %s", c.State, state)
	}
	return c
}

// played keeps how far new cases were taken: most tests begin with the same acts.
var played = map[string][]byte{}

// play takes acts one after another, each in its usual way.
func play(t testing.TB, c *Case, acts ...Act) *Case {
	t.Helper()
	if len(acts) == 0 {
		return c
	}
	way := fmt.Sprint(acts)
	if body, have := played[way]; have && c == nil {
		known, err := decodeBody[Case](body)
		if err != nil {
			t.Fatal(err)
		}
		return known
	}
	last := len(acts) - 1
	s := caseStep(acts[last], ready(t, acts[last], play(t, c, acts[:last]...)))
	s.view = caseView(t)
	made := s.must(t)
	if c == nil {
		played[way] = made.Body
	}
	next, err := decodeBody[Case](made.Body)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

var caseViewOnce cited

func caseView(t testing.TB) cited {
	t.Helper()
	if caseViewOnce == nil {
		caseViewOnce = cited{}
		citeCase(t, caseViewOnce)
	}
	return caseViewOnce
}

// ready gives old what act needs beside its state.
func ready(t testing.TB, act Act, old *Case) *Case {
	t.Helper()
	if old == nil {
		return nil
	}
	c := *old
	switch act {
	case "owed_received", "owed_lapsed":
		c.Materials = slices.Clone(c.Materials)
		c.Materials[2].Presence = PresenceOwed
		c.Terms.Owed, c.Due.K8 = Limit{10, WorkingDays}, Day{2026, 3, 16}
	case "fetched":
		c.Materials = slices.Clone(c.Materials)
		c.Materials[2].Presence = PresencePending
	case "fee_paid":
		if c.Fee == nil || c.Fee.PaidAt != 0 {
			c.Fee = &Fee{Amount: 1000, Basis: "《收费条例》第三条", DueAt: sceneAt, By: acceptor}
		}
	case "route_by_desk":
		c.To = Hub
	case "recount":
		c.Due = CaseDue{}
	case "lapse":
		c.Notices = slices.Clone(c.Notices)
		for i := range c.Notices {
			c.Notices[i].Reminded = on(time.March, 18)
		}
	case "reassign":
		if c.To == "" {
			c.To = decides // the place that is down in these scenes
		}
	case "hand_over":
		if c.State == CaseAccepted {
			c.Mode, c.To = ModeDelegated, ""
		}
	}
	return &c
}

func caseScenes(t testing.TB) []scene {
	t.Helper()
	own := caseStep("receive", nil)
	own.name, own.origin, own.by = "case receive at the deciding place", decides, "changchun:clerk1"
	local := caseStep("accept", caseIn(t, CaseReceived))
	local.name = "case accept without a hand-over"
	list := []scene{caseStep("receive", nil), own, local, caseStep("resurrect", nil)}
	for _, step := range []struct {
		act  Act
		from CaseState
	}{
		{"hand_over", CaseReceived}, {"acknowledge", CaseHandingOver}, {"return_misrouted", CaseArrived}, {"route_by_desk", CaseHandingOver},
		{"notice", CaseArrived}, {"remind", CaseCorrection}, {"supplement", CaseCorrection}, {"reopen", CaseLapsed}, {"lapse", CaseCorrection},
		{"accept", CaseArrived}, {"deem_accept", CaseArrived}, {"refuse", CaseArrived}, {"assign", CaseAccepted}, {"opine", CaseReview},
		{"special_start", CaseReview}, {"special_end", CaseSpecial}, {"extend", CaseReview}, {"joint_open", CaseReview}, {"joint_close", CaseJoint},
		{"grant", CaseAccepted}, {"deny", CaseAccepted}, {"deliver", CaseGranted}, {"withdraw", CaseAccepted}, {"merge", CaseArrived},
		{"absorb", CaseArrived}, {"archive", CaseDelivered}, {"reassign", CaseArrived}, {"amend", CaseArrived}, {"fetched", CaseAccepted}, {"fee_due", CaseAccepted},
		{"fee_paid", CaseAccepted}, {"owed_received", CaseAccepted}, {"owed_lapsed", CaseAccepted}, {"terminate", CaseReview},
		{"revoke", CaseGranted}, {"recount", CaseAccepted},
	} {
		list = append(list, caseStep(step.act, ready(t, step.act, caseIn(t, step.from))))
	}
	rich := caseStep("archive", aFullCase(t))
	rich.name = "case archive after everything"
	return append(list, rich)
}

// aFullCase went every way a case can go, so that its body has nearly every member.
func aFullCase(t testing.TB) *Case {
	t.Helper()
	c := play(t, nil, "receive", "hand_over", "acknowledge", "amend", "notice", "remind", "supplement", "absorb", "accept", "assign", "opine",
		"special_start", "special_end", "joint_open", "joint_close", "extend", "fee_due", "fee_paid", "grant", "deliver", "revoke", "deny", "deliver")
	c.Agent = &Agent{Name: "代办人甲", IDType: "other", ID: "E12345678", Mandate: "blob-7"}
	c.ObjectKey = "房屋-1"
	return c
}
