package desk

import (
	"testing"

	"xiangyun/protocol"
)

// away is a case whose home is another node and that stands in a state.
func (o *office) away(nonce string, state protocol.CaseState) protocol.Ref {
	o.t.Helper()
	return o.elsewhere("changchun-1-"+nonce+"-X", state)
}

// TestWhatIsDoneElsewhereIsAskedOfTheHome: each act with a request, taken at a place
// that is not the home, files that request (cases.md §5.1) and leaves the case alone.
func TestWhatIsDoneElsewhereIsAskedOfTheHome(t *testing.T) {
	o := newLaw(t)
	for _, row := range []struct {
		name string
		who  *protocol.Account
		act  protocol.Act
		want protocol.Case
		asks string
	}{
		{"R-01 supplement", clerk, "supplement", aSupplement("m1"), protocol.WantSupplement},
		{"R-02 withdrawal", clerk, "withdraw", aWish, protocol.WantWithdraw},
		{"R-03 delivery", clerk, "deliver", aDelivery, protocol.WantDelivery},
		{"R-04 duplicate", clerk, "merge", protocol.Case{DupOf: "yanbian-1-2"}, protocol.WantMerge},
		{"R-05 wrong route", clerk, "return_misrouted", protocol.Case{Hops: []protocol.Hop{{Reason: "送错地方"}}}, protocol.WantReturn},
		{"R-07 owed paper", clerk, "owed_received", aSupplement("m2"), protocol.WantOwed},
		{"R-08 payment", clerk, "fee_paid", aPayment, protocol.WantPayment},
		{"R-09 contact", clerk, "amend", amending("applicant.contact", "", "000-00000002"), protocol.WantContact},
	} {
		t.Run(row.name, func(t *testing.T) {
			ref := o.away(string(row.act), protocol.CaseArrived)
			rec, err := o.Do(t.Context(), row.who, CaseAct{Case: ref, Key: row.name}, row.act, row.want)
			o.must(err)
			r, err := protocol.Load[protocol.Request](rec)
			o.must(err)
			if r.Want != row.asks || r.On != ref || r.From != here || r.State != protocol.RequestFiled {
				t.Errorf("%+v", r)
			}
			before := o.everything()
			again, err := o.Do(t.Context(), row.who, CaseAct{Case: ref, Key: row.name}, row.act, row.want)
			if o.must(err); again.Ref != rec.Ref || o.everything() != before {
				t.Errorf("asked twice: %s and %s", rec.Ref, again.Ref)
			}
		})
	}
	if err := o.do(examiner, o.away("opine", protocol.CaseReview), "opine", anOpinion); ruleOf(err) != "G-06" {
		t.Errorf("an act without a request, on another agency's case: %v", err)
	}
	if err := o.do(person("e", "", protocol.RoleExaminer), o.away("opine2", protocol.CaseReview), "opine", anOpinion); ruleOf(err) != "G-01" {
		t.Errorf("an act without a request, elsewhere: %v", err)
	}
}

// TestR01TheReceiptIsThisWindows: place, clerk and time of a supplement are those of
// the window, whatever was filled in; another supplement is another request.
func TestR01TheReceiptIsThisWindows(t *testing.T) {
	o := newLaw(t)
	ref := o.away("n", protocol.CaseCorrection)
	forged := protocol.Supplement{Lines: []protocol.Material{{Line: "m1", Presence: present}}, At: 1, Node: there, Clerk: "changchun:x"}
	rec, err := o.Ask(t.Context(), clerk, ref, protocol.WantSupplement, forged, "k1")
	o.must(err)
	r, err := protocol.Load[protocol.Request](rec)
	o.must(err)
	s, err := data[protocol.Supplement](r)
	if o.must(err); s.At != o.Store.Now() || s.Node != here || s.Clerk != By(clerk) {
		t.Errorf("%+v", s)
	}
	forged.Lines[0].Line = "m2"
	if other, err := o.Ask(t.Context(), clerk, ref, protocol.WantSupplement, forged, "k2"); err != nil || other.Ref == rec.Ref {
		t.Errorf("another supplement: %s, %v", other.Ref, err)
	}
	if _, err := o.Ask(t.Context(), clerk, ref, protocol.WantSupplement, forged, "k1"); ruleOf(err) != "G-11" {
		t.Errorf("another content under one key: %v", err)
	}
}

// TestR06OneUrgingADay, by the applicant at a window or by a supervisor.
func TestR06OneUrgingADay(t *testing.T) {
	o := newLaw(t)
	ref := o.away("n", protocol.CaseAccepted)
	ask := func(who *protocol.Account, by, key string) (protocol.Record, error) {
		return o.Ask(t.Context(), who, ref, protocol.WantUrge, protocol.Urging{Text: "请尽快办理", By: by}, key)
	}
	first, err := ask(clerk, "applicant", "1")
	o.must(err)
	if again, err := ask(supervisor, "supervisor", "2"); err != nil || again.Ref != first.Ref {
		t.Errorf("a second on that day: %s, %v", again.Ref, err)
	}
	o.at(3, 3, 9)
	if next, err := ask(supervisor, "supervisor", "3"); err != nil || next.Ref == first.Ref {
		t.Errorf("the day after: %s, %v", next.Ref, err)
	}
	if _, err := ask(editor, "applicant", "4"); ruleOf(err) != "G-05" {
		t.Errorf("an editor urges: %v", err)
	}
}

// TestTheHomeAnswersWhatTheSystemCanJudge: each request comes from another window
// and is carried out at once, with Answers, or declined by its rule.
func TestTheHomeAnswersWhatTheSystemCanJudge(t *testing.T) {
	o := newLaw(t)
	lines := []protocol.Material{{Line: "m1", Presence: present}}
	owedLines := []protocol.Material{{Line: "m2", Presence: present}}
	at := protocol.At(startAt)
	for _, row := range []struct {
		name, want string
		on         protocol.Ref
		data       any
		state      string
		rule       string
		did        protocol.Act
	}{
		{"R-01 in time", protocol.WantSupplement, o.standing("1", protocol.CaseCorrection), protocol.Supplement{Lines: lines, At: at, Node: there, Clerk: "changchun:clerk"}, protocol.RequestDone, "", "supplement"},
		{"R-01 of another line", protocol.WantSupplement, o.standing("2", protocol.CaseCorrection), protocol.Supplement{Lines: owedLines, At: at, Node: there, Clerk: "changchun:clerk"}, protocol.RequestDeclined, "C-08a", ""},
		{"R-02", protocol.WantWithdraw, o.standing("3", protocol.CaseAccepted), protocol.Ending{Reason: "本人申请"}, protocol.RequestDone, "", "withdraw"},
		{"R-02 after the decision goes to the leader", protocol.WantWithdraw, o.standing("4", protocol.CaseGranted), protocol.Ending{Reason: "本人申请"}, protocol.RequestDeclined, "C-21b", ""},
		{"R-03", protocol.WantDelivery, o.standing("5", protocol.CaseGranted), protocol.Delivery{Recipient: "申请人甲", Way: "counter", Place: there, By: "changchun:clerk", At: at}, protocol.RequestDone, "", "deliver"},
		{"R-06", protocol.WantUrge, o.standing("6", protocol.CaseAccepted), protocol.Urging{Text: "快", By: "applicant"}, protocol.RequestDone, "", ""},
		{"R-07 where nothing is owed", protocol.WantOwed, o.standing("7", protocol.CaseAccepted), protocol.Supplement{Lines: owedLines, At: at, Node: there, Clerk: "changchun:clerk"}, protocol.RequestDeclined, "C-28a", ""},
		{"R-08 without a fee", protocol.WantPayment, o.standing("8", protocol.CaseAccepted), protocol.Payment{Ref: "pay-1", Amount: 1000}, protocol.RequestDeclined, "C-27a", ""},
		{"R-09", protocol.WantContact, o.standing("9", protocol.CaseReceived), protocol.ContactChange{Contact: "000-00000002"}, protocol.RequestDone, "", "amend"},
		{"R-09 when it is too late", protocol.WantContact, o.standing("10", protocol.CaseGranted), protocol.ContactChange{Contact: "000-00000002"}, protocol.RequestDeclined, "G-07", ""},
		{"R-04 of a case that is over", protocol.WantMerge, o.standing("11", protocol.CaseDelivered), protocol.DuplicateHint{Other: "x"}, protocol.RequestDeclined, "G-07", ""},
		{"R-05 of a case that was accepted", protocol.WantReturn, o.standing("12", protocol.CaseAccepted), protocol.PleaseReturn{Reason: "送错"}, protocol.RequestDeclined, "G-07", ""},
		{"R-04 waits for a person", protocol.WantMerge, o.standing("13", protocol.CaseReceived), protocol.DuplicateHint{Other: "x"}, protocol.RequestDelivered, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			ref := o.asked(row.name, row.want, row.on, row.data)
			refs, _, err := o.Due(t.Context())
			o.must(err)
			o.must(o.Steward(t.Context(), refs))
			before := o.everything()
			o.must(o.Steward(t.Context(), []protocol.Ref{ref})) // a repeat changes nothing (A13)
			r, _, err := Record[protocol.Request](o.Desk, ref)
			if o.must(err); r.State != row.state || r.Rule != row.rule || o.everything() != before {
				t.Errorf("%s (%s %s), want %s %s", r.State, r.Rule, r.Reason, row.state, row.rule)
			}
			if row.did != "" && o.steps(row.on, row.did) == 0 {
				t.Errorf("the case was not asked to %s", row.did)
			}
		})
	}
}

// TestR07AndR08AreCarriedOutOnce: two windows report one payment and one paper.
func TestR07AndR08AreCarriedOutOnce(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, owed))
	o.done(acceptor, ref, "accept", protocol.Case{Commitment: &protocol.Commitment{Signed: "paper", Credit: "clear"}})
	o.done(acceptor, ref, "fee_due", aFee)
	paper := protocol.Supplement{Lines: []protocol.Material{{Line: "m2", Presence: present}}, At: protocol.At(startAt), Node: there, Clerk: "changchun:clerk"}
	asked := []protocol.Ref{
		o.asked("owed-1", protocol.WantOwed, ref, paper), o.asked("owed-2", protocol.WantOwed, ref, paper),
		o.asked("pay-1", protocol.WantPayment, ref, protocol.Payment{Ref: "p", Amount: 1000}), o.asked("pay-2", protocol.WantPayment, ref, protocol.Payment{Ref: "p", Amount: 1000}),
	}
	o.must(o.Steward(t.Context(), asked))
	for i, want := range []string{"", "C-28a", "", "C-27c"} {
		r, _, err := Record[protocol.Request](o.Desk, asked[i])
		if o.must(err); r.Open() || r.Rule != want {
			t.Errorf("%s is %s (%s)", asked[i], r.State, r.Rule)
		}
	}
	if o.steps(ref, "owed_received") != 1 || o.steps(ref, "fee_paid") != 1 {
		t.Error("something was registered twice")
	}
}

// TestC06AReturnAnswersWhoAskedForIt (C-06, R-05): the acceptor sends the case back; a no
// has to be said with a reason.
func TestC06AReturnAnswersWhoAskedForIt(t *testing.T) {
	o := newLaw(t)
	yes, no := o.arrived("yes"), o.arrived("no")
	asked := []protocol.Ref{o.asked("r-yes", protocol.WantReturn, yes, protocol.PleaseReturn{Reason: "送错"}),
		o.asked("r-no", protocol.WantReturn, no, protocol.PleaseReturn{Reason: "送错"})}
	o.must(o.Steward(t.Context(), asked))
	if err := o.do(acceptor, yes, "return_misrouted", protocol.Case{}); ruleOf(err) != "C-06a" {
		t.Errorf("without a reason: %v", err)
	}
	o.done(acceptor, yes, "return_misrouted", protocol.Case{Hops: []protocol.Hop{{Reason: "属其他机构职权", Agency: theirs}}})
	if c, rec, err := Record[protocol.Case](o.Desk, yes); err != nil || rec.Home != there || c.State != protocol.CaseHandingOver || len(c.Hops) != 1 {
		t.Errorf("home %s, %s, %v", rec.Home, c.State, err)
	}
	if _, err := o.Decline(t.Context(), clerk, asked[1], "确属本机构", ""); ruleOf(err) != "G-05" {
		t.Errorf("a clerk declines: %v", err)
	}
	_, err := o.Decline(t.Context(), acceptor, asked[1], "确属本机构", "k")
	o.must(err)
	for i, want := range []string{protocol.RequestDone, protocol.RequestDeclined} {
		if r, _, err := Record[protocol.Request](o.Desk, asked[i]); err != nil || r.State != want {
			t.Errorf("%s is %s, want %s", asked[i], r.State, want)
		}
	}
}

// arrived is a case of another window that this place signed for (C-05).
func (o *office) arrived(nonce string) protocol.Ref {
	o.t.Helper()
	ref := protocol.Ref{Kind: "case", ID: "changchun-1-" + nonce + "-X"}
	o.feed(protocol.Record{Ref: ref, Rev: 2, Home: here, Epoch: 2, By: "changchun:clerk", Act: "hand_over", Body: o.encode(protocol.Case{Item: itemHere,
		Agency: ours, AgencyName: "样例机构", Handler: here, To: here, ReceiptNo: "220000000002C", Idem: nonce, State: protocol.CaseHandingOver,
		Received: protocol.Receipt{Node: there, Clerk: "changchun:clerk", At: protocol.At(startAt)}})})
	o.must(o.Steward(o.t.Context(), []protocol.Ref{ref}))
	if c := o.caseIn(ref); c.State != protocol.CaseArrived {
		o.t.Fatalf("C-05: the case is %s", c.State)
	}
	return ref
}

// TestR01AtAThirdWindow: the case is not here, and its number on the applicant's
// paper is enough (R-01…R-03); a slip in it is none.
func TestR01AtAThirdWindow(t *testing.T) {
	o := newLaw(t)
	id := "changchun-1-00000042"
	c, err := protocol.CheckChar37(id)
	o.must(err)
	ref := protocol.Ref{Kind: "case", ID: id + "-" + string(c)}
	for act, want := range map[protocol.Act]protocol.Case{"supplement": aSupplement("m1"), "withdraw": aWish, "deliver": aDelivery} {
		rec, err := o.Do(t.Context(), clerk, CaseAct{Case: ref, Key: string(act)}, act, want)
		o.must(err)
		if r, err := protocol.Load[protocol.Request](rec); err != nil || r.On != ref || r.Title == "" || rec.Home != protocol.Hub {
			t.Errorf("%s: %+v at %s, %v", act, r, rec.Home, err)
		}
	}
	before := o.everything()
	slip := protocol.Ref{Kind: "case", ID: "changchun-1-00000024-" + string(c)}
	if err := o.do(clerk, slip, "withdraw", aWish); protocol.CodeOf(err) != protocol.Gone || o.everything() != before {
		t.Errorf("a slip in the number: %v", err)
	}
	if err := o.do(acceptor, ref, "accept", protocol.Case{}); protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("an act of the home: %v", err)
	}
}
