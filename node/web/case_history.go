package web

import (
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// caseHistory is what happened to a case. What the case itself says of its
// receipt and delivery completes what the entries here say: a node that decides
// a case from elsewhere has only been sent the revisions from the hand-over on.
func caseHistory(v *console.Visit, c *protocol.Case, ref protocol.Ref) (console.Section, error) {
	s := console.Section{ID: "history", Refresh: 15, Title: "console.history"}
	steps, err := v.Records().History(ref)
	if err != nil {
		return s, fmt.Errorf("read history of %s: %w", ref, err)
	}
	s.Timeline = v.Timeline(ref.Kind, steps)
	for i := range steps {
		if steps[i].Act == "deliver" && c.Delivery != nil {
			delivered(v, &s.Timeline[i], &steps[i], c.Delivery)
		}
	}
	if len(steps) == 0 || steps[0].Act != "receive" {
		s.Timeline = append([]page.Moment{receipt(v, c)}, s.Timeline...)
	}
	return s, nil
}

// receipt is the first step as the case tells it.
func receipt(v *console.Visit, c *protocol.Case) page.Moment {
	return page.Moment{At: c.Received.At, What: v.Act("case", "receive"), Who: v.Person(c.Received.Clerk), Place: v.Place(c.Received.Node),
		Mark: &page.Badge{Tone: page.Info, Word: "history.from-case"}, Note: v.T("history.from-case-note")}
}

// delivered names who handed the result out and where; when another window
// reported it, the home only recorded it (cases.R-03).
func delivered(v *console.Visit, m *page.Moment, s *console.Step, d *protocol.Delivery) {
	m.Who, m.Place = v.Person(d.By), v.Place(d.Place)
	if s.By != d.By {
		m.Note = v.T("history.carried-out") + " · " + m.Note
	}
}
