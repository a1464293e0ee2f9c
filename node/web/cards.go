package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// cards are the yellow and red marks that concern this place (W-11, cases.md §8):
// whose they are, and on what evidence. They are answered at their owner's.
var cards = console.List{
	Kind: "card", Family: "card", Caption: "nav.cards", Refresh: 30, Hint: "card.hint",
	States: []string{protocol.CardOpen, protocol.CardProvisional, protocol.CardAnswered, protocol.CardClosed, protocol.CardVoid},
	Facets: []console.Select{{Facet: "colour", Label: "card.colour", Name: func(v *console.Visit, s string) string { return v.T("colour." + s) }},
		{Facet: "owner", Label: "card.owner", Name: placeName}},
	Cols: []page.Col{{Label: "card.title"}, {Label: "card.colour", Short: true}, {Label: "card.clock", Short: true}, {Label: "card.owner", Short: true},
		{Label: "card.due", Short: true}, {Label: "console.state", Short: true}},
	Empty: page.Empty{What: "card.empty", Do: "card.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		c, _, err := console.Read[protocol.Card](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		title := page.Word(c.Title)
		title.Href = recordPage(v, c.On)
		row := t.Add(title, page.State(colourBadge(c)), page.Word(v.ClockName(c.Clock)), page.Word(v.Place(c.Owner)), page.When(c.Due),
			page.State(page.Badge{Word: "state.card." + c.State}).Under(c.Cause))
		if c.State == protocol.CardOpen && c.Colour == protocol.Red {
			row.Tone = page.Bad
		}
		return nil
	},
}

func colourBadge(c *protocol.Card) page.Badge {
	if c.Colour == protocol.Red {
		return page.Badge{Tone: page.Bad, Word: "colour.red"}
	}
	return page.Badge{Tone: page.Warn, Word: "colour.yellow"}
}

func listCards(v *console.Visit) error {
	s, err := cards.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.cards", Active: "cards"}, console.Sheet{Sections: []console.Section{s}})
}
