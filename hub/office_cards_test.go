package hub

import (
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
)

// TestCardsAreClosedByTheSupervisor is cases.Y-06 and W-11 at the hub: close and
// reject, and never by whoever answered.
func TestCardsAreClosedByTheSupervisor(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	card := d.breach()
	_, err := d.SuperviseCard(d.ctx(), desk1, card.ID, "close", "属实")
	d.want(protocol.Denied, err)
	_, err = d.SuperviseCard(d.ctx(), watch, card.ID, "close", "属实")
	d.refused("G-07", err) // not answered yet
	_, _, err = d.Act(d.ctx(), protocol.Draft{Ref: card, Act: "confirm", Body: protocol.Card{Through: protocol.At(d.clock.now())}, By: "tick"})
	d.must(err)
	for _, act := range []protocol.Act{"reject", "close"} {
		d.window.pull()
		d.window.act(protocol.Draft{Ref: card, Act: "answer", Body: protocol.Card{Cause: "误读指南", Measure: "培训"}, By: "yanbian:leader"})
		d.window.push()
		_, err = d.SuperviseCard(d.ctx(), watch, card.ID, act, "")
		d.refused("G-10", err)
		_, err = d.SuperviseCard(d.ctx(), watch, card.ID, act, "已核实")
		d.must(err)
	}
	if c := body[protocol.Card](d.center, card); c.State != protocol.CardClosed || c.Rejected != 1 {
		t.Errorf("%+v", c)
	}
}

// breach fires the red card of a breach, which needs no clock (Y-01).
func (d *drama) breach() protocol.Ref {
	d.t.Helper()
	on := d.handOver()
	card := protocol.Card{On: on, Clock: protocol.BreachOffGuide, Occurrence: 1, Colour: protocol.Red, Title: "样例事项", Agency: d.handling,
		Due: protocol.At(d.clock.now().Add(-time.Minute)), Held: protocol.Custody{First: "yanbian"}}
	ref := protocol.Ref{Kind: "card", ID: protocol.CardID(on, card.Clock, 1, protocol.Red)}
	_, _, err := d.Act(d.ctx(), protocol.Draft{Ref: ref, Act: "fire", Body: card, By: "tick", Deps: cite(on)})
	d.must(err)
	return ref
}

// TestARandomCheckIsDrawnOnceAndAgain is art. 47: what was drawn follows from the
// seed and the population, both recorded.
func TestARandomCheckIsDrawnOnceAndAgain(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	var ids []string
	for range 7 {
		ids = append(ids, d.handOver().ID)
	}
	today := protocol.At(d.clock.now()).Day()
	ask := protocol.SpotCheck{From: today.Add(-1), Until: today.Add(1), Place: "yanbian", Agency: d.handling, Reason: "本月抽查"}
	_, err := d.DrawCheck(d.ctx(), desk1, ask, 3)
	d.want(protocol.Denied, err)
	rec, err := d.DrawCheck(d.ctx(), watch, ask, 3)
	d.must(err)
	c := body[protocol.SpotCheck](d.center, rec.Ref)
	var drawn []string
	for _, one := range c.Drawn {
		drawn = append(drawn, one.Case)
	}
	if c.Population != 7 || c.Of != protocol.PopulationHash(ids) || !slices.Equal(drawn, protocol.Draw(c.Seed, ids, 3)) || c.Index == 0 {
		t.Errorf("drawn %v of %d", drawn, c.Population)
	}
	elsewhere := ask
	elsewhere.Place = "jilin"
	_, err = d.DrawCheck(d.ctx(), watch, elsewhere, 3)
	d.refused("G-09", err) // nothing was received there

	_, err = d.CloseCheck(d.ctx(), watch, rec.Ref.ID, "整改")
	d.refused("G-07", err)
	for _, id := range drawn {
		_, err = d.FindCheck(d.ctx(), watch, rec.Ref.ID, id, protocol.FindingFine, "")
		d.must(err)
	}
	_, err = d.FindCheck(d.ctx(), watch, rec.Ref.ID, drawn[0], protocol.FindingFault, "改口")
	d.refused("G-07", err)
	_, err = d.FindCheck(d.ctx(), watch, rec.Ref.ID, "other", protocol.FindingFine, "")
	d.want(protocol.Gone, err)
	_, err = d.CloseCheck(d.ctx(), watch, rec.Ref.ID, "未发现问题")
	d.must(err)
}

// TestPublishedFiguresAreComputedAgain is cases.A-01…A-03: what is published names
// the index and the calendars, and the records behind a figure give it again.
func TestPublishedFiguresAreComputedAgain(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	for range 3 {
		d.handOver()
	}
	today := protocol.At(d.clock.now()).Day()
	_, err := d.PublishAssessment(d.ctx(), watch, today, today)
	d.refused("A-03", err) // the day is not over
	_, err = d.PublishAssessment(d.ctx(), admin, today, today)
	d.want(protocol.Denied, err)
	d.clock.set(48 * time.Hour)
	n, err := d.PublishAssessment(d.ctx(), watch, today, today)
	d.must(err)
	id := protocol.AssessmentID(today, today, d.handling)
	doc := body[protocol.Assessment](d.center, protocol.Ref{Kind: "assessment", ID: id})
	i := slices.IndexFunc(doc.Figures, func(f protocol.Figure) bool { return f.ID == "cross" })
	if n != 1 || doc.Index == 0 || len(doc.Calendars) == 0 || i < 0 || doc.Figures[i].N != 3 || doc.Figures[i].Of != 3 {
		t.Fatalf("%d published, %+v", n, doc)
	}
	d.eventually("the cases are found by their agency", func() bool {
		list, now, err := d.Behind(d.ctx(), id, "cross", 2)
		return err == nil && len(list) == 2 && now == doc.Figures[i]
	})
}
