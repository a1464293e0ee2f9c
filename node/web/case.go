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
	x, err := w.askedOf(v, c, &rec)
	if err != nil {
		return err
	}
	sheet, err := w.caseSheet(x)
	if err != nil {
		return err
	}
	if tab := v.R.FormValue("desk"); tab != "" {
		if err := w.besideQueue(v, tab, rec.Ref.ID, &sheet); err != nil {
			return err
		}
	}
	return v.Show(page.View{Title: c.ItemName, Active: "cases", Crumbs: []page.Link{{Label: c.ReceiptNo}}, Wide: sheet.Side != nil}, sheet)
}

func (w *Web) caseSheet(x *asked) (sheet console.Sheet, err error) {
	v, c, rec := x.v, x.c, x.rec
	sheet.Actions = []console.Action{{Label: "case.receipt", Href: "/cases/" + rec.Ref.ID + "/receipt", Hotkey: "p"}}
	if v.May(protocol.MayTakeComplaint, "") {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "complain.file", Href: "/cases/" + rec.Ref.ID + "/complain"})
	}
	next, err := w.acts(x)
	if err != nil {
		return sheet, err
	}
	history, err := caseHistory(v, c, rec.Ref)
	if err != nil {
		return sheet, err
	}
	course, moved, err := handOverCourse(v, c, rec)
	if err != nil {
		return sheet, err
	}
	sheet.Sections = append(sheet.Sections, next)
	if moved {
		sheet.Sections = append(sheet.Sections, course)
		sheet.Actions = append(sheet.Actions, console.Action{Label: "course.title", Href: "#course", Hotkey: "h"})
	}
	sheet.Sections = append(sheet.Sections, clockPanel(v, c), w.materials(x))
	for _, part := range []func(*asked) (console.Section, bool, error){w.documents, w.parcelsOf} {
		s, any, err := part(x)
		if err != nil {
			return sheet, err
		}
		if any {
			sheet.Sections = append(sheet.Sections, s)
		}
	}
	if notices, any := noticeSection(x); any {
		sheet.Sections = append(sheet.Sections, notices)
	}
	if opinions, any := opinionSection(v, c); any {
		sheet.Sections = append(sheet.Sections, opinions)
	}
	sheet.Sections = append(sheet.Sections, console.Section{Title: "case.facts", Half: true, Facts: caseFacts(v, c, rec)},
		console.Section{Title: "case.person", Half: true, Facts: personFacts(v, c)})
	if facts := outcomeFacts(v, c); len(facts) > 0 {
		sheet.Sections = append(sheet.Sections, console.Section{Title: "case.outcome", Facts: facts})
	}
	sheet.Sections = append(sheet.Sections, history)
	return sheet, nil
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

func personFacts(v *console.Visit, c *protocol.Case) []page.Fact {
	a := &c.Applicant
	facts := []page.Fact{
		{Label: "person.name", Cell: page.Word(a.Name)}, {Label: "person.type", Cell: page.Word(v.T("person." + a.Type))},
		{Label: "person.idtype", Cell: page.Word(v.T("idtype." + a.IDType))}, {Label: "person.id", Cell: page.Code(a.ID)},
		{Label: "person.contact", Cell: page.Word(a.Contact)},
	}
	if a := c.Agent; a != nil {
		facts = append(facts, page.Fact{Label: "intake.agent-name", Cell: page.Word(a.Name).Under(console.MaskID(a.ID) + " " + a.Contact)})
	}
	if c.ObjectKey != "" {
		facts = append(facts, page.Fact{Label: "intake.object", Cell: page.Word(c.ObjectKey)})
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
// that was displayed, with its standard beside it.
func (w *Web) materials(x *asked) console.Section {
	v := x.v
	t := page.Table{Caption: "guide.materials", Empty: page.Empty{What: "guide.no-materials"},
		Cols: []page.Col{{Label: "guide.name"}, {Label: "guide.necessity", Short: true}, {Label: "material.presence", Short: true},
			{Label: "material.scans"}}}
	for _, m := range x.c.Materials {
		line := protocol.MaterialLine{Name: m.Line}
		if l := x.guide.Line(m.Line); l != nil {
			line = *l
		}
		row := t.Add(page.Word(line.Name).Under(standardOf(&line)), page.State(console.Necessity(line.Necessity)),
			page.State(console.Presence(m.Presence)))
		if m.Presence == protocol.PresenceMissing {
			row.Tone = page.Bad
		}
		row.Cells = append(row.Cells, w.scanCell(v, m.Blobs, 0))
		for i := 1; i < len(m.Blobs); i++ {
			t.Add(page.Word(""), page.Word(""), page.Word(""), w.scanCell(v, m.Blobs, i))
		}
	}
	return console.Section{Title: "guide.materials", Table: &t}
}

// standardOf is what the guide wants of a line, with its check points.
func standardOf(l *protocol.MaterialLine) string {
	parts := []string{}
	if s := ownStandard(l); s != "" {
		parts = append(parts, s)
	}
	for _, p := range l.Checks {
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, ";")
}

// ownStandard is the standard of a line that is shown with its check points: "" when
// they say all of it, as they do when a guide's table has one cell for both.
func ownStandard(l *protocol.MaterialLine) string {
	rest := l.Standard
	for _, p := range l.Checks {
		rest = strings.Replace(rest, p.Text, "", 1)
	}
	if strings.Trim(rest, ",，;；、。 ") == "" {
		return ""
	}
	return l.Standard
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
	if s.Picture() {
		cell.Picture = "/scans/" + ids[i]
	}
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
