package web

import (
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// How an applicant is found (W-09).
const (
	byNumber = "number"
	byID     = "id"
	byName   = "name"
)

// Purposes of a look at somebody's cases; each look is put on record with one.
var purposes = []string{"self", "agent", "deliver", "assist"}

// maxNames is how many of the newest cases a search by name goes through: names
// are in no index, on purpose.
const maxNames = 2000

// askLookup shows the form. Nothing of a person stands in an address.
func (w *Web) askLookup(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	return w.renderLookup(v, lookup{query: form.Get("q"), name: form.Get("name"), tail: form.Get("tail"), purpose: form.Get("purpose")}, nil)
}

// lookup is one question.
type lookup struct {
	query, name, tail, purpose string
	wrong                      errorsOf
	how                        string
	sound                      string // what a scanned receipt says of itself
	everywhere                 bool   // the province is asked, too
}

func (w *Web) lookUp(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	q := lookup{query: strings.TrimSpace(form.Get("q")), name: strings.TrimSpace(form.Get("name")), tail: strings.TrimSpace(form.Get("tail")),
		purpose: form.Get("purpose"), wrong: errorsOf{}, everywhere: form.Get("province") != ""}
	known := false
	for _, p := range purposes {
		known = known || p == q.purpose
	}
	if !known {
		q.wrong["purpose"] = "lookup.no-purpose"
	}
	if q.query == "" && (q.name == "" || len(q.tail) < 4) {
		q.wrong["q"] = "lookup.no-query"
	}
	if len(q.wrong) > 0 {
		return w.renderLookup(v, q, nil)
	}
	refs, err := w.look(v, &q)
	if err != nil {
		return err
	}
	w.cfg.Log.Info("cases looked up", "by", v.Author(), "purpose", q.purpose, "how", q.how, "found", len(refs)) // never what was typed (I18)
	return w.renderLookup(v, q, refs)
}

func (w *Web) look(v *console.Visit, q *lookup) ([]protocol.Ref, error) {
	if q.query == "" {
		q.how = byName
		return w.lookByName(v, q)
	}
	if strings.HasPrefix(q.query, "XYR1.") {
		return w.lookByReceipt(v, q)
	}
	q.how = byNumber
	number := console.NumberKey(q.query)
	refs, err := keyed(v, number)
	if err != nil || len(refs) > 0 {
		return refs, err
	}
	if rec, ok, err := v.Records().Get(protocol.Ref{Kind: "case", ID: q.query}); err == nil && ok {
		return []protocol.Ref{rec.Ref}, nil
	}
	q.how = byID
	for _, idType := range []string{"citizen", "uscc", "other"} {
		found, err := keyed(v, w.cfg.Desk.Fingerprint(idType, q.query))
		if err != nil {
			return nil, err
		}
		refs = append(refs, found...)
	}
	return refs, nil
}

func keyed(v *console.Visit, key string) (refs []protocol.Ref, err error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", Key: key, Limit: 200})
	for _, h := range found.Hits {
		refs = append(refs, h.Ref)
	}
	return refs, err
}

// lookByReceipt finds the case of a scanned receipt.
func (w *Web) lookByReceipt(v *console.Visit, q *lookup) ([]protocol.Ref, error) {
	q.how = byNumber
	signed, err := protocol.ParseReceiptQR(q.query)
	if err != nil {
		q.wrong["q"] = err.Error()
		return nil, nil
	}
	q.sound = signed.ReceiptNo
	return keyed(v, signed.ReceiptNo)
}

// lookByName goes through the newest cases: name in full and the last digits of
// the telephone.
func (w *Web) lookByName(v *console.Visit, q *lookup) (refs []protocol.Ref, err error) {
	seen := 0
	for ask := (console.Query{Kind: "case", Limit: 200}); seen < maxNames; {
		found, err := v.Records().Search(v.Context(), ask)
		if err != nil {
			return nil, err
		}
		for _, h := range found.Hits {
			seen++
			c, err := console.Find[protocol.Case](v.Records(), h.Ref)
			if err != nil {
				return nil, err
			}
			if c != nil && c.Applicant.Name == q.name && strings.HasSuffix(digits(c.Applicant.Contact), digits(q.tail)) {
				refs = append(refs, h.Ref)
			}
		}
		if ask.After = found.Next; ask.After == "" {
			break
		}
	}
	return refs, nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func (w *Web) renderLookup(v *console.Visit, q lookup, refs []protocol.Ref) error {
	purpose := page.Field{Name: "purpose", Label: "lookup.purpose", Kind: page.InputSelect, Required: true, Width: "half", Value: q.purpose,
		Error: q.wrong["purpose"], Options: []page.Option{{}}}
	for _, p := range purposes {
		purpose.Options = append(purpose.Options, page.Option{Value: p, Label: "purpose." + p})
	}
	form := &page.Form{Action: "/lookup", Submit: "page.find", Fields: []page.Field{
		{Name: "q", Label: "lookup.q", Max: 700, Value: q.query, Help: "lookup.q-help", Focus: true, Error: q.wrong["q"]}, purpose,
		{Name: "name", Label: "lookup.name", Max: 200, Width: "half", Value: q.name, Help: "lookup.name-help"},
		{Name: "tail", Label: "lookup.tail", Max: 11, Width: "half", Mode: "numeric", Value: q.tail},
		{Name: "province", Label: "lookup.everywhere", Kind: page.InputCheck, Help: "lookup.everywhere-help"}}}
	if q.everywhere {
		form.Fields[len(form.Fields)-1].Value = "on"
	}
	sheet := console.Sheet{Sections: []console.Section{{Lead: "lookup.lead", Form: form}}}
	view := page.View{Title: "nav.lookup", Active: "lookup"}
	if len(q.wrong) > 0 {
		view.Status = 422
	} else if q.how != "" {
		found, err := foundCases(v, refs, &q)
		if err != nil {
			return err
		}
		sheet.Sections = append(sheet.Sections, found)
		if q.everywhere {
			more, err := w.inProvince(v, &q)
			if err != nil {
				return err
			}
			sheet.Sections = append(sheet.Sections, more)
		}
	}
	return v.Show(view, sheet)
}

// foundCases shows what this place holds, with the age of its view: the province
// may know more.
func foundCases(v *console.Visit, refs []protocol.Ref, q *lookup) (console.Section, error) {
	t := page.Table{Caption: "lookup.found", Cols: caseCols, Empty: page.Empty{What: "lookup.none", Do: "lookup.none-do"}}
	for _, ref := range refs {
		c, rec, err := console.Read[protocol.Case](v.Records(), ref)
		if err != nil {
			return console.Section{}, err
		}
		caseRow(v, &t, ref.ID, rec.Home, c)
	}
	s := console.Section{ID: "found", Title: "lookup.found", Table: &t, Lead: v.T("lookup.local", v.Now())}
	if q.sound != "" {
		s.Messages = []page.Flash{{Tone: page.Info, Text: v.T("lookup.scanned", q.sound)}}
	}
	return s, nil
}
