package web

import (
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// handOverCourse is W-05: how far a case is on its way to the place that decides,
// against K5p. A case that is decided where it was taken in has none.
func handOverCourse(v *console.Visit, c *protocol.Case, rec *protocol.Record) (console.Section, bool, error) {
	s := console.Section{ID: "course", Refresh: 10, Title: "course.title"}
	if c.Handler == c.Received.Node && len(c.Hops) == 0 {
		return s, false, nil
	}
	steps, err := v.Records().History(rec.Ref)
	if err != nil {
		return s, false, fmt.Errorf("read history of %s: %w", rec.Ref, err)
	}
	sent := handOverStep(steps)
	s.Timeline = []page.Moment{{At: c.Received.At, What: "course.received", Place: v.Place(c.Received.Node), Who: v.Person(c.Received.Clerk)},
		queued(v, c), atHub(v, c, sent, rec), arrived(v, c)}
	if !c.Due.K5p.IsZero() {
		s.Lead = v.T("course.k5p", c.Due.K5p.String())
	}
	return s, true, nil
}

// handOverStep is the newest hand-over that was seen here, or nil.
func handOverStep(steps []console.Step) (last *console.Step) {
	for i := range steps {
		switch steps[i].Act {
		case "hand_over", "return_misrouted", "route_by_desk":
			last = &steps[i]
		}
	}
	return last
}

func queued(v *console.Visit, c *protocol.Case) page.Moment {
	m := page.Moment{What: "course.queued", Place: v.Place(c.Received.Node)}
	if c.HandedOver == 0 {
		m.At, m.Open, m.Note = c.Due.K5p, true, v.T("course.not-sent")
		return m
	}
	m.At = c.HandedOver
	return m
}

func atHub(v *console.Visit, c *protocol.Case, sent *console.Step, rec *protocol.Record) page.Moment {
	m := page.Moment{What: "course.at-hub", Place: v.Place(protocol.Hub), At: c.Due.K5p, Open: true}
	switch {
	case sent != nil && sent.Index > 0:
		m.At, m.Open, m.Note = sent.At, false, v.T("console.index", sent.Index)
	case c.Arrived != 0:
		m.At, m.Open = c.Arrived, false
	case c.State == protocol.CaseHandingOver && rec.Index > 0:
		m.At, m.Open, m.Note = rec.At, false, v.T("console.index", rec.Index)
	case c.HandedOver != 0:
		m.Note = v.T("course.waiting", span(v, v.Now().Time().Sub(c.HandedOver.Time())))
	}
	return m
}

func arrived(v *console.Visit, c *protocol.Case) page.Moment {
	m := page.Moment{What: "course.arrived", Place: v.Place(c.Handler), At: c.Due.K5p, Open: true}
	if c.Arrived != 0 {
		m.At, m.Open = c.Arrived, false
		if !c.Due.K5p.IsZero() && c.Arrived >= c.Due.K5p.End() {
			m.Mark = &page.Badge{Tone: page.Bad, Word: "course.late"}
		}
	}
	return m
}

// noticeSection shows what was asked to be put right, and what came of it (W-06).
func noticeSection(x *asked) (console.Section, bool) {
	if len(x.c.Notices) == 0 {
		return console.Section{}, false
	}
	t := page.Table{Caption: "notice.title", Cols: []page.Col{{Label: "notice.at", Short: true}, {Label: "notice.lines"}, {Label: "notice.until", Short: true},
		{Label: "notice.by", Short: true}}}
	for _, n := range x.c.Notices {
		text := ""
		for i, d := range n.Lines {
			if i > 0 {
				text += ";"
			}
			text += x.line(d.Line)
			if d.Text != "" {
				text += "(" + d.Text + ")"
			}
		}
		until := page.OnDay(n.Until)
		if n.Reminded != 0 {
			until = until.Under(x.v.T("notice.reminded", n.Reminded))
		}
		t.Add(page.When(n.At), page.Word(text), until, page.Word(x.v.Person(n.By)))
	}
	return console.Section{Title: "notice.title", Table: &t}, true
}

// opinionSection shows the opinions, who the case is assigned to and what other
// agencies were asked.
func opinionSection(v *console.Visit, c *protocol.Case) (console.Section, bool) {
	s := console.Section{Title: "review.title"}
	if c.Assignee != "" {
		s.Facts = append(s.Facts, page.Fact{Label: "review.assignee", Cell: page.Word(v.Person(c.Assignee))})
	}
	for _, o := range c.Opinions {
		s.Timeline = append(s.Timeline, page.Moment{At: o.At, What: o.Text, Who: v.Person(o.By)})
	}
	for _, t := range c.Tasks {
		s.Facts = append(s.Facts, page.Fact{Label: v.Agency(t.Agency), Cell: page.State(console.State("task", t.State)).Under(v.T("review.task", t.Question,
			t.Due.String()))})
	}
	return s, len(s.Facts)+len(s.Timeline) > 0
}
