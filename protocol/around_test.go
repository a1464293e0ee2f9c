package protocol

import (
	"testing"
	"time"
)

func TestRefusalsOfAnEvaluation(t *testing.T) {
	evaluation := func(f func(*Evaluation)) func(*scene) { return want(f) }
	remedy := func(f func(*Remedy)) func(*scene) { return want(f) }
	agency := Ref{"agency", testUSCC(1)}
	check(t, []row{
		{"cases.E-01a a clerk evaluates", "evaluation give", as("changchun:acceptor1"), "E-01a"},
		{"cases.E-01b the second evaluation of one event", "evaluation give", stands(anEvaluation()), "E-01b"},
		{"cases.E-01 an event that does not exist", "evaluation give", evaluation(func(e *Evaluation) { e.Event = "lunch" }), "E-01"},
		{"cases.E-01 the evaluation of another event", "evaluation give", evaluation(func(e *Evaluation) { e.Event = "receive" }), "E-01"},
		{"cases.E-01 six stars", "evaluation give", evaluation(func(e *Evaluation) { e.Grade = 6 }), "E-01"},
		{"cases.E-01 no star", "evaluation give", evaluation(func(e *Evaluation) { e.Grade = 0 }), "E-01"},
		{"cases.E-01 a channel that does not exist", "evaluation give", evaluation(func(e *Evaluation) { e.Channel = "fax" }), "E-01"},
		{"cases.E-01 the agency is cited", "evaluation give", uncite(agency), "E-01"},
		{"cases.E-01 the agency can be read", "evaluation give", unreadable(agency), "E-01"},
		{"cases.G-09 a novel", "evaluation give", evaluation(func(e *Evaluation) { e.Text = string(make([]byte, 6001)) }), "G-09"},
		{"cases.E-02 the evaluation is cited", "remedy open", uncite(evaluationRef()), "E-02"},
		{"cases.E-02 a good evaluation needs no remedy", "remedy open", cite(evaluationRef(), func(e *Evaluation) { e.Grade = 3 }), "E-02"},
		{"cases.E-02 a remedy is opened once", "remedy open", stands(aRemedy(RemedyOpen)), "E-02"},
		{"cases.E-02 a limit that does not exist", "remedy open", remedy(func(r *Remedy) { r.Limit = Limit{3, "weeks"} }), "E-02"},
		{"cases.E-02 nobody verifies himself", "remedy verify", as("changchun:acceptor1"), "E-02"},
		{"cases.E-02 found true and not fixed", "remedy answer", before(func(r *Remedy) { r.State = RemedyVerified }), "E-02"},
		{"cases.E-02 found untrue and answered", "remedy answer", before(func(r *Remedy) { r.State, r.Founded = RemedyVerified, false }), ""},
		{"cases.G-10 a verification says what it found", "remedy verify", remedy(func(r *Remedy) { r.Finding = "" }), "G-10"},
		{"cases.G-10 a fix says what was fixed", "remedy fix", remedy(func(r *Remedy) { r.Fix = "" }), "G-10"},
		{"cases.G-10 an answer says something", "remedy answer", remedy(func(r *Remedy) { r.Answer = "" }), "G-10"},
		{"cases.G-10 a closing asks the person", "remedy close", remedy(func(r *Remedy) { r.Result = "" }), "G-10"},
	})
}

// TestE02NobodySeesWhoEvaluated before the remedy is closed, and never when the
// person wanted to stay unknown.
func TestE02NobodySeesWhoEvaluated(t *testing.T) {
	e := anEvaluation()
	for _, r := range []*Remedy{nil, aRemedy(RemedyOpen), aRemedy(RemedyAnswered)} {
		if seen := e.ForClerk(r); seen.Name != "" || seen.Contact != "" || seen.FP != "" || seen.Text == "" {
			t.Errorf("%+v", seen)
		}
	}
	if seen := e.ForClerk(aRemedy(RemedyClosed)); seen.Name == "" {
		t.Errorf("%+v", seen)
	}
	s := legalAct(t, "evaluation give")
	s.want.(*Evaluation).Anonymous = true
	if e := result[Evaluation](t, s); e.Name+e.Contact+e.FP != "" {
		t.Errorf("anonymous, and named: %+v", e)
	}
}

func TestRefusalsOfAComplaint(t *testing.T) {
	complaint := func(f func(*Complaint)) func(*scene) { return want(f) }
	agency := Ref{"agency", testUSCC(1)}
	check(t, []row{
		{"cases.Q-01 the same ticket twice is one complaint", "complaint file", stands(aComplaint(ComplaintFiled)), "Q-01"},
		{"cases.Q-01 a ticket under another id", "complaint file", underID("yanbian-1-3"), "Q-01"},
		{"cases.Q-01 the hotline without a number", "complaint file", complaint(func(c *Complaint) { c.External = "" }), "Q-01"},
		{"cases.Q-01 our own with a hotline number", "complaint file", complaint(func(c *Complaint) { c.Source = ComplaintOwn }), "Q-01"},
		{"our own", "complaint file", both(underID("yanbian-1-3"), complaint(func(c *Complaint) { c.Source, c.External = ComplaintOwn, "" })), ""},
		{"cases.Q-01 a source that does not exist", "complaint file", complaint(func(c *Complaint) { c.Source = "wind" }), "Q-01"},
		{"cases.Q-01 the agency is cited", "complaint file", uncite(agency), "Q-01"},
		{"cases.Q-01 the agency is active", "complaint file", citeAgency(func(a *Agency) { a.State = AgencyDisabled }), "Q-01"},
		{"cases.G-09 a complaint says something", "complaint file", complaint(func(c *Complaint) { c.Text = "" }), "G-09"},
		{"cases.G-09 linked to an item", "complaint file", complaint(func(c *Complaint) { c.Links = []Ref{itemRef()} }), "G-09"},
		{"cases.G-09 against half the office", "complaint file", complaint(func(c *Complaint) { c.Against = make([]string, 21) }), "G-09"},
		{"cases.Q-02 a complaint is assigned", "complaint accept", complaint(func(c *Complaint) { c.Assignee = "" }), "Q-02"},
		{"cases.Q-02a assigned to the person named", "complaint accept", complaint(func(c *Complaint) { c.Assignee = "changchun:acceptor1" }), "Q-02a"},
		{"cases.Q-02a assigned by the person named", "complaint accept", as("changchun:acceptor1"), "Q-02a"},
		{"cases.Q-02a refused by the person named", "complaint refuse", as("changchun:acceptor1"), "Q-02a"},
		{"cases.Q-02a handled by the person named", "complaint handle", as("changchun:acceptor1"), "Q-02a"},
		{"cases.Q-02 a refusal has a reason", "complaint refuse", complaint(func(c *Complaint) { c.Reason = "" }), "G-10"},
		{"cases.Q-03 a finding", "complaint verify", complaint(func(c *Complaint) { c.Finding = "" }), "Q-03"},
		{"cases.Q-04 a measure", "complaint handle", complaint(func(c *Complaint) { c.Measure = "" }), "Q-04"},
		{"cases.Q-05 the person is told", "complaint tell", complaint(func(c *Complaint) { c.Told = nil }), "Q-05"},
		{"cases.Q-05 in a way that exists", "complaint tell", complaint(func(c *Complaint) { c.Told.Way = "pigeon" }), "Q-05"},
	})
}

func TestRefusalsOfAnObjection(t *testing.T) {
	objection := func(f func(*Objection)) func(*scene) { return want(f) }
	mark := Ref{"mark", MarkID(anObjection("").Disputed, "/abstract")}
	check(t, []row{
		{"cases.G-11 filed once", "objection file", stands(anObjection(ObjectionFiled)), "G-11"},
		{"cases.O-01 a record", "objection file", objection(func(o *Objection) { o.Disputed = Ref{} }), "O-01"},
		{"cases.O-01 a field of it", "objection file", objection(func(o *Objection) { o.Field = "" }), "O-01"},
		{"cases.O-01 what is wrong", "objection file", objection(func(o *Objection) { o.Text = "" }), "O-01"},
		{"cases.O-01 proof", "objection file", objection(func(o *Objection) { o.Proof = nil }), "O-01"},
		{"cases.V-01d the person", "objection file", objection(func(o *Objection) { o.Person.ID = "110105194912310021" }), "V-01d"},
		{"cases.O-02 marked once", "objection mark", before(func(o *Objection) { o.State = ObjectionMarked }), "O-02"},
		{"cases.O-03 not decided before it is marked", "objection decide", before(func(o *Objection) { o.State = ObjectionFiled }), "O-03"},
		{"cases.O-03 not transferred before it is marked", "objection transfer", before(func(o *Objection) { o.State = ObjectionFiled }), "O-03"},
		{"cases.O-03 the department is cited", "objection transfer", uncite(Ref{"agency", testUSCC(1)}), "O-03"},
		{"cases.O-03 the department is active", "objection transfer", citeAgency(func(a *Agency) { a.State = AgencyDisabled }), "O-03"},
		{"cases.G-10 a decision has a reason", "objection decide", objection(func(o *Objection) { o.Reason = "" }), "G-10"},
		{"cases.G-10 so has the department's", "objection dept_decide", objection(func(o *Objection) { o.Reason = "" }), "G-10"},
		{"cases.O-04 the department asks the source", "objection dept_decide", objection(func(o *Objection) { o.Source = "" }), "O-04"},
		{"cases.O-04 received before it decides", "objection dept_decide", before(func(o *Objection) { o.State = ObjectionTransferred }), "O-04"},
		{"cases.O-05 the person is told", "objection tell", objection(func(o *Objection) { o.Told = nil }), "O-05"},
		{"cases.O-06 the mark is cited", "objection close", uncite(mark), "O-06"},
		{"cases.O-06 the mark still names it", "objection close", cite(mark, func(m *Mark) { m.Open = []string{objectionID} }), "O-06"},
		{"another objection to the same datum goes on", "objection close", cite(mark, func(m *Mark) { m.Open, m.State = []string{"o-2"}, MarkSet }), ""},
		{"cases.O-06 no node has acknowledged", "objection close", objection(func(o *Objection) { o.Acks = nil }), "O-06"},
		{"cases.O-02 a mark on another datum", "mark set", want(func(m *Mark) { m.Field = "/name" }), "O-02"},
		{"cases.O-02 a mark for no objection", "mark set", want(func(m *Mark) { m.Open = nil }), "O-02"},
		{"cases.G-10 a mark is lifted with a word", "mark lift", want(func(m *Mark) { m.Note = "" }), "G-10"},
		{"cases.O-06 lifted for nobody", "mark lift", want(func(m *Mark) { m.Open = []string{objectionID} }), "O-06"},
	})
}

func TestAMarkStaysForTheSecondObjection(t *testing.T) {
	s := legalAct(t, "mark set")
	s.old, s.want = aMark("o-1"), &Mark{On: aMark().On, Field: "/abstract", Open: []string{"o-2"}}
	two := result[Mark](t, s)
	lift := legalAct(t, "mark lift")
	lift.old, lift.want = two, &Mark{Note: "维持", Open: []string{"o-2"}}
	one := result[Mark](t, lift)
	if len(two.Open) != 2 || one.State != MarkSet || len(one.Open) != 1 || one.Open[0] != "o-2" {
		t.Errorf("%+v %+v", two, one)
	}
}

// TestClocksOfArt46And50OverAHoliday counts 1, 2, 2 and 5 working days from the
// Wednesday before National Day 2026: off are 10-01 to 10-07, and Saturday 10-10
// is worked.
func TestClocksOfArt46And50OverAHoliday(t *testing.T) {
	at := func(s scene, day, hour int) scene {
		s.at = At(time.Date(2026, 9, day, hour, 0, 0, 0, Beijing))
		return s
	}
	filed := result[Objection](t, at(legalAct(t, "objection file"), 29, 17))
	if want := (ObjectDues{K6a: Day{2026, 9, 30}, K6b: Day{2026, 10, 8}, K6c: Day{2026, 10, 8}}); filed.Due != want {
		t.Errorf("filed on 09-29: %+v", filed.Due)
	}
	if passed := result[Objection](t, at(legalAct(t, "objection transfer"), 30, 9)); passed.Due.K6d != (Day{2026, 10, 13}) {
		t.Errorf("passed on 09-30: %+v", passed.Due)
	}
	if received := result[Objection](t, at(legalAct(t, "objection dept_receive"), 30, 9)); received.Due.K6d != (Day{2026, 10, 13}) {
		t.Errorf("received on 09-30: %+v", received.Due)
	}
	if decided := result[Objection](t, at(legalAct(t, "objection decide"), 30, 9)); decided.Due.K6t != (Day{2026, 10, 8}) {
		t.Errorf("decided on 09-30: %+v", decided.Due)
	}
	if c := result[Complaint](t, at(legalAct(t, "complaint accept"), 30, 9)); c.Due != (Day{2026, 10, 13}) {
		t.Errorf("accepted on 09-30: %s", c.Due)
	}
}

// TestS24TheSameTicketAndEvaluationTwice is scenario 24 of cases.md §19.
func TestS24TheSameTicketAndEvaluationTwice(t *testing.T) {
	if HotlineID("20260302000001") == HotlineID("20260302000002") || EvaluationID(caseRef(), "deliver") != evaluationRef().ID {
		t.Fatal("ids do not follow the ticket and the event")
	}
	for name, rule := range map[string]string{"complaint file": "Q-01", "evaluation give": "E-01b", "remedy open": "E-02"} {
		s := legalAct(t, name)
		switch s.ref.Kind {
		case "complaint":
			s.old = result[Complaint](t, s)
		case "evaluation":
			s.old = result[Evaluation](t, s)
		default:
			s.old = result[Remedy](t, s)
		}
		if _, no := s.complete(t); ruleOf(no) != rule {
			t.Errorf("%s a second time: %v", name, no)
		}
	}
}
