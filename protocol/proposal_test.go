package protocol

import (
	"testing"
	"time"
)

func TestTheDeskProposesAndASecondPersonConfirms(t *testing.T) {
	outage := func(f func(*Proposal)) func(*scene) { return want(f) }
	check(t, []row{
		{"cases.C-24a nobody of the place's own authority said so", "proposal propose", outage(func(p *Proposal) { p.Confirmed = "" }), "C-24a"},
		{"cases.C-24a not said how", "proposal propose", outage(func(p *Proposal) { p.How = "" }), "C-24a"},
		{"an outage that has not begun", "proposal propose", outage(func(p *Proposal) { p.DownSince = on(time.March, 9) }), "G-09"},
		{"the hub is no place that is down", "proposal propose", outage(func(p *Proposal) { p.Node = Hub }), "G-09"},
		{"cases.G-10 without a reason", "proposal propose", outage(func(p *Proposal) { p.Reason = "" }), "G-10"},
		{"something else", "proposal propose", outage(func(p *Proposal) { p.What = "holiday" }), "G-09"},
		{"cases.G-11 proposed already", "proposal propose", stands(openProposal(anOutage())), "G-11"},
		{"cases.C-24a the outage is not confirmed", "proposal propose reassign", cite(Ref{"proposal", outageID}, func(p *Proposal) { p.State = ProposalOpen }), "C-24a"},
		{"cases.C-24a another place is down", "proposal propose reassign", cite(Ref{"proposal", outageID}, func(p *Proposal) { p.Node = receives }), "C-24a"},
		{"cases.C-24a the outage is not cited", "proposal propose reassign", uncite(Ref{"proposal", outageID}), "C-24a"},
		{"cases.C-24b without a route", "proposal propose reassign", outage(func(p *Proposal) { p.Route = "" }), "C-24b"},
		{"cases.C-24b without an agency", "proposal propose reassign", outage(func(p *Proposal) { p.Agency = "" }), "C-24b"},
		{"no case", "proposal propose reassign", outage(func(p *Proposal) { p.Cases = nil }), "G-09"},
		{"one case twice", "proposal propose reassign", outage(func(p *Proposal) { p.Cases = []string{"a", "a"} }), "G-09"},
		{"more cases than two people read", "proposal propose reassign", outage(func(p *Proposal) { p.Cases = make([]string, MaxProposed+1) }), "G-09"},
		{"cases.C-06a to nobody", "proposal propose route", outage(func(p *Proposal) { p.Agency = "" }), "C-06a"},
		{"cases.G-08 the one who proposed confirms", "proposal confirm", func(s *scene) { s.by = "hub:desk1" }, "G-08"},
		{"cases.G-07 confirmed twice", "proposal confirm", stands(confirmedOutage()), "G-07"},
		{"withdrawn after it was confirmed", "proposal withdraw", stands(confirmedOutage()), "G-07"},
		{"withdrawn without a reason", "proposal withdraw", outage(func(p *Proposal) { p.Note = "" }), "G-10"},
	})
}

func TestRandomChecksCanBeDrawnAgain(t *testing.T) { // cases.W-11
	ids := []string{"a-1", "a-2", "a-3", "a-4", "a-5"}
	back := []string{"a-5", "a-4", "a-3", "a-2", "a-1"}
	first, second := Draw(Hash{7}, ids, 3), Draw(Hash{7}, back, 3)
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("%v, in another order %v", first, second)
		}
	}
	if len(Draw(Hash{7}, ids, 9)) != 5 || PopulationHash(ids) != PopulationHash(back) || PopulationHash(ids) == PopulationHash(ids[1:]) {
		t.Error("the population is not what was drawn from")
	}
	draw := func(f func(*SpotCheck)) func(*scene) { return want(f) }
	check(t, []row{
		{"without a seed", "spotcheck draw", draw(func(c *SpotCheck) { c.Seed = Hash{} }), "G-09"},
		{"more than there are", "spotcheck draw", draw(func(c *SpotCheck) { c.Population = 1 }), "G-09"},
		{"without a reason", "spotcheck draw", draw(func(c *SpotCheck) { c.Reason = "" }), "G-10"},
		{"drawn twice", "spotcheck draw", stands(openCheck()), "G-07"},
		{"the end before the beginning", "spotcheck draw", draw(func(c *SpotCheck) { c.Until = Day{2026, 1, 1} }), "G-09"},
		{"two findings at once", "spotcheck find", draw(func(c *SpotCheck) { c.Drawn[1].Finding = FindingFine }), "G-07"},
		{"a finding changed", "spotcheck find", stands(openCheck(FindingFine)), "G-07"},
		{"a fault without a word", "spotcheck find", draw(func(c *SpotCheck) { c.Drawn[0].Text = "" }), "G-10"},
		{"closed before all are looked at", "spotcheck close", stands(openCheck(FindingFine)), "G-07"},
		{"closed without a result", "spotcheck close", draw(func(c *SpotCheck) { c.Result = "" }), "G-10"},
	})
}
