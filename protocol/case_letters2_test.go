package protocol

import (
	"testing"
	"time"
)

// sharedGuide is the guide with check points, one of them on two lines, a line
// that is fetched, and one that is asked of large families only.
func sharedGuide() *Guide {
	g := caseGuide()
	g.Lines[0].Checks = []CheckPoint{{"1", "申请人签名"}}
	g.Lines[1].Checks = []CheckPoint{{"1", "清晰可辨"}, {"m2.1", "在有效期内"}}
	g.Lines = append(g.Lines,
		MaterialLine{ID: "m4", Name: "婚姻登记信息", Form: "electronic", Necessity: "required", Source: "issued",
			Share: &LineShare{Resource: "res-1", Fields: []string{"状态"}, Scenario: "低保核对"}},
		MaterialLine{ID: "m5", Name: "家庭成员名单", Form: "original", Necessity: "conditional", Expr: "家庭人口 > 4", When: "家庭人口多于 4 人", Source: "self"})
	return g
}

func owing(c *Case) { c.Materials[2].Presence = PresenceOwed }

func TestLettersOfAnAcceptance(t *testing.T) {
	signed := wish(func(c *Case) { c.Commitment = &Commitment{Signed: "blob-6", Credit: "clear"} })
	instant := wish(func(c *Case) { c.Instant = true })
	check(t, []row{
		{"cases.C-10b the item does not allow it", "case accept", steps(stood(owing), signed, law(func(i *Item) { i.Owed = nil })), "C-10b"},
		{"cases.C-10b nobody signed", "case accept", stood(owing), "C-10b"},
		{"cases.C-10b the credit check could not be made", "case accept", steps(stood(owing), wish(func(c *Case) { c.Commitment = &Commitment{Signed: "blob-6", Credit: "unavailable"} })), "C-10b"},
		{"cases.C-10b on the black list", "case accept", steps(stood(owing), wish(func(c *Case) { c.Commitment = &Commitment{Signed: "blob-6", Credit: "listed"} })), "C-10b"},
		{"an owed line with a commitment", "case accept", steps(stood(owing), signed), ""},
		{"cases.C-10c an open mark nobody looked at", "case accept", cites(markRef()), "C-10c"},
		{"a mark that was looked at", "case accept", steps(cites(markRef()), wish(func(c *Case) { c.DupsViewed = []string{markRef().ID} })), ""},
		{"a mark that is closed", "case accept", steps(cites(markRef()), cite(markRef(), func(m *Dupmark) { m.State = DupDifferent })), ""},
		{"cases.C-26a an item that is not instant", "case accept", instant, "C-26a"},
		{"an instant item", "case accept", steps(instant, law(func(i *Item) { i.CaseType = "instant" })), ""},
		{"cases.V-06a a case number that is too short", "case accept", wish(func(c *Case) { c.No = "1" }), "V-06a"},
		{"cases.V-06b a case number of another item", "case accept", wish(func(c *Case) { c.No = testUSCC(2) + "3220050100100" + "202603020001" }), "V-06b"},
		{"a case number", "case accept", wish(func(c *Case) { c.No = anItem().ImplCode + "202603020001" }), ""},
		{"the last second of the last day", "case accept", late(at(t, "2026-03-09 23:59:59")), ""},
		{"cases.G-13 it counts as accepted already", "case accept", late(at(t, "2026-03-10 00:00:00")), "G-13"},
		{"cases.G-13 and no notice any more", "case notice", late(on(time.March, 10)), "G-13"},
		{"without the effect only a card", "case accept", steps(late(on(time.March, 10)), stood(func(c *Case) { c.Terms.Effect = "" })), ""},
		{"cases.C-11a the last second of the last day", "case deem_accept", late(at(t, "2026-03-09 23:59:59")), "C-11a"},
		{"24:00 of the last day", "case deem_accept", late(at(t, "2026-03-10 00:00:00")), ""},
		{"cases.C-11a a provisional day has no effect", "case deem_accept", uncite(CalendarRef(2026)), "C-11a"},
		{"cases.C-11b the item has no such effect", "case deem_accept", stood(func(c *Case) { c.Terms.Effect = "" }), "C-11b"},
		{"cases.G-09 the item version is cited", "case deem_accept", uncite(itemRef()), "G-09"},
		{"cases.C-03a a class that does not exist", "case refuse", decision(func(d *Decision) { d.Class = "busy" }), "C-03a"},
		{"cases.C-03a whom to ask instead", "case refuse", decision(func(d *Decision) { d.Class = "not_competent" }), "C-03a"},
		{"cases.C-03d after the time for it", "case refuse", late(on(time.March, 10)), "C-03d"},
	})
}

// TestAnAcceptancePinsWhatTheItemSays: lengths that the item leaves to the law too.
func TestAnAcceptancePinsWhatTheItemSays(t *testing.T) {
	s := legalAct(t, "case accept")
	steps(stood(owing), wish(func(c *Case) { c.Commitment = &Commitment{Signed: "blob-6", Credit: "clear"} }),
		law(func(i *Item) { i.Type, i.Legal = "01", Limit{} }))(&s)
	want := CaseTerms{Effect: C1Deemed, Promise: Limit{20, WorkingDays}, Legal: Limit{20, WorkingDays}, Owed: Limit{10, WorkingDays}, OwedLapse: "return"}
	if c := result[Case](t, s); c.Terms != want || c.Due.K3 != day(t, "2026-03-30") {
		t.Errorf("%+v, K3 %s", c.Terms, c.Due.K3)
	}
}

func TestLettersOfTheReview(t *testing.T) {
	special := func(f func(*Special)) func(*scene) { return wish(func(c *Case) { f(&c.Specials[0]) }) }
	started := func(f func(*Special)) func(*scene) { return stood(func(c *Case) { f(&c.Specials[0]) }) }
	task := func(f func(*JointTask)) func(*scene) { return wish(func(c *Case) { f(&c.Tasks[0]) }) }
	lapsed := late(on(time.April, 20))
	silence := law(func(i *Item) { i.Joint.Silence = true })
	check(t, []row{
		{"cases.C-12a somebody of another agency", "case assign", cite(Ref{"account", examiner}, func(a *Account) { a.Agency = testUSCC(2) }), "C-12a"},
		{"cases.C-12a somebody who left", "case assign", cite(Ref{"account", examiner}, func(a *Account) { a.State = AccountDisabled }), "C-12a"},
		{"cases.C-12a nobody", "case assign", wish(func(c *Case) { c.Assignee = "" }), "C-12a"},
		{"cases.C-12b an opinion without words", "case opine", wish(func(c *Case) { c.Opinions = nil }), "C-12b"},
		{"cases.C-13a a procedure the item does not have", "case special_start", special(func(s *Special) { s.Kind = "拍卖" }), "C-13a"},
		{"cases.C-13b longer than the item allows", "case special_start", special(func(s *Special) { s.Planned = Day{2026, 5, 1} }), "C-13b"},
		{"cases.C-13b over before it starts", "case special_start", special(func(s *Special) { s.Planned = Day{2026, 3, 1} }), "C-13b"},
		{"cases.C-13c nobody was told", "case special_start", special(func(s *Special) { s.Notice = "" }), "C-13c"},
		{"cases.C-13d the legal time is over", "case special_start", steps(lapsed, special(func(s *Special) { s.Planned = Day{2026, 4, 22} })), "C-13d"},
		{"cases.C-14a without its result", "case special_end", special(func(s *Special) { s.Evidence = "" }), "C-14a"},
		{"cases.C-14b ended before it started", "case special_end", special(func(s *Special) { s.End = Day{2026, 3, 1} }), "C-14b"},
		{"cases.C-14b ends tomorrow", "case special_end", special(func(s *Special) { s.End = Day{2026, 3, 13} }), "C-14b"},
		{"longer than allowed is lawful, and a red card", "case special_end", steps(started(func(s *Special) { s.Start = Day{2026, 1, 5} })), ""},
		{"cases.C-15a after the legal time", "case extend", lapsed, "C-15a"},
		{"cases.C-15b a second time", "case extend", stood(func(c *Case) { c.Extension = &Extension{At: sceneAt} }), "C-15b"},
		{"cases.C-15c without a reason", "case extend", wish(func(c *Case) { c.Extension.Reason = "" }), "C-15c"},
		{"cases.C-15c without a word", "case extend", wish(func(c *Case) { c.Extension = nil }), "C-15c"},
		{"cases.C-15d eleven days", "case extend", wish(func(c *Case) { c.Extension.Limit.N = 11 }), "C-15d"},
		{"cases.C-15d ten calendar days", "case extend", wish(func(c *Case) { c.Extension.Limit.Unit = CalendarDays }), "C-15d"},
		{"fifteen days in joint handling", "case extend", steps(stood(func(c *Case) { c.State = CaseJoint }), wish(func(c *Case) { c.Extension.Limit.N = 15 })), ""},
		{"cases.C-16a no task", "case joint_open", wish(func(c *Case) { c.Tasks = nil }), "C-16a"},
		{"cases.C-16a a task without an id", "case joint_open", task(func(k *JointTask) { k.ID = "" }), "C-16a"},
		{"cases.C-16b an agency the item does not name", "case joint_open", task(func(k *JointTask) { k.Agency = testUSCC(3) }), "C-16b"},
		{"by the leader's order", "case joint_open", task(func(k *JointTask) { k.Agency, k.Order = testUSCC(3), "负责人指定" }), ""},
		{"cases.C-16c longer than the case itself", "case joint_open", task(func(k *JointTask) { k.Due = Day{2026, 6, 1} }), "C-16c"},
		{"cases.C-17a an agency is silent", "case joint_close", uncite(Ref{"task", taskID}), "C-17a"},
		{"the leader goes on without it", "case joint_close", steps(uncite(Ref{"task", taskID}),
			wish(func(c *Case) { c.Tasks = []JointTask{{ID: taskID, Silent: "节点中断,已出具红牌"}} })), ""},
		{"the item takes silence for consent", "case joint_close", steps(uncite(Ref{"task", taskID}), silence, late(at(t, "2026-03-21 00:00:00"))), ""},
		{"cases.C-17a the last second to answer", "case joint_close", steps(uncite(Ref{"task", taskID}), silence, late(at(t, "2026-03-20 23:59:59"))), "C-17a"},
		{"cases.C-17a silence of an item that does not", "case joint_close", steps(uncite(Ref{"task", taskID}), late(on(time.March, 23))), "C-17a"},
	})
}

func TestLettersOfADecision(t *testing.T) {
	fee := func(f Fee) func(*scene) { return stood(func(c *Case) { c.Fee = &f }) }
	pending := stood(func(c *Case) { c.BlobsPending = true })
	check(t, []row{
		{"cases.C-18b the fee is not paid", "case grant", fee(Fee{Amount: 1000, Basis: "b", DueAt: 1}), "C-18b"},
		{"the fee is waived", "case grant", fee(Fee{Basis: "b", Waived: "低保对象", DueAt: 1}), ""},
		{"the fee is paid", "case grant", fee(Fee{Amount: 1000, Basis: "b", DueAt: 1, Ref: "p", PaidAt: 2}), ""},
		{"cases.C-18c a licence identifier that cannot be", "case grant", decision(func(d *Decision) { d.Licence = "1.2.3" }), "C-18c"},
		{"cases.C-18d a task is open", "case grant", stood(func(c *Case) { c.Tasks = []JointTask{{ID: taskID, State: TaskOpen}} }), "C-18d"},
		{"cases.C-18e cases.F-08 a scan is on its way", "case grant", steps(pending, uncite(Ref{"blob", "blob-1"})), "C-18e"},
		{"the scan is here", "case grant", pending, ""},
		{"cases.C-18e what is fetched is not here", "case grant", stood(func(c *Case) { c.Materials[2].Presence = PresencePending }), "C-18e"},
		{"cases.G-08 who reviewed does not decide", "case grant", stood(func(c *Case) { c.Opinions = []Opinion{{By: decider, At: 1, Text: "x"}} }), "G-08"},
		{"cases.C-26b one person at an instant item", "case grant", steps(as(clerk), stood(func(c *Case) { c.Instant = true })), "C-26b"},
		{"the item waives the second person", "case grant", steps(as(clerk), stood(func(c *Case) { c.Instant, c.Terms.OneDecides = true, true })), ""},
		{"cases.C-19d the right to a hearing", "case deny", stood(func(c *Case) { c.Terms.Hearing = true }), "C-19d"},
		{"told of the hearing", "case deny", steps(stood(func(c *Case) { c.Terms.Hearing = true }), decision(func(d *Decision) { d.Hearing = "D-07-2" })), ""},
		{"cases.C-20c a signature that is not there", "case deliver", delivery(func(d *Delivery) { d.Proof = "blob-5" }), "C-20c"},
		{"a signature that was scanned", "case deliver", delivery(func(d *Delivery) { d.Proof = "blob-1" }), ""},
		{"cases.C-21b after the decision", "case withdraw", stood(func(c *Case) { c.State, c.Decision = CaseGranted, &Decision{Kind: "grant"} }), "C-21b"},
		{"cases.C-29a a cause that does not exist", "case terminate", wish(func(c *Case) { c.Terminated.Cause = "busy" }), "C-29a"},
		{"cases.C-29b without a basis", "case terminate", wish(func(c *Case) { c.Terminated.Basis = "" }), "C-29b"},
		{"cases.C-30a without a reason", "case revoke", wish(func(c *Case) { c.Revoked[0].Reason = "" }), "C-30a"},
		{"cases.C-30b without a basis", "case revoke", wish(func(c *Case) { c.Revoked[0].Basis = "" }), "C-30b"},
		{"cases.C-30c the applicant was not told", "case revoke", wish(func(c *Case) { c.Revoked[0].Told = "" }), "C-30c"},
		{"cases.G-08 leader and decider are two", "case revoke", wish(func(c *Case) { c.Revoked[0].Leader = decider }), "G-08"},
	})
}

func TestLettersOfFeesAndOwedMaterials(t *testing.T) {
	check(t, []row{
		{"cases.C-27a another amount than the guide's", "case fee_due", wish(func(c *Case) { c.Fee.Amount = 2000 }), "C-27a"},
		{"cases.C-27a waived and yet an amount", "case fee_due", wish(func(c *Case) { c.Fee.Waived = "低保对象" }), "C-27a"},
		{"cases.C-27b without a basis", "case fee_due", wish(func(c *Case) { c.Fee.Basis = "" }), "C-27b"},
		{"cases.C-27a less than is due", "case fee_paid", wish(func(c *Case) { c.Fee.Amount = 1 }), "C-27a"},
		{"cases.C-27a nothing is due", "case fee_paid", stood(func(c *Case) { c.Fee = nil }), "C-27a"},
		{"cases.C-27c paid already", "case fee_paid", stood(func(c *Case) { c.Fee.Ref, c.Fee.PaidAt = "pay-1", 5 }), "C-27c"},
		{"cases.C-27c a payment without a number", "case fee_paid", wish(func(c *Case) { c.Fee.Ref = "" }), "C-27c"},
		{"cases.C-18e a shared paper from nowhere", "case fetched", func(s *scene) { s.want.(*Case).Materials[0].Source = "" }, "C-18e"},
		{"cases.C-18e a paper that was not awaited", "case fetched", func(s *scene) { s.want.(*Case).Materials[0].Line = "m1" }, "C-18e"},
		{"cases.C-28a a line that is not owed", "case owed_received", extra(func(s *Supplement) { s.Lines[0].Line = "m1" }), "C-28a"},
		{"cases.C-28a nothing", "case owed_received", extra(func(s *Supplement) { s.Lines = nil }), "C-28a"},
		{"cases.C-28a nothing is owed", "case owed_lapsed", stood(func(c *Case) { c.Materials[2].Presence = PresencePresent }), "C-28a"},
		{"cases.C-28b the last second of the last day", "case owed_lapsed", late(at(t, "2026-03-16 23:59:59")), "C-28b"},
		{"24:00 of the last day", "case owed_lapsed", late(at(t, "2026-03-17 00:00:00")), ""},
	})
}

func TestLettersOfDuplicates(t *testing.T) {
	mark := func(f func(*Dupmark)) func(*scene) { return cite(markRef(), f) }
	check(t, []row{
		{"cases.C-22a no mark", "case merge", func(s *scene) { s.tune = nil }, "C-22a"},
		{"cases.C-22a a mark of other cases", "case merge", wish(func(c *Case) { c.DupOf = "changchun-1-9" }), "C-22a"},
		{"cases.C-22a a mark that is closed", "case merge", mark(func(m *Dupmark) { m.State = DupDifferent }), "C-22a"},
		{"cases.C-22b this one is accepted", "case merge", mark(func(m *Dupmark) { m.Cases[1].Accepted = sceneAt }), "C-22b"},
		{"cases.C-22b this one is earlier", "case merge", mark(func(m *Dupmark) { m.Cases[0].Received = sceneAt + 1 }), "C-22b"},
		{"cases.DU-03 a tie goes to the lower id", "case merge", mark(func(m *Dupmark) { m.Cases[0].Received = sceneAt }), ""},
		{"cases.C-22c another applicant", "case merge", mark(func(m *Dupmark) { m.Cases[0].FP = Hash{2}.String() }), "C-22c"},
		{"cases.C-22c another item", "case merge", mark(func(m *Dupmark) { m.Cases[0].Basic = "220050100101" }), "C-22c"},
		{"cases.C-22xa the other is not void", "case absorb", cite(Ref{"case", twinID}, func(c *Case) { c.State = CaseReceived }), "C-22xa"},
		{"cases.C-22xa void for another case", "case absorb", cite(Ref{"case", twinID}, func(c *Case) { c.DupOf = "changchun-1-9" }), "C-22xa"},
		{"cases.C-22xa absorbed twice", "case absorb", stood(func(c *Case) { c.Absorbed = []Absorption{{Case: twinID}} }), "C-22xa"},
	})
}

// open puts a record of another kind that stands in state.
func open(ref Ref, state string) func(*scene) {
	return func(s *scene) { s.view[ref] = Record{Ref: ref, Rev: 1, Body: []byte(`{"state":"` + state + `"}`)} }
}

func TestLettersOfTheEnd(t *testing.T) {
	parcel := Ref{"parcel", "p1"}
	remedy, complaint := Ref{"remedy", "r1"}, Ref{"complaint", "q1"}
	reassigned := func(f func(*Reassignment)) func(*scene) { return wish(func(c *Case) { f(&c.Reassigned[0]) }) }
	amend := func(f func(*Amendment)) func(*scene) { return wish(func(c *Case) { f(&c.Amendments[0]) }) }
	node := Ref{"node", string(decides)}
	check(t, []row{
		{"cases.C-23a a parcel is out", "case archive", steps(open(parcel, "with_courier"), cites(parcel)), "C-23a"},
		{"every parcel is back", "case archive", steps(open(parcel, "returned"), cites(parcel)), ""},
		{"cases.C-23b a remedy is open", "case archive", steps(open(remedy, "open"), cites(remedy)), "C-23b"},
		{"the remedy is closed", "case archive", steps(open(remedy, "closed"), cites(remedy)), ""},
		{"cases.C-23b a complaint is being handled", "case archive", steps(open(complaint, "handled"), cites(complaint)), "C-23b"},
		{"the complainant was told", "case archive", steps(open(complaint, "told"), cites(complaint)), ""},
		{"cases.C-23a a parcel that cannot be read", "case archive", steps(unreadable(parcel), cites(parcel)), "C-23a"},
		{"cases.C-23c nobody signed", "case archive", steps(stood(func(c *Case) { c.Delivery = nil }), wish(func(c *Case) { c.Archive.Signed = "" })), "C-23c"},
		{"cases.C-23d a step was left out", "case archive", wish(func(c *Case) { c.Archive.Checks = ArchiveChecks[1:] }), "C-23d"},
		{"cases.C-23d no packet", "case archive", wish(func(c *Case) { c.Archive.Packet = "" }), "C-23d"},
		{"cases.C-24a the place is merely cut off", "case reassign", cite(node, func(n *Node) { n.State = NodeEnrolled }), "C-24a"},
		{"cases.C-24a its own authority did not confirm", "case reassign", reassigned(func(r *Reassignment) { r.Confirmed = "" }), "C-24a"},
		{"cases.C-24b not the substitute of the route", "case reassign", reassigned(func(r *Reassignment) { r.Agency = testUSCC(3) }), "C-24b"},
		{"cases.C-24b no route", "case reassign", uncite(routeRef()), "C-24b"},
		{"cases.C-24c there is time", "case reassign", reassigned(func(r *Reassignment) { r.DownSince = on(time.March, 2) }), "C-24c"},
		{"a clock at risk", "case reassign", steps(reassigned(func(r *Reassignment) { r.DownSince = 0 }), late(on(time.March, 5))), ""},
		{"cases.C-24d a case that is over", "case reassign", stood(func(c *Case) { c.State = CaseDelivered }), "C-24d"},
		{"cases.G-08 one person at the desk", "case reassign", reassigned(func(r *Reassignment) { r.First = "hub:desk2" }), "G-08"},
		{"cases.G-06 a node does not reassign", "case reassign", from("jilin"), "G-06"},
		{"cases.C-25a no clerical field", "case amend", amend(func(a *Amendment) { a.Field = "item" }), "C-25a"},
		{"cases.C-25b another old value", "case amend", amend(func(a *Amendment) { a.Old = "x" }), "C-25b"},
		{"cases.C-25b without a reason", "case amend", amend(func(a *Amendment) { a.Reason = "" }), "C-25b"},
		{"cases.C-25c the number of the applicant", "case amend", amend(func(a *Amendment) { a.Field = "applicant.id" }), "C-25c"},
		{"cases.V-01a a number is checked again", "case amend", steps(stood(func(c *Case) { c.State = CaseReceived }),
			amend(func(a *Amendment) { a.Field, a.Old, a.New = "applicant.id", anApplicant().ID, "1" })), "V-01a"},
		{"a field of the form", "case amend", amend(func(a *Amendment) { a.Field, a.Old, a.New = "form.家庭人口", "3", "4" }), ""},
		{"cases.K-cal-2 no calendar", "case recount", uncite(CalendarRef(2026)), "K-cal-2"},
		{"cases.K-cal-2 nothing moves", "case recount", stood(func(c *Case) { c.Due = CaseDue{K1: Day{2026, 3, 9}, K2: Day{2026, 3, 30}, K3: Day{2026, 4, 14}} }), "K-cal-2"},
	})
}
