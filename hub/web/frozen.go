package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

var laneWord = map[protocol.Lane]string{protocol.Urgent: "frozen.lane-urgent", protocol.Bulk: "frozen.lane-bulk"}

// frozenSection shows the lanes of a node that nothing is taken of: why, the
// two places where the histories part, and what to do (replication.F1, Q3).
func frozenSection(v *console.Visit, n *protocol.Node, s *NodeState) console.Section {
	t := page.Table{Caption: "frozen.title", Cols: []page.Col{{Label: "frozen.lane", Short: true}, {Label: "frozen.why"},
		{Label: "frozen.here", Short: true}, {Label: "frozen.there", Short: true}}}
	fork := false
	for _, f := range s.Frozen {
		there := page.Word("—")
		if f.There.Seq > 0 {
			fork, there = true, page.Code(f.There.String())
		}
		t.Add(page.Word(v.T(laneWord[f.Lane])), page.Word(f.Reason), page.Code(f.Here.String()), there).Tone = page.Bad
	}
	section := console.Section{ID: "frozen", Title: "frozen.title", Table: &t, Messages: []page.Flash{{Tone: page.Bad, Text: "frozen.release-do"}}}
	switch {
	case fork && n.State == protocol.NodeEnrolled:
		section.Messages[0].Text = "frozen.fork-fence"
	case fork:
		section.Messages[0].Text = "frozen.fork-token"
	case v.May(protocol.MayOperate, ""):
		section.Bar = []console.Action{{Label: "do.thaw-node", Href: "/nodes/" + string(n.ID) + "/thaw"}}
	}
	return section
}

func (w *Web) thawNode() question {
	return question{name: "thaw-node", nav: "nodes", back: below("/nodes/"), facts: w.factsOfNode, fields: reason("thaw-node.help"),
		do: func(v *console.Visit, form url.Values) error {
			ref := protocol.Ref{Kind: "node", ID: v.R.PathValue("id")}
			return w.cfg.Office.Settle(v.Context(), v.Who, "thaw", ref, form.Get("reason"), nil, nil)
		}}
}
