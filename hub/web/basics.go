package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) basicPages() {
	w.Handle("GET /basics", protocol.MayReadItems, listBasics)
	w.Handle("GET /basics/load", protocol.MayPublishItem, w.showLoad)
	w.Handle("POST /basics/load", protocol.MayPublishItem, w.loadBasics)
	w.Handle("GET /basics/{id}", protocol.MayReadItems, showBasic)
	w.ask("/basics/{id}/retire", protocol.MayPublishItem, w.retireBasic())
}

var basics = console.List{
	Kind: "basic", Family: "basic", Start: protocol.BasicInForce, Hint: "basics.hint", Caption: "nav.basics", Key: console.NumberKey,
	States: []string{protocol.BasicInForce, protocol.BasicRetired},
	Facets: []console.Select{{Facet: "type", Label: "item.type", Name: func(v *console.Visit, code string) string { return v.Label("itemtype." + code) }}},
	Cols: []page.Col{{Label: "basic.name"}, {Label: "basic.code", Short: true}, {Label: "item.type", Short: true}, {Label: "item.basis"},
		{Label: "console.state", Short: true}},
	Empty: page.Empty{What: "basics.empty", Do: "basics.empty-do", Link: &page.Link{Label: "basic.load", Href: "/basics/load"}},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		b, _, err := console.Read[protocol.Basic](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		t.Add(page.Goto(b.Name, "/basics/"+url.PathEscape(b.Code)), page.Code(b.Code), page.Word(v.Label("itemtype."+b.Type)),
			page.Word(strings.Join(b.Basis, v.T("console.semicolon"))), page.State(console.State("basic", b.State)))
		return nil
	},
}

func listBasics(v *console.Visit) error {
	s, err := basics.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "basics.lead"
	sheet := console.Sheet{Sections: []console.Section{s}}
	if v.May(protocol.MayPublishItem, "") {
		sheet.Actions = []console.Action{{Label: "basic.load", Href: "/basics/load", Primary: true, Hotkey: "n"}}
	}
	return v.Show(page.View{Title: "nav.basics", Active: "basics"}, sheet)
}

func showBasic(v *console.Visit) error {
	b, rec, err := console.Read[protocol.Basic](v.Records(), protocol.Ref{Kind: "basic", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "basic.facts", Facts: basicFacts(v, b)}, history}}
	if v.May(protocol.MayPublishItem, "") && b.State == protocol.BasicInForce {
		sheet.Actions = []console.Action{{Label: "do.retire-basic", Href: "/basics/" + url.PathEscape(b.Code) + "/retire"}}
	}
	return v.Show(page.View{Title: b.Name, Active: "basics"}, sheet)
}

func basicFacts(v *console.Visit, b *protocol.Basic) []page.Fact {
	facts := []page.Fact{{Label: "basic.code", Cell: page.Code(b.Code)}, {Label: "console.state", Cell: page.State(console.State("basic", b.State))}}
	return append(facts, console.Facts([]console.Line{{Label: "basic.name", Text: b.Name}, {Label: "item.type", Text: v.Label("itemtype." + b.Type)},
		{Label: "item.basis", Text: strings.Join(b.Basis, v.T("console.semicolon"))}, {Label: "console.reason", Text: b.Reason}})...)
}

func (w *Web) retireBasic() question {
	return question{name: "retire-basic", nav: "basics", danger: true, back: below("/basics/"), fields: reason("retire-basic.help"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			b, _, err := console.Read[protocol.Basic](v.Records(), protocol.Ref{Kind: "basic", ID: v.R.PathValue("id")})
			if err != nil {
				return nil, err
			}
			return basicFacts(v, b), nil
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.RetireBasic(v.Context(), v.Who, v.R.PathValue("id"), form.Get("reason"))
			return err
		}}
}

// showLoad is the form to load entries: lines of CSV, as a spreadsheet copies or
// saves them.
func (w *Web) showLoad(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	return renderLoad(v, typed, nil)
}

func renderLoad(v *console.Visit, typed url.Values, report *console.Section, flash ...page.Flash) error {
	f := page.Form{Action: "/basics/load", Submit: "basic.load-do", Keep: "basic.load-keep", Back: &page.Link{Label: "act.back", Href: "/basics"},
		Fields: []page.Field{{Name: "rows", Label: "basic.rows", Kind: page.InputArea, Rows: 14, Value: typed.Get("rows"), Required: true, Help: "basic.rows-help", Focus: true}}}
	sheet := console.Sheet{Sections: []console.Section{{Form: &f}}}
	view := page.View{Title: "basic.load", Active: "basics", Flash: flash}
	if report != nil {
		sheet.Sections = append([]console.Section{*report}, sheet.Sections...)
	}
	return v.Show(view, sheet)
}

// loadBasics answers each row; the form keeps those that were not taken, so that
// they can be put right and sent again.
func (w *Web) loadBasics(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	rows, bad := readBasics(typed.Get("rows"))
	if len(rows)+len(bad) == 0 {
		return renderLoad(v, typed, nil, page.Flash{Tone: page.Bad, Text: v.T("ask.needed", v.T("basic.rows"))})
	}
	list := make([]protocol.Basic, len(rows))
	for i := range rows {
		list[i] = rows[i].basic
	}
	var report []protocol.BasicRow
	if len(list) > 0 {
		report, err = w.cfg.Office.LoadBasics(v.Context(), v.Who, list)
		if f, refused := console.Refusal(err); refused {
			return renderLoad(v, typed, nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
		}
		if err != nil {
			return err
		}
	}
	section, left := basicReport(v, rows, report, bad)
	return renderLoad(v, url.Values{"rows": {left}}, &section)
}

// basicReport is the table of what became of each row, and the text of those that
// were not taken.
func basicReport(v *console.Visit, rows []basicLine, report []protocol.BasicRow, bad []badLine) (console.Section, string) {
	t := page.Table{Caption: "basic.report", Cols: []page.Col{{Label: "basic.line", Num: true}, {Label: "basic.code", Short: true}, {Label: "basic.name"},
		{Label: "basic.outcome", Short: true}, {Label: "console.reason"}}}
	var left []string
	counts := map[string]int{}
	for i, r := range report {
		badge := page.Badge{Tone: page.Good, Word: "basicrow." + r.Outcome}
		if r.Outcome == protocol.BasicRefused {
			badge.Tone, left = page.Bad, append(left, rows[i].text)
		}
		counts[r.Outcome]++
		why := page.Word(r.Text)
		if r.Rule != "" {
			why = why.Under(r.Rule)
		}
		t.Add(page.Number(rows[i].line), page.Code(r.Code), page.Word(r.Name), page.State(badge), why).Tone = edge(badge.Tone)
	}
	for _, b := range bad {
		counts[protocol.BasicRefused]++
		left = append(left, b.text)
		t.Add(page.Number(b.line), page.Code(""), page.Word(b.text), page.State(page.Badge{Tone: page.Bad, Word: "basicrow.refused"}),
			page.Word(v.T("basic.unreadable"))).Tone = page.Bad
	}
	s := console.Section{Title: "basic.report", Table: &t, Paras: []string{v.T("basic.sum", counts[protocol.BasicNew], counts[protocol.BasicChanged],
		counts[protocol.BasicSame], counts[protocol.BasicRefused])}}
	return s, strings.Join(left, "\n")
}

// edge colours a row that needs a hand.
func edge(t page.Tone) page.Tone {
	if t == page.Bad || t == page.Warn {
		return t
	}
	return page.Plain
}
