package web

import (
	"net/url"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// acts is the panel of what can be done now, and a sentence when it is nobody's
// turn here.
func (w *Web) acts(x *asked) (console.Section, error) {
	v := x.v
	told, wanted, err := openRequests(v, x.rec.Ref)
	told = append(marksTold(x), told...)
	s, mine := console.Section{Title: "case.next", Messages: told, Menu: true}, false
	for i := range caseActs {
		a := &caseActs[i]
		if !a.offered(x) || !a.may(x) || slices.Contains(wanted, a.request) && !x.here() {
			continue
		}
		mine = mine || a.step // to take a case back is possible, but nobody waits for it
		label := console.Word("do.", string(a.act))
		if !x.here() {
			label = console.Word("ask.", string(a.act))
		}
		s.Bar = append(s.Bar, console.Action{Label: label, Href: with("/cases/"+x.rec.Ref.ID+"/"+string(a.act), "desk", v.R.FormValue("desk")),
			Primary: len(s.Bar) == 0 && !a.danger, Danger: false, Hotkey: a.hotkey})
	}
	if !x.here() && x.c.State.Open() && v.May(protocol.MayReceive, "") && !slices.Contains(wanted, protocol.WantUrge) {
		s.Bar = append(s.Bar, console.Action{Label: "ask.urge", Href: "/cases/" + x.rec.Ref.ID + "/urge"})
	}
	s.Lead = standing(x, mine)
	return s, err
}

// standing says in one sentence where the case is and who has the next step: the
// answer to an applicant who asks (W-05).
func standing(x *asked, mine bool) string {
	v, c := x.v, x.c
	switch {
	case !c.State.Open():
		return v.T("standing.closed")
	case c.State == protocol.CaseHandingOver && x.rec.Index == 0:
		return v.T("standing.in-queue", v.Place(c.To))
	case c.State == protocol.CaseHandingOver:
		return v.T("standing.at-hub", v.Place(c.To))
	case !x.here():
		return v.T("standing.elsewhere", v.Place(x.rec.Home), c.AgencyName)
	case mine:
		return v.T("standing.yours")
	}
	return v.T(waitsFor(c.State), c.AgencyName)
}

// waitsFor is the sentence about a case that is here while this person has no
// step to take.
func waitsFor(s protocol.CaseState) string {
	switch s {
	case protocol.CaseReceived, protocol.CaseArrived:
		return "standing.to-accept"
	case protocol.CaseCorrection:
		return "standing.to-supplement"
	case protocol.CaseAccepted, protocol.CaseReview, protocol.CaseSpecial, protocol.CaseJoint:
		return "standing.to-decide"
	case protocol.CaseGranted, protocol.CaseDenied:
		return "standing.to-deliver"
	}
	return "standing.here"
}

// openRequests tells of requests on the case that its home has not answered, and
// of those it declined; wanted is what is asked for already.
func openRequests(v *console.Visit, ref protocol.Ref) (told []page.Flash, wanted []string, err error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "request", Key: ref.String()})
	if err != nil {
		return nil, nil, err
	}
	for _, h := range found.Hits {
		r, rec, err := console.Read[protocol.Request](v.Records(), h.Ref)
		if err != nil {
			return nil, nil, err
		}
		link := &page.Link{Label: "page.details", Href: "/requests/" + url.PathEscape(h.Ref.ID)}
		switch {
		case r.Open():
			wanted = append(wanted, r.Want)
			told = append(told, page.Flash{Tone: page.Info, Text: v.T("request.waiting", wantWord(v, r.Want), v.Place(rec.Home)), Link: link})
		case r.State == protocol.RequestDeclined:
			told = append(told, page.Flash{Tone: page.Warn, Text: v.T("request.was-declined", wantWord(v, r.Want), r.Reason), Link: link})
		}
	}
	return told, wanted, nil
}

// mark is an open duplicate mark that names a case.
type mark struct{ id, other, canonical, note string }

func openMarks(v *console.Visit, id string) (list []mark, err error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "dupmark", Key: id})
	if err != nil {
		return nil, err
	}
	for _, h := range found.Hits {
		m, err := console.Find[protocol.Dupmark](v.Records(), h.Ref)
		if err != nil {
			return nil, err
		}
		if m == nil || m.State != protocol.DupOpen || len(m.Cases) != 2 {
			continue
		}
		other := m.Cases[0].ID
		if other == id {
			other = m.Cases[1].ID
		}
		list = append(list, mark{h.Ref.ID, other, m.Canonical(), m.Note})
	}
	return list, nil
}

// marksTold shows suspected duplicates beside the acts they bear on (C-10c).
func marksTold(x *asked) (told []page.Flash) {
	for _, m := range x.marks {
		told = append(told, page.Flash{Tone: page.Warn, Text: x.v.T("case.twin", m.note), Rule: "DU-01",
			Link: &page.Link{Label: "case.twin-open", Href: "/cases/" + m.other}})
	}
	return told
}

// askUrge and urge are R-06: an applicant who waits asks the home to hurry.
func (w *Web) askUrge(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	return w.renderUrge(v, form)
}

func (w *Web) renderUrge(v *console.Visit, typed url.Values, flash ...page.Flash) error {
	x, err := w.asked(v)
	if err != nil {
		return err
	}
	home := "/cases/" + x.rec.Ref.ID
	view := page.View{Title: "ask.urge", Active: "cases", Crumbs: []page.Link{{Label: x.c.ReceiptNo, Href: home}}, Flash: flash}
	if len(flash) > 0 {
		view.Status = 409
	}
	view.Data = page.Confirm{Question: "question.urge", Consequence: v.T("then.ask", v.Place(x.rec.Home)), Form: page.Form{Action: home + "/urge",
		Submit: "ask.urge", Back: &page.Link{Label: "act.back", Href: home}, Fields: refill([]page.Field{
			{Name: "text", Label: "field.urge", Kind: page.InputArea, Rows: 3, Max: 500, Required: true, Focus: true}}, typed)}}
	return v.Render(page.ConfirmPage, view)
}

func (w *Web) urge(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	_, err = w.cfg.Desk.Ask(v.Context(), v.Who, caseRef(v), protocol.WantUrge, protocol.Urging{Text: form.Get("text"), By: "applicant"}, "")
	if f, refused := console.Refusal(err); refused {
		return w.renderUrge(v, form, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/cases/"+caseRef(v).ID, page.Good, "done.asked")
}
