package web

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// coveragePages are the reports of art. 34 (which items any window takes in, and
// why not) and art. 32 (一次办好), by agency and item, with a file of each.
func (w *Web) coveragePages() {
	w.Handle("GET /coverage", protocol.MayReadItems, w.coverage)
	w.Handle("GET /coverage.csv", protocol.MayReadItems, w.coverageFile)
	w.Handle("GET /coverage/{agency}", protocol.MayReadItems, w.coverageOf)
	w.Handle("GET /coverage/{agency}/items.csv", protocol.MayReadItems, w.coverageItems)
}

func (w *Web) coverage(v *console.Visit) error {
	rows, at, err := w.cfg.Reader.Coverage()
	if err != nil {
		return err
	}
	place, words := v.R.FormValue("node"), strings.Fields(v.R.FormValue("q"))
	t := page.Table{Caption: "nav.coverage", Cols: []page.Col{{Label: "item.agency"}, {Label: "agency.node", Short: true}, {Label: "coverage.items", Num: true},
		{Label: "coverage.open", Num: true}, {Label: "coverage.exempt", Num: true}, {Label: "coverage.closed", Num: true}, {Label: "coverage.share", Num: true},
		{Label: "coverage.once", Num: true}}, Empty: page.Empty{What: "coverage.empty", Do: "coverage.empty-do"}}
	var sum protocol.Coverage
	nodes := []page.Option{{Label: "console.all"}}
	for i, r := range rows {
		if i == 0 || rows[i-1].Node != r.Node {
			nodes = append(nodes, page.Option{Value: string(r.Node), Label: v.Place(r.Node)})
		}
		if place != "" && string(r.Node) != place || !allIn(words, r.Name+" "+r.Agency) {
			continue
		}
		sum.Items, sum.Open, sum.Exempt, sum.Closed, sum.Once = sum.Items+r.Items, sum.Open+r.Open, sum.Exempt+r.Exempt, sum.Closed+r.Closed, sum.Once+r.Once
		t.Add(page.Goto(r.Name, "/coverage/"+url.PathEscape(r.Agency)).Under(r.Agency), page.Word(v.Place(r.Node)), page.Number(r.Items), page.Number(r.Open),
			page.Number(r.Exempt), page.Number(r.Closed), page.Word(share(r.Open, r.Items)), page.Word(v.T("coverage.of", r.Once, share(r.Once, r.Items))))
	}
	t.Foot = v.T("coverage.as-of", at.String())
	filter := &page.Filter{Fields: []page.Field{{Name: "node", Label: "agency.node", Kind: page.InputSelect, Value: place, Options: nodes}}, Query: v.R.FormValue("q"), Hint: "coverage.hint"}
	if place != "" || len(words) > 0 {
		filter.Clear = "/coverage"
		t.Empty = page.Empty{What: "console.none-found", Do: "console.none-found-do", Link: &page.Link{Label: "page.clear", Href: "/coverage"}}
	}
	stats := []page.Stat{{Label: "coverage.items", Value: page.Number(sum.Items).Text}, {Label: "coverage.open", Value: page.Number(sum.Open).Text, Note: share(sum.Open, sum.Items)},
		{Label: "coverage.exempt", Value: page.Number(sum.Exempt).Text}, {Label: "coverage.once", Value: page.Number(sum.Once).Text, Note: share(sum.Once, sum.Items)}}
	return v.Show(page.View{Title: "nav.coverage", Active: "coverage"}, console.Sheet{
		Actions:  []console.Action{{Label: "coverage.file", Href: "/coverage.csv"}},
		Sections: []console.Section{{Stats: stats}, {Lead: "coverage.lead", Filter: filter, Table: &t}}})
}

func allIn(words []string, text string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// share is a part of a whole in per cent; — of nothing.
func share(n, of int) string {
	if of == 0 {
		return "—"
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + " %"
}

func (w *Web) coverageOf(v *console.Visit) error {
	uscc := v.R.PathValue("agency")
	c, err := w.cfg.Reader.CoverageOf(v.Context(), uscc)
	if err != nil {
		return err
	}
	show := v.R.FormValue("show")
	t := page.Table{Caption: "coverage.list", Cols: []page.Col{{Label: "case.item"}, {Label: "item.scope", Short: true}, {Label: "coverage.cross", Short: true},
		{Label: "coverage.reason"}, {Label: "item.visits", Num: true}, {Label: "coverage.visits-why"}}, Empty: page.Empty{What: "coverage.none", Do: "coverage.empty-do"}}
	for _, i := range c.List {
		if show == "once" && i.Visits > 1 || show != "" && show != "once" && i.CrossRegion != show {
			continue
		}
		t.Add(page.Goto(i.Name, "/items/"+url.PathEscape(i.Item)).Under(i.Item), page.Word(v.Label("scope."+i.Scope)), page.State(crossBadge(i.CrossRegion)),
			page.Word(exemptWord(v, i.Reason)).Under(i.Basis), page.Number(i.Visits), page.Word(i.Why))
	}
	base := "/coverage/" + url.PathEscape(uscc)
	tabs := []page.Tab{{Label: "console.all", Href: base, Count: c.Items, Active: show == ""}}
	for _, tab := range []struct {
		show string
		n    int
	}{{"open", c.Open}, {"exempt", c.Exempt}, {"closed", c.Closed}, {"once", c.Once}} {
		tabs = append(tabs, page.Tab{Label: "coverage." + tab.show, Href: base + "?show=" + tab.show, Count: tab.n, Active: show == tab.show})
	}
	return v.Show(page.View{Title: v.Agency(uscc), Active: "coverage"}, console.Sheet{
		Actions:  []console.Action{{Label: "coverage.file", Href: base + "/items.csv"}},
		Sections: []console.Section{{Tabs: tabs, Table: &t}}})
}

func crossBadge(word string) page.Badge {
	b := page.Badge{Word: "coverage." + word}
	switch word {
	case "open":
		b.Tone = page.Good
	case "exempt":
		b.Tone = page.Info
	}
	return b
}

// exemptWord is a reason of the closed list in words (I-07).
func exemptWord(v *console.Visit, reason string) string {
	if reason == "" {
		return ""
	}
	return v.Label(console.Word("exempt.", reason))
}

func (w *Web) coverageFile(v *console.Visit) error {
	rows, at, err := w.cfg.Reader.Coverage()
	if err != nil {
		return err
	}
	lines := [][]string{{v.T("item.agency"), v.T("agency.uscc"), v.T("agency.node"), v.T("coverage.items"), v.T("coverage.open"), v.T("coverage.exempt"),
		v.T("coverage.closed"), v.T("coverage.once"), v.T("coverage.at")}}
	for _, r := range rows {
		lines = append(lines, []string{r.Name, r.Agency, string(r.Node), fmt.Sprint(r.Items), fmt.Sprint(r.Open), fmt.Sprint(r.Exempt), fmt.Sprint(r.Closed),
			fmt.Sprint(r.Once), at.String()})
	}
	return sendCSV(v, "coverage.csv", lines)
}

func (w *Web) coverageItems(v *console.Visit) error {
	c, err := w.cfg.Reader.CoverageOf(v.Context(), v.R.PathValue("agency"))
	if err != nil {
		return err
	}
	lines := [][]string{{v.T("item.agency"), v.T("item.code"), v.T("item.name"), v.T("item.scope"), v.T("coverage.cross"), v.T("coverage.reason"), v.T("item.basis"),
		v.T("item.visits"), v.T("coverage.visits-why")}}
	for _, i := range c.List {
		lines = append(lines, []string{c.Name, i.Item, i.Name, v.Label("scope." + i.Scope), v.Label("coverage." + i.CrossRegion), exemptWord(v, i.Reason), i.Basis,
			fmt.Sprint(i.Visits), i.Why})
	}
	return sendCSV(v, "coverage-items.csv", lines)
}

// sendCSV sends a file for a spreadsheet: with the mark that tells it UTF-8, and
// no cell that it would take for a formula.
func sendCSV(v *console.Visit, name string, lines [][]string) error {
	v.W.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.W.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, err := v.W.Write([]byte("\ufeff"))
	out := csv.NewWriter(v.W)
	for _, line := range lines {
		for i, cell := range line {
			if cell != "" && (cell[0] == '=' || cell[0] == '+' || cell[0] == '-' || cell[0] == '@') {
				line[i] = "'" + cell
			}
		}
		err = errors.Join(err, out.Write(line))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}
