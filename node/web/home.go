package web

import (
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// maxUrgent is how many cases the start page lists by name.
const maxUrgent = 20

// home is the start of a day: what is late or due, what waits, what is owed.
func (w *Web) home(v *console.Visit) error {
	var sheet console.Sheet
	if v.May(protocol.MayReceive, "") {
		sheet.Actions = []console.Action{{Label: "nav.intake", Href: "/intake", Primary: true, Hotkey: "n"}}
	}
	if v.May(protocol.MayReadCases, "") {
		sections, err := w.today(v)
		if err != nil {
			return err
		}
		waiting, err := w.toPrint(v)
		if err != nil {
			return err
		}
		sheet.Sections = append(append(sheet.Sections, waiting...), sections...)
	}
	rest, err := w.owed(v)
	if err != nil {
		return err
	}
	sheet.Sections = append(sheet.Sections, rest)
	return v.Show(page.View{Title: "nav.home", Active: "home"}, sheet)
}

func (w *Web) today(v *console.Visit) ([]console.Section, error) {
	late, err := w.cfg.Reader.Lapses(0, v.Now(), maxUrgent+1)
	if err != nil {
		return nil, err
	}
	soon, err := w.cfg.Reader.Lapses(v.Now(), v.Now().Day().Add(1).End(), maxUrgent+1)
	if err != nil {
		return nil, err
	}
	stats, err := dutyStats(v)
	if err != nil {
		return nil, err
	}
	stats = append([]page.Stat{urgentStat(v, "home.late", late, page.Bad), urgentStat(v, "home.soon", soon, page.Warn)}, stats...)
	find := &page.Filter{Action: "/cases", Label: "home.find", Hint: "cases.hint"}
	urgent, err := urgentTable(v, slices.Concat(late[:min(len(late), maxUrgent)], soon))
	if err != nil {
		return nil, err
	}
	return []console.Section{{ID: "figures", Refresh: 30, Stats: stats}, {Filter: find},
		{ID: "urgent", Refresh: 30, Title: "home.urgent", Table: &urgent}}, nil
}

func urgentStat(v *console.Visit, label string, list []Lapse, tone page.Tone) page.Stat {
	s := page.Stat{Label: label, Value: page.Number(min(len(list), maxUrgent)).Text, Href: "#urgent"}
	if len(list) > maxUrgent {
		s.Value += "+"
	}
	s.Unit = v.T("home.cases", s.Value)
	if len(list) > 0 {
		s.Tone = tone
	}
	return s
}

func urgentTable(v *console.Visit, list []Lapse) (page.Table, error) {
	t := page.Table{Caption: "home.urgent", Cols: caseCols, Empty: page.Empty{What: "home.none-urgent", Do: "home.none-urgent-do"}}
	shown := map[protocol.Ref]bool{}
	for _, l := range list {
		if l.Ref.Kind != "case" || shown[l.Ref] || len(t.Rows) == maxUrgent {
			continue
		}
		shown[l.Ref] = true
		c, rec, err := console.Read[protocol.Case](v.Records(), l.Ref)
		if err != nil {
			return t, err
		}
		caseRow(v, &t, l.Ref.ID, rec.Home, c)
	}
	return t, nil
}

// owed is what concerns everybody: the connection and what waits for it.
func (w *Web) owed(v *console.Visit) (console.Section, error) {
	st, err := w.cfg.Reader.Status(v.Context())
	if err != nil {
		return console.Section{}, err
	}
	queued, oldest := st.Queue()
	unsent := page.Fact{Label: "home.unsent", Cell: page.Number(queued)}
	if queued > 0 && oldest > 0 {
		unsent.Sub = v.T("home.oldest", oldest)
	}
	work := page.Number(st.WorkOpen)
	work.Href = "/work"
	return console.Section{ID: "owed", Refresh: 30, Title: "home.place", Facts: []page.Fact{
		{Label: "home.link", Cell: page.State(linkBadge(&st))}, {Label: "home.fresh", Cell: page.When(st.Fresh())}, unsent,
		{Label: "nav.work", Cell: work}, {Label: "status.numbers", Cell: page.Number(st.NumbersLeft)}}}, nil
}

func linkBadge(st *Status) page.Badge {
	switch {
	case st.Frozen != nil:
		return page.Badge{Tone: page.Bad, Word: "status.frozen"}
	case st.Connected():
		return page.Badge{Tone: page.Good, Word: "status.connected"}
	}
	return page.Badge{Tone: page.Warn, Word: "status.cut"}
}

// toPrint reminds at the log-in of documents that no printer has had: a power cut
// came between the act and its paper (F-12).
func (w *Web) toPrint(v *console.Visit) ([]console.Section, error) {
	rows, err := w.cfg.Desk.Unprinted(v.Who)
	if err != nil {
		return nil, err
	}
	n := 0
	for i := range rows {
		if !rows[i].Void {
			n++
		}
	}
	if n == 0 {
		return nil, nil
	}
	return []console.Section{{ID: "to-print", Refresh: 30, Messages: []page.Flash{{Tone: page.Warn, Text: v.T("home.unprinted", n), Rule: "F-12",
		Link: &page.Link{Label: "nav.documents", Href: "/documents"}}}}}, nil
}
