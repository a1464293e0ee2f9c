package web

import (
	"net/url"
	"strconv"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// assessmentPages are the figures of art. 48 as published, each leading to the
// records behind it (cases.A-01) and computed again on the way.
func (w *Web) assessmentPages() {
	w.Handle("GET /assessments", protocol.MayReadStatus, listAssessments)
	w.ask("/assessments/publish", protocol.MaySupervise, w.publishAssessment())
	w.Handle("GET /assessments/{id}", protocol.MayReadStatus, showAssessment)
	w.Handle("GET /assessments/{id}/{figure}", protocol.MaySupervise, w.behindFigure)
}

var assessments = console.List{
	Kind: "assessment", Hint: "assessments.hint", Caption: "nav.assessments", Key: console.NumberKey,
	Facets: []console.Select{{Facet: "span", Label: "check.span"}, {Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}},
	Cols: []page.Col{{Label: "item.agency"}, {Label: "check.span", Short: true}, {Label: "figure.k1", Num: true}, {Label: "figure.k2", Num: true},
		{Label: "figure.k3", Num: true}, {Label: "figure.cross", Num: true}, {Label: "cardcolour.red", Num: true}, {Label: "check.index", Num: true}},
	Empty: page.Empty{What: "assessments.empty", Do: "assessments.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		a, _, err := console.Read[protocol.Assessment](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		of := func(id string) page.Cell {
			for _, f := range a.Figures {
				if f.ID == id {
					return page.Word(share(f.N, f.Of))
				}
			}
			return page.Word("—")
		}
		red := page.Word("0")
		for _, f := range a.Figures {
			if f.ID == "red" {
				red = page.Number(f.Of)
			}
		}
		t.Add(page.Goto(v.Agency(a.Agency), "/assessments/"+url.PathEscape(h.Ref.ID)).Under(a.Agency), page.Word(a.Span()), of("K1"), of("K2"), of("K3"), of("cross"),
			red, page.Number(a.Index))
		return nil
	},
}

func listAssessments(v *console.Visit) error {
	s, err := assessments.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "assessments.lead"
	sheet := console.Sheet{Sections: []console.Section{s}}
	if v.May(protocol.MaySupervise, "") {
		sheet.Actions = []console.Action{{Label: "do.publish-assessment", Href: "/assessments/publish", Primary: true, Hotkey: "n"}}
	}
	return v.Show(page.View{Title: "nav.assessments", Active: "assessments"}, sheet)
}

func showAssessment(v *console.Visit) error {
	id := v.R.PathValue("id")
	a, rec, err := console.Read[protocol.Assessment](v.Records(), protocol.Ref{Kind: "assessment", ID: id})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	t := page.Table{Caption: "assessment.figures", Cols: []page.Col{{Label: "assessment.figure"}, {Label: "assessment.n", Num: true}, {Label: "assessment.of", Num: true},
		{Label: "assessment.share", Num: true}, {Label: "assessment.digest", Short: true}}}
	for _, f := range a.Figures {
		name := page.Word(figureWord(v, f.ID))
		if v.May(protocol.MaySupervise, "") {
			name.Href = "/assessments/" + url.PathEscape(id) + "/" + f.ID
		}
		t.Add(name, page.Number(f.N), page.Number(f.Of), page.Word(share(f.N, f.Of)), page.Code(f.Digest.Short()))
	}
	return v.Show(page.View{Title: v.Agency(a.Agency), Active: "assessments", Crumbs: []page.Link{{Label: a.Span()}}}, console.Sheet{Sections: []console.Section{
		{Title: "assessment.facts", Lead: "assessment.facts-lead", Facts: assessmentFacts(v, a)}, {Title: "assessment.figures", Table: &t}, history}})
}

func figureWord(v *console.Visit, id string) string {
	if s := v.Label("figure." + lowerWord(id)); s != "figure."+lowerWord(id) {
		return s
	}
	return protocol.FigureTitle(id)
}

func lowerWord(id string) string {
	if len(id) == 2 && id[0] == 'K' {
		return "k" + id[1:]
	}
	return id
}

func assessmentFacts(v *console.Visit, a *protocol.Assessment) []page.Fact {
	pins := ""
	for _, p := range a.Calendars {
		pins += v.T("assessment.pin", strconv.Itoa(p.Year), p.Version) + " "
	}
	return []page.Fact{{Label: "item.agency", Cell: page.Word(v.Agency(a.Agency)).Under(a.Agency)}, {Label: "check.span", Cell: page.Word(a.Span())},
		{Label: "check.index", Cell: page.Number(a.Index)}, {Label: "assessment.calendars", Cell: page.Word(pins)},
		{Label: "assessment.by", Cell: page.Word(v.Person(a.By)).Under(a.At.String())}}
}

// behindFigure lists the records behind a figure and says whether what is there
// now gives the figure that was published.
func (w *Web) behindFigure(v *console.Visit) error {
	id, figure := v.R.PathValue("id"), v.R.PathValue("figure")
	a, _, err := console.Read[protocol.Assessment](v.Records(), protocol.Ref{Kind: "assessment", ID: id})
	if err != nil {
		return err
	}
	list, now, err := w.cfg.Reader.Behind(v.Context(), id, figure, maxShown)
	if err != nil {
		return err
	}
	t := page.Table{Caption: "assessment.behind", Cols: []page.Col{{Label: "overdue.record"}, {Label: "assessment.kind", Short: true}, {Label: "assessment.n", Num: true},
		{Label: "assessment.of", Num: true}}, Empty: page.Empty{What: "assessment.none", Do: "assessment.none-do"}}
	for _, c := range list {
		ref := page.Code(c.Ref.ID)
		switch {
		case c.Ref.Kind == "case" && v.May(protocol.MayReadCases, ""):
			ref.Href = "/cases/" + url.PathEscape(c.Ref.ID)
		case c.Ref.Kind == "card":
			ref.Href = "/cards/" + url.PathEscape(c.Ref.ID)
		}
		row := t.Add(ref, page.Word(v.KindWord(c.Ref.Kind)), page.Number(c.N), page.Number(c.Of))
		if c.N < c.Of && onTimeFigure(figure) {
			row.Tone = page.Warn
		}
	}
	if now.Of > len(list) && len(list) == maxShown {
		t.Foot = v.T("console.first", maxShown)
	}
	verdict := page.Flash{Tone: page.Warn, Rule: "A-02", Text: v.T("assessment.differs", now.N, now.Of)}
	for _, f := range a.Figures {
		if f == now {
			verdict = page.Flash{Tone: page.Good, Rule: "A-02", Text: v.T("assessment.same", now.N, now.Of)}
		}
	}
	return v.Show(page.View{Title: figureWord(v, figure), Active: "assessments", Crumbs: []page.Link{{Label: v.Agency(a.Agency), Href: "/assessments/" + url.PathEscape(id)}}},
		console.Sheet{Sections: []console.Section{{Messages: []page.Flash{verdict}, Table: &t}}})
}

// onTimeFigure: of these a record that does not count is one to look at.
func onTimeFigure(id string) bool {
	return has([]string{"K1", "K2", "K3", "K4", "complaint", "hotline", "objection"}, id)
}

func (w *Web) publishAssessment() question {
	return question{name: "publish-assessment", nav: "assessments", back: always("/assessments"),
		fields: []page.Field{{Name: "from", Label: "check.from", Kind: page.InputDate, Required: true, Width: "half", Focus: true, Help: "assessment.from-help"},
			{Name: "until", Label: "check.until", Kind: page.InputDate, Required: true, Width: "half", Help: "assessment.until-help"}},
		do: func(v *console.Visit, form url.Values) error {
			from, until, err := span(v, form)
			if err != nil {
				return err
			}
			_, err = w.cfg.Office.PublishAssessment(v.Context(), v.Who, from, until)
			return err
		}}
}
