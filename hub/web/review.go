package web

import (
	"fmt"
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// reviewForm decides a batch entry by entry: each stands with what it would
// change in the released catalogue.
type reviewForm struct {
	Action, Back string
	Facts        []page.Fact
	Entries      []reviewEntry
	Blocked      string // label: why this person may not decide
}

type reviewEntry struct {
	Number  int
	Name    string
	Badge   page.Badge
	Diff    page.Table
	New     []page.Fact // the whole of it, when nothing is released yet
	Verdict page.Field
	Reason  page.Field
}

// Wrong lists the fields with an error, for the summary on top.
func (f *reviewForm) Wrong() (list []page.Field) {
	for _, e := range f.Entries {
		list = append(list, page.Form{Fields: []page.Field{e.Verdict, e.Reason}}.Wrong()...)
	}
	return list
}

const (
	verdictPass   = "pass"
	verdictReturn = "return"
)

func verdictName(i int) string { return fmt.Sprintf("verdict-%d", i) }
func reasonName(i int) string  { return fmt.Sprintf("reason-%d", i) }

func (w *Web) showReview(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	return w.renderReview(v, typed, nil)
}

func (w *Web) renderReview(v *console.Visit, typed url.Values, wrong map[string]string, flash ...page.Flash) error {
	s, err := readSubmission(v)
	if err != nil {
		return err
	}
	home := "/changesets/" + s.id
	f := &reviewForm{Action: home + "/review", Back: home, Facts: setFacts(v, &s)}
	switch {
	case !waiting(s.set, s.review):
		f.Blocked = "review.decided"
	case v.Author() == s.set.Submitter || v.Author() == s.set.Reviewer:
		f.Blocked = "review.own"
	}
	for i, m := range s.set.Members {
		e, err := w.reviewEntry(v, i, &m)
		if err != nil {
			return err
		}
		if typed.Has(e.Verdict.Name) {
			e.Verdict.Value, e.Reason.Value = typed.Get(e.Verdict.Name), typed.Get(e.Reason.Name)
		}
		e.Verdict.Error, e.Reason.Error = wrong[e.Verdict.Name], wrong[e.Reason.Name]
		f.Entries = append(f.Entries, e)
	}
	view := page.View{Title: "set.review", Active: "changesets", Crumbs: []page.Link{{Label: s.set.Title, Href: home}}, Flash: flash, Data: f}
	if len(flash)+len(wrong) > 0 {
		view.Status = 409
	}
	return v.Render("review", view)
}

// reviewEntry compares one entry with what is released of it. What the hub holds
// must be, byte for byte, what was submitted (K-11).
func (w *Web) reviewEntry(v *console.Visit, i int, m *protocol.ChangeMember) (reviewEntry, error) {
	e := reviewEntry{Number: i + 1, Name: m.Name,
		Verdict: page.Field{Name: verdictName(i), Label: v.T("review.verdict", m.Name), Kind: page.InputRadio, Value: verdictPass,
			Options: []page.Option{{Value: verdictPass, Label: "review.pass"}, {Value: verdictReturn, Label: "review.return"}}},
		Reason: page.Field{Name: reasonName(i), Label: v.T("review.reason", m.Name), Max: 1000, Help: "review.reason-help"}}
	rec, ok, err := v.Records().Get(protocol.Ref{Kind: "catalog.entry", ID: m.Entry})
	if err != nil {
		return e, err
	}
	if !ok || protocol.HashOf(rec.Body) != m.Hash {
		e.Badge, e.Verdict.Value = page.Badge{Tone: page.Bad, Word: "review.moved"}, verdictReturn
		e.Diff = page.Table{Empty: page.Empty{What: "review.moved", Do: "review.moved-do"}}
		return e, nil
	}
	next, err := protocol.Load[protocol.CatalogEntry](rec)
	if err != nil {
		return e, err
	}
	l, err := console.Find[protocol.Listing](v.Records(), protocol.Ref{Kind: "catalog.listing", ID: m.Entry})
	if err != nil {
		return e, err
	}
	old, err := v.Listed(l)
	if err != nil {
		return e, err
	}
	e.Badge = page.Badge{Tone: page.Info, Word: "review.change"}
	if old == nil {
		e.Badge.Word, e.New = "review.new", console.Facts(v.EntryLines(next))
		return e, nil
	}
	e.Diff = diffTable(v, console.Diff(v.EntryLines(old), v.EntryLines(next)))
	return e, nil
}

// review takes the decision: what passes is listed, what does not goes back with
// its reason.
func (w *Web) review(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	s, err := readSubmission(v)
	if err != nil {
		return err
	}
	returned, wrong := verdicts(typed, s.set)
	if len(wrong) > 0 {
		return w.renderReview(v, typed, wrong)
	}
	_, err = w.cfg.Office.Approve(v.Context(), v.Who, s.id, returned)
	if f, refused := console.Refusal(err); refused {
		flash := page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule}
		if len(returned) == len(s.set.Members) {
			flash.Link = &page.Link{Label: "do.return-set", Href: "/changesets/" + s.id + "/return"}
		}
		return w.renderReview(v, typed, nil, flash)
	}
	if err != nil {
		return err
	}
	return v.Done("/changesets", page.Good, "review.done", fmt.Sprint(len(s.set.Members)-len(returned)), fmt.Sprint(len(returned)))
}

func verdicts(typed url.Values, set *protocol.Changeset) (returned []protocol.ReturnedItem, wrong map[string]string) {
	wrong = map[string]string{}
	for i, m := range set.Members {
		reason := strings.TrimSpace(typed.Get(reasonName(i)))
		switch typed.Get(verdictName(i)) {
		case verdictPass:
		case verdictReturn:
			if reason == "" {
				wrong[reasonName(i)] = "review.no-reason"
			}
			returned = append(returned, protocol.ReturnedItem{Entry: m.Entry, Reason: reason})
		default:
			wrong[verdictName(i)] = "review.no-verdict"
		}
	}
	return returned, wrong
}
