package web

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func caseRef(v *console.Visit) protocol.Ref {
	return protocol.Ref{Kind: "case", ID: v.R.PathValue("id")}
}

// showCase is everything about one case, and what this person may do with it now.
func (w *Web) showCase(v *console.Visit) error {
	c, rec, err := console.Read[protocol.Case](v.Records(), caseRef(v))
	if err != nil {
		return err
	}
	history, err := caseHistory(v, c, rec.Ref)
	if err != nil {
		return err
	}
	next, err := w.acts(v, c, &rec)
	if err != nil {
		return err
	}
	materials, err := w.materials(v, c)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Actions: []console.Action{{Label: "case.receipt", Href: "/cases/" + rec.Ref.ID + "/receipt", Hotkey: "r"}}}
	sheet.Sections = append(sheet.Sections, next)
	sheet.Sections = append(sheet.Sections,
		console.Section{Title: "case.facts", Facts: caseFacts(v, c, &rec)},
		console.Section{Title: "case.person", Half: true, Facts: personFacts(v, c)},
		console.Section{Title: "case.clocks", Half: true, Lead: "case.clocks-lead", Facts: clocks(v, c)}, materials)
	if facts := outcomeFacts(v, c); len(facts) > 0 {
		sheet.Sections = append(sheet.Sections, console.Section{Title: "case.outcome", Facts: facts})
	}
	sheet.Sections = append(sheet.Sections, history)
	return v.Show(page.View{Title: c.ItemName, Active: "cases", Crumbs: []page.Link{{Label: c.ReceiptNo}}}, sheet)
}

func caseFacts(v *console.Visit, c *protocol.Case, rec *protocol.Record) []page.Fact {
	item := page.Goto(c.ItemName, "/items/"+c.Item)
	facts := []page.Fact{
		{Label: "case.number", Cell: page.Code(c.ReceiptNo)}, {Label: "console.state", Cell: page.State(console.State("case", string(c.State)))},
		{Label: "case.item", Cell: item}, {Label: "case.agency", Cell: page.Word(c.AgencyName).Under(v.Place(c.Handler))},
		{Label: "case.holder", Cell: page.Word(v.Place(rec.Home))}, {Label: "case.received", Cell: page.When(c.Received.At)},
		{Label: "case.taken", Cell: page.Word(v.Place(c.Received.Node)).Under(c.Received.Window)},
		{Label: "case.clerk", Cell: page.Word(v.Person(c.Received.Clerk))},
		{Label: "case.id", Cell: page.Code(rec.Ref.ID)},
	}
	if c.Received.Offline {
		facts = append(facts, page.Fact{Label: "case.offline", Cell: page.State(page.Badge{Tone: page.Info, Word: "case.offline-is"})})
	}
	return facts
}

func clocks(v *console.Visit, c *protocol.Case) []page.Fact {
	d, runs := v.DueOf(c)
	if !runs {
		return []page.Fact{{Label: "console.state", Cell: page.Word(v.T("case.no-clock"))}}
	}
	if d.Clock == protocol.K1 {
		k1, _ := v.Clock(protocol.K1, c.Received.At.Day(), c.Due.K1, c.Due.Provisional)
		return []page.Fact{{Label: "case.counts-from", Cell: page.OnDay(c.Received.At.Day()).Under(v.T("case.excluded"))}, k1}
	}
	facts := []page.Fact{{Label: "case.counts-from", Cell: page.OnDay(c.Accepted.Day()).Under(v.T("case.excluded"))}}
	for _, k := range []struct {
		id  protocol.ClockID
		day protocol.Day
	}{{protocol.K2, c.Due.K2}, {protocol.K3, c.Due.K3}} {
		if f, ok := v.Clock(k.id, c.Accepted.Day(), k.day, c.Due.Provisional); ok {
			facts = append(facts, f)
		}
	}
	return facts
}

func personFacts(v *console.Visit, c *protocol.Case) []page.Fact {
	a := &c.Applicant
	facts := []page.Fact{
		{Label: "person.name", Cell: page.Word(a.Name)}, {Label: "person.type", Cell: page.Word(v.T("person." + a.Type))},
		{Label: "person.idtype", Cell: page.Word(v.T("idtype." + a.IDType))}, {Label: "person.id", Cell: page.Code(a.ID)},
		{Label: "person.contact", Cell: page.Word(a.Contact)},
	}
	for _, f := range c.Form {
		facts = append(facts, page.Fact{Label: f.Name, Cell: page.Word(f.Value)})
	}
	return facts
}

func outcomeFacts(v *console.Visit, c *protocol.Case) (facts []page.Fact) {
	add := func(label, text string) {
		if text != "" {
			facts = append(facts, page.Fact{Label: label, Cell: page.Word(text)})
		}
	}
	if d := c.Decision; d != nil {
		facts = append(facts, page.Fact{Label: "outcome.decision", Cell: decisionCell(c)})
		add("outcome.text", d.Text)
		add("console.reason", d.Reason)
		add("outcome.basis", d.Basis)
		add("outcome.remedy", d.Remedy)
		add("outcome.by", v.Person(d.By))
		facts = append(facts, page.Fact{Label: "outcome.at", Cell: page.When(d.At)})
	}
	if d := c.Delivery; d != nil {
		add("outcome.way", v.T("way."+d.Way))
		add("outcome.recipient", d.Recipient)
		add("outcome.tracking", d.Tracking)
		add("outcome.place", v.Place(d.Place))
		facts = append(facts, page.Fact{Label: "outcome.delivered", Cell: page.When(d.At)})
	}
	if e := c.WithdrawnBy; e != nil {
		add("outcome.withdrawn", e.Reason)
	}
	return facts
}

// decisionCell is what was decided, which stays, beside the state it has led to.
func decisionCell(c *protocol.Case) page.Cell {
	state := console.State("case", string(c.State))
	decided, known := decidedState[c.Decision.Kind]
	if !known || decided == c.State {
		return page.State(state)
	}
	cell := page.State(console.State("case", string(decided)))
	cell.Badges = append(cell.Badges, state)
	return cell
}

// decidedState is the state that a decision of a kind is.
var decidedState = map[string]protocol.CaseState{"grant": protocol.CaseGranted, "deny": protocol.CaseDenied, "refuse": protocol.CaseRefused}

// materials shows what was handed in line by line, by the names of the guide
// that was displayed.
func (w *Web) materials(v *console.Visit, c *protocol.Case) (console.Section, error) {
	names, err := guideLines(v, c.Item)
	if err != nil {
		return console.Section{}, err
	}
	t := page.Table{Caption: "guide.materials", Empty: page.Empty{What: "guide.no-materials"},
		Cols: []page.Col{{Label: "guide.name"}, {Label: "guide.necessity", Short: true}, {Label: "material.presence", Short: true},
			{Label: "material.scans"}}}
	for _, m := range c.Materials {
		line := names[m.Line]
		if line.Name == "" {
			line.Name = m.Line
		}
		row := t.Add(page.Word(line.Name).Under(line.Standard), page.State(console.Necessity(line.Necessity)),
			page.State(console.Presence(m.Presence)))
		if m.Presence == "missing" {
			row.Tone = page.Bad
		}
		row.Cells = append(row.Cells, w.scanCell(v, m.Blobs, 0))
		for i := 1; i < len(m.Blobs); i++ {
			t.Add(page.Word(""), page.Word(""), page.Word(""), w.scanCell(v, m.Blobs, i))
		}
	}
	return console.Section{Title: "guide.materials", Table: &t}, nil
}

func (w *Web) scanCell(v *console.Visit, ids []string, i int) page.Cell {
	if i >= len(ids) {
		return page.Word("")
	}
	s, err := w.cfg.Scans.Find(v.Context(), ids[i])
	if err != nil {
		return page.Goto(ids[i], "/scans/"+ids[i]).Under(v.T("material.on-its-way"))
	}
	cell := page.Goto(s.Name, "/scans/"+ids[i])
	if s.Waiting {
		cell = cell.Under(v.T("material.waiting"))
	}
	return cell
}

func guideLines(v *console.Visit, item string) (map[string]protocol.MaterialLine, error) {
	g, err := console.Find[protocol.Guide](v.Records(), protocol.Ref{Kind: "guide", ID: item})
	lines := map[string]protocol.MaterialLine{}
	if err != nil || g == nil {
		return lines, err
	}
	for _, l := range g.Lines {
		lines[l.ID] = l
	}
	return lines, nil
}

// scan sends a file. It is shown by the browser only when it is one of the types
// that windows take in; nosniff is set on every answer.
func (w *Web) scan(v *console.Visit) error {
	s, r, err := w.cfg.Scans.Open(v.Context(), v.R.PathValue("id"))
	if err != nil {
		return err
	}
	if c, ok := r.(io.Closer); ok {
		defer c.Close()
	}
	way := "attachment"
	if s.Type == "application/pdf" || strings.HasPrefix(s.Type, "image/") && s.Type != "image/svg+xml" {
		way = "inline"
	}
	v.W.Header().Set("Content-Type", s.Type)
	v.W.Header().Set("Content-Disposition", mime.FormatMediaType(way, map[string]string{"filename": s.Name}))
	http.ServeContent(v.W, v.R, "", s.At.Time(), r)
	return nil
}
