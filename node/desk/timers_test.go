package desk

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

// tick lets the steward see to what the clock brought about.
func (o *office) tick() {
	o.t.Helper()
	for range 4 { // one effect may bring the next
		refs, _, err := o.Due(o.t.Context())
		o.must(err)
		o.must(o.Steward(o.t.Context(), refs))
	}
}

// steps counts how often an act stands in a case's history.
func (o *office) steps(ref protocol.Ref, act protocol.Act) (n int) {
	o.t.Helper()
	o.must(o.Store.View(func(tx *store.ReadTx) error {
		steps, err := tx.History(ref)
		for _, s := range steps {
			if s.Act == act {
				n++
			}
		}
		return err
	}))
	return n
}

// TestC11DeemedAcceptance (C-11): nobody acts for five working days; at 24:00 of the last
// the law accepts from the receipt on, once, also when the node was off for days (F-09).
func TestC11DeemedAcceptance(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, present)) // Monday 2026-03-02, K1 ends with 03-09
	o.clock.Store(int64(day(3, 9).End()) - 1)
	if o.tick(); o.caseIn(ref).State != protocol.CaseReceived {
		t.Fatal("deemed a moment too early")
	}
	o.at(3, 12, 8) // the node was off
	if c := o.caseIn(ref); c.Effect(o.Store.Now()) != "deem_accept" {
		t.Error("the effect that nobody recorded yet is not shown")
	}
	o.tick()
	c := o.caseIn(ref)
	if c.State != protocol.CaseAccepted || c.Deemed == nil || c.Accepted != protocol.At(startAt) || c.Deemed.Lapse != day(3, 9).End() || c.Deemed.Holder != here {
		t.Errorf("%s %+v accepted %s", c.State, c.Deemed, c.Accepted)
	}
	if o.tick(); o.steps(ref, "deem_accept") != 1 {
		t.Errorf("recorded %d times", o.steps(ref, "deem_accept"))
	}
}

// TestG13TheEffectOfTheLawComesFirst: a person acts on a case that counts as
// accepted already; that is recorded, and the act is taken on the new state.
func TestG13TheEffectOfTheLawComesFirst(t *testing.T) {
	o := newLaw(t)
	asked, fine := o.taken("a", lines(present, present)), o.taken("b", lines(present, present))
	o.at(3, 10, 9)
	_, err := o.Do(t.Context(), acceptor, CaseAct{Case: asked, Seen: 1}, "notice", aNotice("m1"))
	if ruleOf(err) != "G-07" || o.caseIn(asked).Deemed == nil {
		t.Errorf("notice after the lapse: %v, deemed %+v", err, o.caseIn(asked).Deemed)
	}
	if _, err := o.Do(t.Context(), clerk, CaseAct{Case: fine, Seen: 1}, "withdraw", aWish); err != nil {
		t.Errorf("withdrawal: %v", err)
	}
	if c := o.caseIn(fine); c.State != protocol.CaseWithdrawn || c.Deemed == nil {
		t.Errorf("%s, deemed %+v", c.State, c.Deemed)
	}
}

// TestC11bCardOnlyItemsAreNotDeemed.
func TestC11bCardOnlyItemsAreNotDeemed(t *testing.T) {
	o := newLaw(t, func(f *protocol.ItemFiling) { f.Item.C1 = protocol.C1CardOnly })
	ref := o.taken("n", lines(present, present))
	o.at(3, 20, 9)
	if o.tick(); o.caseIn(ref).State != protocol.CaseReceived {
		t.Error("deemed although the item says card only")
	}
	o.done(acceptor, ref, "accept", protocol.Case{})
}

// TestC09AReminderThenTheLapse (C-09): three working days before the end the applicant is
// recalled; at its 24:00 the case lapses, once (C-09a, C-09b).
func TestC09AReminderThenTheLapse(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseCorrection) // until Monday 2026-03-23
	o.at(3, 17, 23)
	if o.tick(); o.steps(ref, "remind") != 0 {
		t.Fatal("reminded a day too early")
	}
	o.at(3, 18, 0)
	if o.tick(); o.steps(ref, "remind") != 1 || o.caseIn(ref).State != protocol.CaseCorrection {
		t.Fatalf("reminded %d times, %s", o.steps(ref, "remind"), o.caseIn(ref).State)
	}
	o.clock.Store(int64(day(3, 23).End()) - 1)
	if o.tick(); o.caseIn(ref).State != protocol.CaseCorrection {
		t.Fatal("23:59:59 and lapsed")
	}
	o.clock.Store(int64(day(3, 23).End()))
	if o.tick(); o.caseIn(ref).State != protocol.CaseLapsed || o.steps(ref, "lapse") != 1 {
		t.Fatalf("00:00:00 and %s", o.caseIn(ref).State)
	}
}

// TestC09bALateReminderGivesItsDaysBack: the node was off when it was due to remind.
func TestC09bALateReminderGivesItsDaysBack(t *testing.T) {
	o := newLaw(t)
	ref := o.standing("n", protocol.CaseCorrection)
	o.at(3, 25, 9) // two days after the end
	if o.tick(); o.steps(ref, "remind") != 1 || o.caseIn(ref).State != protocol.CaseCorrection {
		t.Fatalf("reminded %d times, %s", o.steps(ref, "remind"), o.caseIn(ref).State)
	}
	o.at(3, 31, 9)
	if o.tick(); o.caseIn(ref).State != protocol.CaseLapsed {
		t.Errorf("three working days later it is %s", o.caseIn(ref).State)
	}
}

// TestC09cAndC08rPapersInTime: a supplement that another window took in before the
// end keeps the case from lapsing, and opens it again when its word came late.
func TestC09cAndC08rPapersInTime(t *testing.T) {
	o := newLaw(t)
	early, late := o.standing("early", protocol.CaseCorrection), o.standing("late", protocol.CaseCorrection)
	o.at(3, 18, 9)
	o.tick()
	inTime := protocol.Supplement{Lines: []protocol.Material{{Line: "m1", Presence: present}}, Node: there, Window: "2号窗口", Clerk: "changchun:clerk",
		At: day(3, 23).End() - 1}
	first := o.asked("r-early", protocol.WantSupplement, early, inTime)
	o.at(3, 24, 0)
	o.tick()
	if o.caseIn(early).State != protocol.CaseArrived || o.caseIn(late).State != protocol.CaseLapsed {
		t.Fatalf("with papers on their way %s, without %s", o.caseIn(early).State, o.caseIn(late).State)
	}
	second := o.asked("r-late", protocol.WantSupplement, late, inTime)
	tooLate := inTime
	tooLate.At++
	third := o.asked("r-too-late", protocol.WantSupplement, o.lapsed("too late"), tooLate)
	o.tick()
	c := o.caseIn(late)
	if c.State != protocol.CaseArrived || c.K1From != inTime.At || o.steps(late, "reopen") != 1 {
		t.Errorf("C-08r: %s, K1 from %s", c.State, c.K1From)
	}
	for ref, want := range map[protocol.Ref]string{first: protocol.RequestDone, second: protocol.RequestDone, third: protocol.RequestDeclined} {
		r, _, err := Record[protocol.Request](o.Desk, ref)
		if o.must(err); r.State != want || r.State == protocol.RequestDeclined && r.Rule != "C-08ra" {
			t.Errorf("%s is %s (%s), want %s", ref, r.State, r.Reason, want)
		}
	}
}

// lapsed is a case that lapsed on 2026-03-23.
func (o *office) lapsed(nonce string) protocol.Ref {
	o.t.Helper()
	was := o.clock.Load()
	o.at(3, 2, 9)
	ref := o.standing(nonce, protocol.CaseCorrection)
	o.at(3, 18, 9)
	o.tick()
	o.clock.Store(was)
	o.tick()
	return ref
}

// TestC28OwedPapersLapse: K8 ran out; a person returns or denies, never the clock.
func TestC28OwedPapersLapse(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, owed))
	o.done(acceptor, ref, "accept", protocol.Case{Commitment: &protocol.Commitment{Signed: "paper", Credit: "clear"}})
	o.at(3, 10, 0) // K8: five working days from 03-02
	for range 2 {
		o.tick()
	}
	if c := o.caseIn(ref); c.OwedLapsed == 0 || c.State != protocol.CaseAccepted || o.steps(ref, "owed_lapsed") != 1 {
		t.Errorf("%s, owed lapsed %s, %d times", c.State, c.OwedLapsed, o.steps(ref, "owed_lapsed"))
	}
}

// TestKcal2ARevisedCalendarMovesTheClocks: each open clock once, up or down, and
// the pass is not made again after a restart (K-cal-3).
func TestKcal2ARevisedCalendarMovesTheClocks(t *testing.T) {
	o := newLaw(t)
	var refs []protocol.Ref
	for _, nonce := range []string{"a", "b", "c"} {
		refs = append(refs, o.taken(nonce, lines(present, present)))
	}
	over := o.standing("over", protocol.CaseDelivered)
	years := protocol.PublishedYears()
	revised := years[slices.IndexFunc(years, func(y protocol.CalendarYear) bool { return y.Year == 2026 })]
	revised.Version, revised.Off = 2, append(slices.Clone(revised.Off), day(3, 5))
	o.hub("calendar", "2026", revised)
	calendar := protocol.CalendarRef(2026)
	before := o.written()
	for range 2 {
		o.must(o.Steward(t.Context(), []protocol.Ref{calendar}))
	}
	for _, ref := range refs {
		if c := o.caseIn(ref); c.Due.K1 != day(3, 10) {
			t.Errorf("K1 ends %s, want 2026-03-10", c.Due.K1)
		}
	}
	if n := o.written() - before; n != uint64(len(refs)) || o.steps(over, "recount") != 0 {
		t.Errorf("%d lines for %d open cases", n, len(refs))
	}
	waiting, err := o.Waiting(t.Context())
	if o.must(err); slices.Contains(waiting, calendar) {
		t.Error("the pass is made again at each start")
	}
}

// TestKcal1AProvisionalDayHasNoEffect: 2027 is not published; when it is, the day
// is fixed and the effect follows.
func TestKcal1AProvisionalDayHasNoEffect(t *testing.T) {
	o := newLaw(t)
	o.at(12, 25, 9)
	ref := o.taken("n", lines(present, present))
	if c := o.caseIn(ref); !c.Due.Provisional {
		t.Fatalf("due %+v is not provisional", c.Due)
	}
	o.clock.Store(int64(protocol.Day{Year: 2027, Month: 1, Dom: 8}.End()))
	if o.tick(); o.caseIn(ref).State != protocol.CaseReceived {
		t.Error("deemed by a day that nobody published")
	}
	o.hub("calendar", "2027", protocol.CalendarYear{Year: 2027, Version: 1, Off: []protocol.Day{{Year: 2027, Month: 1, Dom: 1}}, Source: "样例"})
	o.must(o.Steward(t.Context(), []protocol.Ref{protocol.CalendarRef(2027)}))
	if o.tick(); o.caseIn(ref).State != protocol.CaseAccepted {
		t.Errorf("after 2027 was published it is %s, due %+v", o.caseIn(ref).State, o.caseIn(ref).Due)
	}
}

// TestG12NothingIsDatedByAClockThatNobodyTrusts (F-05).
func TestG12NothingIsDatedByAClockThatNobodyTrusts(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, present))
	o.Store.DoubtClock(true)
	before := o.everything()
	in := form(itemHere, "g12")
	in.Materials = lines(present, present)
	_, err := o.Receive(t.Context(), clerk, in)
	if ruleOf(err) != "G-12" {
		t.Errorf("receipt: %v", err)
	}
	if err := o.do(acceptor, ref, "accept", protocol.Case{}); ruleOf(err) != "G-12" {
		t.Errorf("acceptance: %v", err)
	}
	o.at(3, 12, 9)
	o.tick()
	if o.everything() != before {
		t.Error("the system dated something")
	}
	o.done(clerk, ref, "amend", amending("applicant.name", "申请人甲", "申请人乙")) // dates nothing
	o.Store.DoubtClock(false)
	o.at(3, 2, 10)
	o.Store.CorrectClock(int64(day(3, 10).End() - protocol.At(startAt))) // F-05: the attested offset is used
	if o.tick(); o.caseIn(ref).State != protocol.CaseAccepted {
		t.Error("the attested offset is not used")
	}
}

// TestTimersAreRecordedOnceByMany: several stewards and a person at once (twins of
// a restart) record one effect.
func TestTimersAreRecordedOnceByMany(t *testing.T) {
	o := newLaw(t)
	ref := o.taken("n", lines(present, present))
	o.at(3, 12, 9)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			var err error
			if n%2 == 0 {
				err = o.Steward(t.Context(), []protocol.Ref{ref})
			} else {
				_, err = o.Do(t.Context(), acceptor, CaseAct{Case: ref}, "accept", protocol.Case{})
			}
			var f *protocol.Fault
			if err != nil && (!errors.As(err, &f) || f.Rule != "G-07") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if o.steps(ref, "deem_accept") != 1 || o.steps(ref, "accept") != 0 {
		t.Errorf("deemed %d times, accepted %d times", o.steps(ref, "deem_accept"), o.steps(ref, "accept"))
	}
}

// TestWhatIsPutOffIsForgotten: a case that another place saw to says nothing here,
// so what was put off ends by itself; else every case handed over would stay in mind.
func TestWhatIsPutOffIsForgotten(t *testing.T) {
	o := newLaw(t)
	ref := protocol.Ref{Kind: "case", ID: "handed-over"}
	o.put.put(ref, o.Store.Now()+protocol.Instant(putOff.Milliseconds()))
	for _, left := range []int{1, 0} {
		if _, _, err := o.Due(o.t.Context()); err != nil || o.put.len() != left {
			t.Fatalf("%d are put off, want %d (%v)", o.put.len(), left, err)
		}
		o.clock.Add(putOff.Milliseconds())
	}
}
