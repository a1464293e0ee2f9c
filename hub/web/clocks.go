package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// clockPages show the clocks over the province: by place and colour, what is due
// today and overdue, each leading to its cases. Figures come from counts that the
// index keeps; the same figures stand in the map, the chart and the table.
func (w *Web) clockPages() {
	w.Handle("GET /clocks", protocol.MayReadStatus, w.clocks)
	w.Handle("GET /clocks/{place}", protocol.MayReadStatus, w.clocksOf)
}

// clocksPage is the data of the template "clocks".
type clocksPage struct {
	Stats  []page.Stat
	Map    []drawnTile
	MapW   int
	MapH   int
	Bars   []bar
	BarsH  int
	Legend []legend
	Table  page.Table
}

// bar is one row of the chart: parts of a whole beside each other.
type bar struct {
	Name, Figures string
	Y, TextY      int
	Parts         []part
}

type part struct {
	X, W  int
	Fill  string
	Title string
}

type legend struct {
	X, TX int
	Fill  string
	Word  string
}

// Colours of the chart: red and yellow as the cards, the rest in greys and blue
// that differ in lightness, too.
var barFills = []string{"#a4161a", "#e0a93a", "#2f6fb5", "#b4c0cf", "#7c8897"}

const barW, barLeft, barStep, barTop = 300, 132, 34, 40

func clocksHref(place protocol.NodeID, colour string) string {
	href := "/clocks/" + url.PathEscape(string(place))
	if colour != "" {
		href += "?colour=" + colour
	}
	return href
}

func (w *Web) clocks(v *console.Visit) error {
	tallies, err := w.cfg.Reader.Clocks(v.Context())
	if err != nil {
		return err
	}
	nodes, err := allNodes(v)
	if err != nil {
		return err
	}
	p := clocksPage{Stats: clockStats(tallies), Legend: legends(v)}
	p.Map, p.MapW, p.MapH = drawTiles(v, nodes, tallies)
	rows := placesOf(nodes, tallies)
	p.Bars = bars(v, rows)
	p.BarsH = len(p.Bars)*barStep + barTop
	p.Table = clockTable(v, rows)
	return v.Render("clocks", page.View{Title: "nav.clocks", Active: "clocks", Wide: true, Data: p})
}

func allNodes(v *console.Visit) (list []*protocol.Node, err error) {
	hits, err := v.Records().Search(v.Context(), console.Query{Kind: "node", Limit: 200})
	if err != nil {
		return nil, err
	}
	for _, h := range hits.Hits {
		n, _, err := console.Read[protocol.Node](v.Records(), h.Ref)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

// placesOf gives every place that works or holds a case, in the order of the
// tallies, then those with nothing open.
func placesOf(nodes []*protocol.Node, tallies []protocol.ClockTally) (rows []protocol.ClockTally) {
	rows = append(rows, tallies...)
	for _, n := range nodes {
		if t := tallyOf(tallies, n.ID); t.Open == 0 && works(n) {
			rows = append(rows, t)
		}
	}
	return rows
}

func clockStats(tallies []protocol.ClockTally) []page.Stat {
	var sum protocol.ClockTally
	for _, t := range tallies {
		sum.Open, sum.Red, sum.Yellow, sum.Today = sum.Open+t.Open, sum.Red+t.Red, sum.Yellow+t.Yellow, sum.Today+t.Today
	}
	stats := []page.Stat{{Label: "clocks.red", Value: page.Number(sum.Red).Text, Href: "/clocks/all?colour=red"},
		{Label: "clocks.today", Value: page.Number(sum.Today).Text, Href: "/clocks/all?colour=today"},
		{Label: "clocks.yellow", Value: page.Number(sum.Yellow).Text, Href: "/clocks/all?colour=yellow"},
		{Label: "clocks.open", Value: page.Number(sum.Open).Text, Href: "/clocks/all"}}
	for i, n := range []int{sum.Red, sum.Today, sum.Yellow} {
		if n > 0 {
			stats[i].Tone = []page.Tone{page.Bad, page.Warn, page.Warn}[i]
		}
	}
	return stats
}

func clockTable(v *console.Visit, rows []protocol.ClockTally) page.Table {
	t := page.Table{Caption: "nav.clocks", Cols: []page.Col{{Label: "clocks.place"}, {Label: "clocks.red", Num: true}, {Label: "clocks.today", Num: true},
		{Label: "clocks.yellow", Num: true}, {Label: "clocks.normal", Num: true}, {Label: "clocks.applicant", Num: true}, {Label: "clocks.undated", Num: true},
		{Label: "clocks.open", Num: true}}, Empty: page.Empty{What: "cases.empty", Do: "cases.empty-do"}}
	for _, r := range rows {
		link := func(n int, colour string) page.Cell {
			c := page.Number(n)
			if n > 0 {
				c.Href = clocksHref(r.Place, colour)
			}
			return c
		}
		row := t.Add(page.Goto(v.Place(r.Place), clocksHref(r.Place, "")), link(r.Red, "red"), link(r.Today, "today"), link(r.Yellow, "yellow"), link(r.Normal(), "normal"),
			link(r.Applicant, "applicant"), link(r.Undated, "undated"), link(r.Open, ""))
		switch {
		case r.Red > 0:
			row.Tone = page.Bad
		case r.Yellow > 0:
			row.Tone = page.Warn
		}
	}
	return t
}

func bars(v *console.Visit, rows []protocol.ClockTally) (list []bar) {
	top := 1
	for _, r := range rows {
		top = max(top, r.Open)
	}
	words := chartWords(v)
	for i, r := range rows {
		b := bar{Name: v.Place(r.Place), Figures: v.T("clocks.bar", r.Open, r.Red), Y: barTop + i*barStep, TextY: barTop + i*barStep + 16}
		x := barLeft
		for k, n := range []int{r.Red, r.Yellow, r.Normal(), r.Applicant, r.Undated} {
			if n == 0 {
				continue
			}
			width := max(2, n*barW/top) // what is there can be seen
			b.Parts = append(b.Parts, part{X: x, W: width, Fill: barFills[k], Title: v.T("clocks.part", b.Name, words[k], n)})
			x += width
		}
		list = append(list, b)
	}
	return list
}

func chartWords(v *console.Visit) []string {
	return []string{v.T("clocks.red"), v.T("clocks.yellow"), v.T("clocks.normal"), v.T("clocks.applicant"), v.T("clocks.undated")}
}

func legends(v *console.Visit) (list []legend) {
	x, wide := 2, 15
	if v.Lang() == page.EN {
		wide = 8
	}
	for i, word := range chartWords(v) {
		list = append(list, legend{X: x, TX: x + 18, Fill: barFills[i], Word: word})
		x += 36 + wide*len([]rune(word))
	}
	return list
}

// clockColours are what a list of cases can be narrowed to.
var clockColours = []string{"red", "today", "yellow", "normal", "applicant", "undated"}

// clocksOf lists the cases of a place, or of all, the earliest due first.
func (w *Web) clocksOf(v *console.Visit) error {
	at, colour := protocol.NodeID(v.R.PathValue("place")), v.R.FormValue("colour")
	counts := map[string]int{}
	runs, each, err := runCounts(v)
	if err != nil {
		return err
	}
	here := func(r protocol.CaseRun) bool { return at == "all" || r.Home == at }
	for _, r := range runs {
		if here(r) {
			for _, c := range append(coloursOf(v, r), "") {
				counts[c] += each[r]
			}
		}
	}
	list, total, err := runningCases(v, func(r protocol.CaseRun) bool { return here(r) && (colour == "" || has(coloursOf(v, r), colour)) }, maxShown)
	if err != nil {
		return err
	}
	t, err := clockCases(v, list, total)
	if err != nil {
		return err
	}
	tabs := []page.Tab{{Label: "console.all", Href: clocksHref(at, ""), Count: counts[""], Active: colour == ""}}
	for _, c := range clockColours {
		tabs = append(tabs, page.Tab{Label: "clocks." + c, Href: clocksHref(at, c), Count: counts[c], Active: colour == c})
	}
	title := "clocks.everywhere"
	if at != "all" {
		title = v.Place(at)
	}
	return v.Show(page.View{Title: title, Active: "clocks", Wide: true}, console.Sheet{Sections: []console.Section{{Tabs: tabs, Table: &t}}})
}

// coloursOf are the tabs a run stands under: what is due today is yellow as well.
func coloursOf(v *console.Visit, r protocol.CaseRun) []string {
	var t protocol.ClockTally
	t.Add(r, 1, v.Now(), v.Calendar())
	var list []string
	for i, n := range []int{t.Red, t.Today, t.Yellow, t.Normal(), t.Applicant, t.Undated} {
		if n > 0 {
			list = append(list, clockColours[i])
		}
	}
	return list
}

func has(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

func clockCases(v *console.Visit, list []running, total int) (page.Table, error) {
	t := page.Table{Caption: "nav.cases", Cols: []page.Col{{Label: "case.number", Short: true}, {Label: "case.item"}, {Label: "console.state", Short: true},
		{Label: "case.due", Short: true}, {Label: "overdue.clock", Short: true}, {Label: "case.holder", Short: true}, {Label: "case.from", Short: true}},
		Empty: page.Empty{What: "clocks.none", Do: "clocks.none-do"}}
	for _, r := range list {
		c, rec, err := console.Read[protocol.Case](v.Records(), r.Ref)
		if protocol.CodeOf(err) == protocol.Gone {
			continue
		}
		if err != nil {
			return t, err
		}
		due, tone := runCell(v, r.CaseRun)
		number := page.Code(c.ReceiptNo)
		if v.May(protocol.MayReadCases, "") {
			number.Href = "/cases/" + url.PathEscape(rec.Ref.ID)
		}
		t.Add(number, page.Word(c.ItemName).Under(c.AgencyName), page.State(console.State("case", string(c.State))), due, page.Word(v.ClockName(r.Clock)),
			page.Word(v.Place(r.Home)), page.Word(v.Place(c.Received.Node))).Tone = tone
	}
	if total > len(t.Rows) {
		t.Foot = v.T("desk.first-of", len(t.Rows), total)
	}
	return t, nil
}
