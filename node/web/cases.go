package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// cases is the queue: newest first, by state and agency; names are masked here
// and shown on the opened case only (cases.md §16).
var cases = console.List{
	Kind: "case", Family: "case", Hint: "cases.hint", Caption: "nav.cases", Refresh: 15,
	States: caseStates(), Brief: true,
	Facets: []console.Select{{Facet: "agency", Label: "case.agency", Name: (*console.Visit).Agency},
		{Facet: "handler", Label: "case.handler", Name: placeName}, {Facet: "window", Label: "case.from", Name: placeName}},
	Key:   console.NumberKey,
	Cols:  caseCols,
	Empty: page.Empty{What: "cases.empty", Do: "cases.empty-do", Link: &page.Link{Label: "nav.intake", Href: "/intake"}},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		c, rec, err := console.Read[protocol.Case](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		caseRow(v, t, h.Ref.ID, rec.Home, c)
		return nil
	},
}

func placeName(v *console.Visit, id string) string { return v.Place(protocol.NodeID(id)) }

var caseCols = []page.Col{{Label: "case.number", Short: true}, {Label: "case.item"}, {Label: "case.applicant", Short: true},
	{Label: "console.state", Short: true}, {Label: "case.due", Short: true}, {Label: "case.received", Short: true}, {Label: "case.from", Short: true}}

func caseStates() (list []string) {
	for _, s := range protocol.CaseStates {
		list = append(list, string(s.State))
	}
	return list
}

func listCases(v *console.Visit) error {
	list := cases
	if !v.May(protocol.MayReceive, "") { // offer only what this person may do
		list.Empty = page.Empty{What: "cases.empty", Do: "cases.empty-wait"}
	}
	s, err := list.Section(v)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{s}}
	if v.May(protocol.MayReceive, "") {
		sheet.Actions = []console.Action{{Label: "nav.intake", Href: "/intake", Primary: true, Hotkey: "n"}}
	}
	return v.Show(page.View{Title: "nav.cases", Active: "cases", Wide: true}, sheet)
}

// caseRow adds a case to a list; one that needs a hand now has a coloured edge.
func caseRow(v *console.Visit, t *page.Table, id string, home protocol.NodeID, c *protocol.Case) {
	first := page.Code(c.ReceiptNo)
	first.Href = "/cases/" + id
	due, tone := page.Word("—"), page.Plain
	if d, runs := v.DueOf(c); runs {
		due, tone = v.DueCell(d), d.Tone
	}
	at := ""
	if home != c.Received.Node {
		at = v.T("case.now-at", v.Place(home))
	}
	row := t.Add(first, page.Word(c.ItemName).Under(c.AgencyName), page.Word(console.Mask(&c.Applicant)),
		page.State(console.State("case", string(c.State))).Under(at), due, page.When(c.Received.At), page.Word(v.Place(c.Received.Node)))
	row.Tone = tone
}
