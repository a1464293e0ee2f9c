package protocol

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAnyOrderOfPausesAndExtensionGivesTheSameDate is scenario S-19: what counts
// is which procedures and which extension there were, not when they were noted.
func TestAnyOrderOfPausesAndExtensionGivesTheSameDate(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	rapid.Check(t, func(t *rapid.T) {
		c := Case{State: CaseReview, Accepted: sceneAt, Terms: CaseTerms{Promise: Limit{10, WorkingDays}, Legal: Limit{20, WorkingDays}}}
		for range rapid.IntRange(0, 6).Draw(t, "procedures") {
			start := Day{2026, 3, 2}.Add(rapid.IntRange(0, 40).Draw(t, "start"))
			c.Specials = append(c.Specials, Special{Start: start, End: start.Add(rapid.IntRange(0, 30).Draw(t, "length"))})
		}
		x := &Extension{Limit: Limit{rapid.IntRange(1, 10).Draw(t, "extension"), WorkingDays}}
		first := c
		first.Extension = x
		first.date(cal, K2, K3)

		other := Case{State: c.State, Accepted: c.Accepted, Terms: c.Terms}
		added := rapid.IntRange(0, len(c.Specials)).Draw(t, "extended after")
		for i, s := range rapid.Permutation(c.Specials).Draw(t, "order") {
			if i == added {
				other.Extension = x
			}
			other.Specials = append(other.Specials, s, Special{Start: s.Start, End: Day{2026, 12, 1}}) // a longer end, taken back
			other.date(cal, K2, K3)
			other.Specials = other.Specials[:len(other.Specials)-1]
			other.date(cal, K2, K3)
		}
		other.Extension = x
		other.date(cal, K2, K3)
		if first.Due != other.Due {
			t.Errorf("%+v and %+v", first.Due, other.Due)
		}
	})
}

// TestS19ASpecialOfEightDaysWithinTwentyIsTwentyEight counts on a case, not on a clock.
func TestS19ASpecialOfEightDaysWithinTwentyIsTwentyEight(t *testing.T) {
	cal := NewCalendar(PublishedYears()...)
	c := Case{State: CaseReview, Accepted: sceneAt, Terms: CaseTerms{Legal: Limit{20, WorkingDays}},
		Specials: []Special{{Start: day(t, "2026-03-06"), End: day(t, "2026-03-18")}}}
	c.date(cal, K3)
	if c.Due.K3 != day(t, "2026-04-10") || cal.WorkingDaysLeft(day(t, "2026-03-02"), c.Due.K3) != 28 {
		t.Errorf("due %s", c.Due.K3)
	}
	c.Extension = &Extension{Limit: Limit{10, WorkingDays}}
	c.date(cal, K3)
	if c.Due.K3 != day(t, "2026-04-24") {
		t.Errorf("extended to %s", c.Due.K3)
	}
	c.Specials[0].End, c.State = Day{}, CaseSpecial
	c.date(cal, K3)
	if !c.Due.K3.IsZero() || len(caseDeadlines(&c)) != 0 {
		t.Errorf("a clock that stands still is due %s", c.Due.K3)
	}
}

// TestS12ACorrectionAtAThirdWindowRestartsK1FromThere: received at 吉林 on the 20th,
// known at the home on the 23rd.
func TestS12ACorrectionAtAThirdWindowRestartsK1FromThere(t *testing.T) {
	s := legalAct(t, "case supplement")
	extra(func(x *Supplement) { x.At, x.Node, x.Clerk = on(time.March, 20), "jilin", "jilin:clerk1" })(&s)
	s.tune = all(when(on(time.March, 23)), answering("r1"))
	made := s.must(t)
	c := result[Case](t, s)
	if c.K1From != on(time.March, 20) || c.Due.K1 != day(t, "2026-03-27") || !made.After.Has("jilin") || c.State != CaseArrived {
		t.Errorf("K1 from %s to %s, audience %v", c.K1From, c.Due.K1, made.After)
	}
	s.tune = when(on(time.March, 23)) // without a request nobody backdates
	if c = result[Case](t, s); c.K1From != on(time.March, 23) || c.Supplements[0].Node != decides {
		t.Errorf("backdated to %s at %s", c.K1From, c.Supplements[0].Node)
	}
}

// TestS04NobodySpokeForFiveDays: accepted as of the receipt, and who had it then is known.
func TestS04NobodySpokeForFiveDays(t *testing.T) {
	c := result[Case](t, legalAct(t, "case deem_accept"))
	if c.State != CaseAccepted || c.Accepted != sceneAt || c.Due.K3 != day(t, "2026-04-14") ||
		*c.Deemed != (Deemed{Lapse: day(t, "2026-03-09").End(), Holder: decides, Recorded: on(time.March, 10)}) {
		t.Errorf("%s from %s, K3 %s, %+v", c.State, c.Accepted, c.Due.K3, c.Deemed)
	}
	for holder, old := range map[NodeID]*Case{receives: caseIn(t, CaseReceived), Hub: caseIn(t, CaseHandingOver)} {
		s := caseStep("deem_accept", old)
		s.view = world(t)
		if c := result[Case](t, s); c.Deemed.Holder != holder || c.State != CaseAccepted {
			t.Errorf("held by %s, want %s; %s", c.Deemed.Holder, holder, c.State)
		}
	}
}

// TestDU04TheEarlierReceiptGovernsK1 and may be over at once.
func TestDU04TheEarlierReceiptGovernsK1(t *testing.T) {
	s := legalAct(t, "case absorb")
	c := result[Case](t, s)
	if c.Earliest != on(2, 27) || c.Due.K1 != day(t, "2026-03-05") || c.Absorbed[0].ReceiptNo != "220000000002X" {
		t.Errorf("earliest %s, K1 %s, %+v", c.Earliest, c.Due.K1, c.Absorbed)
	}
	terms, err := s.kind().Terms(s.must(t).Body)
	if err != nil || !slices.Contains(terms.Keys, "220000000002X") {
		t.Errorf("the other receipt does not find it: %v %v", terms.Keys, err)
	}
}

// TestADelegatedWindowAcceptsAndHandsOverAccepted is 异地受理 from receipt to arrival.
func TestADelegatedWindowAcceptsAndHandsOverAccepted(t *testing.T) {
	v := world(t)
	take := func(c *Case, act Act, origin NodeID, wanted *Case) *Case {
		s := caseAct(act, origin, clerk, c, wanted)
		s.view = v
		return result[Case](t, s)
	}
	in := anIntake()
	in.Mode, in.Received.Agency = ModeDelegated, testUSCC(3)
	c := take(nil, "receive", receives, in)
	c = take(c, "accept", receives, &Case{})
	c = take(c, "hand_over", receives, &Case{})
	if c.State != CaseHandingOver || c.StateAfter != CaseAccepted {
		t.Fatalf("%s, then %s", c.State, c.StateAfter)
	}
	if c = take(c, "acknowledge", decides, &Case{}); c.State != CaseAccepted || c.StateAfter != "" {
		t.Errorf("%s, then %s", c.State, c.StateAfter)
	}
	end := caseAct("accept", receives, clerk, take(nil, "receive", receives, in), &Case{})
	end.view = v
	cite(delegationRef(), func(d *Delegation) { d.State = DelegationEnded })(&end)
	if _, no := end.complete(t); ruleOf(no) != "G-06" {
		t.Errorf("accepted under a delegation that ended: %v", no)
	}
}

// TestAnyLegalWalkKeepsTheInvariants takes acts at random: a case has one home, an
// end stays an end unless the law reopens it, and nothing recorded is lost.
func TestAnyLegalWalkKeepsTheInvariants(t *testing.T) {
	acts, v := Lookup("case").Acts(), world(t)
	rapid.Check(t, func(r *rapid.T) {
		c := caseIn(t, CaseReceived)
		for range rapid.IntRange(1, 25).Draw(r, "length") {
			act := rapid.SampledFrom(acts).Draw(r, "act")
			s := caseStep(act, c)
			s.view = v
			made, no := s.complete(t)
			if no != nil {
				continue
			}
			next, err := decodeBody[Case](made.Body)
			if err != nil {
				t.Fatal(err)
			}
			keepsInvariants(r, act, c, next, made)
			c = next
		}
	})
}

func keepsInvariants(t *rapid.T, act Act, old, next *Case, made Judged) {
	switch {
	case made.Home == "" || made.Home != Hub && !made.After.Has(made.Home):
		t.Fatalf("%s: home %q, audience %v", act, made.Home, made.After)
	case old.State == CaseArchived:
		t.Fatalf("%s on an archived case", act)
	case !old.State.Open() && !slices.Contains([]Act{"archive", "revoke", "reopen"}, act):
		t.Fatalf("%s on %s", act, old.State)
	case next.ReceiptNo != old.ReceiptNo || next.Received != old.Received || next.Guide != old.Guide || next.Item != old.Item:
		t.Fatalf("%s changed what was pinned at the receipt", act)
	case len(next.Notices) < len(old.Notices) || len(next.Supplements) < len(old.Supplements) || len(next.Specials) < len(old.Specials) ||
		len(next.Hops) < len(old.Hops) || len(next.Opinions) < len(old.Opinions):
		t.Fatalf("%s lost something", act)
	case slices.Contains(wasDecided, next.State) != (next.Decision != nil && next.State != CaseRefused && next.State != CaseDelivered && next.State != CaseArchived):
		t.Fatalf("%s: %s with decision %v", act, next.State, next.Decision)
	}
}
