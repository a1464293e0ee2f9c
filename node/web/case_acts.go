package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// caseAct is one thing a person can do with a case: when it is offered, what it
// asks for, and the use-case that does it. The judge decides; this only spares
// people acts that cannot succeed.
type caseAct struct {
	act    protocol.Act
	verb   protocol.Verb
	states []protocol.CaseState
	where  reach
	want   string // what a request for it wants, when where is everywhere
	danger bool
	hotkey string
	ask    func(v *console.Visit, c *protocol.Case) []page.Field
	do     func(ctx context.Context, d Desk, who *protocol.Account, a desk.CaseAct, form url.Values) (protocol.Record, error)
}

// reach says from where an act is possible.
type reach int

const (
	atHandler  reach = iota // the case is here and the deciding agency is here
	elsewhere               // the case is here and another place decides
	everywhere              // here as an act, anywhere else as a request to the home
)

var caseActs = []caseAct{
	{act: "accept", verb: protocol.MayAccept, states: open, where: atHandler, hotkey: "a",
		do: func(ctx context.Context, d Desk, who *protocol.Account, a desk.CaseAct, _ url.Values) (protocol.Record, error) {
			return d.Accept(ctx, who, a)
		}},
	{act: "grant", verb: protocol.MayDecide, states: accepted, where: atHandler, hotkey: "d", ask: askGrant, do: decide("grant")},
	{act: "hand_over", verb: protocol.MayReceive, states: []protocol.CaseState{protocol.CaseReceived}, where: elsewhere, hotkey: "m",
		do: func(ctx context.Context, d Desk, who *protocol.Account, a desk.CaseAct, _ url.Values) (protocol.Record, error) {
			return d.HandOver(ctx, who, a)
		}},
	{act: "deliver", verb: protocol.MayDeliver, states: []protocol.CaseState{protocol.CaseGranted, protocol.CaseDenied}, where: everywhere, want: protocol.WantDelivery,
		hotkey: "e",
		ask:    askDelivery,
		do: func(ctx context.Context, d Desk, who *protocol.Account, a desk.CaseAct, f url.Values) (protocol.Record, error) {
			return d.Deliver(ctx, who, a, protocol.Delivery{Way: f.Get("way"), Recipient: f.Get("recipient"), Tracking: f.Get("tracking")})
		}},
	{act: "deny", verb: protocol.MayDecide, states: accepted, where: atHandler, danger: true, ask: askReasons, do: decide("deny")},
	{act: "refuse", verb: protocol.MayAccept, states: open, where: atHandler, danger: true, ask: askReasons, do: decide("refuse")},
	{act: "withdraw", verb: protocol.MayReceive, states: []protocol.CaseState{protocol.CaseReceived, protocol.CaseArrived, protocol.CaseAccepted},
		where: everywhere, want: protocol.WantWithdraw, danger: true, ask: askWithdraw,
		do: func(ctx context.Context, d Desk, who *protocol.Account, a desk.CaseAct, f url.Values) (protocol.Record, error) {
			return d.Withdraw(ctx, who, a, f.Get("reason"))
		}},
}

var (
	open     = []protocol.CaseState{protocol.CaseReceived, protocol.CaseArrived}
	accepted = []protocol.CaseState{protocol.CaseAccepted}
)

func decide(kind protocol.Act) func(context.Context, Desk, *protocol.Account, desk.CaseAct, url.Values) (protocol.Record, error) {
	return func(ctx context.Context, d Desk, who *protocol.Account, a desk.CaseAct, f url.Values) (protocol.Record, error) {
		return d.Decide(ctx, who, a, kind, protocol.Decision{Text: f.Get("text"), Reason: f.Get("reason"), Basis: f.Get("basis"),
			Remedy: f.Get("remedy")})
	}
}

// offered reports whether the act can be taken now, at this place, by somebody.
func (a *caseAct) offered(at protocol.NodeID, c *protocol.Case, home protocol.NodeID) bool {
	if !slices.Contains(a.states, c.State) {
		return false
	}
	switch a.where {
	case everywhere:
		return true
	case elsewhere:
		return home == at && c.Handler != at
	}
	return home == at && c.Handler == at
}

// blocked lists why the act must wait although the case is in the right state.
func (a *caseAct) blocked(v *console.Visit, c *protocol.Case) (why []string) {
	for _, m := range c.Materials {
		if a.act == "accept" && m.Presence == "missing" {
			why = append(why, v.T("blocked.missing", lineName(v, c.Item, m.Line)))
		}
		if a.act == "grant" && m.Presence == "owed" {
			why = append(why, v.T("blocked.owed", lineName(v, c.Item, m.Line)))
		}
	}
	if a.verb == protocol.MayDecide && v.Author() == c.Received.Clerk {
		why = append(why, v.T("blocked.four-eyes"))
	}
	return why
}

func lineName(v *console.Visit, item, line string) string {
	lines, err := guideLines(v, item)
	if err != nil || lines[line].Name == "" {
		return line
	}
	return lines[line].Name
}

// acts is the panel of what can be done now, and a sentence when it is nobody's
// turn here.
func (w *Web) acts(v *console.Visit, c *protocol.Case, rec *protocol.Record) (console.Section, error) {
	told, wanted, err := openRequests(v, rec.Ref)
	s, mine := console.Section{Title: "case.next", Messages: told}, false
	for i := range caseActs {
		a := &caseActs[i]
		if !a.offered(v.At(), c, rec.Home) || !v.May(a.verb, bound(a.verb, c)) || slices.Contains(wanted, a.want) {
			continue
		}
		mine = mine || a.act != "withdraw" // to take a case back is possible, but nobody waits for it
		label := console.Word("do.", string(a.act))
		if a.where == everywhere && rec.Home != v.At() {
			label = console.Word("ask.", string(a.act))
		}
		s.Bar = append(s.Bar, console.Action{Label: label, Href: "/cases/" + rec.Ref.ID + "/" + string(a.act), Primary: len(s.Bar) == 0 && !a.danger,
			Hotkey: a.hotkey})
	}
	s.Lead = w.standing(v, c, rec, mine)
	return s, err
}

func bound(verb protocol.Verb, c *protocol.Case) string {
	if verb == protocol.MayReceive {
		return ""
	}
	return c.Agency
}

// standing says in one sentence where the case is and who has the next step: the
// answer to an applicant who asks (W-05).
func (w *Web) standing(v *console.Visit, c *protocol.Case, rec *protocol.Record, mine bool) string {
	switch {
	case !c.State.Open():
		return v.T("standing.closed")
	case c.State == protocol.CaseHandingOver && rec.Index == 0:
		return v.T("standing.in-queue", v.Place(c.To))
	case c.State == protocol.CaseHandingOver:
		return v.T("standing.at-hub", v.Place(c.To))
	case rec.Home != v.At():
		return v.T("standing.elsewhere", v.Place(rec.Home), c.AgencyName)
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
	case protocol.CaseAccepted:
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
		switch r.State {
		case protocol.RequestFiled:
			wanted = append(wanted, r.Want)
			told = append(told, page.Flash{Tone: page.Info, Text: v.T("request.waiting", v.T("want."+r.Want), v.Place(rec.Home)), Link: link})
		case protocol.RequestDeclined:
			told = append(told, page.Flash{Tone: page.Warn, Text: v.T("request.was-declined", v.T("want."+r.Want), r.Reason), Link: link})
		}
	}
	return told, wanted, nil
}

// askCase shows the form of an act.
func (w *Web) askCase(v *console.Visit, a caseAct) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	return w.renderAct(v, &a, form)
}

// doCase takes the act. What a rule refuses is shown on the same form, with
// everything that was typed.
func (w *Web) doCase(v *console.Visit, a caseAct) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	seen, err := strconv.ParseUint(form.Get("rev"), 10, 64)
	if err != nil {
		return protocol.NewFault(protocol.Malformed, "read form", "表单不完整,请从办件页面重新操作")
	}
	ref := caseRef(v)
	rec, err := a.do(v.Context(), w.cfg.Desk, v.Who, desk.CaseAct{Case: ref, Seen: seen}, form)
	if f, refused := console.Refusal(err); refused {
		return w.renderAct(v, &a, form, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	key := console.Word("done.", string(a.act))
	if rec.Ref.Kind == "request" {
		key = "done.asked"
	}
	return v.Done("/cases/"+ref.ID, page.Good, key)
}

func (w *Web) renderAct(v *console.Visit, a *caseAct, typed url.Values, flash ...page.Flash) error {
	c, rec, err := console.Read[protocol.Case](v.Records(), caseRef(v))
	if err != nil {
		return err
	}
	if !a.offered(v.At(), c, rec.Home) && len(flash) == 0 {
		flash = append(flash, page.Flash{Tone: page.Warn, Text: v.T("act.not-now", v.StateWord("case", string(c.State)))})
	}
	home := "/cases/" + rec.Ref.ID
	f := page.Form{Action: home + "/" + string(a.act), Submit: console.Word("do.", string(a.act)), Danger: a.danger,
		Back:    &page.Link{Label: "act.back", Href: home},
		Blocked: a.blocked(v, c), Fields: []page.Field{page.Hidden("rev", strconv.FormatUint(rec.Rev, 10))}}
	if a.ask != nil {
		f.Fields = append(f.Fields, refill(a.ask(v, c), typed)...)
	}
	view := page.View{Title: console.Word("do.", string(a.act)), Active: "cases", Crumbs: []page.Link{{Label: c.ReceiptNo, Href: home}}, Flash: flash}
	if len(flash) > 0 && flash[0].Tone == page.Bad {
		view.Status = 409
	}
	view.Data = page.Confirm{Question: console.Word("question.", string(a.act)), Consequence: w.consequence(v, a, c, rec.Home), Form: f,
		Facts: []page.Fact{
			{Label: "case.number", Cell: page.Code(c.ReceiptNo)}, {Label: "case.item", Cell: page.Word(c.ItemName)},
			{Label: "person.name", Cell: page.Word(c.Applicant.Name)},
			{Label: "console.state", Cell: page.State(console.State("case", string(c.State)))}}}
	return v.Render(page.ConfirmPage, view)
}

func (w *Web) consequence(v *console.Visit, a *caseAct, c *protocol.Case, home protocol.NodeID) string {
	if a.where == everywhere && home != v.At() {
		return v.T("then.ask", v.Place(home))
	}
	return v.T(console.Word("then.", string(a.act)), c.AgencyName)
}

// refill puts what was typed back into fields.
func refill(fields []page.Field, typed url.Values) []page.Field {
	for i := range fields {
		if typed.Has(fields[i].Name) {
			fields[i].Value = typed.Get(fields[i].Name)
		}
	}
	return fields
}
