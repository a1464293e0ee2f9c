package web

import (
	"errors"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// The province knows of cases that this node does not hold (W-09). It is asked on
// a second press, because every question is written down there: at most two
// seconds, and what it shows is masked and kept nowhere here.

// lookFar asks the province for what was typed: a case by its id, a receipt or
// case number, then a person's number, of which only the fingerprint leaves here.
func (w *Web) lookFar(v *console.Visit, q *lookup) (desk.Sight, error) {
	purpose := v.T("purpose." + q.purpose)
	if protocol.IsCaseID(q.query) {
		return w.cfg.Desk.Elsewhere(v.Context(), v.Who, q.query, purpose)
	}
	keys := []string{console.NumberKey(q.query)}
	for _, idType := range []string{"citizen", "uscc", "other"} {
		keys = append(keys, w.cfg.Desk.Fingerprint(idType, q.query))
	}
	var sight desk.Sight
	var err error
	for _, key := range keys {
		if sight, err = w.cfg.Desk.FindElsewhere(v.Context(), v.Who, key, purpose); err != nil || len(sight.Cases) > 0 {
			break
		}
	}
	return sight, err
}

// askFar offers the second press.
func askFar(q *lookup) console.Section {
	return console.Section{Title: "far.title", Lead: "far.lead", Form: &page.Form{Action: "/lookup", Submit: "far.ask", Fields: []page.Field{
		page.Hidden("q", q.query), page.Hidden("purpose", q.purpose), page.Hidden("far", "yes")}}}
}

func (w *Web) farCases(v *console.Visit, q *lookup) (console.Section, error) {
	s := console.Section{ID: "far", Title: "far.title"}
	sight, err := w.lookFar(v, q)
	var f *protocol.Fault
	if errors.As(err, &f) { // cut off, or nobody answered in time: the page stands
		s.Messages = []page.Flash{{Tone: page.Warn, Text: f.Text}}
		return s, nil
	}
	if err != nil {
		return s, err
	}
	t := page.Table{Caption: "far.title", Empty: page.Empty{What: "far.none", Do: "far.none-do"}, Cols: []page.Col{{Label: "case.number", Short: true},
		{Label: "case.item"}, {Label: "case.applicant", Short: true}, {Label: "console.state", Short: true}, {Label: "case.received", Short: true}, {Label: "far.home", Short: true}}}
	for _, rec := range sight.Cases {
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			return s, err
		}
		t.Add(page.Code(c.ReceiptNo), page.Word(c.ItemName).Under(c.AgencyName), page.Word(c.Applicant.Name), page.State(console.State("case", string(c.State))),
			page.When(c.Received.At), page.Word(v.Place(rec.Home)))
	}
	s.Table, s.Lead = &t, v.T("far.age", string(sight.Server), span(v, sight.Age))
	return s, nil
}
