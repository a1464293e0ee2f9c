package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// cardPages are the supervisor's (cases.md W-11, Y-06): every card with its
// owner, the evidence, the answer, and how it ended. Nobody deletes one.
func (w *Web) cardPages() {
	w.Handle("GET /cards", protocol.MayReadStatus, listCards)
	w.Handle("GET /cards/{id}", protocol.MayReadStatus, showCard)
	w.ask("/cards/{id}/close", protocol.MaySupervise, w.superviseCard("close", "close-card", "close-card.help"))
	w.ask("/cards/{id}/reject", protocol.MaySupervise, w.superviseCard("reject", "reject-card", "reject-card.help"))
}

var cards = console.List{
	Kind: "card", Family: "card", Hint: "cards.hint", Caption: "nav.cards",
	States: []string{protocol.CardAnswered, protocol.CardOpen, protocol.CardProvisional, protocol.CardClosed, protocol.CardVoid},
	Facets: []console.Select{{Facet: "colour", Label: "card.colour", Name: func(v *console.Visit, c string) string { return v.Label("cardcolour." + c) }},
		{Facet: "clock", Label: "overdue.clock", Name: func(v *console.Visit, c string) string { return clockWord(v, protocol.ClockID(c)) }},
		{Facet: "owner", Label: "card.owner", Name: place}, {Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}},
	Cols: []page.Col{{Label: "card.colour", Short: true}, {Label: "overdue.record"}, {Label: "overdue.clock", Short: true}, {Label: "card.owner", Short: true},
		{Label: "card.due", Short: true}, {Label: "card.age", Num: true}, {Label: "console.state", Short: true}},
	Empty: page.Empty{What: "cards.empty", Do: "cards.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		c, rec, err := console.Read[protocol.Card](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		tone := page.Plain
		if c.State == protocol.CardAnswered || c.State == protocol.CardOpen {
			tone = cardTone(c.Colour)
		}
		t.Add(page.State(cardBadge(c.Colour)), page.Goto(c.Title, "/cards/"+url.PathEscape(rec.Ref.ID)).Under(v.Agency(c.Agency)), page.Word(clockWord(v, c.Clock)),
			page.Word(v.Place(c.Owner)), page.When(c.Due), page.Number(ageDays(v, c)), page.State(console.State("card", c.State))).Tone = tone
		return nil
	},
}

func cardTone(c protocol.Colour) page.Tone {
	if c == protocol.Red {
		return page.Bad
	}
	return page.Warn
}

func cardBadge(c protocol.Colour) page.Badge {
	return page.Badge{Tone: cardTone(c), Word: "cardcolour." + string(c)}
}

// clockWord names a clock, or the breach that stands where a card names one.
func clockWord(v *console.Visit, id protocol.ClockID) string {
	if protocol.Breach(id) {
		return v.Label("breach." + strings.ToLower(string(id)))
	}
	return v.ClockName(id)
}

// ageDays is how many days the card has been out, until it ended.
func ageDays(v *console.Visit, c *protocol.Card) int {
	end := v.Now()
	if c.Ended != 0 {
		end = c.Ended
	}
	return int((end - c.Due) / (24 * 3600 * 1000))
}

func listCards(v *console.Visit) error {
	s, err := cards.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "cards.lead"
	offGuide := console.Action{Label: "cards.offguide", Href: "/cards?clock=" + string(protocol.BreachOffGuide)}
	return v.Show(page.View{Title: "nav.cards", Active: "cards", Wide: true}, console.Sheet{Actions: []console.Action{offGuide}, Sections: []console.Section{s}})
}

func showCard(v *console.Visit) error {
	c, rec, err := console.Read[protocol.Card](v.Records(), protocol.Ref{Kind: "card", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	held := custodyTable(v, c)
	sheet := console.Sheet{Sections: []console.Section{{Title: "card.facts", Half: true, Facts: cardFacts(v, c)},
		{Title: "card.answer", Half: true, Lead: answerLead(c), Facts: answerFacts(v, c)}, {Title: "card.evidence", Lead: "card.evidence-lead", Table: &held}, history}}
	if v.May(protocol.MaySupervise, "") && c.State == protocol.CardAnswered {
		base := "/cards/" + url.PathEscape(rec.Ref.ID)
		sheet.Actions = []console.Action{{Label: "do.reject-card", Href: base + "/reject"}, {Label: "do.close-card", Href: base + "/close", Primary: true}}
	}
	return v.Show(page.View{Title: c.Title, Active: "cards"}, sheet)
}

func cardFacts(v *console.Visit, c *protocol.Card) []page.Fact {
	on := page.Code(c.On.ID)
	if c.On.Kind == "case" && v.May(protocol.MayReadCases, "") {
		on.Href = "/cases/" + url.PathEscape(c.On.ID)
	}
	facts := []page.Fact{{Label: "card.colour", Cell: page.State(cardBadge(c.Colour))}, {Label: "console.state", Cell: page.State(console.State("card", c.State))},
		{Label: "overdue.record", Cell: on.Under(v.KindWord(c.On.Kind))}, {Label: "overdue.clock", Cell: page.Word(clockWord(v, c.Clock)).Under(v.T("card.nth", c.Occurrence))},
		{Label: "card.due", Cell: page.When(c.Due)}, {Label: "card.fired", Cell: page.When(c.Fired)}, {Label: "card.owner", Cell: page.Word(v.Place(c.Owner))},
		{Label: "item.agency", Cell: page.Word(v.Agency(c.Agency))}, {Label: "card.place", Cell: page.Word(v.Place(c.Place))},
		{Label: "card.age", Cell: page.Number(ageDays(v, c))}}
	if c.Through != 0 {
		facts = append(facts, page.Fact{Label: "card.through", Cell: page.When(c.Through)})
	}
	return facts
}

func answerLead(c *protocol.Card) string {
	if c.State == protocol.CardOpen || c.State == protocol.CardProvisional {
		return "cardwait." + c.State
	}
	return ""
}

func answerFacts(v *console.Visit, c *protocol.Card) []page.Fact {
	facts := console.Facts([]console.Line{{Label: "card.cause", Text: c.Cause}, {Label: "card.measure", Text: c.Measure}})
	if c.By != "" {
		facts = append(facts, page.Fact{Label: "card.by", Cell: page.Word(v.Person(c.By)).Under(c.Answered.String())})
	}
	if c.Rejected > 0 {
		facts = append(facts, page.Fact{Label: "card.rejected", Cell: page.Number(c.Rejected)})
	}
	return append(facts, console.Facts([]console.Line{{Label: "card.reason", Text: c.Reason}})...)
}

// custodyTable is the evidence for the owner (Y-04): who could have acted when.
func custodyTable(v *console.Visit, c *protocol.Card) page.Table {
	t := page.Table{Caption: "card.evidence", Cols: []page.Col{{Label: "desk.hop-from"}, {Label: "desk.hop-to"}, {Label: "card.sent", Short: true},
		{Label: "card.at-hub", Short: true}, {Label: "card.acked", Short: true}}, Empty: page.Empty{What: v.T("card.never-moved", v.Place(c.Held.First)), Do: "card.never-moved-do"}}
	for _, m := range c.Held.Moves {
		t.Add(page.Word(v.Place(m.From)), page.Word(v.Place(m.To)), page.When(m.Sent), page.When(m.AtHub), page.When(m.Acked))
	}
	return t
}

func (w *Web) superviseCard(act protocol.Act, name, help string) question {
	return question{name: name, nav: "cards", danger: act == "reject", back: below("/cards/"), fields: reason(help),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			c, _, err := console.Read[protocol.Card](v.Records(), protocol.Ref{Kind: "card", ID: v.R.PathValue("id")})
			if err != nil {
				return nil, err
			}
			return append(cardFacts(v, c), answerFacts(v, c)...), nil
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.SuperviseCard(v.Context(), v.Who, v.R.PathValue("id"), act, form.Get("reason"))
			return err
		}}
}
