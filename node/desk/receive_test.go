package desk

import (
	"context"
	"slices"
	"sync"
	"testing"

	"xiangyun/protocol"
)

// TestG11OneFormOneAnswer: on every command the same form gives the same answer and
// writes nothing more; anything changed under the same key is refused.
func TestG11OneFormOneAnswer(t *testing.T) {
	o := newLaw(t)
	in := form(itemHere, "n1")
	in.Materials = lines(present, present)
	first, err := o.Receive(t.Context(), clerk, in)
	o.must(err)
	in.Offline = true // whether the hub was away is not part of the form
	before := o.everything()
	again, err := o.Receive(t.Context(), clerk, in)
	if o.must(err); !again.Before || again.Ref != first.Ref || again.Case.ReceiptNo != first.Case.ReceiptNo || o.everything() != before {
		t.Errorf("again %+v", again)
	}
	for name, change := range map[string]func(*Intake){
		"a name":     func(in *Intake) { in.Applicant.Name = "申请人乙" },
		"a field":    func(in *Intake) { in.Form = []protocol.Field{{Name: "家庭人口", Value: "3"}} },
		"a material": func(in *Intake) { in.Materials = lines(present, missing) },
		"the window": func(in *Intake) { in.Window = "4号窗口" },
		"hand over":  func(in *Intake) { in.HandOver = true },
	} {
		other := in
		change(&other)
		if _, err := o.Receive(t.Context(), clerk, other); ruleOf(err) != "G-11" || o.everything() != before {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	a := CaseAct{Case: first.Ref, Seen: 1, Key: "n2"}
	rec, err := o.Do(t.Context(), acceptor, a, "accept", protocol.Case{})
	o.must(err)
	before = o.everything()
	if same, err := o.Do(t.Context(), acceptor, a, "accept", protocol.Case{}); err != nil || same.Rev != rec.Rev || o.everything() != before {
		t.Errorf("the act again: rev %d, %v", same.Rev, err)
	}
	if _, err := o.Do(t.Context(), acceptor, a, "refuse", aNo); ruleOf(err) != "G-11" {
		t.Errorf("another act under the key: %v", err)
	}
	if _, err := o.Do(t.Context(), decider, CaseAct{Case: first.Ref, Key: "n2"}, "grant", protocol.Case{Decision: &protocol.Decision{}}); err != nil {
		t.Errorf("another person's key of the same name: %v", err)
	}
}

// TestG11FiftyAtOnce: a lost reply and an impatient finger give one case, one act.
func TestG11FiftyAtOnce(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, present))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := o.Do(t.Context(), acceptor, CaseAct{Case: ref, Seen: 1, Key: "k"}, "accept", protocol.Case{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if o.steps(ref, "accept") != 1 {
		t.Errorf("accepted %d times", o.steps(ref, "accept"))
	}
}

// TestG11AfterTheNodeWasRestored: the table of answers is of this disk; a form whose
// case came back from the hub is known by the case.
func TestG11AfterTheNodeWasRestored(t *testing.T) {
	o := newLaw(t)
	idem := o.idemKey(clerk, "lost")
	fp := o.Fingerprint("citizen", "11010519491231002X")
	o.feed(protocol.Record{Ref: protocol.Ref{Kind: "case", ID: "yanbian-1-00000009-X"}, Rev: 1, Home: here, Epoch: 2, By: By(clerk), Act: "receive",
		Body: o.encode(protocol.Case{Item: itemHere, Agency: ours, Handler: here, ReceiptNo: "220000000009E", Idem: idem, State: protocol.CaseReceived,
			Applicant: protocol.Applicant{FP: fp}, Received: protocol.Receipt{Node: here, Clerk: By(clerk), At: protocol.At(startAt)}})})
	got, err := o.Receive(t.Context(), clerk, form(itemHere, "lost"))
	if o.must(err); !got.Before || got.Case.ReceiptNo != "220000000009E" {
		t.Errorf("%+v", got)
	}
	in := form(itemHere, "lost")
	in.Applicant.ID = "110105194912310038"
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "G-11" {
		t.Errorf("somebody else: %v", err)
	}
}

// TestC02DelegatedReceipt is 异地受理: with a delegation in force the receiving agency
// accepts with the effect of the deciding one, then hands over in accepted (C-04).
func TestC02DelegatedReceipt(t *testing.T) {
	o := newLaw(t)
	in := form(itemTheirs, "d1")
	in.Materials, in.Delegated = lines(present, present), ours
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-02a" {
		t.Errorf("without a delegation: %v", err)
	}
	id := protocol.DelegationID(itemTheirs, ours, theirs)
	o.hub("delegation", id, protocol.Delegation{Item: itemTheirs, Receiving: ours, Handling: theirs, Basis: "协议", State: protocol.DelegationActive})
	if _, err := o.Receive(t.Context(), person("c", theirs, protocol.RoleClerk), in); ruleOf(err) != "G-06" {
		t.Errorf("a clerk of another agency: %v", err)
	}
	got, err := o.Receive(t.Context(), clerk, in)
	if o.must(err); got.Case.Mode != protocol.ModeDelegated || got.Case.Delegation != id {
		t.Fatalf("%+v", got.Case)
	}
	o.done(acceptor, got.Ref, "accept", protocol.Case{})
	if err := o.do(decider, got.Ref, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "G-06" {
		t.Errorf("decided where it was only accepted: %v", err)
	}
	o.done(clerk, got.Ref, "hand_over", protocol.Case{})
	if c, rec, err := Record[protocol.Case](o.Desk, got.Ref); err != nil || rec.Home != there || c.StateAfter != protocol.CaseAccepted {
		t.Errorf("home %s, after %s, %v", rec.Home, c.StateAfter, err)
	}
	o.hub("delegation", id, protocol.Delegation{Item: itemTheirs, Receiving: ours, Handling: theirs, State: protocol.DelegationEnded, Reason: "到期"})
	in.Nonce = "d2"
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-02a" {
		t.Errorf("after its end: %v", err)
	}
}

// TestC06CollectOnly (§4): without a delegation the window neither accepts nor refuses.
func TestC06CollectOnly(t *testing.T) {
	o := newLaw(t)
	in := form(itemTheirs, "c1")
	in.Materials = lines(present, present)
	got, err := o.Receive(t.Context(), clerk, in)
	o.must(err)
	if err := o.do(person("a", "", protocol.RoleAcceptor), got.Ref, "accept", protocol.Case{}); ruleOf(err) != "G-06" {
		t.Errorf("accepted by who only collects: %v", err)
	}
}

// TestC04aTheRouteIsFound: the item's route leads to the agency it names; several by
// division have to be chosen from, none leads to the item's own agency.
func TestC04aTheRouteIsFound(t *testing.T) {
	o := newLaw(t)
	sent := func(nonce string, want protocol.Case) (*protocol.Case, error) {
		in := form(itemTheirs, nonce)
		in.Materials = lines(present, present)
		got, err := o.Receive(t.Context(), clerk, in)
		o.must(err)
		_, err = o.Do(t.Context(), clerk, CaseAct{Case: got.Ref}, "hand_over", want)
		return o.caseIn(got.Ref), err
	}
	c, err := sent("1", protocol.Case{})
	if o.must(err); c.Agency != theirs || c.Route != "" {
		t.Errorf("no route: %s %q", c.Agency, c.Route)
	}
	code := theirs + "3" + "442199806003"
	route := func(division protocol.Division) string {
		id := protocol.RouteID(code, division)
		o.hub("route", id, protocol.Route{ImplCode: code, Division: division, Agency: joined, Node: there, State: protocol.RouteActive})
		return id
	}
	a, b := route("220102"), route("220103")
	if _, err := sent("2", protocol.Case{}); ruleOf(err) != "C-04a" {
		t.Errorf("two routes and none chosen: %v", err)
	}
	if c, err = sent("3", protocol.Case{Route: b}); err != nil || c.Agency != joined || c.Route != b {
		t.Errorf("the chosen one: %s %q %v", c.Agency, c.Route, err)
	}
	every := route("")
	if c, err = sent("4", protocol.Case{}); err != nil || c.Route != every || c.Route == a {
		t.Errorf("the one for every division: %q %v", c.Route, err)
	}
	if _, err = sent("5", protocol.Case{Route: "unknown"}); ruleOf(err) != "C-04a" {
		t.Errorf("an unknown route: %v", err)
	}
}

// TestC26InstantItems (C-26): four entries of one transaction, confirmed by a second person.
func TestC26InstantItems(t *testing.T) {
	o := newLaw(t, func(f *protocol.ItemFiling) { f.Item.CaseType, f.Item.FeeFen, f.Item.FeeBasis = "instant", 0, nil })
	take := func(nonce string, decider *protocol.Account) (Received, error) {
		in := form(itemHere, nonce)
		in.Materials = lines(present, present)
		in.Instant = &Instant{Decider: decider, Decision: protocol.Decision{Text: "准予"}, Delivery: *aDelivery.Delivery}
		return o.Receive(t.Context(), clerk, in)
	}
	before := o.everything()
	if _, err := take("1", person("clerk", ours, protocol.RoleDecider)); ruleOf(err) != "C-26b" || o.everything() != before {
		t.Errorf("who received it confirms: %v", err)
	}
	if _, err := take("2", acceptor); ruleOf(err) != "G-05" || o.everything() != before {
		t.Errorf("who may not decide confirms: %v", err)
	}
	lines := o.written()
	got, err := take("3", decider)
	if o.must(err); got.Case.State != protocol.CaseDelivered || got.Rev != 4 || o.written() != lines+4 {
		t.Errorf("%s at rev %d, %d lines", got.Case.State, got.Rev, o.written()-lines)
	}
	if again, err := take("3", decider); err != nil || !again.Before || o.written() != lines+4 {
		t.Errorf("the form again: %+v, %v", again, err)
	}
	in := form(itemTheirs, "4")
	in.Materials, in.Instant = got.Case.Materials, &Instant{Decider: decider, Delivery: *aDelivery.Delivery}
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "G-06" {
		t.Errorf("an item of another place: %v", err)
	}
}

// TestC26aOrdinaryItemsAreNotInstant.
func TestC26aOrdinaryItemsAreNotInstant(t *testing.T) {
	o := newLaw(t)
	in := form(itemHere, "1")
	in.Materials, in.Instant = lines(present, present), &Instant{Decider: decider, Delivery: *aDelivery.Delivery}
	before := o.everything()
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-26a" || o.everything() != before {
		t.Errorf("%v", err)
	}
}

// TestC01TheIntakeIsChecked (C-01): item in force, identity, agent with a mandate.
func TestC01TheIntakeIsChecked(t *testing.T) {
	o := newLaw(t)
	agent := protocol.Agent{Name: "代办人甲", IDType: "citizen", ID: "110105194912310038"}
	for rule, change := range map[string]func(*Intake){
		"C-01c": func(in *Intake) { in.Agent = &agent },
		"V-01d": func(in *Intake) { in.Applicant.ID = "110105194912310029" },
		"V-09a": func(in *Intake) { in.Applicant.IDType = "passport" },
		"C-02b": func(in *Intake) { in.Materials = nil },
		"C-07d": func(in *Intake) { in.Materials[2].Presence = missing },
	} {
		in := form(itemHere, rule)
		in.Materials = lines(present, present)
		change(&in)
		before := o.everything()
		demand := slices.Contains(protocol.AttemptRules, rule) // which is counted
		if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != rule || (o.everything() != before) != demand {
			t.Errorf("%v, want %s", err, rule)
		}
	}
	agent.Mandate = "blob-1"
	o.taken("mandated", lines(present, present), func(in *Intake) { in.Agent, in.ObjectKey = &agent, "房屋-1" })
}

// TestC02bReusedPapers: what the same authority has of the same applicant is not
// asked again; a case that is not here, or is somebody else's, proves nothing (§14.2).
func TestC02bReusedPapers(t *testing.T) {
	o := newLaw(t)
	old := o.taken("old", lines(present, present))
	other := o.taken("other", lines(present, present), func(in *Intake) { in.Applicant.ID = "110105194912310038" })
	gap := o.taken("gap", lines(missing, present))
	for name, row := range map[string]struct{ source, rule string }{
		"of the applicant's own case": {old.ID, ""}, "of somebody else's": {other.ID, "C-02b"}, "that was missing there": {gap.ID, "C-02b"}, "of no case": {"none", "C-02b"},
	} {
		in := form(itemHere, name)
		in.Materials = lines(protocol.PresenceExempt, present)
		in.Materials[0].Source = row.source
		if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != row.rule || (err == nil) != (row.rule == "") {
			t.Errorf("a paper %s: %v", name, err)
		}
	}
}

// TestDU06TheIntakeIsToldOfTwins (DU-06): open cases of the person, the same matter marked; a
// different object is none (DU-02).
func TestDU06TheIntakeIsToldOfTwins(t *testing.T) {
	o := newLaw(t)
	house := func(in *Intake) { in.ObjectKey = "房屋-1" }
	first := o.taken("a", lines(present, present), house)
	o.at(3, 3, 9)
	over := o.taken("b", lines(present, present))
	o.done(clerk, over, "withdraw", aWish)
	for object, want := range map[string][]bool{"房屋-1": {false, true}, "": {false, true}, "房屋-2": {false, false}} {
		known, err := o.Person(context.Background(), clerk, "citizen", "11010519491231002x", itemHere, object)
		o.must(err)
		var same []bool
		for _, k := range known {
			same = append(same, k.Same)
		}
		if !slices.Equal(same, want) || known[0].Ref != over || known[1].Ref != first {
			t.Errorf("object %q: same %v of %+v", object, same, known)
		}
	}
	if _, err := o.Person(context.Background(), editor, "citizen", "11010519491231002X", "", ""); ruleOf(err) != "G-05" {
		t.Errorf("an editor looks for a person: %v", err)
	}
}
