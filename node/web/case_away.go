package web

import (
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// askedAnywhere is asked, also of a case that this node does not hold: any window
// may ask its home for what the applicant in front of it needs (R-01…R-09, C-07).
// The case is then as the province shows it.
func (w *Web) askedAnywhere(v *console.Visit, a *caseAct) (*asked, error) {
	x, err := w.asked(v)
	if a.request == "" || protocol.CodeOf(err) != protocol.Gone {
		return x, err
	}
	seen, ferr := w.cfg.Desk.Elsewhere(v.Context(), v.Who, caseRef(v).ID, v.T("purpose.assist"))
	if ferr != nil {
		return nil, ferr
	}
	if len(seen.Cases) == 0 {
		return nil, err // it is nowhere
	}
	return w.askedAway(v, seen.Cases[0])
}

func (w *Web) askedAway(v *console.Visit, rec protocol.Record) (*asked, error) {
	c, err := protocol.Load[protocol.Case](rec)
	if err != nil {
		return nil, err
	}
	x, err := w.askedOf(v, c, &rec)
	if err == nil {
		x.away = true
	}
	return x, err
}

// back is where the page of an act leads: the case, or where it was found.
func (x *asked) back() string {
	if x.away {
		return "/lookup"
	}
	return with("/cases/"+x.rec.Ref.ID, "desk", x.v.R.FormValue("desk"))
}

// forApplicant are the requests that somebody may come to any window with.
var forApplicant = []protocol.Act{"supplement", "deliver", "owed_received", "withdraw"}

// askAway is the first thing that this person may ask for on a case that is not
// here; an empty cell when there is none.
func (w *Web) askAway(v *console.Visit, rec protocol.Record) (page.Cell, error) {
	x, err := w.askedAway(v, rec)
	if err != nil {
		return page.Cell{}, err
	}
	for _, act := range forApplicant {
		for _, a := range caseActs {
			if a.act == act && a.offered(x) && a.may(x) {
				return page.Goto(v.T(console.Word("ask.", string(act))), "/cases/"+rec.Ref.ID+"/"+string(act)), nil
			}
		}
	}
	return page.Word(""), nil
}
