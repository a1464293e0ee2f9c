package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

var proposals = console.List{
	Kind: "proposal", Family: "proposal", Hint: "proposals.hint", Caption: "desk.all-proposals",
	States: []string{protocol.ProposalOpen, protocol.ProposalConfirmed, protocol.ProposalWithdrawn},
	Facets: []console.Select{{Facet: "what", Label: "desk.what", Name: func(v *console.Visit, what string) string { return v.Label("proposed." + what) }},
		{Facet: "node", Label: "case.handler", Name: place}},
	Cols:  proposalCols,
	Empty: page.Empty{What: "proposals.empty", Do: "proposals.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		p, _, err := console.Read[protocol.Proposal](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		proposalRow(v, t, h.Ref.ID, p)
		return nil
	},
}

var proposalCols = []page.Col{{Label: "desk.what", Short: true}, {Label: "desk.about"}, {Label: "console.reason"}, {Label: "desk.first", Short: true},
	{Label: "desk.second", Short: true}, {Label: "console.state", Short: true}}

func proposalRow(v *console.Visit, t *page.Table, id string, p *protocol.Proposal) {
	about := page.Word(v.Place(p.Node))
	if p.What != protocol.ProposeOutage {
		about = page.Word(v.T("desk.n-cases", len(p.Cases))).Under(v.T("desk.to", v.Agency(p.Agency)))
	}
	second := page.Word("—")
	if p.Second != "" {
		second = page.Word(v.Person(p.Second)).Under(p.Ended.String())
	}
	row := t.Add(page.Goto(v.Label("proposed."+p.What), "/desk/proposals/"+url.PathEscape(id)), about, page.Word(p.Reason),
		page.Word(v.Person(p.First)).Under(p.Filed.String()), second, page.State(console.State("proposal", p.State)))
	if p.State == protocol.ProposalOpen {
		row.Tone = page.Warn
	}
}

func listProposals(v *console.Visit) error {
	s, err := proposals.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "desk.all-proposals", Active: "desk"}, console.Sheet{Sections: []console.Section{s}})
}

func openProposals(v *console.Visit) (page.Table, error) {
	t := page.Table{Caption: "desk.waiting", Cols: proposalCols, Empty: page.Empty{What: "desk.none-waiting", Do: "desk.none-waiting-do"}}
	hits, err := v.Records().Search(v.Context(), console.Query{Kind: "proposal", State: protocol.ProposalOpen, Limit: deskRows})
	if err != nil {
		return t, err
	}
	for _, h := range hits.Hits {
		p, _, err := console.Read[protocol.Proposal](v.Records(), h.Ref)
		if err != nil {
			return t, err
		}
		proposalRow(v, &t, h.Ref.ID, p)
	}
	return t, nil
}

func (w *Web) showProposal(v *console.Visit) error {
	p, rec, err := console.Read[protocol.Proposal](v.Records(), protocol.Ref{Kind: "proposal", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "desk.proposal", Facts: proposalFacts(v, p)}}}
	base := "/desk/proposals/" + url.PathEscape(rec.Ref.ID)
	if len(p.Cases) > 0 {
		cases, open, err := w.proposedCases(v, p)
		if err != nil {
			return err
		}
		if open && p.State == protocol.ProposalConfirmed { // broken off in between
			sheet.Actions = []console.Action{{Label: "desk.go-on", Href: base + "/confirm", Primary: true}}
		}
		sheet.Sections = append(sheet.Sections, cases)
	}
	sheet.Sections = append(sheet.Sections, history)
	view := page.View{Title: "proposed." + p.What, Active: "desk"}
	if p.State == protocol.ProposalOpen {
		sheet.Actions = []console.Action{{Label: "do.withdraw-proposal", Href: base + "/withdraw"}}
		if p.First == v.Author() {
			view.Flash = append(view.Flash, page.Flash{Tone: page.Info, Rule: "G-08", Text: v.T("desk.own")})
		} else {
			sheet.Actions = append(sheet.Actions, console.Action{Label: "do.confirm-proposal", Href: base + "/confirm", Danger: true})
		}
	}
	return v.Show(view, sheet)
}

func proposalFacts(v *console.Visit, p *protocol.Proposal) []page.Fact {
	facts := []page.Fact{{Label: "desk.what", Cell: page.Word(v.Label("proposed." + p.What))}, {Label: "console.state", Cell: page.State(console.State("proposal", p.State))}}
	if p.Node != "" {
		facts = append(facts, page.Fact{Label: "node.name", Cell: page.Goto(v.Place(p.Node), "/desk/nodes/"+url.PathEscape(string(p.Node)))})
	}
	if p.DownSince != 0 {
		facts = append(facts, page.Fact{Label: "desk.since", Cell: page.When(p.DownSince)})
	}
	if p.Agency != "" {
		facts = append(facts, page.Fact{Label: "desk.to-agency", Cell: page.Word(v.Agency(p.Agency)).Under(p.Agency)})
	}
	facts = append(facts, console.Facts([]console.Line{{Label: "desk.confirmed", Text: p.Confirmed}, {Label: "desk.how", Text: p.How},
		{Label: "console.reason", Text: p.Reason}, {Label: "desk.note", Text: p.Note}})...)
	facts = append(facts, page.Fact{Label: "desk.first", Cell: page.Word(v.Person(p.First)).Under(p.Filed.String())})
	if p.Second != "" {
		facts = append(facts, page.Fact{Label: "desk.second", Cell: page.Word(v.Person(p.Second)).Under(p.Ended.String())})
	}
	return facts
}

// proposedCases lists the cases with where each is now, and what the rules say:
// before it is confirmed what they would, afterwards why one was not taken. open
// says that one could be taken now.
func (w *Web) proposedCases(v *console.Visit, p *protocol.Proposal) (s console.Section, open bool, err error) {
	t := page.Table{Caption: "nav.cases", Cols: []page.Col{{Label: "case.number", Short: true}, {Label: "case.item"}, {Label: "console.state", Short: true},
		{Label: "case.due", Short: true}, {Label: "case.holder", Short: true}, {Label: "desk.verdict"}}}
	told, err := w.cfg.Office.CheckDesk(*p)
	if err != nil {
		return s, false, err
	}
	for i := range told {
		open = open || !told[i].Done && told[i].Text == ""
		c, rec, err := console.Read[protocol.Case](v.Records(), protocol.Ref{Kind: "case", ID: told[i].Case})
		if protocol.CodeOf(err) == protocol.Gone {
			t.Add(page.Code(told[i].Case), page.Word("—"), page.Word("—"), page.Word("—"), page.Word("—"), verdictCell(v, &told[i]))
			continue
		}
		if err != nil {
			return s, false, err
		}
		r, _ := c.Run()
		due, tone := runCell(v, r)
		number := page.Code(c.ReceiptNo)
		number.Href = "/desk/cases/" + url.PathEscape(rec.Ref.ID)
		t.Add(number, page.Word(c.ItemName).Under(c.AgencyName), page.State(console.State("case", string(c.State))), due, page.Word(v.Place(rec.Home)),
			verdictCell(v, &told[i])).Tone = tone
	}
	return console.Section{Title: "desk.cases", Lead: "desk.cases-lead", Table: &t}, open, nil
}

func (w *Web) factsOfProposal(v *console.Visit) ([]page.Fact, error) {
	p, _, err := console.Read[protocol.Proposal](v.Records(), protocol.Ref{Kind: "proposal", ID: v.R.PathValue("id")})
	if err != nil {
		return nil, err
	}
	return proposalFacts(v, p), nil
}

func (w *Web) confirmProposal() question {
	return question{name: "confirm-proposal", nav: "desk", danger: true, back: below("/desk/proposals/"), facts: w.factsOfProposal,
		do: func(v *console.Visit, _ url.Values) error {
			_, err := w.cfg.Office.ConfirmDesk(v.Context(), v.Who, v.R.PathValue("id"))
			return err
		}}
}

func (w *Web) withdrawProposal() question {
	return question{name: "withdraw-proposal", nav: "desk", back: below("/desk/proposals/"), facts: w.factsOfProposal, fields: reason("desk.withdraw-help"),
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.WithdrawDesk(v.Context(), v.Who, v.R.PathValue("id"), form.Get("reason"))
			return err
		}}
}

// proposeRoute is the desk's part of C-06: binding, so two people.
func (w *Web) proposeRoute() question {
	return question{name: "propose-route", nav: "desk", back: below("/desk/cases/"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			c, rec, err := console.Read[protocol.Case](v.Records(), protocol.Ref{Kind: "case", ID: v.R.PathValue("id")})
			if err != nil {
				return nil, err
			}
			return deskFacts(v, c, rec), nil
		},
		choose: func(v *console.Visit) ([]page.Field, error) {
			list, err := agencyList(v)
			return []page.Field{{Name: "agency", Label: "desk.to-agency", Max: 120, Required: true, List: list, Help: "route.agency-help", Focus: true}}, err
		},
		fields: []page.Field{{Name: "reason", Label: "console.reason", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Help: "desk.route-help"}},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.ProposeDesk(v.Context(), v.Who, protocol.Proposal{What: protocol.ProposeRoute, Cases: []string{v.R.PathValue("id")},
				Agency: codeOf(form, "agency"), Reason: strings.TrimSpace(form.Get("reason"))})
			return err
		}}
}
