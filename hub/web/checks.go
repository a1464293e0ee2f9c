package web

import (
	"net/url"
	"strconv"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// checkPages are random checks (art. 47): drawn by a recorded seed, every case
// with its finding.
func (w *Web) checkPages() {
	w.Handle("GET /checks", protocol.MaySupervise, listChecks)
	w.ask("/checks/new", protocol.MaySupervise, w.drawCheck())
	w.Handle("GET /checks/{id}", protocol.MaySupervise, showCheck)
	w.ask("/checks/{id}/find", protocol.MaySupervise, w.findCheck())
	w.ask("/checks/{id}/close", protocol.MaySupervise, w.closeCheck())
}

var checks = console.List{
	Kind: "spotcheck", Family: "spotcheck", Hint: "checks.hint", Caption: "nav.checks", States: []string{protocol.CheckOpen, protocol.CheckClosed},
	Facets: []console.Select{{Facet: "place", Label: "case.from", Name: place}},
	Cols: []page.Col{{Label: "console.reason"}, {Label: "check.span", Short: true}, {Label: "check.population", Num: true}, {Label: "check.drawn", Num: true},
		{Label: "check.faults", Num: true}, {Label: "check.by", Short: true}, {Label: "console.state", Short: true}},
	Empty: page.Empty{What: "checks.empty", Do: "checks.empty-do", Link: &page.Link{Label: "do.draw-check", Href: "/checks/new"}},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		c, _, err := console.Read[protocol.SpotCheck](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		t.Add(page.Goto(c.Reason, "/checks/"+url.PathEscape(h.Ref.ID)), page.Word(c.From.String()+" — "+c.Until.String()), page.Number(c.Population),
			page.Number(len(c.Drawn)), page.Number(faults(c)), page.Word(v.Person(c.By)).Under(c.At.String()), page.State(console.State("spotcheck", c.State)))
		return nil
	},
}

func faults(c *protocol.SpotCheck) (n int) {
	for _, d := range c.Drawn {
		n += yes(d.Finding == protocol.FindingFault)
	}
	return n
}

func listChecks(v *console.Visit) error {
	s, err := checks.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "checks.lead"
	return v.Show(page.View{Title: "nav.checks", Active: "checks"}, console.Sheet{Sections: []console.Section{s},
		Actions: []console.Action{{Label: "do.draw-check", Href: "/checks/new", Primary: true, Hotkey: "n"}}})
}

func showCheck(v *console.Visit) error {
	c, rec, err := console.Read[protocol.SpotCheck](v.Records(), protocol.Ref{Kind: "spotcheck", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	base := "/checks/" + url.PathEscape(rec.Ref.ID)
	t, left := drawnTable(v, c, base)
	sheet := console.Sheet{Sections: []console.Section{{Title: "check.facts", Lead: "check.facts-lead", Facts: checkFacts(v, c)},
		{Title: "check.cases", Table: &t}, history}}
	if c.State == protocol.CheckOpen && left == 0 {
		sheet.Actions = []console.Action{{Label: "do.close-check", Href: base + "/close", Primary: true}}
	}
	return v.Show(page.View{Title: c.Reason, Active: "checks"}, sheet)
}

func checkFacts(v *console.Visit, c *protocol.SpotCheck) []page.Fact {
	facts := []page.Fact{{Label: "check.span", Cell: page.Word(c.From.String() + " — " + c.Until.String())},
		{Label: "case.from", Cell: page.Word(orAll(v, v.Place(c.Place)))}, {Label: "item.agency", Cell: page.Word(orAll(v, v.Agency(c.Agency)))},
		{Label: "check.population", Cell: page.Number(c.Population)}, {Label: "check.drawn", Cell: page.Number(len(c.Drawn))},
		{Label: "check.seed", Cell: page.Code(c.Seed.String())}, {Label: "check.of", Cell: page.Code(c.Of.String())},
		{Label: "check.index", Cell: page.Number(c.Index)}, {Label: "check.by", Cell: page.Word(v.Person(c.By)).Under(c.At.String())}}
	return append(facts, console.Facts([]console.Line{{Label: "check.result", Text: c.Result}})...)
}

func orAll(v *console.Visit, s string) string {
	if s == "" {
		return v.T("check.all")
	}
	return s
}

func drawnTable(v *console.Visit, c *protocol.SpotCheck, base string) (t page.Table, left int) {
	t = page.Table{Caption: "check.cases", Cols: []page.Col{{Label: "case.id", Short: true}, {Label: "case.item"}, {Label: "console.state", Short: true},
		{Label: "check.finding", Short: true}, {Label: "check.text"}, {Label: "check.by", Short: true}}}
	for _, d := range c.Drawn {
		id := page.Code(d.Case)
		id.Href = "/cases/" + url.PathEscape(d.Case)
		item, state := page.Word("—"), page.Word("—")
		if one, err := console.Find[protocol.Case](v.Records(), protocol.Ref{Kind: "case", ID: d.Case}); err == nil && one != nil {
			item, state = page.Word(one.ItemName).Under(one.AgencyName), page.State(console.State("case", string(one.State)))
		}
		finding, by := page.State(page.Badge{Tone: page.Good, Word: "check.is-fine"}), page.Word(v.Person(d.By))
		switch {
		case d.Finding == protocol.FindingFault:
			finding = page.State(page.Badge{Tone: page.Bad, Word: "check.is-fault"})
		case d.Finding == "":
			left++
			finding, by = page.Goto(v.T("do.find-check"), base+"/find?case="+url.QueryEscape(d.Case)), page.Word("—")
		}
		t.Add(id, item, state, finding, page.Word(d.Text), by)
	}
	return t, left
}

func (w *Web) drawCheck() question {
	return question{name: "draw-check", nav: "checks", back: always("/checks"),
		choose: func(v *console.Visit) ([]page.Field, error) {
			nodes, err := nodeOptions(v)
			if err != nil {
				return nil, err
			}
			nodes[0].Label = "check.all"
			list, err := agencyList(v)
			return []page.Field{{Name: "from", Label: "check.from", Kind: page.InputDate, Required: true, Width: "half", Focus: true},
				{Name: "until", Label: "check.until", Kind: page.InputDate, Required: true, Width: "half"},
				{Name: "place", Label: "case.from", Kind: page.InputSelect, Options: nodes, Width: "half"},
				{Name: "agency", Label: "item.agency", Max: 120, List: list, Width: "half", Help: "check.agency-help"},
				{Name: "size", Label: "check.size", Kind: page.InputNumber, Min: "1", To: strconv.Itoa(protocol.MaxDrawn), Required: true, Width: "half", Help: "check.size-help"},
				{Name: "reason", Label: "check.why", Max: 200, Required: true, Width: "half"}}, err
		},
		do: func(v *console.Visit, form url.Values) error {
			from, until, err := span(v, form)
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(form.Get("size"))
			if err != nil || n < 1 {
				return &protocol.Fault{Code: protocol.Refused, Op: "draw", Rule: "G-09", Text: v.T("check.bad-size", protocol.MaxDrawn)}
			}
			_, err = w.cfg.Office.DrawCheck(v.Context(), v.Who, protocol.SpotCheck{From: from, Until: until, Place: protocol.NodeID(form.Get("place")),
				Agency: codeOf(form, "agency"), Reason: strings.TrimSpace(form.Get("reason"))}, n)
			return err
		}}
}

// span reads two days.
func span(v *console.Visit, form url.Values) (from, until protocol.Day, err error) {
	from, err = protocol.ParseDay(strings.TrimSpace(form.Get("from")))
	if err == nil {
		until, err = protocol.ParseDay(strings.TrimSpace(form.Get("until")))
	}
	if err != nil {
		return from, until, &protocol.Fault{Code: protocol.Refused, Op: "read days", Rule: "G-09", Text: v.T("check.bad-days")}
	}
	return from, until, nil
}

func factsOfCheck(v *console.Visit) ([]page.Fact, error) {
	c, _, err := console.Read[protocol.SpotCheck](v.Records(), protocol.Ref{Kind: "spotcheck", ID: v.R.PathValue("id")})
	if err != nil {
		return nil, err
	}
	return checkFacts(v, c), nil
}

func (w *Web) findCheck() question {
	return question{name: "find-check", nav: "checks", back: below("/checks/"), facts: factsOfCheck,
		choose: func(v *console.Visit) ([]page.Field, error) {
			return []page.Field{{Name: "case", Label: "case.id", Value: v.R.FormValue("case"), Locked: true, Required: true, Width: "half"},
				{Name: "finding", Label: "check.finding", Kind: page.InputRadio, Required: true, Options: []page.Option{{Value: protocol.FindingFine, Label: "check.is-fine"},
					{Value: protocol.FindingFault, Label: "check.is-fault"}}},
				{Name: "text", Label: "check.text", Kind: page.InputArea, Rows: 3, Max: 2000, Help: "check.text-help"}}, nil
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.FindCheck(v.Context(), v.Who, v.R.PathValue("id"), form.Get("case"), form.Get("finding"), strings.TrimSpace(form.Get("text")))
			return err
		}}
}

func (w *Web) closeCheck() question {
	return question{name: "close-check", nav: "checks", back: below("/checks/"), facts: factsOfCheck,
		fields: []page.Field{{Name: "result", Label: "check.result", Kind: page.InputArea, Rows: 4, Max: 2000, Required: true, Focus: true}},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.CloseCheck(v.Context(), v.Who, v.R.PathValue("id"), strings.TrimSpace(form.Get("result")))
			return err
		}}
}
