package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// cluster is the hub itself: who leads, how far each server is, and whether all
// hold the same state.
func (w *Web) cluster(v *console.Visit) error {
	c, err := w.cfg.Reader.Cluster(v.Context())
	if err != nil {
		return err
	}
	facts := []page.Fact{{Label: "cluster.self", Cell: page.Code(string(c.Self))}, {Label: "cluster.leader", Cell: page.Code(string(c.Leader))},
		{Label: "cluster.applied", Cell: page.Number(c.Applied)},
		{Label: "cluster.digest", Cell: page.Code(c.Digest.Short())}, {Label: "cluster.clock", Cell: page.When(c.Clock)},
		{Label: "cluster.level", Cell: page.Number(uint64(c.Level))},
		{Label: "cluster.generation", Cell: page.Number(c.Generation)},
		{Label: "cluster.size", Cell: page.Word(console.Size(uint64(max(c.Bytes, 0))))}}
	t := serverTable(v, &c)
	sections := []console.Section{{ID: "state", Refresh: 5, Title: "cluster.state", Messages: advice(&c), Facts: facts},
		{ID: "servers", Refresh: 5, Title: "cluster.servers", Table: &t}}
	return v.Show(page.View{Title: "nav.cluster", Active: "cluster"}, console.Sheet{Sections: sections})
}

// advice says what the figures mean and what to do.
func advice(c *Cluster) []page.Flash {
	voters, alive, enough := c.Quorum()
	switch {
	case c.Stopped != "":
		return []page.Flash{{Tone: page.Bad, Text: "advice.stopped"}}
	case !enough:
		return []page.Flash{{Tone: page.Bad, Text: "advice.no-quorum"}}
	case differs(c):
		return []page.Flash{{Tone: page.Bad, Text: "advice.differs"}}
	case alive < voters:
		return []page.Flash{{Tone: page.Warn, Text: "advice.degraded"}}
	}
	return []page.Flash{{Tone: page.Good, Text: "advice.fine"}}
}

// differs reports whether two servers at one index hold different states.
func differs(c *Cluster) bool {
	seen := map[uint64]protocol.Hash{}
	for _, s := range c.Servers {
		if s.Check == CheckOther {
			return true
		}
		if s.Digest.IsZero() {
			continue
		}
		if other, ok := seen[s.Applied]; ok && other != s.Digest {
			return true
		}
		seen[s.Applied] = s.Digest
	}
	return false
}

func serverTable(v *console.Visit, c *Cluster) page.Table {
	may := v.May(protocol.MayOperate, "")
	t := page.Table{Caption: "cluster.servers", Cols: []page.Col{{Label: "cluster.server", Short: true}, {Label: "cluster.role", Short: true},
		{Label: "cluster.heard", Short: true}, {Label: "cluster.applied", Num: true}, {Label: "cluster.digest", Short: true},
		{Label: "cluster.nodes", Num: true}, {Label: "cluster.build", Short: true}}}
	if may {
		t.Cols = append(t.Cols, page.Col{Label: "cluster.lead", Short: true}, page.Col{Label: "cluster.take-out", Short: true})
	}
	for _, s := range c.Servers {
		row := t.Add(page.Code(string(s.ID)).Under(s.Addr), page.State(roleOf(c, &s)), heard(&s), applied(v, c, &s), digestCell(v, c, &s),
			page.Number(s.Nodes), page.Code(s.Build))
		if !s.Alive {
			row.Tone = page.Warn
		}
		if !may {
			continue
		}
		lead, out := page.Word(""), page.Goto(v.T("cluster.take-out"), "/cluster/"+string(s.ID)+"/remove")
		if s.Voter && s.Alive && s.ID != c.Leader {
			lead = page.Goto(v.T("cluster.lead"), "/cluster/"+string(s.ID)+"/transfer")
		}
		row.Cells = append(row.Cells, lead, out)
	}
	return t
}

// applied is how far a server has come: this one now, another when it last told.
func applied(v *console.Visit, c *Cluster, s *Server) page.Cell {
	switch {
	case s.Applied == 0:
		return page.Word(v.T("cluster.untold"))
	case s.ID == c.Self:
		return page.Number(s.Applied)
	}
	return page.Number(s.Applied).Under(v.T("cluster.told"))
}

// digestCell is a server's digest and whether this server had the same.
func digestCell(v *console.Visit, c *Cluster, s *Server) page.Cell {
	switch {
	case s.Digest.IsZero():
		return page.Word(v.T("cluster.untold"))
	case s.ID == c.Self || s.Check == Unchecked:
		return page.Code(s.Digest.Short())
	}
	return page.Code(s.Digest.Short()).Under(v.T("check." + string(s.Check)))
}

func roleOf(c *Cluster, s *Server) page.Badge {
	switch {
	case s.ID == c.Leader:
		return page.Badge{Tone: page.Good, Word: "cluster.is-leader"}
	case s.Voter:
		return page.Badge{Tone: page.Info, Word: "cluster.is-voter"}
	}
	return page.Badge{Word: "cluster.is-learner"}
}

func heard(s *Server) page.Cell {
	if s.Alive {
		return page.State(page.Badge{Tone: page.Good, Word: "cluster.alive"})
	}
	cell := page.State(page.Badge{Tone: page.Warn, Word: "cluster.silent"})
	if s.Heard > 0 {
		cell = cell.Under(s.Heard.String())
	}
	return cell
}

func (w *Web) changeCluster(op string) question {
	return question{name: op + "-server", nav: "cluster", danger: op == "remove", back: always("/cluster"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			c, err := w.cfg.Reader.Cluster(v.Context())
			if err != nil {
				return nil, err
			}
			for _, s := range c.Servers {
				if string(s.ID) == v.R.PathValue("id") {
					return []page.Fact{{Label: "cluster.server", Cell: page.Code(string(s.ID)).Under(s.Addr)},
						{Label: "cluster.role", Cell: page.State(roleOf(&c, &s))}, {Label: "cluster.heard", Cell: heard(&s)}}, nil
				}
			}
			return nil, protocol.NewFault(protocol.Gone, "find server", "没有这台服务器")
		},
		do: func(v *console.Visit, _ url.Values) error {
			return w.cfg.Office.Change(v.Context(), v.Who, op, protocol.NodeID(v.R.PathValue("id")))
		}}
}
