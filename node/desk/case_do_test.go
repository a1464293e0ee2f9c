package desk

import (
	"slices"
	"testing"

	"xiangyun/protocol"
)

// TestEveryActOfAPersonAtTheDesk takes each act of cases.md §5 once as the law wants
// it, and once in the way that its first letter forbids. The letters are the
// judge's and tested there one by one; here it is that the desk cites what they need.
func TestEveryActOfAPersonAtTheDesk(t *testing.T) {
	o, received, review := newLaw(t), protocol.CaseReceived, protocol.CaseReview
	for _, row := range []struct {
		name  string
		from  protocol.CaseState
		who   *protocol.Account
		act   protocol.Act
		want  protocol.Case
		rule  string
		after protocol.CaseState
	}{
		{"C-03 refused with reason, basis and remedy", received, acceptor, "refuse", aNo, "", protocol.CaseRefused},
		{"C-03a refused without a reason", received, acceptor, "refuse", protocol.Case{}, "C-03a", received},
		{"C-04d handed over to the place where it is", received, clerk, "hand_over", protocol.Case{}, "C-04d", received},
		{"C-07 notice of a line of the guide", received, acceptor, "notice", aNotice("m1"), "", protocol.CaseCorrection},
		{"C-07a notice of nothing", received, acceptor, "notice", protocol.Case{}, "C-07a", received},
		{"C-07b notice of what the guide does not list", received, acceptor, "notice", aNotice("m9"), "C-07b", received},
		{"C-07d notice of what is fetched by sharing", received, acceptor, "notice", aNotice("m3"), "C-07d", received},
		{"C-08 supplement", protocol.CaseCorrection, clerk, "supplement", aSupplement("m1"), "", protocol.CaseArrived},
		{"C-08a supplement of what was not asked", protocol.CaseCorrection, clerk, "supplement", aSupplement("m2"), "C-08a", protocol.CaseCorrection},
		{"C-10 accept", received, acceptor, "accept", protocol.Case{}, "", protocol.CaseAccepted},
		{"C-12 assign", protocol.CaseAccepted, leader, "assign", protocol.Case{Assignee: By(examiner)}, "", review},
		{"C-12a assign to a stranger", protocol.CaseAccepted, leader, "assign", protocol.Case{Assignee: By(clerk)}, "C-12a", protocol.CaseAccepted},
		{"C-12 opine", review, examiner, "opine", anOpinion, "", review},
		{"C-12b opine nothing", review, examiner, "opine", protocol.Case{}, "C-12b", review},
		{"C-13 special procedure", review, leader, "special_start", aSpecial, "", protocol.CaseSpecial},
		{"C-13a a procedure the item has not", review, leader, "special_start", protocol.Case{Specials: []protocol.Special{{Kind: "听证", Planned: day(3, 12), Notice: "n"}}}, "C-13a", review},
		{"C-14 end of the special procedure", protocol.CaseSpecial, examiner, "special_end", protocol.Case{Specials: []protocol.Special{{Evidence: "blob-9"}}}, "", review},
		{"C-14a end without evidence", protocol.CaseSpecial, examiner, "special_end", protocol.Case{}, "C-14a", protocol.CaseSpecial},
		{"C-15 extension", review, leader, "extend", anExtension, "", review},
		{"C-15c extension without a reason", review, leader, "extend", protocol.Case{Extension: &protocol.Extension{Limit: wd(3)}}, "C-15c", review},
		{"C-16 joint handling", review, examiner, "joint_open", aJoint, "", protocol.CaseJoint},
		{"C-16a joint handling with nobody", review, examiner, "joint_open", protocol.Case{}, "C-16a", review},
		{"C-16b with an agency that nobody named", review, examiner, "joint_open", protocol.Case{Tasks: []protocol.JointTask{{Agency: theirs, Question: "q", Due: day(3, 20)}}}, "C-16b", review},
		{"C-17a joint handling closed over silence", protocol.CaseJoint, examiner, "joint_close", protocol.Case{}, "C-17a", protocol.CaseJoint},
		{"C-18 grant", review, decider, "grant", protocol.Case{Decision: &protocol.Decision{Text: "准予"}}, "", protocol.CaseGranted},
		{"C-18c grant with a licence number that is none", review, decider, "grant", protocol.Case{Decision: &protocol.Decision{Licence: "1.2.3"}}, "C-18c", review},
		{"C-19 deny", review, decider, "deny", aNo, "", protocol.CaseDenied},
		{"C-19a deny without a reason", review, decider, "deny", protocol.Case{}, "C-19a", review},
		{"C-20 deliver", protocol.CaseGranted, clerk, "deliver", aDelivery, "", protocol.CaseDelivered},
		{"C-20c deliver with a scan that is not of the case", protocol.CaseGranted, clerk, "deliver",
			protocol.Case{Delivery: &protocol.Delivery{Recipient: "申请人甲", Way: "counter", Proof: "blob-x"}}, "C-20c", protocol.CaseGranted},
		{"C-21 withdraw", protocol.CaseAccepted, clerk, "withdraw", aWish, "", protocol.CaseWithdrawn},
		{"C-21a withdraw without a word", protocol.CaseAccepted, clerk, "withdraw", protocol.Case{}, "C-21a", protocol.CaseAccepted},
		{"C-21b withdraw after the decision", protocol.CaseGranted, clerk, "withdraw", aWish, "C-21b", protocol.CaseGranted},
		{"C-22a merge without a mark", received, acceptor, "merge", protocol.Case{DupOf: "yanbian-1-2"}, "C-22a", received},
		{"C-25 amend", received, clerk, "amend", amending("applicant.name", "申请人甲", "申请人乙"), "", received},
		{"C-25b amend by another old value", received, clerk, "amend", amending("applicant.name", "申请人丙", "申请人乙"), "C-25b", received},
		{"C-27 fee", protocol.CaseAccepted, acceptor, "fee_due", aFee, "", protocol.CaseAccepted},
		{"C-27a fee beside the guide", protocol.CaseAccepted, acceptor, "fee_due", protocol.Case{Fee: &protocol.Fee{Amount: 5, Basis: "b"}}, "C-27a", protocol.CaseAccepted},
		{"C-28a owed paper where none is owed", protocol.CaseAccepted, clerk, "owed_received", aSupplement("m2"), "C-28a", protocol.CaseAccepted},
		{"C-29 terminate", review, leader, "terminate", anEnd, "", protocol.CaseTerminated},
		{"C-29a terminate for no lawful cause", review, leader, "terminate", protocol.Case{}, "C-29a", review},
		{"C-30 revoke", protocol.CaseDelivered, decider, "revoke", aRevoking, "", review},
		{"C-30a revoke without a reason", protocol.CaseGranted, decider, "revoke", protocol.Case{}, "C-30a", protocol.CaseGranted},
		{"C-23c archive what nobody signed for", protocol.CaseDelivered, leader, "archive", protocol.Case{}, "C-23d", protocol.CaseDelivered},
		{"G-06 the desk of the province is not here", protocol.CaseAccepted, person("d", "", protocol.RoleDispatcher), "reassign", protocol.Case{}, "G-06", protocol.CaseAccepted},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := &office{Desk: o.Desk, t: t, clock: o.clock}
			ref := o.standing(row.name, row.from)
			before := o.everything()
			err := o.do(row.who, ref, row.act, row.want)
			if ruleOf(err) != row.rule || (err == nil) != (row.rule == "") {
				t.Fatalf("%v, want %s", err, row.rule)
			}
			if demand := slices.Contains(protocol.AttemptRules, row.rule); err != nil && (o.everything() != before) != demand {
				t.Errorf("a refused act left something behind: %v, a demand beside the guide: %v", !demand, demand)
			}
			if c := o.caseIn(ref); c.State != row.after {
				t.Errorf("the case is %s, want %s", c.State, row.after)
			}
		})
	}
}

// TestC07bTheNoticeIsOfTheGuideThatWasShown: the guide changed since, the desk
// cites the version that was displayed (S-08).
func TestC07bTheNoticeIsOfTheGuideThatWasShown(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(missing, present))
	f := lawful(ours, here)
	f.Guide.Lines[0].ID = "m1-new"
	o.hub("guide", itemHere, f.Guide)
	if err := o.do(acceptor, ref, "notice", aNotice("m1-new")); ruleOf(err) != "C-07b" {
		t.Errorf("a line of the new guide: %v", err)
	}
	o.done(acceptor, ref, "notice", aNotice("m1"))
}

// TestC27FeeIsPaidOnce: R-08 and the counter tell of one payment.
func TestC27FeeIsPaidOnce(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseAccepted)
	o.done(acceptor, ref, "fee_due", aFee)
	if err := o.do(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "C-18b" {
		t.Errorf("granted unpaid: %v", err)
	}
	o.done(acceptor, ref, "fee_paid", aPayment)
	if err := o.do(acceptor, ref, "fee_paid", aPayment); ruleOf(err) != "C-27c" {
		t.Errorf("paid twice: %v", err)
	}
	o.done(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}})
}

// TestC10bOwedPapers is 容缺受理 (§14.1): accepted with a commitment, no grant
// before the paper came (C-18a, C-28).
func TestC10bOwedPapers(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, owed))
	if err := o.do(acceptor, ref, "accept", protocol.Case{}); ruleOf(err) != "C-10b" {
		t.Errorf("without a commitment: %v", err)
	}
	o.done(acceptor, ref, "accept", protocol.Case{Commitment: &protocol.Commitment{Signed: "paper", Credit: "clear"}})
	if err := o.do(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "C-18a" {
		t.Errorf("granted with a paper owed: %v", err)
	}
	o.done(clerk, ref, "owed_received", aSupplement("m2"))
	o.done(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}})
}

// TestC18eASharedPaperThatComesLater (§14.2): its source did not answer at the
// receipt; nothing waits for it but the decision (S-10).
func TestC18eASharedPaperThatComesLater(t *testing.T) {
	o := newLaw(t)
	materials := lines(present, present)
	materials[2].Presence = protocol.PresencePending
	ref := o.taken("n", materials)
	o.done(acceptor, ref, "accept", protocol.Case{})
	if err := o.do(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}}); ruleOf(err) != "C-18e" {
		t.Errorf("granted before it came: %v", err)
	}
	came := protocol.Case{Materials: []protocol.Material{{Line: "m3", Presence: protocol.PresenceFetched}}}
	if err := o.do(clerk, ref, "fetched", came); ruleOf(err) != "C-18e" {
		t.Errorf("from nowhere: %v", err)
	}
	came.Materials[0].Source = "省人口库"
	o.done(clerk, ref, "fetched", came)
	if err := o.do(clerk, ref, "fetched", came); ruleOf(err) != "C-18e" {
		t.Errorf("twice: %v", err)
	}
	o.done(decider, ref, "grant", protocol.Case{Decision: &protocol.Decision{}})
}

// TestC22MergeAndC22xAbsorb (C-22, C-22x): the later of two becomes void, the earlier takes over
// what it had and counts from the first receipt (DU-03, DU-04).
func TestC22MergeAndC22xAbsorb(t *testing.T) {
	o := newLaw(t)
	first := o.taken("one", lines(missing, present))
	o.at(3, 3, 9)
	second := o.taken("two", lines(present, present))
	o.marked(first, second)
	if err := o.do(acceptor, first, "merge", protocol.Case{DupOf: second.ID}); ruleOf(err) != "C-22b" {
		t.Errorf("the earlier goes into the later: %v", err)
	}
	o.done(acceptor, second, "merge", protocol.Case{DupOf: first.ID})
	for range 2 {
		o.must(o.Steward(t.Context(), []protocol.Ref{second}))
	}
	void, canonical := o.caseIn(second), o.caseIn(first)
	if void.State != protocol.CaseVoid || len(canonical.Absorbed) != 1 || canonical.Materials[0].Presence != present || canonical.Earliest != canonical.Received.At {
		t.Errorf("void %s; canonical %+v", void.State, canonical)
	}
	refs, err := o.Waiting(t.Context())
	if o.must(err); !slices.Contains(refs, second) {
		t.Error("after a restart nobody looks whether it was absorbed")
	}
}

// marked has the hub mark two cases as one.
func (o *office) marked(a, b protocol.Ref) string {
	o.t.Helper()
	if a.ID > b.ID {
		a, b = b, a
	}
	var list []protocol.DupCase
	for _, ref := range []protocol.Ref{a, b} {
		c := o.caseIn(ref)
		list = append(list, protocol.DupCase{ID: ref.ID, Basic: basicOf(c.Item), FP: c.Applicant.FP, Receipt: here, Home: here, Received: c.Received.At})
	}
	id := protocol.DupID(a.ID, b.ID)
	o.hub("dupmark", id, protocol.Dupmark{Cases: list, State: protocol.DupOpen})
	return id
}

// TestC23ArchiveCitesWhatBelongsToTheCase (C-23): a parcel that is open, wherever its
// record came from, keeps the case (C-23a).
func TestC23ArchiveCitesWhatBelongsToTheCase(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseDelivered)
	packet := protocol.Case{Archive: &protocol.Archive{Packet: protocol.BlobID("sha256:" + protocol.HashOf([]byte("packet")).String()), Checks: protocol.ArchiveChecks}}
	o.hub("parcel", "p1", protocol.Parcel{Case: ref.ID, State: protocol.ParcelAtWindow})
	if err := o.do(leader, ref, "archive", packet); ruleOf(err) != "C-23a" {
		t.Errorf("with an open parcel: %v", err)
	}
	o.hub("parcel", "p1", protocol.Parcel{Case: ref.ID, State: protocol.ParcelReturned})
	o.hub("evaluation", "e1", protocol.Evaluation{On: ref})
	o.hub("remedy", "e1", protocol.Remedy{Evaluation: "e1", State: protocol.RemedyOpen})
	if err := o.do(leader, ref, "archive", packet); ruleOf(err) != "C-23b" {
		t.Errorf("with an open remedy: %v", err)
	}
	o.hub("remedy", "e1", protocol.Remedy{Evaluation: "e1", State: protocol.RemedyClosed})
	o.done(leader, ref, "archive", packet)
	if c := o.caseIn(ref); c.State != protocol.CaseArchived || len(c.Archive.Related) != 2 {
		t.Errorf("%s, %+v", c.State, c.Archive)
	}
}

// TestC25ACorrectedNumberIsFound: who is corrected is found by the right number.
func TestC25ACorrectedNumberIsFound(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, present))
	o.done(clerk, ref, "amend", amending("applicant.id", "11010519491231002X", "110105194912310038"))
	known, err := o.Person(t.Context(), clerk, "citizen", "110105194912310038", "", "")
	if o.must(err); len(known) != 1 || known[0].Ref != ref {
		t.Errorf("found %+v", known)
	}
}
