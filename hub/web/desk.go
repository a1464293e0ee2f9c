package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// deskPages are the hub desk's (cases.md W-12): what waits for a second person,
// places that are down with their cases by deadline, and cases nobody else can
// route. The desk reads routing fields only, never who applies (§16).
func (w *Web) deskPages() {
	w.Handle("GET /desk", protocol.MayRoute, w.desk)
	w.Handle("GET /desk/nodes/{id}", protocol.MayRoute, w.deskNode)
	w.ask("/desk/nodes/{id}/outage", protocol.MayRoute, w.proposeOutage())
	w.ask("/desk/nodes/{id}/reassign", protocol.MayRoute, w.proposeReassign())
	w.Handle("GET /desk/cases/{id}", protocol.MayRoute, deskCase)
	w.ask("/desk/cases/{id}/route", protocol.MayRoute, w.proposeRoute())
	w.Handle("GET /desk/proposals", protocol.MayRoute, listProposals)
	w.Handle("GET /desk/proposals/{id}", protocol.MayRoute, w.showProposal)
	w.ask("/desk/proposals/{id}/confirm", protocol.MayRoute, w.confirmProposal())
	w.ask("/desk/proposals/{id}/withdraw", protocol.MayRoute, w.withdrawProposal())
}

// deskRows bounds each list of the desk's first page.
const deskRows = 50

func (w *Web) desk(v *console.Visit) error {
	waiting, err := openProposals(v)
	if err != nil {
		return err
	}
	down, err := w.downTable(v)
	if err != nil {
		return err
	}
	here, total, err := runningCases(v, func(r protocol.CaseRun) bool { return r.Home == protocol.Hub }, deskRows)
	if err != nil {
		return err
	}
	atDesk, err := deskTable(v, here, total, "desk.none-here", "desk.none-here-do")
	if err != nil {
		return err
	}
	stuck, err := unroutable(v)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Actions: []console.Action{{Label: "desk.all-proposals", Href: "/desk/proposals"}}, Sections: []console.Section{
		{ID: "waiting", Refresh: 15, Title: "desk.waiting", Lead: "desk.waiting-lead", Table: &waiting},
		{ID: "down", Refresh: 15, Title: "desk.down", Lead: "desk.down-lead", Table: &down},
		{Title: "desk.here", Lead: "desk.here-lead", Table: &atDesk},
		{Title: "desk.stuck", Lead: "desk.stuck-lead", Table: &stuck}}}
	return v.Show(page.View{Title: "nav.desk", Active: "desk"}, sheet)
}

// downTable lists nodes that are fenced or not heard of, with how their cases
// stand; the most urgent first.
func (w *Web) downTable(v *console.Visit) (page.Table, error) {
	t := page.Table{Caption: "desk.down", Cols: []page.Col{{Label: "node.name"}, {Label: "console.state", Short: true}, {Label: "node.link", Short: true},
		{Label: "node.beat", Short: true}, {Label: "clocks.red", Num: true}, {Label: "clocks.yellow", Num: true}, {Label: "clocks.open", Num: true}},
		Empty: page.Empty{What: "desk.none-down", Do: "desk.none-down-do"}}
	states, err := w.cfg.Reader.Nodes(v.Context())
	if err != nil {
		return t, err
	}
	tallies, err := w.cfg.Reader.Clocks(v.Context())
	if err != nil {
		return t, err
	}
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "node", Limit: 200})
	if err != nil {
		return t, err
	}
	for _, h := range found.Hits {
		n, _, err := console.Read[protocol.Node](v.Records(), h.Ref)
		if err != nil {
			return t, err
		}
		s := stateOf(states, n.ID)
		link := linkOf(v, n, &s)
		if n.State == protocol.NodePlanned || link.Tone == page.Good {
			continue
		}
		beat, _, _ := beatOf(v, &s)
		c := tallyOf(tallies, n.ID)
		row := t.Add(page.Goto(n.Name, "/desk/nodes/"+url.PathEscape(string(n.ID))), page.State(console.State("node", n.State)), page.State(link), beat,
			page.Number(c.Red), page.Number(c.Yellow), page.Number(c.Open))
		if c.Red+c.Yellow > 0 {
			row.Tone = page.Bad
		}
	}
	return t, nil
}

func tallyOf(list []protocol.ClockTally, id protocol.NodeID) protocol.ClockTally {
	for _, t := range list {
		if t.Place == id {
			return t
		}
	}
	return protocol.ClockTally{Place: id}
}

// deskTable lists cases by deadline with what routing needs.
func deskTable(v *console.Visit, list []running, total int, what, do string) (page.Table, error) {
	t := page.Table{Caption: "nav.cases", Cols: []page.Col{{Label: "case.number", Short: true}, {Label: "case.item"}, {Label: "console.state", Short: true},
		{Label: "case.due", Short: true}, {Label: "case.from", Short: true}, {Label: "desk.hops", Num: true}, {Label: "desk.last-reason"}},
		Empty: page.Empty{What: what, Do: do}}
	if len(list) > 0 && list[0].Home != protocol.Hub { // the way it came tells of cases at the desk only
		t.Cols = t.Cols[:5]
	}
	for _, r := range list {
		c, rec, err := console.Read[protocol.Case](v.Records(), r.Ref)
		if protocol.CodeOf(err) == protocol.Gone { // the index follows at a short distance
			continue
		}
		if err != nil {
			return t, err
		}
		due, tone := runCell(v, r.CaseRun)
		number := page.Code(c.ReceiptNo)
		number.Href = "/desk/cases/" + url.PathEscape(rec.Ref.ID)
		why := ""
		if n := len(c.Hops); n > 0 {
			why = c.Hops[n-1].Reason
		}
		cells := []page.Cell{number, page.Word(c.ItemName).Under(c.AgencyName), page.State(console.State("case", string(c.State))),
			due.Under(due.Sub + " " + v.ClockName(r.Clock)), page.Word(v.Place(c.Received.Node)), page.Number(len(c.Hops)), page.Word(why)}
		t.Add(cells[:len(t.Cols)]...).Tone = tone
	}
	if total > len(t.Rows) {
		t.Foot = v.T("desk.first-of", len(t.Rows), total)
	}
	return t, nil
}

// unroutable lists cases at their window whose agency was closed: no hand-over
// resolves (C-04b) until the desk sets a route.
func unroutable(v *console.Visit) (page.Table, error) {
	empty, err := deskTable(v, nil, 0, "desk.none-stuck", "desk.none-stuck-do")
	if err != nil {
		return empty, err
	}
	closed, err := v.Records().Search(v.Context(), console.Query{Kind: "agency", State: protocol.AgencyDisabled, Limit: 200})
	if err != nil {
		return empty, err
	}
	var list []running
	for _, a := range closed.Hits {
		found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", State: string(protocol.CaseReceived), Limit: deskRows,
			Facets: []protocol.Facet{{Name: "agency", Value: a.Ref.ID}}})
		if err != nil {
			return empty, err
		}
		for _, h := range found.Hits {
			c, _, err := console.Read[protocol.Case](v.Records(), h.Ref)
			if err != nil {
				return empty, err
			}
			r, _ := c.Run()
			list = append(list, running{r, h.Ref})
		}
	}
	return deskTable(v, list, len(list), "desk.none-stuck", "desk.none-stuck-do")
}

// deskCase shows what the desk may see of a case: where it went and why.
func deskCase(v *console.Visit) error {
	c, rec, err := console.Read[protocol.Case](v.Records(), protocol.Ref{Kind: "case", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "desk.case", Lead: "desk.case-lead", Facts: deskFacts(v, c, rec)}}}
	if len(c.Hops) > 0 {
		t := hopTable(v, c)
		sheet.Sections = append(sheet.Sections, console.Section{Title: "desk.way", Table: &t})
	}
	if len(c.Reassigned) > 0 {
		t := reassignedTable(v, c)
		sheet.Sections = append(sheet.Sections, console.Section{Title: "desk.reassigned", Table: &t})
	}
	switch base := "/desk/cases/" + url.PathEscape(rec.Ref.ID); {
	case rec.Home == protocol.Hub && c.State.Open():
		sheet.Actions = []console.Action{{Label: "do.propose-route", Href: base + "/route", Primary: true, Hotkey: "r"}}
	case c.State == protocol.CaseReceived:
		sheet.Actions = []console.Action{{Label: "do.set-route", Href: "/routes/edit?impl=" + url.QueryEscape(implOf(c.Item)), Primary: true}}
	case c.State.Open() && rec.Home != c.Received.Node:
		sheet.Actions = []console.Action{{Label: "desk.to-node", Href: "/desk/nodes/" + url.PathEscape(string(rec.Home))}}
	}
	return v.Show(page.View{Title: c.ItemName, Active: "desk", Crumbs: []page.Link{{Label: c.ReceiptNo}}}, sheet)
}

func deskFacts(v *console.Visit, c *protocol.Case, rec protocol.Record) []page.Fact {
	r, _ := c.Run()
	due, _ := runCell(v, r)
	return []page.Fact{{Label: "case.number", Cell: page.Code(c.ReceiptNo)}, {Label: "console.state", Cell: page.State(console.State("case", string(c.State)))},
		{Label: "case.item", Cell: page.Goto(c.ItemName, "/items/"+url.PathEscape(c.Item))}, {Label: "item.agency", Cell: page.Word(c.AgencyName).Under(c.Agency)},
		{Label: "case.from", Cell: page.Word(v.Place(c.Received.Node)).Under(c.Received.Window)}, {Label: "case.received", Cell: page.When(c.Received.At)},
		{Label: "case.holder", Cell: page.Word(v.Place(rec.Home))}, {Label: "case.due", Cell: due.Under(due.Sub + " " + v.ClockName(r.Clock))},
		{Label: "desk.hops", Cell: page.Number(len(c.Hops))}, {Label: "case.id", Cell: page.Code(rec.Ref.ID)}}
}

func hopTable(v *console.Visit, c *protocol.Case) page.Table {
	t := page.Table{Caption: "desk.way", Cols: []page.Col{{Label: "desk.hop-at", Short: true}, {Label: "desk.hop-from"}, {Label: "desk.hop-to"},
		{Label: "console.reason"}, {Label: "desk.by"}}}
	for _, h := range c.Hops {
		who := v.Person(h.By)
		if h.First != "" {
			who = v.T("desk.two", v.Person(h.First), who)
		}
		to := page.Word(v.Place(h.To))
		if h.Agency != "" {
			to = to.Under(v.Agency(h.Agency))
		}
		why := page.Word(h.Reason)
		if h.Late != "" {
			why = why.Under(v.T("desk.late", h.Late))
		}
		t.Add(page.When(h.At), page.Word(v.Place(h.From)), to, why, page.Word(who))
	}
	return t
}

func reassignedTable(v *console.Visit, c *protocol.Case) page.Table {
	t := page.Table{Caption: "desk.reassigned", Cols: []page.Col{{Label: "desk.hop-at", Short: true}, {Label: "desk.hop-from"}, {Label: "desk.hop-to"},
		{Label: "desk.confirmed"}, {Label: "desk.by"}}}
	for _, r := range c.Reassigned {
		t.Add(page.When(r.At), page.Word(v.Place(r.From)), page.Word(v.Place(r.To)).Under(v.Agency(r.Agency)), page.Word(r.Confirmed).Under(r.How),
			page.Word(v.T("desk.two", v.Person(r.First), v.Person(r.By))))
	}
	return t
}
