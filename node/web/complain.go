package web

import (
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// complainQuestion takes a complaint of the person at the window about a case
// (art. 50, Q-01). Who is named does not handle it (Q-02a).
func complainQuestion(v *console.Visit) (question, *protocol.Case, error) {
	c, rec, err := console.Read[protocol.Case](v.Records(), caseRef(v))
	if err != nil {
		return question{}, nil, err
	}
	at := "/cases/" + rec.Ref.ID
	against := page.Field{Name: "against", Label: "complain.against", Kind: page.InputSelect, Width: "half", Help: "complain.against-help",
		Options: []page.Option{{Label: "complain.nobody"}, {Value: c.Received.Clerk, Label: v.T("complain.clerk", v.Person(c.Received.Clerk))}}}
	if c.Decision != nil {
		against.Options = append(against.Options, page.Option{Value: c.Decision.By, Label: v.T("complain.decider", v.Person(c.Decision.By))})
	}
	return question{active: "cases", title: "complain.file", ask: "complain.ask", then: v.T("complain.then", c.AgencyName), action: at + "/complain", back: at, rev: rec.Rev,
		facts: []page.Fact{{Label: "case.number", Cell: page.Code(c.ReceiptNo)}, {Label: "case.item", Cell: page.Word(c.ItemName)}},
		fields: []page.Field{{Name: "text", Label: "complain.text", Kind: page.InputArea, Max: 2000, Required: true, Focus: true}, against,
			{Name: "anonymous", Label: "complain.anonymous", Kind: page.InputCheck}}}, c, nil
}

func (w *Web) askComplain(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	q, _, err := complainQuestion(v)
	if err != nil {
		return err
	}
	return w.render(v, q, form)
}

func (w *Web) complain(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	_, c, err := complainQuestion(v)
	if err != nil {
		return err
	}
	x := protocol.Complaint{Source: protocol.ComplaintOwn, Text: strings.TrimSpace(form.Get("text")), Agency: c.Agency, Links: []protocol.Ref{caseRef(v)}}
	if named := form.Get("against"); named != "" {
		x.Against = []string{named}
	}
	if form.Get("anonymous") == "" {
		x.Person = &c.Applicant
	}
	_, err = w.cfg.Desk.Complain(v.Context(), v.Who, x, form.Get("nonce"))
	return w.answerTo(v, err, func() (question, error) { q, _, err := complainQuestion(v); return q, err }, form, "/cases/"+caseRef(v).ID, "complain.done")
}
