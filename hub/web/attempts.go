package web

import (
	"net/url"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// attempts are the demands outside the guide that a rule refused, counted by who
// made them (art. 47; cases.md §14.3, W-11).
var attempts = console.List{
	Kind: "attempt", Hint: "cards.hint", Caption: "cards.offguide",
	Facets: []console.Select{{Facet: "clerk", Label: "attempt.clerk", Name: (*console.Visit).Person}, {Facet: "place", Label: "case.from", Name: place},
		{Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}, {Facet: "rule", Label: "attempt.rule"}},
	Cols: []page.Col{{Label: "attempt.at", Short: true}, {Label: "attempt.clerk"}, {Label: "case.item"}, {Label: "attempt.demand"}, {Label: "attempt.rule", Short: true},
		{Label: "attempt.case", Short: true}},
	Empty: page.Empty{What: "attempts.empty", Do: "attempts.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		a, _, err := console.Read[protocol.Attempt](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		on := page.Code(a.On.ID)
		if v.May(protocol.MayReadCases, "") {
			on.Href = "/cases/" + url.PathEscape(a.On.ID)
		}
		t.Add(page.When(a.At), page.Word(v.Person(a.Clerk)).Under(v.Place(a.Place)), page.Word(a.Title).Under(v.Agency(a.Agency)), page.Word(a.Text).Under(a.Line),
			page.Word(a.Rule), on)
		return nil
	},
}

// topClerks bounds the table of who tried most often.
const topClerks = 20

func (w *Web) attempts(v *console.Visit) error {
	s, err := attempts.Section(v)
	if err != nil {
		return err
	}
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "attempt", Limit: 1, Count: []string{"clerk"}})
	if err != nil {
		return err
	}
	t := page.Table{Caption: "attempts.by-clerk", Cols: []page.Col{{Label: "attempt.clerk"}, {Label: "attempts.times", Num: true}},
		Empty: page.Empty{What: "attempts.empty", Do: "attempts.empty-do"}}
	counts := slices.Clone(found.Counts)
	for _, c := range counts[:min(topClerks, len(counts))] { // the most frequent stand first
		t.Add(page.Goto(v.Person(c.Value), "/attempts?clerk="+url.QueryEscape(c.Value)).Under(c.Value), page.Number(c.N))
	}
	return v.Show(page.View{Title: "cards.offguide", Active: "cards"}, console.Sheet{
		Sections: []console.Section{{Title: "attempts.by-clerk", Lead: "attempts.lead", Table: &t}, s}})
}
