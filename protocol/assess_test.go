package protocol

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestPublishedFiguresPinIndexAndCalendar(t *testing.T) {
	report := func(f func(*Assessment)) func(*scene) { return want(f) }
	check(t, []row{
		{"cases.A-03 without the hub index", "assessment publish", report(func(a *Assessment) { a.Index = 0 }), "A-03"},
		{"cases.A-03 without a calendar", "assessment publish", report(func(a *Assessment) { a.Calendars = nil }), "A-03"},
		{"cases.A-03 before the span is over", "assessment publish", steps(report(func(a *Assessment) { a.Until = Day{2026, 3, 2} }),
			underID(AssessmentID(Day{2026, 1, 1}, Day{2026, 3, 2}, testUSCC(1)))), "A-03"},
		{"cases.A-01 a figure that is none", "assessment publish", report(func(a *Assessment) { a.Figures[0].ID = "fame" }), "A-01"},
		{"cases.A-01 a figure twice", "assessment publish", report(func(a *Assessment) { a.Figures[1].ID = "K1" }), "A-01"},
		{"under another id", "assessment publish", underID("x"), "G-09"},
	})
}

// assessed is a January of one agency: eleven records, each with its place in
// the sums.
func assessed(t *testing.T) []Record {
	at := func(day, hour int) Instant { return At(time.Date(2026, 1, day, hour, 0, 0, 0, Beijing)) }
	done := func(received, accepted, decided, delivered Instant) Case {
		return Case{Agency: "A", Handler: "changchun", State: CaseDelivered, Received: Receipt{At: received, Node: "changchun"}, Accepted: accepted,
			Terms:    CaseTerms{Promise: Limit{5, WorkingDays}, Legal: Limit{10, WorkingDays}},
			Decision: &Decision{Kind: "grant", At: decided}, Delivery: &Delivery{At: delivered},
			Materials: []Material{{Line: "m1", Presence: PresencePresent}, {Line: "m2", Presence: PresenceFetched}}}
	}
	inTime, late, away, refused, void := done(at(5, 9), at(6, 9), at(8, 9), at(9, 9)), done(at(5, 9), at(16, 9), at(30, 9), 0), done(at(7, 9), at(8, 9), at(9, 9), at(12, 9)),
		done(at(9, 9), 0, at(12, 9), 0), done(at(5, 9), at(6, 9), at(8, 9), at(9, 9))
	late.Deemed, late.Delivery = &Deemed{}, nil
	away.Received.Node, away.HandedOver, away.Notices = "yanbian", at(13, 9), []Notice{{At: at(8, 9)}, {At: at(9, 9)}}
	refused.State, refused.Decision.Kind, refused.Delivery, refused.Terms = CaseRefused, "refuse", nil, CaseTerms{}
	void.State = CaseVoid
	old := done(At(time.Date(2025, 12, 1, 9, 0, 0, 0, Beijing)), at(1, 9), At(time.Date(2025, 12, 30, 9, 0, 0, 0, Beijing)), 0)
	old.Delivery = nil
	var list []Record
	put := func(kind KindName, id string, body any) {
		list = append(list, Record{Ref: Ref{kind, id}, Body: []byte(mustJSON(t, body))})
	}
	for id, c := range map[string]Case{"in-time": inTime, "late": late, "away": away, "refused": refused, "void": void, "old": old} {
		put("case", id, c)
	}
	put("card", "r1", Card{Agency: "A", Colour: Red, Clock: K1, Due: at(13, 0), State: CardClosed, Answered: at(14, 0)})
	put("card", "r2", Card{Agency: "A", Colour: Red, Clock: BreachOffGuide, Due: at(13, 0), State: CardOpen})
	put("card", "v", Card{Agency: "A", Colour: Red, Clock: K1, Due: at(13, 0), State: CardVoid})
	put("evaluation", "e1", Evaluation{Agency: "A", Grade: 2, At: at(20, 9)})
	put("complaint", "q1", Complaint{Agency: "A", Source: Hotline, Accepted: at(5, 9), Due: Day{2026, 1, 12}, Told: &Telling{At: at(12, 20)}})
	put("objection", "o1", Objection{Agency: "A", Received: at(5, 9), Decided: at(20, 9)})
	return list
}

// TestAssessmentIsOneFunction is cases.A-01 and A-02: the figures come from the
// records alone, in any order, and name the records behind them.
func TestAssessmentIsOneFunction(t *testing.T) {
	records, cal := assessed(t), NewCalendar(CalendarHistory()...)
	run := func() (*Assessor, map[string][]string) {
		behind := map[string][]string{}
		a := NewAssessor(Day{2026, 1, 1}, Day{2026, 1, 31}, cal, func(_, id string, c Counted) { behind[id] = append(behind[id], c.Ref.ID) })
		for _, rec := range records {
			if err := a.Add(rec); err != nil {
				t.Fatal(err)
			}
		}
		return a, behind
	}
	a, behind := run()
	first := a.Figures("A")
	got := map[string][2]int{}
	for _, f := range first {
		got[f.ID] = [2]int{f.N, f.Of}
	}
	for id, want := range map[string][2]int{"K1": {3, 4}, "K2": {2, 3}, "K3": {3, 3}, "K4": {2, 2}, "promise": {15, 30}, "refused": {1, 4}, "cross": {1, 4},
		"renotice": {1, 1}, "late-push": {1, 1}, "fetched": {4, 8}, "red": {1, 2}, "offguide": {0, 1}, "negative": {1, 1}, "complaint": {1, 1}, "hotline": {1, 1},
		"objection": {0, 1}} {
		if got[id] != want {
			t.Errorf("%s (%s): %v, want %v", id, FigureTitle(id), got[id], want)
		}
	}
	if list := slices.Sorted(slices.Values(behind["K2"])); !slices.Equal(list, []string{"away", "in-time", "late"}) {
		t.Errorf("behind K2 stand %v", list)
	}
	if !slices.Equal(a.Agencies(), []string{"A"}) || len(AssessedKinds()) != 5 {
		t.Errorf("agencies %v", a.Agencies())
	}
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	if again, _ := run(); !slices.Equal(again.Figures("A"), first) {
		t.Error("another order gives other figures")
	}
	records[slices.IndexFunc(records, func(r Record) bool { return r.Ref.ID == "away" })].Body = nil
	if less, _ := run(); slices.Equal(less.Figures("A"), first) {
		t.Error("the digest does not notice a record that is gone")
	}
}
