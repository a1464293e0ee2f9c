package protocol

import (
	"testing"
	"time"
)

func TestRefusalsOfACard(t *testing.T) {
	card := func(f func(*Card)) func(*scene) { return want(f) }
	lapsed := func(f func(*Case)) func(*scene) { return cite(caseRef(), f) }
	asCard := func(clock ClockID, colour Colour, due Instant) func(*scene) {
		return both(underID(CardID(caseRef(), clock, 1, colour)), card(func(c *Card) { c.Clock, c.Colour, c.Due = clock, colour, due }))
	}
	check(t, []row{
		{"cases.Y-02 firing twice gives one card", "card fire", stands(cardIs(CardProvisional)), "Y-02"},
		{"cases.Y-02 a closed card is not fired again", "card fire", stands(cardIs(CardClosed)), "Y-02"},
		{"cases.Y-02 the id is the card's identity", "card fire", underID("x"), "Y-02"},
		{"cases.Y-02 the second occurrence is another card", "card fire", card(func(c *Card) { c.Occurrence = 2 }), "Y-02"},
		{"cases.Y-02 occurrences count from one", "card fire", both(underID(CardID(caseRef(), K1, 0, Red)), card(func(c *Card) { c.Occurrence = 0 })), "Y-02"},
		{"cases.Y-01 a green card", "card fire", asCard(K1, "green", Day{2026, 2, 27}.End()), "Y-01"},
		{"cases.Y-01 a card before its time", "card fire", card(func(c *Card) { c.Due = sceneAt + 1 }), "Y-01"},
		{"cases.Y-01 a red card for another instant than the lapse", "card fire", card(func(c *Card) { c.Due-- }), "Y-01"},
		{"cases.Y-01 a yellow card after the lapse", "card fire", asCard(K1, Yellow, Day{2026, 2, 28}.End()), "Y-01"},
		{"a yellow card a day before the lapse", "card fire", asCard(K1, Yellow, At(Day{2026, 2, 26}.Time())), ""},
		{"cases.Y-01 a clock that does not run", "card fire", asCard(K2, Red, Day{2026, 2, 27}.End()), "Y-01"},
		{"cases.Y-01 the record is cited", "card fire", uncite(caseRef()), "Y-01"},
		{"a demand outside the guide", "card fire", asCard(BreachOffGuide, Red, sceneAt), ""},
		{"cases.Y-01 a breach is red", "card fire", asCard(BreachOffGuide, Yellow, sceneAt), "Y-01"},
		{"cases.Y-04 nobody held it", "card fire", card(func(c *Card) { c.Held = Custody{} }), "Y-04"},
		{"cases.G-09 a card says what it is about", "card fire", card(func(c *Card) { c.Title = "" }), "G-09"},
		{"cases.Y-05 the owner's journal is not held to the lapse", "card confirm", card(func(c *Card) { c.Through = Day{2026, 2, 27}.End() - 1 }), "Y-05"},
		{"cases.Y-05 an act in time has arrived", "card confirm", lapsed(func(c *Case) { c.State = CaseAccepted }), "Y-05"},
		{"cases.Y-05 the clock still runs", "card void", lapsed(func(c *Case) { c.State, c.Due.K1 = CaseArrived, Day{2026, 2, 27} }), "Y-05"},
		{"cases.Y-05 a void cites its proof", "card void", uncite(caseRef()), "Y-05"},
		{"cases.G-10 a void has a reason", "card void", card(func(c *Card) { c.Reason = "" }), "G-10"},
		{"cases.Y-06 an answer names the cause", "card answer", card(func(c *Card) { c.Cause = "" }), "G-10"},
		{"cases.Y-06 and the measure", "card answer", card(func(c *Card) { c.Measure = "" }), "G-10"},
		{"cases.Y-06 the supervisor says why", "card close", card(func(c *Card) { c.Reason = "" }), "G-10"},
		{"cases.Y-06 a rejection says why", "card reject", card(func(c *Card) { c.Reason = "" }), "G-10"},
		{"cases.G-08 nobody closes his own answer", "card close", as("changchun:acceptor1"), "G-08"},
	})
}

// TestY06TheHomeOfACard: the hub's while it is not sure, the owner's until it is
// answered, the hub's again.
func TestY06TheHomeOfACard(t *testing.T) {
	for name, home := range map[string]NodeID{"card fire": Hub, "card confirm": decides, "card answer": Hub, "card reject": decides, "card close": Hub, "card void": Hub} {
		s := legalAct(t, name)
		if got := s.must(t).Home; got != home {
			t.Errorf("%s: home %s, want %s", name, got, home)
		}
	}
	if c := result[Card](t, legalAct(t, "card reject")); c.Rejected != 1 || c.Cause == "" {
		t.Errorf("the answer that was rejected is not kept: %+v", c)
	}
}

func TestY04WhoHeldIt(t *testing.T) {
	const sent, atHub, acked = 100, 200, 300
	there := Move{From: "yanbian", To: "changchun", Sent: sent, AtHub: atHub, Acked: acked}
	back := Move{From: "changchun", To: "yanbian", Sent: 400, AtHub: 500, Acked: 600}
	for _, c := range []struct {
		name  string
		moves []Move
		at    Instant
		want  NodeID
	}{
		{"never moved", nil, 50, "yanbian"},
		{"before it was sent", []Move{there}, 99, "yanbian"},
		{"in the queue of the window's node", []Move{there}, 150, "yanbian"},
		{"sent and never seen by the hub", []Move{{From: "yanbian", To: "changchun", Sent: sent}}, 9999, "yanbian"},
		{"at the hub", []Move{there}, 200, Hub},
		{"at the hub, the target is down", []Move{{From: "yanbian", To: "changchun", Sent: sent, AtHub: atHub}}, 9999, Hub},
		{"acknowledged", []Move{there}, 300, "changchun"},
		{"on its way back, moves in any order", []Move{back, there}, 450, "changchun"},
		{"back at the hub", []Move{back, there}, 550, Hub},
		{"back", []Move{back, there}, 600, "yanbian"},
		{"a courier's parcel is its giver's", []Move{{From: "yanbian", To: "changchun", Sent: sent, Acked: acked}}, 250, "yanbian"},
	} {
		if got := (Custody{First: "yanbian", Moves: c.moves}).At(c.at); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestY03TheColourIsDerived follows K1 of 2026-02-13 over the Spring Festival: it
// ends on the 27th and turns yellow when one working day is left.
func TestY03TheColourIsDerived(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	c := Clock{ID: K1, Start: Day{2026, 2, 13}, Limit: Limit{5, WorkingDays}}
	at := func(month time.Month, day, hour int) Instant {
		return At(time.Date(2026, month, day, hour, 0, 0, 0, Beijing))
	}
	for _, row := range []struct {
		name string
		now  Instant
		edit func(*Clock)
		want Colour
		from Instant
	}{
		{"in the holiday", at(2, 20, 9), nil, NoColour, 0},
		{"two working days left", at(2, 25, 9), nil, NoColour, 0},
		{"one working day left", at(2, 26, 0), nil, Yellow, at(2, 26, 0)},
		{"the last minute", at(2, 28, 0) - 1, nil, Yellow, at(2, 26, 0)},
		{"lapsed", at(2, 28, 0), nil, Red, at(2, 28, 0)},
		{"stopped in time", at(3, 28, 0), func(c *Clock) { c.Stopped = at(2, 27, 23) }, NoColour, 0},
		{"stopped too late", at(3, 28, 0), func(c *Clock) { c.Stopped = at(2, 28, 9) }, Red, at(2, 28, 0)},
		{"yellow three days before, as configured", at(2, 24, 9), func(c *Clock) { c.Warn = Warn{Days: 3} }, Yellow, at(2, 24, 0)},
		{"paused", at(3, 28, 0), func(c *Clock) { c.Pauses = []Span{{From: Day{2026, 2, 14}}} }, NoColour, 0},
		{"a day of an unpublished year is never red", At(time.Date(2027, 3, 1, 0, 0, 0, 0, Beijing)), func(c *Clock) { c.Start = Day{2026, 12, 28} }, Yellow, At(Day{2027, 1, 1}.Time())},
	} {
		clock := c
		if row.edit != nil {
			row.edit(&clock)
		}
		if got, from := ColourAt(&clock, row.now, cal); got != row.want || from != row.from {
			t.Errorf("%s: %q from %s, want %q from %s", row.name, got, from, row.want, row.from)
		}
	}
}

// TestY01ALapseThatWasEndedTooLateHasItsCard: the record does not show the clock
// any more; the fold saw it stop.
func TestY01ALapseThatWasEndedTooLateHasItsCard(t *testing.T) {
	over := cite(caseRef(), func(c *Case) { c.State = CaseAccepted })
	at := func(i Instant) func(*scene) { return want(func(c *Card) { c.Stopped = i }) }
	due := Day{2026, 2, 27}.End()
	check(t, []row{
		{"cases.Y-01 the clock is over and nobody says when", "card fire", over, "Y-01"},
		{"ended a day late", "card fire", both(over, at(due+86_400_000)), ""},
		{"ended at the very end is late", "card fire", both(over, at(due)), ""},
		{"cases.Y-01 ended a moment before", "card fire", both(over, at(due-1)), "Y-01"},
		{"cases.Y-01 a yellow card has no late end", "card fire", steps(over, at(due+1), underID(CardID(caseRef(), K1, 1, Yellow)), want(func(c *Card) { c.Colour = Yellow })), "Y-01"},
		{"cases.Y-01 the record is cited even so", "card fire", both(uncite(caseRef()), at(due+1)), "Y-01"},
		{"confirmed when it was ended late", "card confirm", both(over, at(due+1)), ""},
		{"cases.Y-05 not when it was ended in time", "card confirm", both(over, at(due-1)), "Y-05"},
		{"a void card may be fired again", "card fire", stands(cardIs(CardVoid)), ""},
		{"cases.Y-02 no other card may", "card fire", stands(cardIs(CardAnswered)), "Y-02"},
	})
}
