package web

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// question is one act that is confirmed before it is taken: a page that says
// what happens, and the use-case behind its button.
type question struct {
	name   string // of its texts: question.<name>, then.<name>, do.<name>, done.<name>
	nav    string
	danger bool
	back   func(v *console.Visit) string
	facts  func(v *console.Visit) ([]page.Fact, error)
	fields []page.Field
	choose func(v *console.Visit) ([]page.Field, error)      // further fields that depend on what is there; nil is none
	filled func(v *console.Visit) (map[string]string, error) // what fields begin with; nil is nothing
	do     func(v *console.Visit, form url.Values) error
	to     func(v *console.Visit) string // after it was done; nil is back
}

// ask adds the page of a question and its answer.
func (w *Web) ask(path string, verb protocol.Verb, q question) {
	w.Handle("GET "+path, verb, func(v *console.Visit) error {
		form, err := v.Form()
		if err != nil {
			return err
		}
		return renderQuestion(v, &q, form)
	})
	w.Handle("POST "+path, verb, func(v *console.Visit) error { return answerQuestion(v, &q) })
}

// answerQuestion takes the act; what a rule refuses is shown on the same page
// with everything that was typed.
func answerQuestion(v *console.Visit, q *question) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	fields, err := q.all(v)
	if err != nil {
		return err
	}
	for _, f := range fields {
		if f.Required && strings.TrimSpace(form.Get(f.Name)) == "" {
			return renderQuestion(v, q, form, page.Flash{Tone: page.Bad, Text: v.T("ask.needed", v.T(f.Label))})
		}
	}
	if err := q.do(v, form); err != nil {
		if f, refused := console.Refusal(err); refused {
			return renderQuestion(v, q, form, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
		}
		return err
	}
	to := q.to
	if to == nil {
		to = q.back
	}
	return v.Done(to(v), page.Good, "done."+q.name)
}

// all are the fields in the order shown.
func (q *question) all(v *console.Visit) ([]page.Field, error) {
	if q.choose == nil {
		return q.fields, nil
	}
	more, err := q.choose(v)
	return append(more, q.fields...), err
}

// begin adds what the fields begin with to what was typed.
func (q *question) begin(v *console.Visit, typed url.Values) (url.Values, error) {
	if q.filled == nil {
		return typed, nil
	}
	first, err := q.filled(v)
	if err != nil {
		return nil, err
	}
	all := url.Values{}
	for name, value := range first {
		all.Set(name, value)
	}
	maps.Copy(all, typed)
	return all, nil
}

func renderQuestion(v *console.Visit, q *question, typed url.Values, flash ...page.Flash) error {
	typed, err := q.begin(v, typed)
	if err != nil {
		return err
	}
	var facts []page.Fact
	if q.facts != nil {
		if facts, err = q.facts(v); err != nil {
			return err
		}
	}
	fields, err := q.all(v)
	if err != nil {
		return err
	}
	f := page.Form{Action: v.R.URL.EscapedPath(), Submit: "do." + q.name, Danger: q.danger, Back: &page.Link{Label: "act.back", Href: q.back(v)},
		Fields: slices.Clone(fields)}
	for i := range f.Fields {
		if typed.Has(f.Fields[i].Name) {
			f.Fields[i].Value = typed.Get(f.Fields[i].Name)
		}
	}
	view := page.View{Title: "do." + q.name, Active: q.nav, Flash: flash,
		Data: page.Confirm{Question: "question." + q.name, Consequence: "then." + q.name, Facts: facts, Form: f}}
	if len(flash) > 0 {
		view.Status = 409
	}
	return v.Render(page.ConfirmPage, view)
}

// below gives the page of the record that an act is about.
func below(base string) func(*console.Visit) string {
	return func(v *console.Visit) string { return base + url.PathEscape(v.R.PathValue("id")) }
}

func always(path string) func(*console.Visit) string {
	return func(*console.Visit) string { return path }
}

func reason(help string) []page.Field {
	return []page.Field{{Name: "reason", Label: "console.reason", Kind: page.InputArea, Rows: 3, Max: 2000, Required: true, Help: help, Focus: true}}
}
