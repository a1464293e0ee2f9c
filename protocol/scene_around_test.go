package protocol

import (
	"encoding/json"
	"testing"
)

func parcelRef() Ref     { return Ref{"parcel", "yanbian-1-2"} }
func evaluationRef() Ref { return Ref{"evaluation", EvaluationID(caseRef(), "deliver")} }
func redRef() Ref        { return Ref{"card", CardID(caseRef(), K1, 1, Red)} }

const supervisor = "hub:supervisor1"

func aParcel() *Parcel {
	return &Parcel{Case: caseID, List: []Original{{"m1", "申请书", 1, "XY0001", ""}}, Opened: Signing{Name: "申请人甲001", Sign: "blob-2"}}
}

// parcelWant is the usual wish of each act.
func parcelWant(act Act) *Parcel {
	switch act {
	case "open":
		return aParcel()
	case "seal":
		return &Parcel{Seal: "yanbian-000001"}
	case "dispatch":
		return &Parcel{To: decides, Legs: []Leg{{Tracking: "EMS000000001"}}}
	case "scan":
		return &Parcel{Legs: []Leg{{Scans: []Scan{{Text: "已到长春"}}}}}
	case "count_in":
		return &Parcel{Legs: []Leg{{Counted: []int{1}}}}
	case "use":
		return &Parcel{Use: &Signing{Name: "审查岗", Sign: "blob-3"}}
	case "return":
		return &Parcel{Returned: &Return{Way: "counter", Name: "申请人甲001", Sign: "blob-4"}}
	case "dispute":
		return &Parcel{Dispute: &Dispute{Text: "封签破损"}}
	}
	return &Parcel{Dispute: &Dispute{Outcome: "双方确认无误", Other: "yanbian:clerk2"}}
}

// parcelStep takes an act where its home is.
func parcelStep(act Act, old *Parcel) scene {
	s := scene{name: "parcel " + string(act), ref: parcelRef(), act: act, origin: receives, by: clerk, want: parcelWant(act)}
	if old != nil {
		s.old = old
		if s.origin = Lookup("parcel").home(old); s.origin == decides {
			s.by = "changchun:acceptor1"
		}
	}
	return s
}

// parcelIn plays a parcel through acts.
func playParcel(t testing.TB, v cited, acts ...Act) (p *Parcel) {
	t.Helper()
	for _, act := range acts {
		s := parcelStep(act, p)
		s.view = v
		p = result[Parcel](t, s)
	}
	return p
}

func parcelScenes(t testing.TB, v cited) []scene {
	t.Helper()
	atWindow := playParcel(t, v, "open")
	received := playParcel(t, v, "open", "seal", "dispatch", "count_in")
	short := parcelStep("count_in", playParcel(t, v, "open", "seal", "dispatch"))
	short.name, short.want = "parcel count_in of other numbers", &Parcel{Legs: []Leg{{Counted: []int{0}}}}
	short.view = v
	between := parcelStep("settle", result[Parcel](t, short))
	between.name, between.answers = "parcel settle between two places", Ref{"request", "settle-1"}
	return []scene{
		parcelStep("open", nil), parcelStep("seal", atWindow), parcelStep("dispatch", playParcel(t, v, "open", "seal")),
		parcelStep("scan", playParcel(t, v, "open", "seal", "dispatch")), parcelStep("count_in", playParcel(t, v, "open", "seal", "dispatch")), short,
		parcelStep("use", received), parcelStep("return", received), parcelStep("dispute", atWindow),
		parcelStep("settle", playParcel(t, v, "open", "dispute")), between,
	}
}

// lapsedCase is a case whose K1 ended on the Friday before the scene.
func lapsedCase(t testing.TB) *Case {
	c := caseIn(t, CaseArrived)
	c.Due.K1 = Day{2026, 2, 27}
	return c
}

func aCard() *Card {
	return &Card{On: caseRef(), Clock: K1, Occurrence: 1, Colour: Red, Due: Day{2026, 2, 27}.End(), Title: "最低生活保障对象认定", Agency: testUSCC(1), Place: receives,
		Held: Custody{First: receives, Moves: []Move{{From: receives, To: decides, Sent: sceneAt - 9e8, AtHub: sceneAt - 8e8, Acked: sceneAt - 7e8}}}}
}

func cardIs(state string) *Card {
	c := aCard()
	c.State, c.Owner, c.Fired = state, decides, sceneAt
	if state == CardAnswered {
		c.Cause, c.Measure, c.By, c.Answered = "系统中断", "已补发告知", "changchun:acceptor1", sceneAt
	}
	return c
}

func cardStep(act Act) scene {
	s := scene{name: "card " + string(act), ref: redRef(), act: act, origin: Hub, by: "hub", want: &Card{Reason: "已核实"}}
	switch act {
	case "fire":
		s.want = aCard()
	case "confirm":
		s.old, s.want = cardIs(CardProvisional), &Card{Through: Day{2026, 3, 1}.End()}
	case "void":
		s.old, s.want = cardIs(CardProvisional), &Card{Reason: "告知书在期限内作出"}
	case "answer":
		s.old, s.origin, s.by, s.want = cardIs(CardOpen), decides, "changchun:acceptor1", &Card{Cause: "系统中断", Measure: "已补发告知"}
	case "close", "reject":
		s.old, s.by = cardIs(CardAnswered), supervisor
	}
	return s
}

func anEvaluation() *Evaluation {
	return &Evaluation{On: caseRef(), Event: "deliver", Grade: 2, Channel: "qr", Text: "等候时间过长", Agency: testUSCC(1), Handler: decides, Window: "延边1号窗口",
		Clerk: "changchun:acceptor1", Name: "申请人甲001", Contact: "000-00000001", FP: Hash{1}.String(), Node: receives, At: sceneAt}
}

func aRemedy(state string) *Remedy {
	r := &Remedy{Evaluation: evaluationRef().ID, Agency: testUSCC(1), Node: decides, Grade: 2, Clerk: "changchun:acceptor1", Limit: DefaultRemedy, Due: Day{2026, 3, 23},
		State: state, Opened: sceneAt}
	if state != RemedyOpen {
		r.Founded, r.Finding = true, "当日叫号机故障"
	}
	return r
}

func aComplaint(state string) *Complaint {
	c := &Complaint{Source: Hotline, External: "20260302000001", Text: "窗口无人", Against: []string{"changchun:acceptor1"}, Agency: testUSCC(1), Node: decides,
		From: receives, Links: []Ref{caseRef(), redRef()}, Filed: sceneAt, State: state}
	if state != ComplaintFiled {
		c.Assignee, c.Accepted, c.Due = "changchun:leader1", sceneAt, Day{2026, 3, 9}
	}
	return c
}

// staleObjection was filed before a holiday that it does not know of.
func staleObjection() *Objection {
	o := anObjection(ObjectionMarked)
	o.Due.K6b, o.Due.K6c = Day{2026, 3, 3}, Day{2026, 3, 3}
	return o
}

func anObjection(state string) *Objection {
	o := &Objection{Disputed: Ref{"catalog.listing", entryID}, Field: "/abstract", Text: "本人信息有误", Proof: []string{"blob-5"}, Person: anApplicant(), From: receives,
		Filed: sceneAt, State: state, Due: ObjectDues{K6a: Day{2026, 3, 3}, K6b: Day{2026, 3, 4}, K6c: Day{2026, 3, 4}}}
	if state == ObjectionTransferred || state == ObjectionChecking {
		o.Agency, o.Node = testUSCC(1), decides
	}
	return o
}

func aMark(open ...string) *Mark {
	m := &Mark{On: anObjection("").Disputed, Field: "/abstract", Open: open, State: MarkSet, Since: sceneAt}
	if len(open) == 0 {
		m.Open, m.State, m.Lifted, m.Note = []string{}, MarkLifted, sceneAt, "已更正"
	}
	return m
}

const objectionID = "yanbian-1-9"

func serviceAct(kind KindName, id string, act Act, origin NodeID, by string, old, want any) scene {
	return scene{name: string(kind) + " " + string(act), ref: Ref{kind, id}, act: act, origin: origin, by: by, old: old, want: want}
}

// aroundScenes are the kinds around a case (cases.md §8, §12, §15).
func aroundScenes(t testing.TB, v cited) []scene {
	t.Helper()
	list := parcelScenes(t, v)
	for _, act := range []Act{"fire", "confirm", "void", "answer", "close", "reject"} {
		list = append(list, cardStep(act))
	}
	list[len(list)-4].clocks = func(c *Case) { c.Due.K1 = Day{2026, 3, 6}; c.State = CaseAccepted } // void: the notice came in time
	remedy, ticket := evaluationRef().ID, HotlineID("20260302000001")
	const fixer, leader, dept = "changchun:leader1", "changchun:leader1", "changchun:steward"
	mark := MarkID(anObjection("").Disputed, "/abstract")
	return append(list,
		serviceAct("evaluation", evaluationRef().ID, "give", receives, "portal", nil, anEvaluation()),
		serviceAct("remedy", remedy, "open", decides, "system", nil, &Remedy{}),
		serviceAct("remedy", remedy, "verify", decides, fixer, aRemedy(RemedyOpen), &Remedy{Founded: true, Finding: "当日叫号机故障"}),
		serviceAct("remedy", remedy, "fix", decides, fixer, aRemedy(RemedyVerified), &Remedy{Fix: "增设备用叫号机"}),
		serviceAct("remedy", remedy, "answer", decides, fixer, aRemedy(RemedyFixed), &Remedy{Answer: "已致歉并整改"}),
		serviceAct("remedy", remedy, "close", decides, fixer, aRemedy(RemedyAnswered), &Remedy{Result: "满意"}),

		serviceAct("complaint", ticket, "file", receives, "hotline", nil, aComplaint(ComplaintFiled)),
		serviceAct("complaint", ticket, "accept", decides, leader, aComplaint(ComplaintFiled), &Complaint{Assignee: "changchun:leader1"}),
		serviceAct("complaint", ticket, "refuse", decides, leader, aComplaint(ComplaintFiled), &Complaint{Reason: "不属于本机构职责,请向市监部门反映"}),
		serviceAct("complaint", ticket, "verify", decides, leader, aComplaint(ComplaintAccepted), &Complaint{Founded: true, Finding: "属实"}),
		serviceAct("complaint", ticket, "handle", decides, leader, aComplaint(ComplaintVerified), &Complaint{Measure: "批评教育,增派人员"}),
		serviceAct("complaint", ticket, "tell", decides, leader, aComplaint(ComplaintHandled), &Complaint{Told: &Telling{Way: "hotline", Text: "已处理"}}),

		serviceAct("objection", objectionID, "file", receives, clerk, nil, anObjection(ObjectionFiled)),
		serviceAct("objection", objectionID, "mark", Hub, "hub:steward", anObjection(ObjectionFiled), &Objection{}),
		serviceAct("objection", objectionID, "decide", Hub, "hub:steward", anObjection(ObjectionMarked), &Objection{Corrected: true, Reason: "登记有误"}),
		serviceAct("objection", objectionID, "transfer", Hub, "hub:steward", anObjection(ObjectionMarked), &Objection{Agency: testUSCC(1)}),
		serviceAct("objection", objectionID, "dept_receive", decides, dept, anObjection(ObjectionTransferred), &Objection{}),
		serviceAct("objection", objectionID, "dept_decide", decides, dept, anObjection(ObjectionChecking), &Objection{Source: "经向某区民政局核实", Reason: "数据属实"}),
		serviceAct("objection", objectionID, "tell", Hub, "hub:steward", anObjection(ObjectionDecided), &Objection{Told: &Telling{Way: "sms", Text: "已更正"}}),
		serviceAct("objection", objectionID, "close", Hub, "hub:steward", anObjection(ObjectionTold), &Objection{Acks: []NodeID{"yanbian", "changchun"}}),

		serviceAct("objection", objectionID, "recount", Hub, "hub", staleObjection(), &Objection{}),
		serviceAct("mark", mark, "set", Hub, "hub:steward", nil, aMark(objectionID)),
		serviceAct("mark", mark, "lift", Hub, "hub:steward", aMark(objectionID), &Mark{Note: "已更正"}),
	)
}

// aroundWorld is what those scenes cite beside the rest of the world.
func aroundWorld(t testing.TB, v cited) {
	t.Helper()
	request := &Request{Want: WantParcelSettle, On: parcelRef(), From: receives, Title: "同意", Key: "k", Filed: sceneAt, State: RequestFiled,
		Data: json.RawMessage(mustJSON(t, ParcelAgreement{"双方确认无误"}))}
	v.put(t, Ref{"request", "settle-1"}, request)
	v.put(t, evaluationRef(), anEvaluation())
	v.put(t, Ref{"mark", MarkID(anObjection("").Disputed, "/abstract")}, aMark())
}
