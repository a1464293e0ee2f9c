package hub

import (
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

func cursorAt(generation, last uint64) wire.Cursor {
	return wire.Cursor{Lane: protocol.Urgent, Generation: generation, Last: last}
}

// twice is one person's application taken in at two windows that were cut off.
func twice(t *testing.T, objects ...string) (b *bureau, first, second protocol.Ref) {
	b = newBureau(t, receives, decides, "jilin")
	item := b.service()
	first = b.pens[receives].receive("yanbian-1-1", 1, monday+hours(2), item, objects[0])
	second = b.pens["jilin"].receive("jilin-1-1", 1, monday, item, objects[1])
	b.pens[receives].push(10)
	b.pens["jilin"].push(10)
	b.at(monday + hours(4))
	b.round()
	return b, first, second
}

func (b *bureau) markOf(a, c protocol.Ref) *protocol.Dupmark {
	b.t.Helper()
	rec, ok, err := b.fsm.Record(protocol.Ref{Kind: "dupmark", ID: protocol.DupID(a.ID, c.ID)})
	if err != nil {
		b.t.Fatal(err)
	}
	if !ok {
		return nil
	}
	m, err := protocol.Load[protocol.Dupmark](rec)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

func (b *bureau) pairs() []string {
	b.t.Helper()
	pairs, err := b.fsm.Pairs(1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return pairs
}

// TestDU01TwoOpenCasesOfOnePersonAndItem: one mark, whoever came first, and
// nothing is refused by it.
func TestDU01TwoOpenCasesOfOnePersonAndItem(t *testing.T) {
	b, first, second := twice(t, "宅基地1", "宅基地1")
	m := b.markOf(first, second)
	if m == nil || m.State != protocol.DupOpen || !m.Comparable || m.Note != "" {
		t.Fatalf("%+v", m)
	}
	if m.Canonical() != second.ID {
		t.Errorf("DU-03: the earlier receipt stays, not %s", m.Canonical())
	}
	b.newLeader()
	b.round()
	if marks := b.all("dupmark"); len(marks) != 1 || marks[0].Rev != 1 || len(b.pairs()) != 0 {
		t.Errorf("%d marks, revision %d, %d pairs left", len(marks), marks[0].Rev, len(b.pairs()))
	}
	for _, node := range []protocol.NodeID{receives, "jilin"} {
		if !b.fed(node)[protocol.Ref{Kind: "dupmark", ID: protocol.DupID(first.ID, second.ID)}] {
			t.Errorf("%s does not get the mark", node)
		}
	}
}

func TestDU02ObjectsThatDifferAndObjectsThatAreNotNamed(t *testing.T) {
	for _, row := range []struct {
		name    string
		objects []string
		marked  bool
		note    string
	}{
		{"S-15 two objects are two matters", []string{"宅基地1", "宅基地2"}, false, ""},
		{"neither is named", []string{"", ""}, true, "标的无法比对"},
		{"one is named", []string{"宅基地1", ""}, true, "标的无法比对"},
	} {
		b, first, second := twice(t, row.objects...)
		m := b.markOf(first, second)
		if (m != nil) != row.marked || m != nil && m.Note != row.note {
			t.Errorf("%s: %+v", row.name, m)
		}
	}
}

func TestDU01OtherPersonsAndClosedCasesAreNotCompared(t *testing.T) {
	b := newBureau(t, receives, decides)
	item := b.service()
	p := b.pens[receives]
	p.receive("yanbian-1-1", 1, monday, item, "")
	p.receive("yanbian-1-2", 2, monday, item, "")
	gone := p.receive("yanbian-1-3", 3, monday, item, "")
	p.act(gone, "withdraw", monday+1, protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "申请人要求撤回"}})
	p.receive("yanbian-1-4", 3, monday+2, item, "")
	p.push(100)
	b.round()
	if n := len(b.all("dupmark")); n != 0 {
		t.Errorf("%d marks", n)
	}
}

// TestDU03TheCanonicalCaseIsTheAcceptedOne: a mark is brought up to date when one
// of the two is accepted or handed over.
func TestDU03TheCanonicalCaseIsTheAcceptedOne(t *testing.T) {
	b, first, second := twice(t, "", "")
	b.pens[receives].handOver(first, monday+hours(5))
	b.pens[receives].push(10)
	b.round()
	if m := b.markOf(first, second); m.Cases[1].Home != decides || m.Canonical() != second.ID {
		t.Fatalf("%+v", m)
	}
	c := b.pens[decides]
	c.act(first, "acknowledge", monday+hours(6), protocol.Case{}, calendars()...)
	mark := protocol.Ref{Kind: "dupmark", ID: protocol.DupID(first.ID, second.ID)}
	c.act(first, "accept", monday+hours(7), protocol.Case{DupsViewed: []string{mark.ID}}, append(calendars(), protocol.Ref{Kind: "item", ID: caseOf(b, first).Item}, mark)...)
	c.push(10)
	b.round()
	if m := b.markOf(first, second); m.Canonical() != first.ID || m.Cases[1].Accepted != monday+hours(7) {
		t.Errorf("%+v", m)
	}
	if !b.fed(decides)[mark] {
		t.Error("the new home does not get the mark")
	}
}

func caseOf(b *bureau, ref protocol.Ref) *protocol.Case {
	b.t.Helper()
	c, _, err := load[protocol.Case](b.Server, ref)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// TestDU04AMergerIsConcluded: the other one is void, the canonical one has its
// receipt, and the mark says so.
func TestDU04AMergerIsConcluded(t *testing.T) {
	b, first, second := twice(t, "", "")
	mark := protocol.Ref{Kind: "dupmark", ID: protocol.DupID(first.ID, second.ID)}
	b.pens[receives].act(first, "merge", monday+hours(5), protocol.Case{DupOf: second.ID}, mark)
	b.pens[receives].push(10)
	b.round()
	if m := b.markOf(first, second); m.State != protocol.DupMerged || len(b.pairs()) != 0 {
		t.Fatalf("%+v, %v", m, b.pairs())
	}
	if !b.fed("jilin")[first] {
		t.Error("the canonical case's home does not get the void one, and cannot absorb it (C-22x)")
	}
	b.pens["jilin"].act(second, "absorb", monday+hours(6), protocol.Case{}, append(calendars(), first)...)
	b.pens["jilin"].push(10)
	b.round()
	if c := caseOf(b, second); len(c.Absorbed) != 1 || c.Absorbed[0].Case != first.ID || c.Absorbed[0].ReceiptNo == "" {
		t.Errorf("DU-04: %+v", c.Absorbed)
	}
	if rec := b.all("dupmark"); len(rec) != 1 || rec[0].Rev != 2 {
		t.Errorf("the mark was written again: %d", rec[0].Rev)
	}
}

func TestDU05APairThatWasFoundDifferentIsNotMarkedAgain(t *testing.T) {
	b, first, second := twice(t, "", "")
	b.must(protocol.Draft{Ref: protocol.Ref{Kind: "dupmark", ID: protocol.DupID(first.ID, second.ID)}, Act: "not_duplicate", By: "hub:desk",
		Body: protocol.Dupmark{Reason: "两处房屋"}})
	b.pens[receives].handOver(first, monday+hours(5))
	b.pens[receives].push(10)
	b.newLeader()
	b.round()
	if m := b.markOf(first, second); m.State != protocol.DupDifferent || len(b.pairs()) != 0 {
		t.Errorf("%+v, %v", m, b.pairs())
	}
}

// TestR05AnUnansweredRequestMovesWithItsTarget is cases.md §5.1: the same fold that
// moves the case moves the request, and its card is for who has it now.
func TestR05AnUnansweredRequestMovesWithItsTarget(t *testing.T) {
	b := newBureau(t, receives, decides, "jilin")
	item := b.service()
	a, j := b.pens[receives], b.pens["jilin"]
	target := a.receive("yanbian-1-1", 1, monday, item, "")
	a.push(10)
	ask := func(id string) protocol.Ref {
		ref := protocol.Ref{Kind: "request", ID: id}
		j.act(ref, "file", monday+hours(1), protocol.Request{Want: protocol.WantWithdraw, On: target, Title: "请求撤回", Key: id, Data: []byte(`{"reason":"不再需要"}`)})
		return ref
	}
	open, answered := ask("jilin:1"), ask("jilin:2")
	j.push(10)
	a.act(answered, "decline", monday+hours(2), protocol.Request{Reason: "申请人未到场"})
	a.handOver(target, monday+hours(3))
	a.push(10)
	for ref, want := range map[protocol.Ref]protocol.NodeID{open: decides, answered: receives} {
		rec, ok, err := b.fsm.Record(ref)
		moved, _, _ := b.fsm.Record(target)
		if err != nil || !ok || rec.Home != want || ref == open && (rec.Index != moved.Index || rec.Epoch != 2) {
			t.Errorf("%s at %s (index %d, epoch %d), want %s: %v", ref, rec.Home, rec.Index, rec.Epoch, want, err)
		}
	}
	if !b.fed(decides)[open] {
		t.Error("the new home does not get the request")
	}
	due := protocol.Day{Year: 2026, Month: time.March, Dom: 5}.End()
	b.at(due)
	b.round()
	b.want(open, protocol.KRequest, protocol.Red, protocol.CardProvisional, decides)
	b.want(answered, protocol.KRequest, protocol.Red, "", "")
}
