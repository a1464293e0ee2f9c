package desk

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"xiangyun/protocol"
)

func TestAFormSentTwiceIsOneCase(t *testing.T) {
	o := newOffice(t)
	first := o.receive(itemHere, "n1")
	again := o.receive(itemHere, "n1")
	if again.Ref != first.Ref || !again.Before || first.Before || again.Case.ReceiptNo != first.Case.ReceiptNo {
		t.Errorf("first %+v, again %+v", first, again)
	}
	var mu sync.Mutex
	seen, news := map[protocol.Ref]bool{}, 0
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			got, err := o.Receive(t.Context(), clerk, form(itemHere, "n2"))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			seen[got.Ref] = true
			if !got.Before {
				news++
			}
		})
	}
	wg.Wait()
	if len(seen) != 1 || news != 1 {
		t.Errorf("%d cases, %d receipts of one form sent at once", len(seen), news)
	}
	other := person("clerk2", "", protocol.RoleClerk)
	if got, err := o.Receive(t.Context(), other, form(itemHere, "n1")); err != nil || got.Before {
		t.Errorf("another clerk's form: %+v %v", got, err)
	}
}

func TestAFormForAnotherPersonIsNoSecondReceipt(t *testing.T) { // G-11: nobody is sent away with another's receipt
	o := newOffice(t)
	first := o.receive(itemHere, "n1")
	for name, change := range map[string]func(*Intake){
		"another applicant": func(in *Intake) { in.Applicant.ID = "110105194912310038" },
		"another paper":     func(in *Intake) { in.Applicant.IDType = "other" },
		"another item":      func(in *Intake) { in.Item = itemTheirs },
	} {
		in := form(itemHere, "n1")
		change(&in)
		before := o.written()
		_, err := o.Receive(t.Context(), clerk, in)
		if ruleOf(err) != "G-11" || !strings.Contains(err.Error(), first.Case.ReceiptNo) || o.written() != before {
			t.Errorf("%s: %v, %d lines", name, err, o.written()-before)
		}
	}
}

func TestAGuideThatChangedMeanwhileIsShownAgain(t *testing.T) {
	o := newOffice(t)
	shown, _ := o.get(protocol.Ref{Kind: "guide", ID: itemHere})
	in := form(itemHere, "g1")
	in.Guide = protocol.HashOf(shown.Body)
	next := filing(ours, here).Guide
	next.Lines[0].Name = "申请表"
	o.hub("guide", itemHere, next)
	before := o.written()
	_, err := o.Receive(t.Context(), clerk, in)
	if ruleOf(err) != "C-02d" || o.written() != before {
		t.Errorf("got %v and %d lines, want C-02d", err, o.written()-before)
	}
	now, _ := o.get(protocol.Ref{Kind: "guide", ID: itemHere})
	in.Guide = protocol.HashOf(now.Body)
	if got, err := o.Receive(t.Context(), clerk, in); err != nil || got.Case.Guide != in.Guide {
		t.Errorf("with the new guide: %+v %v", got, err)
	}
	in.Item, in.Nonce = "unknown", "g2"
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-02a" {
		t.Errorf("an unknown item: %v", err)
	}
}

func TestReceiptAndHandOverAreOneTransaction(t *testing.T) {
	o := newOffice(t)
	in := form(itemTheirs, "h1")
	in.HandOver = true
	got, err := o.Receive(t.Context(), clerk, in)
	o.must(err)
	rec, _ := o.get(got.Ref)
	if got.Case.State != protocol.CaseHandingOver || got.Rev != 2 || rec.Home != there {
		t.Errorf("%+v, home %s", got, rec.Home)
	}
	a, _ := o.get(protocol.Ref{Kind: "agency", ID: theirs})
	o.hub("agency", theirs, protocol.Agency{USCC: theirs, Name: "样例机构", Node: there, State: protocol.AgencyDisabled})
	before, left := o.written(), o.Store.BlocksLeft()
	in.Nonce = "h2"
	if _, err := o.Receive(t.Context(), clerk, in); ruleOf(err) != "C-04b" || o.written() != before || o.Store.BlocksLeft() != left {
		t.Errorf("no hand-over (agency at rev %d): %v, %d lines, %d numbers used", a.Rev+1, err, o.written()-before, left-o.Store.BlocksLeft())
	}
	in.HandOver = false
	if got, err := o.Receive(t.Context(), clerk, in); err != nil || got.Before || got.Case.State != protocol.CaseReceived {
		t.Errorf("the same form without: %+v %v", got, err)
	}
}

func TestWhatIsAskedElsewhereIsOneRequest(t *testing.T) {
	o := newOffice(t)
	ref := o.elsewhere("changchun-1-00000001-X", protocol.CaseGranted)
	how := protocol.Delivery{Recipient: "申请人甲", Way: "counter"}
	first, err := o.Do(t.Context(), clerk, CaseAct{Case: ref}, "deliver", protocol.Case{Delivery: &how})
	o.must(err)
	before := o.written()
	again, err := o.Do(t.Context(), clerk, CaseAct{Case: ref}, "deliver", protocol.Case{Delivery: &how})
	o.must(err)
	if first.Ref.Kind != "request" || again.Ref != first.Ref || o.written() != before {
		t.Errorf("first %s, again %s, %d lines", first.Ref, again.Ref, o.written()-before)
	}
	other, err := o.Do(t.Context(), clerk, CaseAct{Case: ref}, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "本人申请"}})
	o.must(err)
	if other.Ref == first.Ref || o.caseIn(ref).State != protocol.CaseGranted {
		t.Errorf("a withdrawal is %s, the case %s", other.Ref, o.caseIn(ref).State)
	}
}

func TestACaseGoesItsWayWithFourEyes(t *testing.T) {
	o := newOffice(t)
	ref := o.receive(itemHere, "way").Ref
	rec, err := o.Do(t.Context(), acceptor, CaseAct{Case: ref, Seen: 1}, "accept", protocol.Case{})
	o.must(err)
	if _, err := o.Do(t.Context(), decider, CaseAct{Case: ref, Seen: 1}, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "G-04" {
		t.Errorf("an old screen: %v", err)
	}
	if _, err := o.Do(t.Context(), person("clerk", "", protocol.RoleDecider), CaseAct{Case: ref}, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "G-08" {
		t.Errorf("who received it decides: %v", err)
	}
	_, err = o.Do(t.Context(), decider, CaseAct{Case: ref, Seen: rec.Rev}, "grant", protocol.Case{Decision: &protocol.Decision{Text: "准予"}})
	o.must(err)
	mixed := protocol.Delivery{Recipient: "申请人甲", Way: "counter", Tracking: "SF0001"}
	if _, err = o.Do(t.Context(), clerk, CaseAct{Case: ref}, "deliver", protocol.Case{Delivery: &mixed}); ruleOf(err) != "C-20b" {
		t.Errorf("a parcel number at the counter: %v", err)
	}
	_, err = o.Do(t.Context(), clerk, CaseAct{Case: ref}, "deliver", protocol.Case{Delivery: &protocol.Delivery{Recipient: "申请人甲", Way: "counter"}})
	o.must(err)
	if c := o.caseIn(ref); c.State != protocol.CaseDelivered || c.Delivery.Place != here {
		t.Errorf("%s, %+v", c.State, c.Delivery)
	}
	_, err = o.Do(t.Context(), acceptor, CaseAct{Case: protocol.Ref{Kind: "case", ID: "none"}}, "accept", protocol.Case{})
	if protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("no case: %v", err)
	}
}

// TestC10cADuplicateIsLookedAtBeforeAcceptance: the desk cites the marks it has,
// because a judge sees nothing else.
func TestC10cADuplicateIsLookedAtBeforeAcceptance(t *testing.T) {
	o := newOffice(t)
	ref, twin := o.receive(itemHere, "one").Ref, o.receive(itemHere, "two").Ref
	mark := protocol.DupID(ref.ID, twin.ID)
	o.hub("dupmark", mark, protocol.Dupmark{Cases: []protocol.DupCase{{ID: min(ref.ID, twin.ID)}, {ID: max(ref.ID, twin.ID)}}, State: protocol.DupOpen})
	if _, err := o.Do(t.Context(), acceptor, CaseAct{Case: ref}, "accept", protocol.Case{}); ruleOf(err) != "C-10c" {
		t.Errorf("a mark nobody looked at: %v", err)
	}
	_, err := o.Do(t.Context(), acceptor, CaseAct{Case: ref, Viewed: []string{mark}}, "accept", protocol.Case{})
	o.must(err)
	if c := o.caseIn(ref); c.State != protocol.CaseAccepted || !slices.Equal(c.DupsViewed, []string{mark}) {
		t.Errorf("%s, viewed %v", c.State, c.DupsViewed)
	}
}
