package protocol

import "testing"

const caseID = "yanbian-1-1"

func caseRef() Ref { return Ref{"case", caseID} }

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
	switch act {
	case "receive":
		return caseAct(act, receives, clerk, old, anIntake())
	case "hand_over":
		return caseAct(act, receives, clerk, old, &Case{})
	case "refuse", "deny":
		return caseAct(act, decides, decider, old, &Case{Decision: &Decision{Reason: "收入高于标准", Basis: "《社会救助暂行办法》第九条", Remedy: "六十日内可申请行政复议"}})
	case "grant":
		return caseAct(act, decides, decider, old, &Case{Decision: &Decision{Text: "予以认定"}})
	case "deliver":
		return caseAct(act, decides, decider, old, &Case{Delivery: &Delivery{Way: "counter", Recipient: "申请人甲001"}})
	case "withdraw":
		return caseAct(act, decides, "changchun:clerk1", old, &Case{WithdrawnBy: &Ending{Reason: "申请人要求撤回"}})
	}
	return caseAct(act, decides, "changchun:acceptor1", old, &Case{})
}

// wayTo lists the acts that bring a case into each state.
var wayTo = map[CaseState][]Act{
	CaseReceived:    {"receive"},
	CaseHandingOver: {"receive", "hand_over"},
	CaseArrived:     {"receive", "hand_over", "acknowledge"},
	CaseAccepted:    {"receive", "hand_over", "acknowledge", "accept"},
	CaseGranted:     {"receive", "hand_over", "acknowledge", "accept", "grant"},
	CaseDenied:      {"receive", "hand_over", "acknowledge", "accept", "deny"},
	CaseDelivered:   {"receive", "hand_over", "acknowledge", "accept", "grant", "deliver"},
	CaseRefused:     {"receive", "hand_over", "acknowledge", "refuse"},
	CaseWithdrawn:   {"receive", "hand_over", "acknowledge", "withdraw"},
}

// caseIn plays a case into state; the empty state is no case yet.
func caseIn(t testing.TB, state CaseState) (c *Case) {
	t.Helper()
	v := cited{}
	v.put(t, Ref{"agency", testUSCC(1)}, anAgency())
	v.put(t, itemRef(), anItem())
	v.put(t, Ref{"guide", itemRef().ID}, aGuide())
	v.put(t, CalendarRef(2026), &PublishedYears()[8])
	for _, act := range wayTo[state] {
		s := caseStep(act, c)
		s.view = v
		c = result[Case](t, s)
	}
	if c != nil && c.State != state {
		t.Fatalf("played into %s, want %s", c.State, state)
	}
	return c
}

func caseScenes(t testing.TB) []scene {
	t.Helper()
	own := caseStep("receive", nil)
	own.name, own.origin, own.by = "case receive at the deciding place", decides, "changchun:clerk1"
	local := caseStep("accept", caseIn(t, CaseReceived))
	local.name = "case accept without a hand-over"
	return []scene{
		caseStep("receive", nil), own,
		caseStep("hand_over", caseIn(t, CaseReceived)),
		caseStep("acknowledge", caseIn(t, CaseHandingOver)),
		caseStep("accept", caseIn(t, CaseArrived)), local,
		caseStep("refuse", caseIn(t, CaseArrived)),
		caseStep("grant", caseIn(t, CaseAccepted)),
		caseStep("deny", caseIn(t, CaseAccepted)),
		caseStep("deliver", caseIn(t, CaseGranted)),
		caseStep("withdraw", caseIn(t, CaseAccepted)),
	}
}
