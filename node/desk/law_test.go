package desk

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// The people of the deciding agency beside those of the fixture.
var (
	examiner   = person("examiner", ours, protocol.RoleExaminer)
	leader     = person("leader", ours, protocol.RoleLeader)
	supervisor = person("supervisor", "", protocol.RoleSupervisor)
)

// joined is an agency of another node that the item asks jointly.
var joined = uscc(3)

// newLaw is an office whose item meets everything a case may meet: deemed
// acceptance, an expert review, joint handling, 容缺, a fee, a shared line.
func newLaw(t testing.TB, tune ...func(*protocol.ItemFiling)) *office {
	o := newOffice(t)
	for _, y := range protocol.PublishedYears() {
		if y.Year < 2025 { // no clock of these tests counts with it
			continue
		}
		o.hub("calendar", protocol.CalendarRef(y.Year).ID, y)
	}
	o.hub("agency", joined, protocol.Agency{USCC: joined, Name: "样例联办机构", Node: there, State: protocol.AgencyActive})
	o.hub("account", By(examiner), *examiner)
	for agency, place := range map[string]protocol.NodeID{ours: here, theirs: there} {
		f := lawful(agency, place)
		for _, change := range tune {
			change(&f)
		}
		o.hub("item", itemOf(agency), f.Item)
		o.hub("guide", itemOf(agency), f.Guide)
	}
	return o
}

func wd(n int) protocol.Limit { return protocol.Limit{N: n, Unit: protocol.WorkingDays} }

func lawful(agency string, place protocol.NodeID) protocol.ItemFiling {
	f := filing(agency, place)
	i := &f.Item
	i.State, i.Type, i.C1, i.Correction, i.FeeFen, i.FeeBasis = protocol.ItemPublished, "01", protocol.C1Deemed, wd(15), 1000, []string{"《收费条例》第三条"}
	i.Special = []protocol.ItemStep{{Kind: "专家评审", Max: wd(30)}}
	i.Joint = &protocol.ItemJoint{Agencies: []string{joined}, Legal: wd(45)}
	i.Owed = &protocol.ItemOwed{Allowed: true, Limit: wd(5)}
	f.Guide.Lines = append(f.Guide.Lines,
		protocol.MaterialLine{ID: "m2", Name: "收入说明", Form: "original", Necessity: "deferrable", Source: "self"},
		protocol.MaterialLine{ID: "m3", Name: "居民身份证", Form: "electronic", Necessity: "required", Source: "issued",
			Share: &protocol.LineShare{Resource: "r1", Fields: []string{"姓名"}, Scenario: "核验"}})
	return f
}

// lines answers the three lines of the guide; m1 and m2 as said.
func lines(m1, m2 string) []protocol.Material {
	return []protocol.Material{{Line: "m1", Presence: m1}, {Line: "m2", Presence: m2}, {Line: "m3", Presence: protocol.PresenceFetched}}
}

const (
	present = protocol.PresencePresent
	missing = protocol.PresenceMissing
	owed    = protocol.PresenceOwed
)

// at sets the clock of the office.
func (o *office) at(month time.Month, day, hour int) {
	o.clock.Store(int64(protocol.At(time.Date(2026, month, day, hour, 0, 0, 0, protocol.Beijing))))
}

// taken takes an application in with those materials.
func (o *office) taken(nonce string, materials []protocol.Material, tune ...func(*Intake)) protocol.Ref {
	o.t.Helper()
	in := form(itemHere, nonce)
	in.Materials = materials
	for _, f := range tune {
		f(&in)
	}
	got, err := o.Receive(o.t.Context(), clerk, in)
	o.must(err)
	return got.Ref
}

func (o *office) do(who *protocol.Account, ref protocol.Ref, act protocol.Act, want protocol.Case) error {
	_, err := o.Do(o.t.Context(), who, CaseAct{Case: ref}, act, want)
	return err
}

// done is do that must succeed.
func (o *office) done(who *protocol.Account, ref protocol.Ref, act protocol.Act, want protocol.Case) {
	o.t.Helper()
	if err := o.do(who, ref, act, want); err != nil {
		o.t.Fatalf("%s: %v", act, err)
	}
}

// standing brings a case to a state by the acts of people.
func (o *office) standing(nonce string, state protocol.CaseState) protocol.Ref {
	o.t.Helper()
	materials := lines(present, present)
	if state == protocol.CaseCorrection {
		materials = lines(missing, present)
	}
	ref := o.taken(nonce, materials)
	step := func(who *protocol.Account, act protocol.Act, want protocol.Case) {
		o.t.Helper()
		o.done(who, ref, act, want)
	}
	switch state {
	case protocol.CaseCorrection:
		step(acceptor, "notice", aNotice("m1"))
	case protocol.CaseAccepted, protocol.CaseReview, protocol.CaseSpecial, protocol.CaseJoint, protocol.CaseGranted, protocol.CaseDenied, protocol.CaseDelivered:
		step(acceptor, "accept", protocol.Case{})
	}
	switch state {
	case protocol.CaseReview, protocol.CaseSpecial, protocol.CaseJoint:
		step(examiner, "opine", anOpinion)
	case protocol.CaseGranted, protocol.CaseDelivered:
		step(decider, "grant", protocol.Case{Decision: &protocol.Decision{Text: "准予"}})
	case protocol.CaseDenied:
		step(decider, "deny", aNo)
	}
	switch state {
	case protocol.CaseSpecial:
		step(leader, "special_start", aSpecial)
	case protocol.CaseJoint:
		step(examiner, "joint_open", aJoint)
	case protocol.CaseDelivered:
		step(clerk, "deliver", aDelivery)
	}
	if c := o.caseIn(ref); c.State != state {
		o.t.Fatalf("case is %s, want %s", c.State, state)
	}
	return ref
}

// What people want, complete.
var (
	aNo         = protocol.Case{Decision: &protocol.Decision{Reason: "条件不符", Basis: "样例依据", Remedy: "六十日内可申请行政复议"}}
	aDelivery   = protocol.Case{Delivery: &protocol.Delivery{Recipient: "申请人甲", Way: "counter"}}
	aWish       = protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "本人申请"}}
	anOpinion   = protocol.Case{Opinions: []protocol.Opinion{{Text: "建议准予"}}}
	aSpecial    = protocol.Case{Specials: []protocol.Special{{Kind: "专家评审", Planned: day(3, 12), Notice: "D-07-1"}}}
	aJoint      = protocol.Case{Tasks: []protocol.JointTask{{Agency: joined, Question: "是否符合规划", Due: day(3, 20)}}}
	aFee        = protocol.Case{Fee: &protocol.Fee{Amount: 1000, Basis: "《收费条例》第三条"}}
	aPayment    = protocol.Case{Fee: &protocol.Fee{Amount: 1000, Ref: "pay-1"}}
	anEnd       = protocol.Case{Terminated: &protocol.Termination{Cause: "object_gone", Basis: "行政许可法第七十条"}}
	aRevoking   = protocol.Case{Revoked: []protocol.Revocation{{Reason: "材料不实", Basis: "行政许可法第六十九条", Told: "书面告知", Leader: By(leader)}}}
	anExtension = protocol.Case{Extension: &protocol.Extension{Limit: wd(10), Reason: "案情复杂"}}
)

func day(month time.Month, dom int) protocol.Day {
	return protocol.Day{Year: 2026, Month: month, Dom: dom}
}

func aNotice(line string) protocol.Case {
	return protocol.Case{Notices: []protocol.Notice{{Lines: []protocol.Defect{{Line: line}}, Until: day(3, 23), Channel: "counter"}}}
}

func aSupplement(line string) protocol.Case {
	return protocol.Case{Supplements: []protocol.Supplement{{Lines: []protocol.Material{{Line: line, Presence: present}}}}}
}

func amending(field, old, now string) protocol.Case {
	return protocol.Case{Amendments: []protocol.Amendment{{Field: field, Old: old, New: now, Reason: "笔误"}}}
}

// everything is the hash of all records, journal heads and counters: what a
// refused act must leave as it was.
func (o *office) everything() (sum protocol.Hash) {
	o.t.Helper()
	all := fmt.Appendf(nil, "%d %d", o.written(), o.Store.BlocksLeft())
	o.must(o.Store.View(func(tx *store.ReadTx) error {
		return tx.Each("", func(rec protocol.Record) error {
			all = fmt.Appendf(all, "%s %d %s %d %d %s", rec.Ref, rec.Rev, rec.Home, rec.Epoch, rec.Index, rec.Body)
			return nil
		})
	}))
	return protocol.HashOf(all)
}

// TestWhatTheTableDoesNotListIsRefused takes every state × act × role through the
// desk (G-05, G-07, G-03): whatever cases.md §5 does not list leaves records,
// journal and counters byte for byte as they were.
func TestWhatTheTableDoesNotListIsRefused(t *testing.T) {
	o := newLaw(t)
	refused := 0
	for n, k := range protocol.CaseStates {
		ref := o.inState(n, k.State)
		before := o.everything()
		for _, act := range append(protocol.Lookup("case").Acts(), "invented") {
			for _, role := range protocol.Roles {
				want, legal := verdict(act, k.State, role.Role)
				if legal {
					continue
				}
				err := o.do(person("p", ours, role.Role), ref, act, protocol.Case{})
				if refused++; ruleOf(err) != want {
					t.Errorf("%s in %s by %s: %v, want %s", act, k.State, role.Role, err, want)
				}
			}
		}
		if o.everything() != before {
			t.Errorf("refused acts on a case in %s left something behind", k.State)
		}
	}
	if refused < 4000 {
		t.Errorf("only %d combinations tried", refused)
	}
}

// verdict is what the table says of an act: the rule that refuses it, or that it is legal.
func verdict(act protocol.Act, state protocol.CaseState, role protocol.Role) (rule string, legal bool) {
	verb, forPeople := protocol.CaseVerb(act)
	who := person("p", ours, role)
	if !forPeople || protocol.Authorize(protocol.Question{Subject: who, Place: here, Verb: verb, Agency: ours}) != nil {
		return "G-05", false
	}
	from, _ := protocol.CaseFrom(act)
	switch {
	case slices.Contains(from, state):
		return "", true
	case from != nil && state == protocol.CaseHandingOver:
		return "G-03", false
	}
	return "G-07", false
}

// inState puts a case of the office in a state, as a feed would bring it.
func (o *office) inState(n int, state protocol.CaseState) protocol.Ref {
	o.t.Helper()
	ref := protocol.Ref{Kind: "case", ID: fmt.Sprintf("yanbian-9-%08d-X", n)}
	o.feed(protocol.Record{Ref: ref, Rev: 1, Home: here, Epoch: 2, By: "yanbian:clerk", Act: "receive", Body: o.encode(protocol.Case{Item: itemHere,
		Agency: ours, Handler: here, ReceiptNo: fmt.Sprintf("%012dB", n), Idem: fmt.Sprint("s", n), State: state,
		Received: protocol.Receipt{Node: here, Clerk: "yanbian:clerk", At: protocol.At(startAt)}})})
	return ref
}
