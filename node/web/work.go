package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// escape makes one path element of an id; ids of requests hold colons and more.
func escape(id string) string { return url.PathEscape(id) }

// listWork shows own acts that did not become what their author wanted: each
// says why and who must do what (W-10).
func (w *Web) listWork(v *console.Visit) error {
	list, err := w.cfg.Reader.Work(v.Context())
	if err != nil {
		return err
	}
	t := page.Table{Caption: "nav.work", Cols: []page.Col{{Label: "work.act"}, {Label: "work.outcome", Short: true}, {Label: "work.why"},
		{Label: "work.by", Short: true}, {Label: "work.at", Short: true}, {Label: "work.close", Short: true}},
		Empty: page.Empty{What: "work.empty", Do: "work.empty-do"}}
	for _, item := range list {
		what := page.Word(v.KindWord(item.Verdict.Ref.Kind) + " · " + v.Act(item.Verdict.Ref.Kind, item.Act))
		what.Href = "/work/" + escape(item.ID)
		why := page.Word(item.Verdict.Text)
		if item.Verdict.Rule != "" {
			why = why.Under(v.T("page.rule", item.Verdict.Rule))
		}
		end := page.Word("")
		if v.May(protocol.MayOperate, "") {
			end = page.Goto(v.T("work.close"), "/work/"+escape(item.ID)+"/close")
		}
		t.Add(what.Under(item.Verdict.Ref.ID), page.State(console.State("outcome", item.Verdict.Outcome.String())), why, page.Word(v.Person(item.By)),
			page.When(item.At), end).Tone = page.Warn
	}
	s := console.Section{ID: "work", Refresh: 30, Lead: "work.lead", Table: &t}
	return v.Show(page.View{Title: "nav.work", Active: "work"}, console.Sheet{Sections: []console.Section{s}})
}

// recordPage is where a record is shown here, or "".
func recordPage(v *console.Visit, ref protocol.Ref) string {
	base := map[protocol.KindName]string{"case": "/cases/", "request": "/requests/", "catalog.changeset": "/changesets/", "item": "/items/",
		"catalog.listing": "/catalogue/"}[ref.Kind]
	if base == "" {
		return ""
	}
	if _, ok, err := v.Records().Get(ref); err != nil || !ok {
		return ""
	}
	return base + escape(ref.ID)
}

func (w *Web) workItem(v *console.Visit) (Work, error) {
	list, err := w.cfg.Reader.Work(v.Context())
	if err != nil {
		return Work{}, err
	}
	for _, item := range list {
		if item.ID == v.R.PathValue("id") {
			return item, nil
		}
	}
	return Work{}, protocol.NewFault(protocol.Gone, "find work", "该待办已经处理或不存在")
}

func (w *Web) askWork(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	return w.renderWork(v, form.Get("note"), "")
}

func (w *Web) renderWork(v *console.Visit, note, wrong string) error {
	item, err := w.workItem(v)
	if err != nil {
		return err
	}
	view := page.View{Title: "work.close", Active: "work"}
	if wrong != "" {
		view.Status = 422
	}
	view.Data = page.Confirm{Question: "work.question", Consequence: "work.then",
		Facts: []page.Fact{{Label: "work.act", Cell: page.Word(v.KindWord(item.Verdict.Ref.Kind) + " · " + v.Act(item.Verdict.Ref.Kind,
			item.Act)).Under(item.Verdict.Ref.ID)},
			{Label: "work.why", Cell: page.Word(item.Verdict.Text)}, {Label: "work.by", Cell: page.Word(v.Person(item.By))},
			{Label: "work.at", Cell: page.When(item.At)}},
		Form: page.Form{Action: "/work/" + escape(item.ID) + "/close", Submit: "work.close", Back: &page.Link{Label: "act.back", Href: "/work"},
			Fields: []page.Field{{Name: "note", Label: "work.note", Kind: page.InputArea, Max: 1000, Required: true, Value: note,
				Help:  "work.note-help",
				Error: wrong, Focus: true}}}}
	return v.Render(page.ConfirmPage, view)
}

func (w *Web) closeWork(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	note := strings.TrimSpace(form.Get("note"))
	if note == "" {
		return w.renderWork(v, note, "work.no-note")
	}
	if err := w.cfg.Closer.CloseWork(v.Context(), v.R.PathValue("id"), v.Author(), note); err != nil {
		return err
	}
	return v.Done("/work", page.Good, "work.closed")
}
