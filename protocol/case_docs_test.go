package protocol

import "testing"

func paper(f func(*Doc)) func(*scene) {
	return func(s *scene) {
		w := *s.withPaper().(*Case)
		f(&w.Docs[0])
		s.want = &w
	}
}

func TestRefusalsOfADocument(t *testing.T) {
	none := func(d *Doc) { *d = Doc{} }
	rows := []row{
		{"cases.D-03 a serial that is none", "case accept", paper(func(d *Doc) { d.Serial = "1" }), "D-03"},
		{"cases.D-03 another document", "case accept", paper(func(d *Doc) { d.Serial = "222400-D04-2026-07-000002" }), "D-03"},
		{"cases.D-03 another year", "case accept", paper(func(d *Doc) { d.Serial = "222400-D03-2025-07-000002" }), "D-03"},
		{"cases.D-03 a document that says nothing", "case accept", paper(func(d *Doc) { d.Digest = Hash{} }), "D-03"},
		{"cases.D-03 no version of a template", "case accept", paper(func(d *Doc) { d.Version = 0 }), "D-03"},
		{"cases.D-03 nobody issues it", "case accept", paper(func(d *Doc) { d.Agency = "" }), "D-03"},
		{"cases.D-03 nowhere", "case accept", paper(func(d *Doc) { d.Place = "" }), "D-03"},
		{"cases.D-01 a receipt without its code", "case receive", paper(func(d *Doc) { d.Code = "" }), "D-01"},
		{"cases.D-01 the code of another receipt", "case receive", func(s *scene) {
			s.want.(*Case).ReceiptNo = "220000000002X"
			other := s.withPaper().(*Case).Docs
			s.want.(*Case).ReceiptNo = anIntake().ReceiptNo
			s.want.(*Case).Docs = other
		}, "D-01"},
		{"cases.D-11 a serial that the case has had", "case deliver", func(s *scene) {
			w := s.withPaper().(*Case)
			old := *s.old.(*Case)
			old.Docs = append([]Doc{{Serial: w.Docs[0].Serial}}, old.Docs...)
			s.old, s.want = &old, w
		}, "D-11"},
	}
	for _, x := range []struct{ scene, rule string }{{"case receive", "D-01"}, {"case accept", "D-03"}, {"case refuse", "D-04"}, {"case notice", "D-05"},
		{"case special_start", "D-07"}, {"case extend", "D-08"}, {"case grant", "D-09"}, {"case deny", "D-10"}, {"case deliver", "D-11"}, {"case lapse", "D-12"},
		{"case reopen", "D-12"}, {"case withdraw", "D-13"}, {"case merge", "D-15"}, {"case revoke", "D-16"}, {"case terminate", "D-18"}} {
		rows = append(rows, row{"cases." + x.rule + " no act goes without its paper", x.scene, paper(none), x.rule})
	}
	check(t, rows)
}

// TestD06AnAcceptanceWithOwedLinesIsAnotherDocument: cases.D-06 names K8 beside
// the other two clocks.
func TestD06AnAcceptanceWithOwedLinesIsAnotherDocument(t *testing.T) {
	c := *caseIn(t, CaseArrived)
	c.Materials = append([]Material(nil), c.Materials...)
	c.Materials[2].Presence = PresenceOwed
	s := caseStep("accept", &c)
	s.want = &Case{Commitment: &Commitment{Signed: "paper", Credit: "clear"}}
	s.view = world(t)
	got := result[Case](t, s)
	doc := got.Docs[len(got.Docs)-1]
	if serial, err := ParseSerial(doc.Serial); err != nil || serial.Template != 6 || len(doc.Due) != 3 || doc.Due[2].Clock != K8 || doc.Due[2].Day != got.Due.K8 {
		t.Errorf("%+v %v", doc, err)
	}
}

// TestD17ALaterDayIsToldToTheApplicant: cases.D-17, and K-cal-3.
func TestD17ALaterDayIsToldToTheApplicant(t *testing.T) {
	c := *caseIn(t, CaseAccepted)
	right := c.Due.K3
	c.Due.K3 = right.Add(-3)
	s := caseStep("recount", &c)
	s.view = world(t)
	got := result[Case](t, s)
	doc := got.Docs[len(got.Docs)-1]
	if len(doc.Due) != 1 || doc.Due[0].Was != right.Add(-3) || doc.Due[0].Day != right || len(doc.Due[0].Calendars) == 0 {
		t.Errorf("%+v", doc)
	}
	s.want = &Case{Docs: []Doc{{}}}
	if _, no := s.complete(t); ruleOf(no) != "D-17" {
		t.Errorf("a later day without the paper: %v", no)
	}
	c.Due.K3 = right.Add(3) // earlier now: the applicant need not be told
	s = caseStep("recount", &c)
	s.view = world(t)
	if got := result[Case](t, s); len(got.Docs) != len(c.Docs) {
		t.Errorf("%+v", got.Docs)
	}
}

// TestCases9ADocumentNamesItsDatesAndCalendars is cases.D-03 with cases.K-cal-1.
func TestCases9ADocumentNamesItsDatesAndCalendars(t *testing.T) {
	got := result[Case](t, legalAct(t, "case accept"))
	doc := got.Docs[len(got.Docs)-1]
	if doc.Due[0].Clock != K2 || doc.Due[0].Day != got.Due.K2 || doc.Due[1].Clock != K3 || doc.Due[1].Calendars[0] != (CalendarUse{2026, 1}) {
		t.Errorf("%+v", doc.Due)
	}
}
