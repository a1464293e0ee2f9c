package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// question asks before an act on a record beside a case: parcel, task, request.
type question struct {
	active, title string // key of the navigation item; label
	ask, then     string // labels
	action, back  string
	danger        bool
	rev           uint64 // of the record that was shown (G-04)
	facts         []page.Fact
	fields        []page.Field
}

func (w *Web) render(v *console.Visit, q question, typed url.Values, flash ...page.Flash) error {
	nonce := typed.Get("nonce")
	if nonce == "" {
		nonce = rand.Text()
	}
	f := page.Form{Action: q.action, Submit: q.title, Danger: q.danger, Back: &page.Link{Label: "act.back", Href: q.back},
		Fields: append([]page.Field{page.Hidden("rev", strconv.FormatUint(q.rev, 10)), page.Hidden("nonce", nonce)}, refill(q.fields, typed)...)}
	view := page.View{Title: q.title, Active: q.active, Flash: flash, Data: page.Confirm{Question: q.ask, Consequence: q.then, Facts: q.facts, Form: f}}
	if len(flash) > 0 {
		view.Status = http.StatusConflict
	}
	return v.Render(page.ConfirmPage, view)
}

// answerTo ends an act: a rule's no is shown on the form again, everything else
// goes on to a page.
func (w *Web) answerTo(v *console.Visit, err error, q func() (question, error), typed url.Values, to, done string) error {
	f, refused := console.Refusal(err)
	if !refused {
		if err != nil {
			return err
		}
		return v.Done(to, page.Good, done)
	}
	again, err := q()
	if err != nil {
		return err
	}
	if f.Rule == "G-11" {
		typed.Del("nonce")
	}
	return w.render(v, again, typed, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
}

// revOf reads the revision a form was made for.
func revOf(form url.Values) (uint64, error) {
	rev, err := strconv.ParseUint(form.Get("rev"), 10, 64)
	if err != nil {
		return 0, protocol.NewFault(protocol.Malformed, "read form", "表单不完整,请从原页面重新操作")
	}
	return rev, nil
}
