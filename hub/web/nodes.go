package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) nodePages() {
	w.Handle("GET /nodes", protocol.MayReadStatus, w.listNodes)
	w.Handle("GET /nodes/plan", protocol.MayManageNode, w.showPlan)
	w.Handle("POST /nodes/plan", protocol.MayManageNode, w.planNode)
	w.Handle("GET /nodes/{id}", protocol.MayReadStatus, w.showNode)
	w.ask("/nodes/{id}/fence", protocol.MayManageNode, w.endNode("fence"))
	w.ask("/nodes/{id}/revoke", protocol.MayManageNode, w.endNode("revoke"))
	w.ask("/nodes/{id}/thaw", protocol.MayOperate, w.thawNode())
	w.Handle("GET /nodes/{id}/token", protocol.MayManageNode, w.askToken)
	w.Handle("POST /nodes/{id}/token", protocol.MayManageNode, w.issueToken)
}

func (w *Web) listNodes(v *console.Visit) error {
	t, err := w.nodeTable(v)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{ID: "nodes", Refresh: 10, Table: &t}}}
	if v.May(protocol.MayManageNode, "") {
		sheet.Actions = []console.Action{{Label: "node.plan", Href: "/nodes/plan", Primary: true}}
	}
	return v.Show(page.View{Title: "nav.nodes", Active: "nodes"}, sheet)
}

func (w *Web) showNode(v *console.Visit) error {
	id := protocol.NodeID(v.R.PathValue("id"))
	n, rec, err := console.Read[protocol.Node](v.Records(), protocol.Ref{Kind: "node", ID: string(id)})
	if err != nil {
		return err
	}
	states, err := w.cfg.Reader.Nodes(v.Context())
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	s := stateOf(states, id)
	sheet := console.Sheet{Sections: []console.Section{{Title: "node.facts", Half: true, Facts: nodeFacts(v, n)},
		{ID: "link", Refresh: 10, Title: "node.session", Half: true, Facts: sessionFacts(v, n, &s)},
		history}}
	if len(s.Frozen) > 0 {
		sheet.Sections = append([]console.Section{frozenSection(v, n, &s)}, sheet.Sections...)
	}
	if v.May(protocol.MayManageNode, "") {
		sheet.Actions = nodeActions(n)
	}
	return v.Show(page.View{Title: n.Name, Active: "nodes"}, sheet)
}

func nodeActions(n *protocol.Node) (list []console.Action) {
	base := "/nodes/" + string(n.ID)
	if n.State != protocol.NodeRevoked {
		list = append(list, console.Action{Label: "do.issue-token", Href: base + "/token", Primary: n.State == protocol.NodePlanned})
	}
	if n.State == protocol.NodeEnrolled {
		list = append(list, console.Action{Label: "do.fence-node", Href: base + "/fence"})
	}
	if n.State != protocol.NodeRevoked {
		list = append(list, console.Action{Label: "do.revoke-node", Href: base + "/revoke"})
	}
	return list
}

func nodeFacts(v *console.Visit, n *protocol.Node) []page.Fact {
	var divisions []string
	for _, d := range n.Divisions {
		divisions = append(divisions, v.Division(d))
	}
	facts := []page.Fact{{Label: "node.name", Cell: page.Word(n.Name)}, {Label: "node.id", Cell: page.Code(string(n.ID))},
		{Label: "console.state", Cell: page.State(console.State("node", n.State))},
		{Label: "node.divisions", Cell: page.Word(strings.Join(divisions, v.T("console.and")))}, {Label: "node.epoch", Cell: page.Number(n.Epoch)}}
	if n.Enrolled > 0 {
		facts = append(facts, page.Fact{Label: "node.enrolled", Cell: page.When(n.Enrolled)},
			page.Fact{Label: "node.key", Cell: page.Code(n.Key.Short())})
	}
	if n.Reason != "" {
		facts = append(facts, page.Fact{Label: "console.reason", Cell: page.Word(n.Reason)})
	}
	return facts
}

func sessionFacts(v *console.Visit, n *protocol.Node, s *NodeState) []page.Fact {
	beat, queued, numbers := beatOf(v, s)
	facts := []page.Fact{{Label: "node.link", Cell: page.State(linkOf(v, n, s))}, {Label: "node.beat", Cell: beat},
		{Label: "node.server", Cell: page.Word(string(s.Server))},
		{Label: "node.queued", Cell: queued}, {Label: "node.numbers", Cell: numbers}}
	if s.Build != "" {
		facts = append(facts, page.Fact{Label: "node.build", Cell: page.Code(s.Build)})
	}
	return facts
}

func (w *Web) factsOfNode(v *console.Visit) ([]page.Fact, error) {
	n, _, err := console.Read[protocol.Node](v.Records(), protocol.Ref{Kind: "node", ID: v.R.PathValue("id")})
	if err != nil {
		return nil, err
	}
	return nodeFacts(v, n), nil
}

func (w *Web) endNode(act protocol.Act) question {
	return question{name: string(act) + "-node", nav: "nodes", danger: true, back: below("/nodes/"), facts: w.factsOfNode,
		fields: reason("end-node.help"),
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.EndNode(v.Context(), v.Who, protocol.NodeID(v.R.PathValue("id")), act, form.Get("reason"))
			return err
		}}
}

func tokenQuestion(w *Web) *question {
	return &question{name: "issue-token", nav: "nodes", back: below("/nodes/"), facts: w.factsOfNode}
}

func (w *Web) askToken(v *console.Visit) error { return renderQuestion(v, tokenQuestion(w), nil) }

// issueToken shows the token in the answer itself: it must not stand in an
// address, a cookie or a log.
func (w *Web) issueToken(v *console.Visit) error {
	t, err := w.cfg.Tokens.IssueToken(v.Context(), v.Who, protocol.RoleNode, protocol.NodeID(v.R.PathValue("id")))
	if f, refused := console.Refusal(err); refused {
		return renderQuestion(v, tokenQuestion(w), nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Secret("token.title", "token.lead", t.Text, "/nodes/"+string(t.Subject),
		console.Section{Title: "token.command", Lead: "token.command-lead",
			Facts: []page.Fact{{Label: "token.line", Cell: page.Word(t.Command)}, {Label: "token.until", Cell: page.When(t.Expires)},
				{Label: "node.id", Cell: page.Code(string(t.Subject))}}})
}

func (w *Web) showPlan(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	return renderPlan(v, typed, nil)
}

func renderPlan(v *console.Visit, typed url.Values, wrong map[string]string, flash ...page.Flash) error {
	var list []string
	for _, d := range protocol.Prefectures() {
		list = append(list, string(d.Code)+" "+d.Name)
	}
	f := page.Form{Action: "/nodes/plan", Submit: "node.plan-do", Keep: "node.plan-keep", Back: &page.Link{Label: "act.back", Href: "/nodes"},
		Fields: []page.Field{
			{Name: "id", Label: "node.id", Value: typed.Get("id"), Max: 32, Required: true, Width: "half", Help: "node.id-help",
				Focus: len(wrong) == 0},
			{Name: "name", Label: "node.name", Value: typed.Get("name"), Max: 60, Required: true, Width: "half"},
			{Name: "divisions", Label: "node.divisions", Value: typed.Get("divisions"), Max: 200, Help: "node.divisions-help", List: list}}}
	for i := range f.Fields {
		f.Fields[i].Error = wrong[f.Fields[i].Name]
	}
	view := page.View{Title: "node.plan", Active: "nodes", Flash: flash}
	if len(wrong)+len(flash) > 0 {
		view.Status = 422
	}
	return v.Show(view, console.Sheet{Sections: []console.Section{{Form: &f}}})
}

func (w *Web) planNode(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	n := protocol.Node{ID: protocol.NodeID(strings.TrimSpace(typed.Get("id"))), Name: strings.TrimSpace(typed.Get("name"))}
	wrong := map[string]string{}
	if n.ID.Validate() != nil || n.ID == protocol.Hub {
		wrong["id"] = "node.bad-id"
	}
	if n.Name == "" {
		wrong["name"] = "node.no-name"
	}
	for _, word := range strings.FieldsFunc(typed.Get("divisions"), func(r rune) bool { return strings.ContainsRune(" ,，、;；", r) }) {
		d := protocol.Division(word)
		if !d.Valid() {
			continue // the name behind a code
		}
		if _, no := protocol.ResolveDivision(d, v.Now().Day()); no != nil {
			wrong["divisions"] = no.Text
		}
		n.Divisions = append(n.Divisions, d)
	}
	if len(wrong) > 0 {
		return renderPlan(v, typed, wrong)
	}
	_, err = w.cfg.Office.PlanNode(v.Context(), v.Who, n)
	if f, refused := console.Refusal(err); refused {
		return renderPlan(v, typed, nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/nodes/"+string(n.ID), page.Good, "node.planned", n.Name)
}
