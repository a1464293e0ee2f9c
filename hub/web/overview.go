package web

import (
	"fmt"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// quiet is after how long without a beat a node is called silent, in
// milliseconds: beats come every two seconds on either lane.
const quiet = 15_000

// overview is how the province stands: work that waits, and every node.
func (w *Web) overview(v *console.Visit) error {
	c, err := w.cfg.Reader.Cluster(v.Context())
	if err != nil {
		return err
	}
	stats, err := w.figures(v, &c)
	if err != nil {
		return err
	}
	nodes, err := w.nodeTable(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.overview", Active: "overview"}, console.Sheet{Sections: []console.Section{
		{ID: "figures", Refresh: 15, Stats: stats}, {ID: "nodes", Refresh: 10, Title: "nav.nodes", Table: &nodes}}})
}

func (w *Web) figures(v *console.Visit, c *Cluster) ([]page.Stat, error) {
	waiting := func(label, href string, q console.Query) (page.Stat, error) {
		q.Limit = 1
		found, err := v.Records().Search(v.Context(), q)
		if err != nil {
			return page.Stat{}, fmt.Errorf("count %s: %w", q.Kind, err)
		}
		s := page.Stat{Label: label, Value: page.Number(found.Total).Text, Href: href}
		if found.Total > 0 {
			s.Tone = page.Info
		}
		return s, nil
	}
	requests, err := waiting("overview.requests", "/requests", console.Query{Kind: "request", State: protocol.RequestFiled, Facets: publishing})
	if err != nil {
		return nil, err
	}
	sets, err := waiting("overview.sets", "/changesets", console.Query{Kind: "catalog.changeset", State: protocol.ChangesetReviewed})
	if err != nil {
		return nil, err
	}
	plan, err := w.cfg.Reader.Plan(v.Context())
	if err != nil {
		return nil, err
	}
	stats := []page.Stat{requests, sets, {Label: "overview.release", Value: page.Number(len(plan.Changes)).Text, Href: "/release"},
		{Label: "nav.overdue", Value: page.Number(c.Overdue).Text, Href: "/overdue"},
		{Label: "nav.held", Value: page.Number(c.Held).Text, Href: "/held"}}
	for i, n := range []int{0, 0, len(plan.Changes), c.Overdue, c.Held} {
		if n > 0 {
			stats[i].Tone = []page.Tone{"", "", page.Info, page.Bad, page.Warn}[i]
		}
	}
	return stats, nil
}

// nodeTable joins the register of nodes with what is known of their sessions.
func (w *Web) nodeTable(v *console.Visit) (page.Table, error) {
	t := page.Table{Caption: "nav.nodes", Cols: []page.Col{{Label: "node.name"}, {Label: "console.state", Short: true},
		{Label: "node.link", Short: true}, {Label: "node.beat", Short: true}, {Label: "node.queued", Num: true},
		{Label: "node.numbers", Num: true}},
		Empty: page.Empty{What: "nodes.empty", Do: "nodes.empty-do", Link: &page.Link{Label: "node.plan", Href: "/nodes/plan"}}}
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "node", Limit: 200})
	if err != nil {
		return t, err
	}
	states, err := w.cfg.Reader.Nodes(v.Context())
	if err != nil {
		return t, err
	}
	for _, h := range found.Hits {
		n, _, err := console.Read[protocol.Node](v.Records(), h.Ref)
		if err != nil {
			return t, err
		}
		nodeRow(v, &t, n, stateOf(states, n.ID))
	}
	return t, nil
}

func stateOf(states []NodeState, id protocol.NodeID) NodeState {
	for _, s := range states {
		if s.ID == id {
			return s
		}
	}
	return NodeState{ID: id}
}

func nodeRow(v *console.Visit, t *page.Table, n *protocol.Node, s NodeState) {
	link := linkOf(v, n, &s)
	beat, queued, numbers := beatOf(v, &s)
	row := t.Add(page.Goto(n.Name, "/nodes/"+string(n.ID)).Under(string(n.ID)), page.State(console.State("node", n.State)), page.State(link), beat,
		queued, numbers)
	if link.Tone == page.Bad || link.Tone == page.Warn {
		row.Tone = link.Tone
	}
}

// beatOf shows what a node said of itself; what was not heard is not made up,
// and a session at another server is named, because only that one hears it.
func beatOf(v *console.Visit, s *NodeState) (beat, queued, numbers page.Cell) {
	if s.Beat == 0 && s.Connected && s.Server != "" {
		there := page.Word(v.T("node.heard-at", string(s.Server)))
		return there, there, there
	}
	if s.Beat == 0 {
		return page.Word("—"), page.Word("—"), page.Word("—")
	}
	return page.When(s.Beat), page.Word(console.Size(s.Queued)), page.Number(s.Numbers)
}

// linkOf says in a word how a node is connected.
func linkOf(v *console.Visit, n *protocol.Node, s *NodeState) page.Badge {
	switch {
	case len(s.Frozen) > 0:
		return page.Badge{Tone: page.Bad, Word: "node.frozen"}
	case n.State != protocol.NodeEnrolled:
		return page.Badge{Word: "node.no-link"}
	case s.Connected && (s.Beat == 0 || v.Now()-s.Beat < quiet): // 0: another server hears it
		return page.Badge{Tone: page.Good, Word: "node.connected"}
	}
	return page.Badge{Tone: page.Warn, Word: "node.cut"}
}
