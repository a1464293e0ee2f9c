package protocol

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

func asking(t testing.TB, wanted string, on Ref, data any) func(*scene) {
	return func(s *scene) {
		s.want = &Request{Want: wanted, On: on, Title: "请求", Key: "k", Data: json.RawMessage(mustJSON(t, data))}
	}
}

func TestRequestsThatNobodyCouldAnswerAreNotFiled(t *testing.T) {
	here := Supplement{Lines: []Material{{Line: "m2", Presence: PresencePresent}}, At: sceneAt, Node: decides, Clerk: "c"}
	future, elsewhere, empty := here, here, here
	counted := ParcelArrival{"yanbian-000001", []int{1, 2}, sceneAt, clerk}
	future.At, elsewhere.Node, empty.Lines = sceneAt+1, "jilin", nil
	urge := func(day Day, u Urging) func(*scene) {
		return steps(asking(t, WantUrge, caseRef(), u), underID(UrgeID(caseID, day)))
	}
	rows := []row{
		{"cases.R-01 a supplement", "request file", asking(t, WantSupplement, caseRef(), here), ""},
		{"cases.R-01 received in the future", "request file", asking(t, WantSupplement, caseRef(), future), "R-01"},
		{"cases.R-01 received at another window", "request file", asking(t, WantSupplement, caseRef(), elsewhere), "R-01"},
		{"cases.R-01 of nothing", "request file", asking(t, WantSupplement, caseRef(), empty), "R-01"},
		{"cases.R-01 on something that is no case", "request file", asking(t, WantSupplement, itemRef(), here), "R-01"},
		{"cases.R-02 a withdrawal", "request file", asking(t, WantWithdraw, caseRef(), Ending{Reason: "不再需要"}), ""},
		{"cases.R-03 a delivery", "request file", asking(t, WantDelivery, caseRef(), Delivery{Recipient: "申请人甲"}), ""},
		{"cases.R-04 a duplicate", "request file", asking(t, WantMerge, caseRef(), DuplicateHint{Other: twinID}), ""},
		{"cases.R-04 of nothing", "request file", asking(t, WantMerge, caseRef(), DuplicateHint{}), "R-04"},
		{"cases.R-05 please return it", "request file", asking(t, WantReturn, caseRef(), PleaseReturn{Reason: "移交有误"}), ""},
		{"cases.R-05 without a reason", "request file", asking(t, WantReturn, caseRef(), PleaseReturn{}), "R-05"},
		{"cases.R-06 once a day", "request file", urge(sceneAt.Day(), Urging{Text: "请尽快办理", By: "applicant"}), ""},
		{"cases.R-06 under another day", "request file", urge(Day{2026, 3, 3}, Urging{Text: "请尽快办理", By: "applicant"}), "R-06"},
		{"cases.R-06 without a word", "request file", urge(sceneAt.Day(), Urging{By: "applicant"}), "R-06"},
		{"cases.R-07 what was owed", "request file", asking(t, WantOwed, caseRef(), here), ""},
		{"cases.R-07 of nothing", "request file", asking(t, WantOwed, caseRef(), empty), "R-07"},
		{"cases.R-08 a payment", "request file", asking(t, WantPayment, caseRef(), Payment{"pay-1", 1000}), ""},
		{"cases.R-08 of nothing", "request file", asking(t, WantPayment, caseRef(), Payment{"pay-1", 0}), "R-08"},
		{"cases.R-09 another contact", "request file", asking(t, WantContact, caseRef(), ContactChange{"1", "2"}), ""},
		{"cases.R-09 the same contact", "request file", asking(t, WantContact, caseRef(), ContactChange{"1", "1"}), "R-09"},
		{"cases.T-03 ask again", "request file", asking(t, WantTaskAgain, Ref{"task", taskID}, PleaseReturn{Reason: "意见与依据不符"}), ""},
		{"cases.T-03 ask a case again", "request file", asking(t, WantTaskAgain, caseRef(), PleaseReturn{Reason: "x"}), "T-03"},
		{"cases.P-09 a parcel before its record", "request file", asking(t, WantParcelArrived, parcelRef(), counted), ""},
		{"cases.P-09 of something that is no parcel", "request file", asking(t, WantParcelArrived, caseRef(), counted), "P-09"},
		{"cases.P-09 without a seal", "request file", asking(t, WantParcelArrived, parcelRef(), ParcelArrival{Counted: []int{1}, At: sceneAt, By: clerk}), "P-09"},
		{"cases.P-09 nothing counted", "request file", asking(t, WantParcelArrived, parcelRef(), ParcelArrival{Seal: "x", At: sceneAt, By: clerk}), "P-09"},
		{"cases.P-09 fewer than none", "request file", asking(t, WantParcelArrived, parcelRef(), ParcelArrival{"x", []int{-1}, sceneAt, clerk}), "P-09"},
		{"cases.P-09 counted tomorrow", "request file", asking(t, WantParcelArrived, parcelRef(), ParcelArrival{"x", []int{1}, sceneAt + 1, clerk}), "P-09"},
		{"cases.P-09 counted by nobody", "request file", asking(t, WantParcelArrived, parcelRef(), ParcelArrival{"x", []int{1}, sceneAt, ""}), "P-09"},
		{"cases.P-07 the other side agrees", "request file", asking(t, WantParcelSettle, parcelRef(), ParcelAgreement{"双方确认无误"}), ""},
		{"cases.P-07 agrees to nothing", "request file", asking(t, WantParcelSettle, parcelRef(), ParcelAgreement{" "}), "P-07"},
		{"cases.P-07 about something that is no parcel", "request file", asking(t, WantParcelSettle, caseRef(), ParcelAgreement{"双方确认无误"}), "P-07"},
		{"cases.P-07 settled otherwise than agreed", "parcel settle between two places", want(func(p *Parcel) { p.Dispute.Outcome = "由对方补齐" }), "P-07"},
		{"an agreement that was seen still counts", "parcel settle between two places",
			cite(Ref{"request", "settle-1"}, func(r *Request) { r.State = RequestDelivered }), ""},
		{"cases.P-07 an agreement that was answered is used up", "parcel settle between two places",
			cite(Ref{"request", "settle-1"}, func(r *Request) { r.State = RequestDone }), "P-07"},
		{"cases.G-07 seen twice", "request deliver", before(func(r *Request) { r.State = RequestDelivered }), "G-07"},
		{"a request that was seen is answered", "request answer", before(func(r *Request) { r.State = RequestDelivered }), ""},
		{"a no names its rule", "request decline", want(func(r *Request) { r.Rule = "C-08b" }), ""},
	}
	check(t, rows)
}

func TestRefusalsOfTasks(t *testing.T) {
	check(t, []row{
		{"cases.T-01 later than the case itself", "task open", cite(caseRef(), func(c *Case) { c.Due.K3 = Day{2026, 3, 19} }), "T-01"},
		{"cases.C-16a the case is not in joint handling", "task open", cite(caseRef(), func(c *Case) { c.State = CaseReview }), "C-16a"},
		{"cases.C-16a the case is of another lead", "task open", cite(caseRef(), func(c *Case) { c.Handler = "jilin" }), "C-16a"},
		{"cases.C-16b the case does not list it", "task open", underID("changchun-1-8"), "C-16b"},
		{"cases.T-02 no question", "task open", want(func(k *Task) { k.Question = "" }), "T-02"},
		{"cases.G-07 opened twice", "task open", stands(aTask()), "G-07"},
		{"cases.T-02 an answer to another question", "task answer", want(func(k *Task) { k.Question = "别的问题" }), "T-02"},
		{"cases.T-02 an answer without a basis", "task answer", want(func(k *Task) { k.Basis = "" }), "T-02"},
		{"cases.G-07 answered twice", "task answer", stands(anAnsweredTask()), "G-07"},
		{"cases.T-03 nobody asked for it", "task reopen", func(s *scene) { s.tune = nil }, "T-03"},
		{"cases.G-10 asked again without a reason", "task reopen", want(func(k *Task) { k.Reason = "" }), "G-10"},
		{"cases.G-07 an open task is not asked again", "task reopen", stands(aTask()), "G-07"},
		{"cases.T-04 the lead still waits", "task cancel", cite(caseRef(), func(c *Case) { c.State = CaseJoint }), "T-04"},
		{"cases.T-04 the case is not cited", "task cancel", uncite(caseRef()), "T-04"},
		{"cases.G-10 returned without a reason", "task return", want(func(k *Task) { k.Reason = "" }), "G-10"},
		{"cases.G-07 seen twice", "task see", before(func(k *Task) { k.State = TaskSeen }), "G-07"},
	})
}

// TestT03OnlyTheReturnedTaskIsOpenAgain and T05 its clock is its own.
func TestT03OnlyTheReturnedTaskIsOpenAgain(t *testing.T) {
	s := legalAct(t, "task reopen")
	made := s.must(t)
	k := result[Task](t, s)
	if k.State != TaskOpen || k.Opinion != "" || k.Rounds != 1 || made.Home != "jilin" {
		t.Errorf("%+v at %s", k, made.Home)
	}
	if len(made.Due) != 1 || made.Due[0] != (Deadline{K3, day(t, "2026-03-20").End()}) || len(made.Ended) != 0 {
		t.Errorf("clocks %v, ended %v", made.Due, made.Ended)
	}
}

func TestRefusalsOfMarksRoutesAndDelegations(t *testing.T) {
	check(t, []row{
		{"cases.DU-01 another applicant", "dupmark mark", want(func(m *Dupmark) { m.Cases[0].FP = "x" }), "DU-01"},
		{"cases.DU-01 another item", "dupmark mark", want(func(m *Dupmark) { m.Cases[0].Basic = "x" }), "DU-01"},
		{"cases.DU-02 another object", "dupmark mark", want(func(m *Dupmark) { m.Cases[0].Object, m.Cases[1].Object = "房屋-1", "房屋-2" }), "DU-02"},
		{"cases.DU-05 the pair was looked at", "dupmark mark newer facts", before(func(m *Dupmark) { m.State = DupDifferent }), "DU-05"},
		{"cases.DU-05 different without a reason", "dupmark not_duplicate", want(func(m *Dupmark) { m.Reason = "" }), "DU-05"},
		{"cases.G-09 one case twice", "dupmark mark", want(func(m *Dupmark) { m.Cases[1].ID = m.Cases[0].ID }), "G-09"},
		{"cases.C-22xa nothing was merged", "dupmark conclude", cite(Ref{"case", twinID}, func(c *Case) { c.State = CaseReceived }), "C-22xa"},
		{"cases.G-07 a mark that is closed", "dupmark not_duplicate", before(func(m *Dupmark) { m.State = DupMerged }), "G-07"},
		{"cases.C-04b the agency works elsewhere", "route set", want(func(r *Route) { r.Node = "jilin" }), "C-04b"},
		{"cases.C-24b a substitute without a basis", "route set", want(func(r *Route) { r.Basis = "" }), "C-24b"},
		{"cases.C-24b a superior that is none", "route set", want(func(r *Route) { r.Relation = "superior" }), "C-24b"},
		{"cases.C-24b a substitute that is not there", "route set", want(func(r *Route) { r.SubNode = "songyuan" }), "C-24b"},
		{"a route without a substitute", "route set", want(func(r *Route) { r.Substitute = "" }), ""},
		{"cases.G-09 a route under another id", "route set", underID("x"), "G-09"},
		{"cases.G-10 retired without a reason", "route retire", want(func(r *Route) { r.Reason = "" }), "G-10"},
		{"cases.C-02a a delegation of another's item", "delegation establish", cite(itemRef(), func(i *Item) { i.Agency = testUSCC(5) }), "C-02a"},
		{"cases.C-04b an agency that was closed", "delegation establish", cite(Ref{"agency", testUSCC(3)}, func(a *Agency) { a.State = AgencyDisabled }), "C-04b"},
		{"cases.G-10 a delegation without a basis", "delegation establish", want(func(d *Delegation) { d.Basis = "" }), "G-10"},
		{"cases.G-07 established twice", "delegation establish", stands(aDelegation()), "G-07"},
		{"cases.G-09 a delegation under another id", "delegation establish", underID("x"), "G-09"},
		{"cases.G-10 ended without a reason", "delegation end", want(func(d *Delegation) { d.Reason = "" }), "G-10"},
	})
}

func TestDU02AnObjectThatIsNotKnownIsSaid(t *testing.T) {
	s := legalAct(t, "dupmark mark")
	if m := result[Dupmark](t, s); m.Comparable || m.Note == "" {
		t.Errorf("%+v", m)
	}
	want(func(m *Dupmark) { m.Cases[0].Object, m.Cases[1].Object = "房屋-1", "房屋-1" })(&s)
	if m := result[Dupmark](t, s); !m.Comparable || m.Note != "" {
		t.Errorf("%+v", m)
	}
}

// TestS16TheThirdMoveIsTheDesksAndK1NeverStops returns a case twice and lets the
// desk decide.
func TestS16TheThirdMoveIsTheDesksAndK1NeverStops(t *testing.T) {
	v := world(t)
	take := func(c *Case, act Act, origin NodeID, hop Hop) *Case {
		wanted := &Case{}
		if hop.Reason != "" {
			wanted.Hops = []Hop{hop}
		}
		s := caseAct(act, origin, acceptor, c, wanted)
		s.view, s.tune = v, nil
		next := result[Case](t, s)
		if next.Due.K1 != day(t, "2026-03-09") || len(caseDeadlines(next)) == 0 || caseDeadlines(next)[0].Clock != K1 {
			t.Fatalf("after %s K1 is %s", act, next.Due.K1)
		}
		return next
	}
	c := caseIn(t, CaseArrived)
	c = take(c, "return_misrouted", decides, Hop{To: receives, Reason: "不属本机构职权"})
	c = take(c, "acknowledge", receives, Hop{})
	c = take(c, "return_misrouted", receives, Hop{Agency: testUSCC(2), Reason: "应由卫健部门办理"})
	c = take(c, "acknowledge", "jilin", Hop{})
	c = take(c, "return_misrouted", "jilin", Hop{To: Hub, Reason: "权责不明"})
	c = take(c, "route_by_desk", Hub, Hop{Agency: testUSCC(1), Reason: "按清单由民政部门办理", First: "hub:desk9"})
	c = take(c, "acknowledge", decides, Hop{})
	if caseHome(c) != decides || c.Handler != decides || len(c.Hops) != 4 || !c.Hops[3].Desk {
		t.Errorf("home %s, handler %s, hops %+v", caseHome(c), c.Handler, c.Hops)
	}
}

// TestC24TheSubstituteTakesTheCaseAsItStands: what was held up goes on there.
func TestC24TheSubstituteTakesTheCaseAsItStands(t *testing.T) {
	made := legalAct(t, "case reassign")
	c := result[Case](t, made)
	if j := made.must(t); j.Home != "jilin" || c.State != CaseArrived || c.Agency != testUSCC(2) || c.Reassigned[0].From != decides {
		t.Errorf("home %s, %s, %+v", j.Home, c.State, c.Reassigned)
	}
	if k := Lookup("case"); !k.MaySeize("reassign") || k.MaySeize("grant") {
		t.Error("the hub seizes more, or less, than C-24 lets it")
	}
}

// TestEveryActAroundACaseHasARightOrIsNobodys is §16 for the kinds beside it.
func TestEveryActAroundACaseHasARightOrIsNobodys(t *testing.T) {
	nobodys := map[KindName][]Act{"card": {"confirm", "fire", "void"}, "remedy": {"open"}, "evaluation": {"give"}, "mark": {"lift", "set"},
		"task": {"cancel", "reopen"}, "dupmark": {"conclude", "mark"}, "objection": {"recount"}}
	for _, kind := range []KindName{"parcel", "card", "remedy", "evaluation", "complaint", "objection", "mark", "basic", "task", "dupmark", "route", "delegation"} {
		for _, act := range Lookup(kind).Acts() {
			verb, person := ActVerb(kind, act)
			if person == slices.Contains(nobodys[kind], act) {
				t.Errorf("%s %s needs %q", kind, act, verb)
			}
		}
	}
	for _, r := range aroundRights {
		for _, act := range r.acts {
			if !Lookup(r.kind).Knows(act) {
				t.Errorf("%s has no act %s", r.kind, act)
			}
		}
	}
}

func TestWhoMayDoWhatAroundACase(t *testing.T) {
	for _, row := range []struct {
		kind KindName
		act  Act
		may  []Role
	}{
		{"case", "accept", []Role{RoleAcceptor}},
		{"case", "lapse", nil},
		{"parcel", "count_in", []Role{RoleClerk, RoleAcceptor}},
		{"card", "answer", []Role{RoleLeader}},
		{"card", "close", []Role{RoleSupervisor}},
		{"card", "fire", nil},
		{"remedy", "verify", []Role{RoleLeader}},
		{"evaluation", "give", nil},
		{"complaint", "file", []Role{RoleClerk, RoleAcceptor}},
		{"complaint", "handle", []Role{RoleLeader}},
		{"objection", "file", []Role{RoleClerk, RoleAcceptor}},
		{"objection", "decide", []Role{RoleReviewer}},
		{"objection", "dept_decide", []Role{RoleEditor}},
		{"task", "answer", []Role{RoleExaminer, RoleLeader}},
		{"delegation", "establish", []Role{RoleDispatcher}},
		{"basic", "retire", []Role{RoleReviewer}},
		{"wish", "grant", nil},
	} {
		verb, _ := ActVerb(row.kind, row.act)
		for _, r := range Roles {
			yes := Authorize(Question{Subject: accountOf(testUSCC(1), r.Role), Place: decides, Verb: verb, Agency: testUSCC(1)}) == nil
			if yes != slices.Contains(row.may, r.Role) {
				t.Errorf("%s %s by %s: %v", row.kind, row.act, r.Role, yes)
			}
		}
	}
}

// TestEveryClockThatRunsHasAName: no list and no card shows a bare id.
func TestEveryClockThatRunsHasAName(t *testing.T) {
	for _, s := range legal(t) {
		made := s.must(t)
		for _, d := range append(made.Due, made.Ended...) {
			if d.Clock.Title() == string(d.Clock) {
				t.Errorf("%s: clock %s has no title", s.name, d.Clock)
			}
		}
	}
}

// TestEveryCaseActHasARightOrIsTheSystemsOwn is §16 for the acts of a case.
func TestEveryCaseActHasARightOrIsTheSystemsOwn(t *testing.T) {
	system := map[Act]bool{"acknowledge": true, "remind": true, "reopen": true, "lapse": true, "deem_accept": true, "absorb": true,
		"owed_lapsed": true, "recount": true}
	for _, act := range Lookup("case").Acts() {
		verb, person := CaseVerb(act)
		if person == system[act] {
			t.Errorf("%s needs %q", act, verb)
		}
		if person && Authorize(Question{Subject: accountOf("", RoleAuditor), Place: decides, Verb: verb}) == nil {
			t.Errorf("an auditor may %s", act)
		}
	}
	if _, ok := CaseVerb("burn"); ok {
		t.Error("an act that does not exist has a right")
	}
}

func TestKcal2ARevisedCalendarMovesOpenClocks(t *testing.T) {
	s := legalAct(t, "case recount")
	before(func(c *Case) { c.Due = CaseDue{K1: Day{2026, 3, 9}, K2: Day{2026, 3, 30}, K3: Day{2026, 4, 14}} })(&s)
	cite(CalendarRef(2026), func(y *CalendarYear) { y.Off = append(y.Off, Day{2026, time.March, 4}) })(&s)
	if c := result[Case](t, s); c.Due.K2 != (Day{2026, 3, 31}) || c.Due.K3 != (Day{2026, 4, 15}) || c.Due.K1 != (Day{2026, 3, 9}) {
		t.Errorf("%+v", c.Due)
	}
}
