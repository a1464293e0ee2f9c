package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

var codeHere = usccHere + "3" + "442199806003"

func (r *running) serials(template, n int) (list []string) {
	r.t.Helper()
	r.must(r.Update(ctx(), func(tx *Tx) error {
		list = nil
		for range n {
			s, err := tx.NextSerial(template)
			if err != nil {
				return err
			}
			list = append(list, s.String())
		}
		return nil
	}))
	return list
}

// TestCases9SerialsAreCountedPerTemplateAndNeverTwice: over a refusal, a commit, a crash and a restart (cases.N-04).
func TestCases9SerialsAreCountedPerTemplateAndNeverTwice(t *testing.T) {
	r, _ := equipped(t)
	if got := r.serials(3, 2); got[1] != "yanbian-D03-2026-09-000002" {
		t.Fatalf("%v", got)
	}
	no := errors.New("no")
	if err := r.Update(ctx(), func(tx *Tx) error {
		if _, err := tx.NextSerial(3); err != nil {
			return err
		}
		return no
	}); err != no {
		t.Fatal(err)
	}
	if got := r.serials(4, 1); got[0] != "yanbian-D04-2026-09-000001" {
		t.Errorf("another template: %v", got)
	}
	r.must(r.View(func(*ReadTx) error { return nil })) // committed
	if got := r.serials(3, 1); got[0] != "yanbian-D03-2026-09-000003" {
		t.Errorf("a number that was undone is free again: %v", got)
	}
	r = r.reopen(testConfig())
	if got := r.serials(3, 1); got[0] != "yanbian-D03-2026-09-000004" {
		t.Errorf("after a restart: %v", got)
	}
}

// TestN02CaseNumbersAreOfTheNodesRange is cases.N-02 and cases.N-03: a used-up range gives none, and the act goes on.
func TestN02CaseNumbersAreOfTheNodesRange(t *testing.T) {
	r, _ := equipped(t)
	var own, other, last string
	r.must(r.Update(ctx(), func(tx *Tx) (err error) {
		if own, err = tx.NextCaseNumber(codeHere, true); err != nil {
			return err
		}
		for range 200 { // the ninth standard node: 6600 to 6799
			if other, err = tx.NextCaseNumber(codeHere, false); err != nil {
				return err
			}
		}
		last, err = tx.NextCaseNumber(codeHere, false)
		return err
	}))
	if own != codeHere+"202603020001" || other != codeHere+"202603026799" || last != "" {
		t.Errorf("own %s, the last of the stretch %s, and then %q", own, other, last)
	}
	r.must(r.Update(ctx(), func(tx *Tx) (err error) { own, err = tx.NextCaseNumber("L-1", true); return err }))
	if own != "" {
		t.Errorf("a code that bears no number has %s", own)
	}
}

// TestN05ANewDiskGoesOnAboveWhatTheHubHasSeen is cases.N-05 and cases.F-11.
func TestN05ANewDiskGoesOnAboveWhatTheHubHasSeen(t *testing.T) {
	lost, p := equipped(t)
	lost.receive(itemHere, "a")
	lost.receive(itemHere, "b")
	p.exchange(lost)
	lost.receive(itemHere, "never pushed")
	lost.shut()

	r := open(t, t.TempDir()+"/node.db", epoch(2))
	r.must(r.Rebase(ctx(), 2, wire.Positions{p.last[protocol.Urgent], p.last[protocol.Bulk]}))
	p.takeSnapshot(r, "s1")
	if got := r.serials(1, 1); got[0] != "yanbian-D01-2026-09-000103" {
		t.Errorf("%v", got)
	}
	highest := map[string]uint64{}
	seen(highest, &protocol.Case{No: codeHere + "202603020007", Handler: "yanbian"}, &protocol.Node{ID: "yanbian"})
	seen(highest, &protocol.Case{No: codeHere + "202603020009", Handler: "changchun"}, &protocol.Node{ID: "yanbian"})
	seen(highest, &protocol.Case{No: codeHere + "202603026795", Handler: "changchun"}, &protocol.Node{ID: "yanbian"})
	if want := map[string]uint64{"no/" + codeHere + "/2026-03-02/1": 27, "no/" + codeHere + "/2026-03-02/6600": 6799}; fmt.Sprint(highest) != fmt.Sprint(want) {
		t.Errorf("%v", highest)
	}
}

// TestF12RunsOfPrintedNumbers is cases.F-12: what is not printed is what no run holds.
func TestF12RunsOfPrintedNumbers(t *testing.T) {
	var runs []run
	for _, n := range []uint64{5, 3, 4, 1, 9, 5, 2, 8} {
		runs = joined(runs, n)
	}
	if !slices.Equal(runs, []run{{1, 5}, {8, 9}}) {
		t.Errorf("%v", runs)
	}
	r, _ := equipped(t)
	serials := r.serials(5, 4)
	for _, n := range []int{0, 3} {
		s, err := protocol.ParseSerial(serials[n])
		r.must(err)
		r.must(r.Printed(ctx(), s, "clerk1"))
	}
	r = r.reopen(testConfig())
	r.must(r.View(func(tx *ReadTx) error {
		list, err := tx.Unprinted(10)
		if len(list) != 2 || list[0].Serial.Counter != 3 || list[1].Serial.Counter != 2 || list[0].Case.ID != "" { // no act bears them: void
			t.Errorf("%+v", list)
		}
		return err
	}))
}

// TestPitfallsB10AnAsideIsDoneOutsideAndItsInstantKept: the transaction runs again, with
// the same instant, and not for ever.
func TestPitfallsB10AnAsideIsDoneOutsideAndItsInstantKept(t *testing.T) {
	r, _ := equipped(t)
	var at []protocol.Instant
	asides := 0
	r.must(r.Update(ctx(), func(tx *Tx) error {
		at = append(at, tx.Now())
		return tx.Aside(func(context.Context) error {
			asides++
			_, no := r.receive(itemHere, fmt.Sprint("meanwhile", asides)) // would wait for ever inside
			if no == "" {
				t.Error("no receipt")
			}
			return nil
		})
	}))
	if asides != maxAsides || len(at) != maxAsides+1 || at[0] != at[2] {
		t.Errorf("%d asides, at %v", asides, at)
	}
	no := errors.New("no")
	if err := r.Update(ctx(), func(tx *Tx) error { return tx.Aside(func(context.Context) error { return no }) }); err != no {
		t.Errorf("what failed aside: %v", err)
	}
}

// TestWrittenFindsTheLineOfAnAct: by its instant, also among many of one instant.
func TestWrittenFindsTheLineOfAnAct(t *testing.T) {
	r, _ := equipped(t)
	first, _ := r.receive(itemHere, "first")
	for i := range 20 {
		r.receive(itemHere, fmt.Sprint("other", i))
	}
	r.must(r.View(func(tx *ReadTx) error {
		body, err := tx.Written(first.Ref, "receive", testAt)
		if string(body) != string(first.Body) {
			t.Errorf("%s", body)
		}
		if body, _ := tx.Written(first.Ref, "accept", testAt); body != nil {
			t.Errorf("an act that was not taken: %s", body)
		}
		return err
	}))
}

// TestSerialsGoOnBehindAMillion: a year of receipts of a prefecture is more than six
// digits count (cases.md §17), and a window that gets no number receives nothing.
func TestSerialsGoOnBehindAMillion(t *testing.T) {
	r, _ := equipped(t)
	r.must(r.Update(ctx(), func(tx *Tx) error {
		s, err := tx.NextSerial(1)
		if err != nil {
			return err
		}
		tx.countTo(rowSeries+s.Series(), 999_999)
		s, err = tx.NextSerial(1)
		if back, perr := protocol.ParseSerial(s.String()); err != nil || perr != nil || back != s || s.Counter != 1_000_000 {
			t.Errorf("%s reads back as %+v: %v %v", s, back, err, perr)
		}
		return nil
	}))
}
