package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// deskNode is one place that is down: the four conditions of C-24 with how each
// stands, then its cases by deadline, grouped by item, because a substitute
// belongs to the route of an item.
func (w *Web) deskNode(v *console.Visit) error {
	n, states, err := w.nodeHere(v)
	if err != nil {
		return err
	}
	outage, err := outageOf(v, n)
	if err != nil {
		return err
	}
	s := stateOf(states, n.ID)
	groups, total, err := w.groups(v, n, outage)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "desk.conditions", Lead: "desk.conditions-lead", Half: true, Facts: conditions(v, n, outage)},
		{Title: "node.session", Half: true, Facts: sessionFacts(v, n, &s)}}}
	if outage == nil && n.State == protocol.NodeEnrolled {
		sheet.Actions = []console.Action{{Label: "do.propose-outage", Href: "/desk/nodes/" + url.PathEscape(string(n.ID)) + "/outage", Danger: true}}
	}
	if outage != nil {
		sheet.Actions = []console.Action{{Label: "desk.to-proposal", Href: "/desk/proposals/" + url.PathEscape(outage.id)}}
	}
	sheet.Sections = append(sheet.Sections, groups...)
	if total == 0 {
		t := page.Table{Empty: page.Empty{What: "desk.no-cases", Do: "desk.no-cases-do"}}
		sheet.Sections = append(sheet.Sections, console.Section{Title: "desk.at-risk", Table: &t})
	}
	return v.Show(page.View{Title: n.Name, Active: "desk"}, sheet)
}

func (w *Web) nodeHere(v *console.Visit) (*protocol.Node, []NodeState, error) {
	n, _, err := console.Read[protocol.Node](v.Records(), protocol.Ref{Kind: "node", ID: v.R.PathValue("id")})
	if err != nil {
		return nil, nil, err
	}
	states, err := w.cfg.Reader.Nodes(v.Context())
	return n, states, err
}

// found is a proposal with its id.
type found struct {
	*protocol.Proposal
	id string
}

// outageOf finds the outage of a node: proposed in its present epoch, or in the
// one before when it is fenced by now.
func outageOf(v *console.Visit, n *protocol.Node) (*found, error) {
	for _, epoch := range []uint64{n.Epoch, n.Epoch - 1} {
		id := protocol.OutageID(n.ID, epoch)
		p, err := console.Find[protocol.Proposal](v.Records(), protocol.Ref{Kind: "proposal", ID: id})
		if err != nil {
			return nil, err
		}
		if p != nil && p.State != protocol.ProposalWithdrawn && (epoch == n.Epoch || n.State == protocol.NodeFenced) {
			return &found{p, id}, nil
		}
	}
	return nil, nil
}

// conditions says in words how the letters of C-24 stand for a place.
func conditions(v *console.Visit, n *protocol.Node, outage *found) []page.Fact {
	a := page.Badge{Tone: page.Bad, Word: "desk.a-open"}
	said := ""
	switch {
	case outage == nil:
	case outage.State == protocol.ProposalOpen:
		a, said = page.Badge{Tone: page.Warn, Word: "desk.a-waiting"}, v.T("desk.a-first", v.Person(outage.First))
	case n.State == protocol.NodeFenced:
		a, said = page.Badge{Tone: page.Good, Word: "desk.a-done"}, v.T("desk.a-by", outage.Confirmed, outage.How, v.Person(outage.First), v.Person(outage.Second))
	}
	return []page.Fact{{Label: "desk.c24a", Cell: page.State(a).Under(said)}, {Label: "desk.c24b", Cell: page.Word(v.T("desk.b-text"))},
		{Label: "desk.c24c", Cell: page.Word(v.T("desk.c-text"))}, {Label: "desk.c24d", Cell: page.Word(v.T("desk.d-text"))},
		{Label: "node.epoch", Cell: page.Number(n.Epoch).Under(v.T("desk.epoch-text"))}}
}

// groups are the node's open cases, those due first, by item.
func (w *Web) groups(v *console.Visit, n *protocol.Node, outage *found) (sections []console.Section, total int, err error) {
	list, total, err := runningCases(v, func(r protocol.CaseRun) bool { return r.Home == n.ID }, protocol.MaxProposed)
	if err != nil {
		return nil, 0, err
	}
	var codes []string
	byItem := map[string][]running{}
	for _, r := range list {
		c, _, err := console.Read[protocol.Case](v.Records(), r.Ref)
		if protocol.CodeOf(err) == protocol.Gone {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		code := implOf(c.Item)
		if byItem[code] == nil {
			codes = append(codes, code)
		}
		byItem[code] = append(byItem[code], r)
	}
	for _, code := range codes {
		s, err := w.group(v, n, outage, code, byItem[code])
		if err != nil {
			return nil, 0, err
		}
		sections = append(sections, s)
	}
	if total > len(list) && len(sections) > 0 {
		sections[len(sections)-1].Paras = append(sections[len(sections)-1].Paras, v.T("desk.first-of", len(list), total))
	}
	return sections, total, nil
}

func implOf(item string) string {
	code, _, _ := strings.Cut(item, "@")
	return code
}

// group is the cases of one item, what the rules would say of each, and the way
// on: propose, or set a substitute first.
func (w *Web) group(v *console.Visit, n *protocol.Node, outage *found, code string, list []running) (console.Section, error) {
	t, err := deskTable(v, list, len(list), "desk.no-cases", "desk.no-cases-do")
	if err != nil {
		return console.Section{}, err
	}
	s := console.Section{Title: v.T("desk.group", itemNamed(v, code)), Table: &t}
	routes, err := substitutes(v, code, n.ID)
	if err != nil {
		return s, err
	}
	if len(routes) == 0 {
		s.Messages = []page.Flash{{Tone: page.Bad, Rule: "C-24b", Text: v.T("desk.no-substitute"),
			Link: &page.Link{Label: "do.set-route", Href: "/routes/edit?impl=" + url.QueryEscape(code)}}}
		return s, nil
	}
	s.Lead = v.T("desk.substitute-is", v.Agency(routes[0].Substitute), v.Place(routes[0].SubNode), v.T("relation."+routes[0].Relation))
	p := protocol.Proposal{What: protocol.ProposeReassign, Node: n.ID, Agency: routes[0].Substitute, Route: routes[0].id, Reason: "-"}
	if outage == nil || outage.State != protocol.ProposalConfirmed {
		return s, nil
	}
	p.Outage = outage.id
	for _, r := range list {
		p.Cases = append(p.Cases, r.Ref.ID)
	}
	told, err := w.cfg.Office.CheckDesk(p)
	if err != nil {
		return s, err
	}
	addVerdicts(v, &t, told)
	s.Bar = []console.Action{{Label: "do.propose-reassign", Href: "/desk/nodes/" + url.PathEscape(string(n.ID)) + "/reassign?item=" + url.QueryEscape(code), Primary: len(list) > 0}}
	return s, nil
}

// addVerdicts puts what the rules would answer into the last column.
func addVerdicts(v *console.Visit, t *page.Table, told []protocol.CarriedCase) {
	t.Cols = append(t.Cols[:len(t.Cols):len(t.Cols)], page.Col{Label: "desk.verdict"})
	for i := range t.Rows {
		cell := page.Word("—")
		if i < len(told) {
			cell = verdictCell(v, &told[i])
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
	}
}

func verdictCell(v *console.Visit, c *protocol.CarriedCase) page.Cell {
	switch {
	case c.Done:
		return page.State(page.Badge{Tone: page.Good, Word: "desk.done"})
	case c.Text == "":
		return page.State(page.Badge{Tone: page.Info, Word: "desk.may"})
	}
	return page.State(page.Badge{Tone: page.Warn, Word: v.T("desk.may-not", c.Rule)}).Under(c.Text)
}

// foundRoute is a route with its id.
type foundRoute struct {
	*protocol.Route
	id string
}

// substitutes lists routes of an item at a node that name a substitute.
func substitutes(v *console.Visit, code string, at protocol.NodeID) (list []foundRoute, err error) {
	hits, err := v.Records().Search(v.Context(), console.Query{Kind: "route", Key: code, Limit: 200})
	if err != nil {
		return nil, err
	}
	for _, h := range hits.Hits {
		r, _, err := console.Read[protocol.Route](v.Records(), h.Ref)
		if err != nil {
			return nil, err
		}
		if r.State == protocol.RouteActive && r.Substitute != "" && r.Node == at {
			list = append(list, foundRoute{r, h.Ref.ID})
		}
	}
	return list, nil
}

// proposeOutage is the first person's word that a place is down.
func (w *Web) proposeOutage() question {
	return question{name: "propose-outage", nav: "desk", danger: true, back: below("/desk/nodes/"), facts: w.factsOfNode,
		fields: []page.Field{{Name: "confirmed", Label: "desk.confirmed", Max: 100, Required: true, Width: "half", Help: "desk.confirmed-help", Focus: true},
			{Name: "how", Label: "desk.how", Max: 200, Required: true, Width: "half", Help: "desk.how-help"},
			{Name: "since", Label: "desk.since", Max: 16, Required: true, Width: "half", Help: "desk.since-help"},
			{Name: "reason", Label: "console.reason", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Help: "desk.outage-help"}},
		do: func(v *console.Visit, form url.Values) error {
			since, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(form.Get("since")), protocol.Beijing)
			if err != nil {
				return &protocol.Fault{Code: protocol.Refused, Op: "propose", Rule: "G-09", Text: v.T("desk.bad-since")}
			}
			_, err = w.cfg.Office.ProposeDesk(v.Context(), v.Who, protocol.Proposal{What: protocol.ProposeOutage, Node: protocol.NodeID(v.R.PathValue("id")),
				Confirmed: strings.TrimSpace(form.Get("confirmed")), How: strings.TrimSpace(form.Get("how")), DownSince: protocol.At(since), Reason: form.Get("reason")})
			return err
		}}
}

// proposeReassign offers the cases of one item with the substitute of its route.
func (w *Web) proposeReassign() question {
	return question{name: "propose-reassign", nav: "desk", danger: true, back: below("/desk/nodes/"), facts: w.factsOfNode, choose: w.reassignFields,
		fields: reason("desk.reassign-help"),
		do: func(v *console.Visit, form url.Values) error {
			r, err := console.Find[protocol.Route](v.Records(), protocol.Ref{Kind: "route", ID: form.Get("route")})
			if err != nil {
				return err
			}
			if r == nil {
				return &protocol.Fault{Code: protocol.Refused, Op: "propose", Rule: "C-24b", Text: v.T("desk.no-substitute")}
			}
			n, _, err := w.nodeHere(v)
			if err != nil {
				return err
			}
			p := protocol.Proposal{What: protocol.ProposeReassign, Node: n.ID, Cases: form["case"], Agency: r.Substitute, Route: form.Get("route"), Reason: form.Get("reason")}
			if outage, err := outageOf(v, n); err != nil {
				return err
			} else if outage != nil {
				p.Outage = outage.id
			}
			_, err = w.cfg.Office.ProposeDesk(v.Context(), v.Who, p)
			return err
		}}
}

func (w *Web) reassignFields(v *console.Visit) ([]page.Field, error) {
	code, at := v.R.FormValue("item"), protocol.NodeID(v.R.PathValue("id"))
	routes, err := substitutes(v, code, at)
	if err != nil {
		return nil, err
	}
	var ways []page.Option
	for _, r := range routes {
		ways = append(ways, page.Option{Value: r.id, Label: v.T("desk.way-option", v.Agency(r.Substitute), v.Place(r.SubNode), divisionOf(v, r.Division))})
	}
	list, _, err := runningCases(v, func(r protocol.CaseRun) bool { return r.Home == at }, protocol.MaxProposed)
	if err != nil {
		return nil, err
	}
	var cases []page.Option
	for _, r := range list {
		c, _, err := console.Read[protocol.Case](v.Records(), r.Ref)
		if protocol.CodeOf(err) == protocol.Gone || err == nil && implOf(c.Item) != code {
			continue
		}
		if err != nil {
			return nil, err
		}
		on := v.R.Method == "GET" || slices.Contains(v.R.Form["case"], r.Ref.ID)
		cases = append(cases, page.Option{Value: r.Ref.ID, Label: v.T("desk.case-option", c.ReceiptNo, r.Due.String(), v.ClockName(r.Clock)), On: on})
	}
	return []page.Field{page.Hidden("item", code), {Name: "route", Label: "desk.way-field", Kind: page.InputSelect, Options: ways, Required: true},
		{Name: "case", Label: "desk.cases-field", Kind: page.InputChecks, Options: cases, Help: "desk.cases-help"}}, nil
}
