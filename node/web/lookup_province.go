package web

import (
	"context"
	"errors"
	"slices"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// inProvince asks the hub for cases that are not here (W-09, F-07): at a person's
// wish, within two seconds, and never for a name. The answer is shown with its
// age and kept nowhere.
func (w *Web) inProvince(v *console.Visit, q *lookup) (console.Section, error) {
	s := console.Section{ID: "province", Title: "lookup.province"}
	purpose := v.T("purpose." + q.purpose)
	var cases []protocol.Record
	for _, key := range q.keys(w) {
		seen, err := w.cfg.Desk.FindElsewhere(v.Context(), v.Who, key, purpose)
		if text, away := unreachable(err); away {
			s.Messages = []page.Flash{{Tone: page.Warn, Text: text}}
			return s, nil
		}
		if err != nil {
			return s, err
		}
		cases, s.Lead = append(cases, seen.Cases...), v.T("lookup.age", span(v, seen.Age))
		if len(cases) > 0 {
			break // each further question is one more in the province's record
		}
	}
	t := page.Table{Caption: "lookup.province", Cols: append(slices.Clone(caseCols), page.Col{Label: "case.next"}), Empty: page.Empty{What: "lookup.none-province", Do: "console.none-found-do"}}
	for _, rec := range cases {
		c, err := protocol.Load[protocol.Case](rec)
		if err != nil {
			return s, err
		}
		caseRow(v, &t, rec.Ref.ID, rec.Home, c)
		if err := w.awayRow(v, &t.Rows[len(t.Rows)-1], rec); err != nil {
			return s, err
		}
	}
	s.Table = &t
	return s, nil
}

// awayRow ends the row of a case: when it is not here its page is at its home, and
// what can be asked of that home stands in the last cell.
func (w *Web) awayRow(v *console.Visit, row *page.Row, rec protocol.Record) error {
	next := page.Word("")
	_, here, err := v.Records().Get(rec.Ref)
	if err == nil && !here {
		row.Cells[0].Href = ""
		next, err = w.askAway(v, rec)
	}
	row.Cells = append(row.Cells, next)
	return err
}

// keys are what the province finds a case by: a number, or fingerprints of one.
func (q *lookup) keys(w *Web) []string {
	switch {
	case q.sound != "":
		return []string{q.sound}
	case q.how == byID: // nothing here has it as its number; that the province may still have
		for _, t := range []string{"citizen", "uscc"} {
			if checkNumber(t, protocol.NormalizeCode(q.query), w.now()) == nil {
				return []string{w.cfg.Desk.Fingerprint(t, q.query)}
			}
		}
		return []string{console.NumberKey(q.query), w.cfg.Desk.Fingerprint("other", q.query)}
	case q.how == byNumber:
		return []string{console.NumberKey(q.query)}
	}
	return nil
}

// unreachable tells a line that is down from an error: the local answer stands.
func unreachable(err error) (string, bool) {
	var f *protocol.Fault
	if errors.As(err, &f) && (f.Code == protocol.Busy || f.Code == protocol.Stale || f.Code == protocol.Unknown) {
		return f.Text, true
	}
	return "", false
}

// Elsewhere is the part of a desk that asks the hub.
type Elsewhere interface {
	Elsewhere(ctx context.Context, who *protocol.Account, id, purpose string) (desk.Sight, error)
	FindElsewhere(ctx context.Context, who *protocol.Account, key, purpose string) (desk.Sight, error)
}
