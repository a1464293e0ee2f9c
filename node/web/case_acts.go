package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// caseAct is one thing a person can do with a case: what it asks for and what
// it sets. The judge decides; the page only spares people acts that cannot
// succeed.
type caseAct struct {
	act     protocol.Act
	step    bool   // somebody waits for it
	request string // what is asked of the home when that is another place; "" cannot be asked
	danger  bool
	hotkey  string
	when    func(c *protocol.Case) bool // a further condition; nil is none
	ask     func(x *asked) []page.Field
	want    func(x *asked, form url.Values) protocol.Case
}

// asked is one act on one case as its page knows it.
type asked struct {
	v     *console.Visit
	w     *Web
	c     *protocol.Case
	rec   *protocol.Record
	item  *protocol.Item  // the pinned version; empty when it is not here
	guide *protocol.Guide // likewise
	marks []mark          // open duplicate marks that name the case
	away  bool            // this node does not hold the case: it is as the province shows it, masked
}

// here reports whether this place is the case's home.
func (x *asked) here() bool { return x.rec.Home == x.v.At() }

func (w *Web) asked(v *console.Visit) (*asked, error) {
	c, rec, err := console.Read[protocol.Case](v.Records(), caseRef(v))
	if err != nil {
		return nil, err
	}
	return w.askedOf(v, c, &rec)
}

func (w *Web) askedOf(v *console.Visit, c *protocol.Case, rec *protocol.Record) (*asked, error) {
	x := &asked{v: v, w: w, c: c, rec: rec}
	var err error
	if x.item, err = console.Find[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: c.Item}); err != nil {
		return nil, err
	}
	if x.guide, err = console.Find[protocol.Guide](v.Records(), protocol.Ref{Kind: "guide", ID: c.Item}); err != nil {
		return nil, err
	}
	if x.item == nil {
		x.item = &protocol.Item{Name: c.ItemName}
	}
	if x.guide == nil {
		x.guide = &protocol.Guide{}
	}
	x.marks, err = openMarks(v, rec.Ref.ID)
	return x, err
}

// verb is the right that the act needs.
func (a *caseAct) verb() protocol.Verb {
	verb, _ := protocol.CaseVerb(a.act)
	return verb
}

// page is the right that opens the page of the act. What a window may ask of
// another home it needs the window's right for.
func (a *caseAct) page() protocol.Verb {
	if a.act == "fee_paid" || a.act == "return_misrouted" {
		return protocol.MayReadCases
	}
	return a.verb()
}

// offered reports whether the act can be taken now, at this place, by somebody.
func (a *caseAct) offered(x *asked) bool {
	home := x.here()
	switch {
	case a.act == "merge":
		return home && x.c.Legal(a.act, x.v.At()) && slices.ContainsFunc(x.marks, func(m mark) bool { return m.canonical != x.rec.Ref.ID })
	case !x.c.Legal(a.act, placeOf(x, home)) || a.when != nil && !a.when(x.c):
		return false
	case a.act == "hand_over":
		return home && x.c.Handler != x.v.At()
	case a.act == "revoke":
		return home && x.c.Decision != nil
	}
	return home || a.elsewhere(x.c)
}

// placeOf is where the act would be taken: a request is carried out at the home.
func placeOf(x *asked, here bool) protocol.NodeID {
	if here {
		return x.v.At()
	}
	return x.rec.Home
}

// may reports whether this person may take the act, or ask for it.
func (a *caseAct) may(x *asked) bool {
	verb := a.verb()
	if !x.here() && a.act == "fee_paid" {
		verb = protocol.MayReceive
	}
	if !x.here() && a.act == "return_misrouted" {
		verb = protocol.MayReceive
	}
	return x.v.May(verb, bound(verb, x.c))
}

func bound(verb protocol.Verb, c *protocol.Case) string {
	if verb == protocol.MayReceive || verb == protocol.MayAmend || verb == protocol.MayDeliver {
		return ""
	}
	return c.Agency
}

// blocked lists why the act must wait although the case is in the right state.
func (a *caseAct) blocked(x *asked) (why []string) {
	for _, m := range x.c.Materials {
		if a.act == "accept" && m.Presence == protocol.PresenceMissing {
			why = append(why, x.v.T("blocked.missing", x.line(m.Line)))
		}
		if a.act == "grant" && m.Presence == protocol.PresenceOwed {
			why = append(why, x.v.T("blocked.owed", x.line(m.Line)))
		}
	}
	decides := a.act == "grant" || a.act == "deny"
	if decides && !x.c.Terms.OneDecides && (x.v.Author() == x.c.Received.Clerk || reviewed(x.c, x.v.Author())) {
		why = append(why, x.v.T("blocked.four-eyes"))
	}
	if a.act == "grant" && x.c.Fee != nil && x.c.Fee.PaidAt == 0 && x.c.Fee.Waived == "" {
		why = append(why, x.v.T("blocked.fee"))
	}
	return why
}

func reviewed(c *protocol.Case, who string) bool {
	return slices.ContainsFunc(c.Opinions, func(o protocol.Opinion) bool { return o.By == who })
}

// line names a line of the guide.
func (x *asked) line(id string) string {
	if l := x.guide.Line(id); l != nil && l.Name != "" {
		return l.Name
	}
	return id
}

// askCase shows the form of an act.
func (w *Web) askCase(v *console.Visit, a caseAct) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	return w.renderAct(v, &a, form, nil)
}

// doCase takes the act. What a rule refuses is shown on the same form, with
// everything that was typed and every file that was sent.
func (w *Web) doCase(v *console.Visit, a caseAct) error {
	form, wrong, err := w.readIntake(v)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseUint(form.Get("rev"), 10, 64)
	if err != nil {
		return protocol.NewFault(protocol.Malformed, "read form", "表单不完整,请从办件页面重新操作")
	}
	x, err := w.askedAnywhere(v, &a)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return w.renderAct(v, &a, form, wrong)
	}
	var want protocol.Case
	if a.want != nil {
		want = a.want(x, form)
	}
	if !a.may(x) { // the page is open to both who do it here and who ask for it elsewhere
		return protocol.NewFault(protocol.Denied, string(a.verb()), "您的角色没有这项权限,请联系本地管理员")
	}
	rec, err := w.cfg.Desk.Do(v.Context(), v.Who, desk.CaseAct{Case: x.rec.Ref, Seen: seen, Viewed: form["viewed"], Key: form.Get("nonce")}, a.act, want)
	if f, refused := console.Refusal(err); refused {
		if f.Rule == "G-11" { // something else on a used form is a form of its own
			form.Del("nonce")
		}
		return w.renderAct(v, &a, form, nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	key := console.Word("done.", string(a.act))
	if rec.Ref.Kind == "request" {
		key = "done.asked"
	}
	return v.Done(x.back(), page.Good, key)
}

// with adds a value to an address; "" adds nothing.
func with(to, name, value string) string {
	if value == "" {
		return to
	}
	return to + "?" + url.Values{name: {value}}.Encode()
}

func (w *Web) renderAct(v *console.Visit, a *caseAct, typed url.Values, wrong errorsOf, flash ...page.Flash) error {
	x, err := w.askedAnywhere(v, a)
	if err != nil {
		return err
	}
	if !a.offered(x) && len(flash) == 0 {
		flash = append(flash, page.Flash{Tone: page.Warn, Text: v.T("act.not-now", v.StateWord("case", string(x.c.State)))})
	}
	home := x.back()
	view := page.View{Title: console.Word("do.", string(a.act)), Active: "cases", Crumbs: []page.Link{{Label: x.c.ReceiptNo, Href: home}}, Flash: flash}
	if len(flash) > 0 && flash[0].Tone == page.Bad || len(wrong) > 0 {
		view.Status = http.StatusConflict
	}
	view.Data = page.Confirm{Question: console.Word("question.", string(a.act)), Consequence: consequence(a, x), Form: a.form(x, typed, wrong, home),
		Facts: []page.Fact{
			{Label: "case.number", Cell: page.Code(x.c.ReceiptNo)}, {Label: "case.item", Cell: page.Word(x.c.ItemName)},
			{Label: "person.name", Cell: page.Word(x.c.Applicant.Name)},
			{Label: "console.state", Cell: page.State(console.State("case", string(x.c.State)))}}}
	return v.Render(page.ConfirmPage, view)
}

func (a *caseAct) form(x *asked, typed url.Values, wrong errorsOf, home string) page.Form {
	nonce := typed.Get("nonce")
	if nonce == "" {
		nonce = rand.Text()
	}
	f := page.Form{Action: with("/cases/"+x.rec.Ref.ID+"/"+string(a.act), "desk", x.v.R.FormValue("desk")), Submit: console.Word("do.", string(a.act)),
		Danger: a.danger, Back: &page.Link{Label: "act.back", Href: home}, Blocked: a.blocked(x),
		Fields: []page.Field{page.Hidden("rev", strconv.FormatUint(x.rec.Rev, 10)), page.Hidden("nonce", nonce)}}
	if a.ask == nil {
		return f
	}
	f.Fields = append(f.Fields, refill(a.ask(x), typed)...)
	for i := range f.Fields {
		field := &f.Fields[i]
		f.Upload = f.Upload || field.Kind == page.InputFile
		if field.Name != "" && wrong[field.Name] != "" {
			field.Error = wrong[field.Name]
		}
	}
	for name, ids := range typed { // files that are stored already travel with the form
		for _, id := range ids {
			if len(name) > 5 && name[:5] == "scan-" {
				f.Fields = append(f.Fields, page.Hidden(name, id))
			}
		}
	}
	return f
}

func consequence(a *caseAct, x *asked) string {
	if !x.here() && a.request != "" {
		return x.v.T("then.ask", x.v.Place(x.rec.Home))
	}
	return x.v.T(console.Word("then.", string(a.act)), x.c.AgencyName)
}

// refill puts what was typed back into fields.
func refill(fields []page.Field, typed url.Values) []page.Field {
	for i := range fields {
		f := &fields[i]
		if !typed.Has(f.Name) {
			continue
		}
		f.Value = typed.Get(f.Name)
		if f.Kind == page.InputChecks {
			for k := range f.Options {
				f.Options[k].On = slices.Contains(typed[f.Name], f.Options[k].Value)
			}
		}
	}
	return fields
}
