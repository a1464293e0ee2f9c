package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// maxStaged is how many changes of a release are listed by name.
const maxStaged = 200

// showRelease says what a release would change, and lists those there are.
func (w *Web) showRelease(v *console.Visit) error {
	plan, err := w.cfg.Reader.Plan(v.Context())
	if err != nil {
		return err
	}
	var sheet console.Sheet
	if len(plan.Changes) > 0 && v.May(protocol.MayRelease, "") {
		sheet.Actions = []console.Action{{Label: "do.publish-release", Href: "/release/publish", Primary: true, Hotkey: "p"}}
	}
	t := page.Table{Caption: "release.staged", Cols: []page.Col{{Label: "entry.name"}, {Label: "entry.provider"},
		{Label: "release.what", Short: true}},
		Empty: page.Empty{What: "release.nothing", Do: "release.nothing-do"}}
	for i, c := range plan.Changes {
		if i == maxStaged {
			t.Foot = v.T("release.more", len(plan.Changes)-maxStaged)
			break
		}
		what := page.Badge{Tone: page.Info, Word: "review.change"}
		if c.New {
			what = page.Badge{Tone: page.Good, Word: "review.new"}
		}
		t.Add(page.Goto(c.Name, "/catalogue/"+c.Entry), page.Word(v.Agency(c.Agency)), page.State(what))
	}
	sheet.Sections = append(sheet.Sections, console.Section{Title: "release.staged", Facts: planFacts(v, &plan), Table: &t})
	past := console.List{Kind: "catalog.release", Caption: "release.past", Empty: page.Empty{What: "release.none"},
		Cols: []page.Col{{Label: "release.no", Short: true}, {Label: "release.at", Short: true}, {Label: "release.by", Short: true},
			{Label: "release.count", Num: true}, {Label: "release.changed", Num: true}, {Label: "release.notes"},
			{Label: "release.root", Short: true}},
		Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
			r, _, err := console.Read[protocol.Release](v.Records(), h.Ref)
			if err != nil {
				return err
			}
			t.Add(page.Word(v.T("release.number", r.Number)), page.When(r.At), page.Word(v.Person(r.By)), page.Number(r.Count),
				page.Number(r.Changed),
				page.Word(r.Notes), page.Code(r.Root.Short()))
			return nil
		}}
	s, err := past.Section(v)
	if err != nil {
		return err
	}
	s.Title, s.Filter = "release.past", nil
	sheet.Sections = append(sheet.Sections, s)
	return v.Show(page.View{Title: "nav.release", Active: "release"}, sheet)
}

func planFacts(v *console.Visit, p *Plan) []page.Fact {
	return []page.Fact{{Label: "release.next", Cell: page.Word(v.T("release.number", p.Number))},
		{Label: "release.changed", Cell: page.Number(len(p.Changes))}, {Label: "release.count", Cell: page.Number(p.Count)}}
}

func (w *Web) publishRelease() question {
	return question{name: "publish-release", nav: "release", back: always("/release"),
		fields: []page.Field{{Name: "notes", Label: "release.notes", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true,
			Help:  "release.notes-help",
			Focus: true}},
		facts: func(v *console.Visit) ([]page.Fact, error) {
			plan, err := w.cfg.Reader.Plan(v.Context())
			return planFacts(v, &plan), err
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.Release(v.Context(), v.Who, form.Get("notes"))
			return err
		}}
}
