package protocol

import (
	"slices"
	"testing"
	"time"
)

// lawfulWays is cases.md §5 written down again: which states each act starts from
// and where it leads. "" is no case yet, stays the state it started from.
var lawfulWays = map[Act]struct {
	from []CaseState
	to   CaseState
}{
	"receive":          {[]CaseState{""}, CaseReceived},
	"resurrect":        {[]CaseState{""}, CaseReceived},
	"refuse":           {[]CaseState{CaseReceived, CaseArrived}, CaseRefused},
	"hand_over":        {[]CaseState{CaseReceived, CaseAccepted}, CaseHandingOver},
	"acknowledge":      {[]CaseState{CaseHandingOver}, CaseArrived},
	"return_misrouted": {[]CaseState{CaseArrived}, CaseHandingOver},
	"route_by_desk":    {[]CaseState{CaseHandingOver, CaseArrived}, CaseHandingOver},
	"notice":           {[]CaseState{CaseReceived, CaseArrived}, CaseCorrection},
	"remind":           {[]CaseState{CaseCorrection}, stays},
	"supplement":       {[]CaseState{CaseCorrection}, CaseArrived},
	"reopen":           {[]CaseState{CaseLapsed}, CaseArrived},
	"lapse":            {[]CaseState{CaseCorrection}, CaseLapsed},
	"accept":           {[]CaseState{CaseReceived, CaseArrived}, CaseAccepted},
	"deem_accept":      {[]CaseState{CaseReceived, CaseHandingOver, CaseArrived}, CaseAccepted},
	"assign":           {[]CaseState{CaseAccepted, CaseReview}, CaseReview},
	"opine":            {[]CaseState{CaseAccepted, CaseReview}, CaseReview},
	"special_start":    {[]CaseState{CaseReview}, CaseSpecial},
	"special_end":      {[]CaseState{CaseSpecial}, CaseReview},
	"extend":           {[]CaseState{CaseAccepted, CaseReview, CaseJoint}, stays},
	"joint_open":       {[]CaseState{CaseReview}, CaseJoint},
	"joint_close":      {[]CaseState{CaseJoint}, CaseReview},
	"grant":            {[]CaseState{CaseAccepted, CaseReview}, CaseGranted},
	"deny":             {[]CaseState{CaseAccepted, CaseReview}, CaseDenied},
	"deliver":          {[]CaseState{CaseGranted, CaseDenied}, CaseDelivered},
	"withdraw":         {beforeDecision, CaseWithdrawn},
	"merge":            {beforeDecision, CaseVoid},
	"absorb":           {beforeDecision, stays},
	"archive":          {ends, CaseArchived},
	"reassign":         {append([]CaseState{CaseHandingOver, CaseGranted, CaseDenied}, beforeDecision...), stays},
	"amend":            {[]CaseState{CaseReceived, CaseArrived}, stays},
	"fetched":          {append([]CaseState{CaseReceived, CaseArrived}, fromAcceptance...), stays},
	"fee_due":          {fromAcceptance, stays},
	"fee_paid":         {fromAcceptance, stays},
	"owed_received":    {fromAcceptance, stays},
	"owed_lapsed":      {fromAcceptance, stays},
	"terminate":        {beforeDecision, CaseTerminated},
	"revoke":           {[]CaseState{CaseGranted, CaseDenied, CaseDelivered}, CaseReview},
	"recount":          {[]CaseState{CaseReceived, CaseHandingOver, CaseArrived, CaseCorrection, CaseAccepted, CaseReview, CaseJoint, CaseGranted, CaseDenied}, stays},
}

const stays CaseState = "stays"

var (
	fromAcceptance = []CaseState{CaseAccepted, CaseReview, CaseSpecial, CaseJoint}
	beforeDecision = append([]CaseState{CaseReceived, CaseArrived, CaseCorrection}, fromAcceptance...)
	ends           = []CaseState{CaseRefused, CaseLapsed, CaseWithdrawn, CaseTerminated, CaseVoid, CaseDelivered}
)

// TestG07EveryPairOfStateAndActIsInTheTableOrRefused makes the full product. What
// the table does not list is G-07, or G-03 while a hand-over is under way.
func TestG07EveryPairOfStateAndActIsInTheTableOrRefused(t *testing.T) {
	if acts := Lookup("case").Acts(); len(acts) != len(lawfulWays) {
		t.Fatalf("acts %v", acts)
	}
	states := []CaseState{""}
	for _, s := range CaseStates {
		states = append(states, s.State)
	}
	for _, from := range states {
		for _, act := range Lookup("case").Acts() {
			t.Run(string(from)+" "+string(act), func(t *testing.T) { meet(t, from, act) })
		}
	}
}

func meet(t *testing.T, from CaseState, act Act) {
	old := ready(t, act, caseIn(t, from))
	was := mustJSON(t, old)
	s := caseStep(act, old)
	s.view = world(t)
	made, no := s.complete(t)
	if mustJSON(t, old) != was {
		t.Error("the stored case was changed")
	}
	wanted := refusalOf(from, act)
	if ruleOf(no) != wanted {
		t.Fatalf("refusal %v, want %q", no, wanted)
	}
	if no != nil {
		return
	}
	to := lawfulWays[act].to
	if to == stays {
		to = from
	}
	c, err := decodeBody[Case](made.Body)
	if err != nil || c.State != to {
		t.Errorf("leads to %s, want %s; %v", c.State, to, err)
	}
}

// refusalOf reads the rule of a pair off the table, and the few pairs that have a
// rule of their own.
func refusalOf(from CaseState, act Act) string {
	switch {
	case slices.Contains(lawfulWays[act].from, from):
		return ""
	case act == "withdraw" && slices.Contains([]CaseState{CaseGranted, CaseDenied}, from):
		return "C-21b"
	case act == "reassign" && slices.Contains(ends, from):
		return "C-24d"
	case act == "recount" && from == CaseSpecial: // the clocks stand still and have no day
		return "K-cal-2"
	case from == CaseHandingOver && act != "receive" && act != "resurrect":
		return "G-03"
	}
	return "G-07"
}

func citeCaseAgency(f func(*Agency)) func(*scene) { return cite(Ref{"agency", testUSCC(1)}, f) }

func presence(line int, p string) func(*scene) {
	return before(func(c *Case) { c.Materials[line].Presence = p })
}

func TestRefusalsOfAHandOverAndAnAcceptance(t *testing.T) {
	check(t, []row{
		{"cases.C-04a the target agency is cited", "case hand_over", uncite(Ref{"agency", testUSCC(1)}), "C-04a"},
		{"cases.C-04b the target agency is active", "case hand_over", citeCaseAgency(func(a *Agency) { a.State = AgencyDisabled }), "C-04b"},
		{"cases.C-04b the target agency can be read", "case hand_over", unreadable(Ref{"agency", testUSCC(1)}), "C-04b"},
		{"cases.C-04d the deciding place keeps its own case", "case hand_over", before(func(c *Case) { c.Handler = receives }), "C-04d"},
		{"cases.G-06 another place does not accept", "case accept", from("jilin"), "G-06"},
		{"cases.C-10a a missing line", "case accept", presence(0, "missing"), "C-10a"},
		{"cases.G-09 the item version is cited", "case accept", uncite(itemRef()), "G-09"},
		{"cases.G-09 the item version can be read", "case accept", unreadable(itemRef()), "G-09"},
	})
}

func TestHandOverFollowsAnAgencyThatMoved(t *testing.T) {
	s := legalAct(t, "case hand_over")
	citeCaseAgency(func(a *Agency) { a.Node = "jilin" })(&s)
	made := s.must(t)
	if made.Home != "jilin" || !made.After.Has("jilin") || !made.After.Has(receives) {
		t.Errorf("home %s, audience %+v", made.Home, made.After)
	}
}

func decision(f func(*Decision)) func(*scene) { return want(func(c *Case) { f(c.Decision) }) }

func TestRefusalsOfADecision(t *testing.T) {
	check(t, []row{
		{"cases.C-03a a refusal has a reason", "case refuse", decision(func(d *Decision) { d.Reason = "" }), "C-03a"},
		{"cases.C-03b a refusal has a basis", "case refuse", decision(func(d *Decision) { d.Basis = "" }), "C-03b"},
		{"cases.C-03c a refusal names the remedy", "case refuse", decision(func(d *Decision) { d.Remedy = "" }), "C-03c"},
		{"cases.C-03a a refusal without a word", "case refuse", want(func(c *Case) { c.Decision = nil }), "C-03a"},
		{"cases.G-06 another place does not refuse", "case refuse", from("jilin"), "G-06"},
		{"cases.C-19a a denial has a reason", "case deny", decision(func(d *Decision) { d.Reason = "" }), "C-19a"},
		{"cases.C-19b a denial has a basis", "case deny", decision(func(d *Decision) { d.Basis = "" }), "C-19b"},
		{"cases.C-19c a denial names the remedy", "case deny", decision(func(d *Decision) { d.Remedy = "" }), "C-19c"},
		{"cases.G-06 another place does not deny", "case deny", from("jilin"), "G-06"},
		{"cases.G-08 who received does not deny", "case deny", as(clerk), "G-08"},
		{"cases.C-18a an owed line is still open", "case grant", presence(2, "owed"), "C-18a"},
		{"cases.G-08 who received does not grant", "case grant", as(clerk), "G-08"},
		{"cases.G-06 another place does not grant", "case grant", from("jilin"), "G-06"},
		{"a grant needs no words", "case grant", want(func(c *Case) { c.Decision = nil }), ""},
		{"who received may refuse to accept", "case refuse", as(clerk), ""},
	})
}

func delivery(f func(*Delivery)) func(*scene) { return want(func(c *Case) { f(c.Delivery) }) }

func TestRefusalsOfADeliveryAndAWithdrawal(t *testing.T) {
	check(t, []row{
		{"cases.C-20a nobody received it", "case deliver", delivery(func(d *Delivery) { d.Recipient = "" }), "C-20a"},
		{"cases.C-20a nothing is said of the delivery", "case deliver", want(func(c *Case) { c.Delivery = nil }), "C-20a"},
		{"cases.C-20b a way that does not exist", "case deliver", delivery(func(d *Delivery) { d.Way = "pigeon" }), "C-20b"},
		{"cases.C-20b a courier without a number", "case deliver", delivery(func(d *Delivery) { d.Way = "courier" }), "C-20b"},
		{"a courier with a number", "case deliver", delivery(func(d *Delivery) { d.Way, d.Tracking = "courier", "SF0001" }), ""},
		{"a licence read online", "case deliver", delivery(func(d *Delivery) { d.Way = "elicence" }), ""},
		{"cases.R-03 a report says where", "case deliver", delivery(func(d *Delivery) { d.By, d.At = clerk, sceneAt }), "G-09"},
		{"cases.R-03 a report says when", "case deliver", delivery(func(d *Delivery) { d.By, d.Place = clerk, receives }), "G-09"},
		{"cases.R-03 a full report", "case deliver", delivery(func(d *Delivery) { d.By, d.Place, d.At = clerk, receives, sceneAt-1 }), ""},
		{"cases.C-21a a withdrawal has a reason", "case withdraw", want(func(c *Case) { c.WithdrawnBy.Reason = "" }), "C-21a"},
		{"cases.C-21a nothing is said of the withdrawal", "case withdraw", want(func(c *Case) { c.WithdrawnBy = nil }), "C-21a"},
	})
}

func TestADeliveryKeepsTheWindowThatReportedIt(t *testing.T) {
	s := legalAct(t, "case deliver")
	s.want.(*Case).Delivery = &Delivery{Way: "counter", Recipient: "申请人甲001", By: clerk, Place: receives, At: sceneAt - 1}
	d := result[Case](t, s).Delivery
	if d.By != clerk || d.Place != receives || d.At != sceneAt-1 {
		t.Errorf("%+v", d)
	}
}

func TestTheHomeOfACaseMovesWithTheHandOver(t *testing.T) {
	for name, home := range map[string]NodeID{"case receive": receives, "case hand_over": decides, "case acknowledge": decides,
		"case accept": decides, "case receive at the deciding place": decides, "case deliver": decides} {
		s := legalAct(t, name)
		made := s.must(t)
		if made.Home != home {
			t.Errorf("%s: home %s, want %s", name, made.Home, home)
		}
		if !made.After.Has(decides) || s.origin == receives && !made.After.Has(receives) || made.After.Has("jilin") {
			t.Errorf("%s: audience %+v", name, made.After)
		}
	}
}

func TestClocksOfACase(t *testing.T) {
	due := func(id ClockID, s string) Deadline { return Deadline{id, day(t, s).End()} }
	k1, k2, k3 := due(K1, "2026-03-09"), due(K2, "2026-03-30"), due(K3, "2026-04-14")
	push, check, handle := []Deadline{k1, due(K5p, "2026-03-03")}, []Deadline{k1, due(K5r, "2026-03-03")}, []Deadline{k2, k3}
	joint := []Deadline{k2, due(K3, "2026-05-08")} // joint handling has 45 working days
	for _, row := range []struct {
		name       string
		ended, due []Deadline
	}{
		{"case receive", nil, push},
		{"case receive at the deciding place", nil, []Deadline{k1}},
		{"case hand_over", push, push},
		{"case acknowledge", push, check},
		{"case notice", check, []Deadline{due(K9, "2026-03-23")}},
		{"case supplement", []Deadline{due(K9, "2026-03-23")}, []Deadline{k1}},
		{"case accept", check, handle},
		{"case deem_accept", check, handle}, // dated to the receipt, eight days before
		{"case grant", handle, []Deadline{due(K4, "2026-03-16"), due(K5b, "2026-03-03")}},
		{"case refuse", check, nil},
		{"case withdraw", handle, nil},
		{"case special_start", handle, nil}, // paused: no day
		{"case special_end", nil, []Deadline{due(K2, "2026-04-10"), due(K3, "2026-04-24")}},
		{"case extend", handle, []Deadline{k2, due(K3, "2026-04-28")}},
		{"case joint_open", handle, joint},
		{"case joint_close", joint, joint},
		{"case revoke", []Deadline{due(K4, "2026-03-16"), due(K5b, "2026-03-03")}, []Deadline{due(K3, "2026-03-30")}},
	} {
		s := legalAct(t, row.name)
		if made := s.must(t); !slices.Equal(made.Ended, row.ended) || !slices.Equal(made.Due, row.due) {
			t.Errorf("%s ends %v and starts %v, want %v and %v", row.name, made.Ended, made.Due, row.ended, row.due)
		}
	}
}

func TestNoDayIsNoDeadline(t *testing.T) {
	for _, state := range []CaseState{CaseReceived, CaseHandingOver, CaseArrived, CaseAccepted, CaseGranted} {
		if due := caseDeadlines(&Case{State: state}); len(due) != 0 {
			t.Errorf("%s without a due day runs %v", state, due)
		}
	}
	s := legalAct(t, "case accept")
	cite(itemRef(), func(i *Item) { i.Legal, i.Promise = Limit{}, Limit{} })(&s)
	if made := s.must(t); len(made.Due) != 0 {
		t.Errorf("an item without limits starts %v", made.Due)
	}
}

// TestS05ReceiptBeforeTheSpringFestival is scenario S-05 of cases.md.
func TestS05ReceiptBeforeTheSpringFestival(t *testing.T) {
	s := legalAct(t, "case receive")
	h := s.header()
	h.At = At(time.Date(2026, time.February, 13, 16, 59, 0, 0, Beijing))
	s.tune = when(h.At)
	made, no, err := s.kind().Complete(nil, h, s.withPaper(), s.view)
	if no != nil || err != nil {
		t.Fatal(no, err)
	}
	c, err := decodeBody[Case](made.Body)
	if err != nil || c.Due.K1 != day(t, "2026-02-27") || c.Due.Provisional {
		t.Errorf("%+v %v", c.Due, err)
	}
}

func TestS07ADateInAnUnpublishedYearIsProvisional(t *testing.T) {
	s := legalAct(t, "case receive")
	h := s.header()
	h.At = At(time.Date(2026, time.December, 25, 9, 0, 0, 0, Beijing))
	s.tune = when(h.At)
	made, no, err := s.kind().Complete(nil, h, s.withPaper(), s.view)
	if no != nil || err != nil {
		t.Fatal(no, err)
	}
	c, err := decodeBody[Case](made.Body)
	if err != nil || !c.Due.Provisional {
		t.Errorf("%+v %v", c.Due, err)
	}
}

func TestOpenCasesAreThoseSomebodyMustActOn(t *testing.T) {
	for _, s := range CaseStates {
		closed := s.State == CaseArchived || slices.Contains(ends, s.State)
		if s.State.Open() == closed || s.State.Title() == string(s.State) {
			t.Errorf("%s: open %v, title %q", s.State, s.State.Open(), s.State.Title())
		}
	}
	if CaseState("lost").Title() != "lost" {
		t.Error("a state without a title must show itself")
	}
}
