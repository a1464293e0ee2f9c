package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// cases is read only here, and never shows who the applicant is beyond a masked
// name: the province supervises, it does not handle.
var cases = console.List{
	Kind: "case", Family: "case", Hint: "cases.hint", Caption: "nav.cases", States: caseStates(), Key: console.NumberKey,
	Facets: []console.Select{{Facet: "handler", Label: "case.handler", Name: place}, {Facet: "window", Label: "case.from", Name: place},
		{Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}},
	Cols: []page.Col{{Label: "case.number", Short: true}, {Label: "case.item"}, {Label: "console.state", Short: true},
		{Label: "case.due", Short: true}, {Label: "case.received", Short: true}, {Label: "case.from", Short: true},
		{Label: "case.handler", Short: true}},
	Empty: page.Empty{What: "cases.empty", Do: "cases.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		c, _, err := console.Read[protocol.Case](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		first := page.Code(c.ReceiptNo)
		first.Href = "/cases/" + h.Ref.ID
		due, tone := page.Word("—"), page.Plain
		if d, runs := v.DueOf(c); runs {
			due, tone = v.DueCell(d), d.Tone
		}
		t.Add(first, page.Word(c.ItemName).Under(c.AgencyName), page.State(console.State("case", string(c.State))), due, page.When(c.Received.At),
			page.Word(v.Place(c.Received.Node)), page.Word(v.Place(c.Handler))).Tone = tone
		return nil
	},
}

func place(v *console.Visit, id string) string { return v.Place(protocol.NodeID(id)) }

func caseStates() (list []string) {
	for _, s := range protocol.CaseStates {
		list = append(list, string(s.State))
	}
	return list
}

func listCases(v *console.Visit) error {
	s, err := cases.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.cases", Active: "cases", Wide: true}, console.Sheet{Sections: []console.Section{s}})
}

func showCase(v *console.Visit) error {
	c, rec, err := console.Read[protocol.Case](v.Records(), protocol.Ref{Kind: "case", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	facts := []page.Fact{{Label: "case.number", Cell: page.Code(c.ReceiptNo)},
		{Label: "console.state", Cell: page.State(console.State("case", string(c.State)))},
		{Label: "case.item", Cell: page.Goto(c.ItemName, "/items/"+c.Item)},
		{Label: "item.agency", Cell: page.Word(c.AgencyName).Under(v.Place(c.Handler))},
		{Label: "case.holder", Cell: page.Word(v.Place(rec.Home))},
		{Label: "case.from", Cell: page.Word(v.Place(c.Received.Node)).Under(c.Received.Window)},
		{Label: "case.received", Cell: page.When(c.Received.At)}, {Label: "case.applicant", Cell: page.Word(console.Mask(&c.Applicant))},
		{Label: "case.materials", Cell: page.Number(len(c.Materials))}, {Label: "case.id", Cell: page.Code(rec.Ref.ID)}}
	if d, runs := v.DueOf(c); runs {
		facts = append(facts, page.Fact{Label: "case.due", Cell: v.DueCell(d)})
	}
	sections := []console.Section{{Title: "case.facts", Lead: "case.lead", Facts: facts}}
	if d := c.Decision; d != nil {
		sections = append(sections, console.Section{Title: "case.decision",
			Facts: console.Facts([]console.Line{{Label: "console.reason", Text: d.Reason}, {Label: "case.basis", Text: d.Basis},
				{Label: "case.remedy", Text: d.Remedy}, {Label: "case.decided-by", Text: v.Person(d.By)}})})
	}
	sections = append(sections, history)
	return v.Show(page.View{Title: c.ItemName, Active: "cases", Crumbs: []page.Link{{Label: c.ReceiptNo}}}, console.Sheet{Sections: sections})
}

// maxShown bounds the lists that have no pages.
const maxShown = 500

// overdue lists every clock that ran out and who holds the record (art. 47).
func (w *Web) overdue(v *console.Visit) error {
	list, err := w.cfg.Reader.Lapses(v.Now(), maxShown)
	if err != nil {
		return err
	}
	t := page.Table{Caption: "nav.overdue", Empty: page.Empty{What: "overdue.empty", Do: "overdue.empty-do"},
		Cols: []page.Col{{Label: "overdue.record"}, {Label: "overdue.clock"}, {Label: "overdue.since", Short: true},
			{Label: "overdue.late", Short: true},
			{Label: "case.holder", Short: true}}}
	for _, l := range list {
		rec, ok, err := v.Records().Get(l.Ref)
		if err != nil {
			return err
		}
		name, home := l.Ref.ID, ""
		if ok {
			home = v.Place(rec.Home)
			if terms, err := protocol.Lookup(l.Ref.Kind).Terms(rec.Body); err == nil { // what cannot be read is shown by its id
				name = terms.Title
			}
		}
		first := page.Word(name)
		if l.Ref.Kind == "case" && v.May(protocol.MayReadCases, "") {
			first = page.Goto(name, "/cases/"+l.Ref.ID)
		}
		days := v.Calendar().WorkingDaysLeft(v.Now().Day(), l.At.Day().Add(-1))
		t.Add(first.Under(l.Ref.ID), page.Word(v.ClockName(l.Clock)), page.OnDay(l.At.Day().Add(-1)),
			page.State(page.Badge{Tone: page.Bad, Word: v.T("due.over", max(1, -days))}), page.Word(home)).Tone = page.Bad
	}
	if len(list) == maxShown {
		t.Foot = v.T("console.first", maxShown)
	}
	s := console.Section{ID: "overdue", Refresh: 30, Lead: "overdue.lead", Table: &t}
	return v.Show(page.View{Title: "nav.overdue", Active: "overdue"}, console.Sheet{Sections: []console.Section{s}})
}
