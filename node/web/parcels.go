package web

import (
	"net/url"
	"strconv"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// parcelAct is one act of custody (cases.md §12), offered in some states at the
// parcel's home.
type parcelAct struct {
	act    protocol.Act
	states []protocol.ParcelState
	danger bool
	ask    func(v *console.Visit, p *protocol.Parcel) []page.Field
	want   func(v *console.Visit, p *protocol.Parcel, f url.Values) protocol.Parcel
}

var parcelActs = []parcelAct{
	{"count_in", []protocol.ParcelState{protocol.ParcelOnTheWay}, false, askCounts, wantCounts},
	{"seal", []protocol.ParcelState{protocol.ParcelAtWindow, protocol.ParcelInUse}, false, askSeal, wantSeal},
	{"dispatch", []protocol.ParcelState{protocol.ParcelSealed}, false, askDispatch, wantDispatch},
	{"scan", []protocol.ParcelState{protocol.ParcelOnTheWay}, false, askScan, wantScan},
	{"use", []protocol.ParcelState{protocol.ParcelReceived}, false, askSigned, wantUse},
	{"return", []protocol.ParcelState{protocol.ParcelAtWindow, protocol.ParcelReceived, protocol.ParcelInUse}, false, askParcelReturn, wantParcelReturn},
	{"settle", []protocol.ParcelState{protocol.ParcelDisputed}, false, askSettle, wantSettle},
	{"dispute", []protocol.ParcelState{protocol.ParcelAtWindow, protocol.ParcelSealed, protocol.ParcelOnTheWay, protocol.ParcelReceived, protocol.ParcelInUse}, true, askDispute,
		wantDispute},
}

func (a *parcelAct) offered(v *console.Visit, p *protocol.Parcel, home protocol.NodeID) bool {
	if home != v.At() && a.act != "settle" || !v.May(protocol.MayHoldPapers, "") {
		return false
	}
	for _, s := range a.states {
		if s == p.State {
			return true
		}
	}
	return false
}

func parcelRef(v *console.Visit) protocol.Ref {
	return protocol.Ref{Kind: "parcel", ID: v.R.PathValue("id")}
}

// listParcels is W-08: who answers for which papers, and since when.
func (w *Web) listParcels(v *console.Visit) error {
	rows, err := w.cfg.Desk.Parcels(v.Who, "")
	if err != nil {
		return err
	}
	t := page.Table{Caption: "nav.parcels", Cols: []page.Col{{Label: "case.number", Short: true}, {Label: "parcel.papers"}, {Label: "console.state", Short: true},
		{Label: "parcel.holder"}, {Label: "parcel.since", Short: true}, {Label: "parcel.seal", Short: true}}, Empty: page.Empty{What: "parcel.empty", Do: "parcel.empty-do"}}
	for i := range rows {
		r := &rows[i]
		row := t.Add(page.Goto(r.ReceiptNo, "/parcels/"+escape(r.ID)), page.Word(originals(v, &r.Parcel)), page.State(parcelState(&r.Parcel)),
			page.Word(v.Place(r.Holder.Node)).Under(v.Person(r.Holder.By)), page.When(r.Since).Under(span(v, v.Now().Time().Sub(r.Since.Time()))), page.Code(r.Seal))
		if r.State == protocol.ParcelDisputed {
			row.Tone = page.Bad
		}
	}
	sheet := console.Sheet{Actions: []console.Action{{Label: "parcel.arrive", Href: "/parcels/arrive", Primary: true, Hotkey: "c"}},
		Sections: []console.Section{{ID: "list", Refresh: 20, Lead: "parcel.lead", Table: &t}}}
	return v.Show(page.View{Title: "nav.parcels", Active: "parcels"}, sheet)
}

func originals(v *console.Visit, p *protocol.Parcel) string {
	var parts []string
	for _, o := range p.List {
		parts = append(parts, v.T("parcel.paper", o.Name, o.Count))
	}
	return strings.Join(parts, v.T("console.semicolon"))
}

func parcelState(p *protocol.Parcel) page.Badge {
	tone := page.Info
	switch p.State {
	case protocol.ParcelDisputed:
		tone = page.Bad
	case protocol.ParcelReturned:
		tone = page.Good
	}
	return page.Badge{Tone: tone, Word: console.Word("state.parcel.", string(p.State))}
}

func (w *Web) showParcel(v *console.Visit) error {
	p, rec, err := console.Read[protocol.Parcel](v.Records(), parcelRef(v))
	if err != nil {
		return err
	}
	s := console.Section{Title: "parcel.title", Menu: true, Facts: parcelFacts(v, p)}
	for i := range parcelActs {
		a := &parcelActs[i]
		if a.offered(v, p, rec.Home) {
			s.Bar = append(s.Bar, console.Action{Label: console.Word("do-parcel.", string(a.act)), Href: "/parcels/" + escape(rec.Ref.ID) + "/" + string(a.act),
				Primary: len(s.Bar) == 0 && !a.danger})
		}
	}
	if rec.Home != v.At() {
		s.Lead = v.T("parcel.elsewhere", v.Place(rec.Home))
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "parcel.title", Active: "parcels", Crumbs: []page.Link{{Label: p.ReceiptNo}}},
		console.Sheet{Sections: []console.Section{s, history}})
}

func parcelFacts(v *console.Visit, p *protocol.Parcel) []page.Fact {
	number := page.Code(p.ReceiptNo)
	number.Href = "/cases/" + p.Case
	facts := []page.Fact{{Label: "case.number", Cell: number}, {Label: "console.state", Cell: page.State(parcelState(p))},
		{Label: "parcel.papers", Cell: page.Word(originals(v, p))}, {Label: "parcel.holder", Cell: page.Word(v.Place(p.Holder.Node)).Under(v.Person(p.Holder.By))}}
	if p.Seal != "" {
		facts = append(facts, page.Fact{Label: "parcel.seal", Cell: page.Code(p.Seal)})
	}
	if n := len(p.Legs); n > 0 {
		facts = append(facts, page.Fact{Label: "parcel.tracking", Cell: page.Code(p.Legs[n-1].Tracking).Under(v.Place(p.Legs[n-1].To))})
	}
	if p.Dispute != nil {
		facts = append(facts, page.Fact{Label: "parcel.dispute", Cell: page.Word(p.Dispute.Text).Under(p.Dispute.Outcome)})
	}
	return facts
}

func (w *Web) parcelQuestion(v *console.Visit, a *parcelAct) (question, error) {
	p, rec, err := console.Read[protocol.Parcel](v.Records(), parcelRef(v))
	if err != nil {
		return question{}, err
	}
	at := "/parcels/" + escape(rec.Ref.ID)
	return question{active: "parcels", title: console.Word("do-parcel.", string(a.act)), ask: console.Word("question-parcel.", string(a.act)),
		action: at + "/" + string(a.act), back: at, danger: a.danger, rev: rec.Rev, facts: parcelFacts(v, p), fields: a.ask(v, p)}, nil
}

func (w *Web) askParcel(v *console.Visit, a *parcelAct) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	q, err := w.parcelQuestion(v, a)
	if err != nil {
		return err
	}
	return w.render(v, q, form)
}

func (w *Web) doParcel(v *console.Visit, a *parcelAct) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	rev, err := revOf(form)
	if err != nil {
		return err
	}
	p, rec, err := console.Read[protocol.Parcel](v.Records(), parcelRef(v))
	if err != nil {
		return err
	}
	_, err = w.cfg.Desk.Parcel(v.Context(), v.Who, rec.Ref, rev, a.act, a.want(v, p, form))
	return w.answerTo(v, err, func() (question, error) { return w.parcelQuestion(v, a) }, form, "/parcels/"+escape(rec.Ref.ID), "parcel.done")
}

func countField(n int) string { return "count-" + strconv.Itoa(n) }

func askCounts(_ *console.Visit, p *protocol.Parcel) (fields []page.Field) {
	for i, o := range p.List {
		fields = append(fields, page.Field{Name: countField(i), Label: o.Name, Kind: page.InputNumber, Mode: "numeric", Min: "0", Width: "half", Required: true,
			Focus: i == 0, Help: "parcel.count-help"})
	}
	return fields
}

// countsOf reads what was counted; what is no number counts as none, and that is
// a dispute and not a guess.
func countsOf(n int, f url.Values) (counts []int) {
	for i := range n {
		c, err := strconv.Atoi(strings.TrimSpace(f.Get(countField(i))))
		if err != nil {
			c = -1
		}
		counts = append(counts, c)
	}
	return counts
}

func wantCounts(_ *console.Visit, p *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Legs: []protocol.Leg{{Counted: countsOf(len(p.List), f)}}}
}

func askSeal(v *console.Visit, _ *protocol.Parcel) []page.Field {
	return []page.Field{{Name: "seal", Label: "parcel.seal", Max: 40, Required: true, Focus: true, Value: string(v.At()) + "-", Help: "parcel.seal-help"}}
}

func wantSeal(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Seal: protocol.NormalizeCode(f.Get("seal"))}
}

func askDispatch(v *console.Visit, p *protocol.Parcel) []page.Field {
	to := page.Field{Name: "to", Label: "parcel.to", Kind: page.InputRadio, Required: true}
	for _, n := range p.Parties {
		if n != v.At() {
			to.Options, to.Value = append(to.Options, page.Option{Value: string(n), Label: v.Place(n)}), string(n)
		}
	}
	return []page.Field{to, {Name: "tracking", Label: "parcel.tracking", Max: 60, Required: true, Focus: true, Help: "parcel.tracking-help"}}
}

func wantDispatch(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{To: protocol.NodeID(f.Get("to")), Legs: []protocol.Leg{{Tracking: strings.TrimSpace(f.Get("tracking"))}}}
}

func askScan(*console.Visit, *protocol.Parcel) []page.Field {
	return []page.Field{{Name: "text", Label: "parcel.news", Max: 200, Required: true, Focus: true}}
}

func wantScan(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Legs: []protocol.Leg{{Scans: []protocol.Scan{{Text: f.Get("text")}}}}}
}

func askSigned(*console.Visit, *protocol.Parcel) []page.Field {
	return []page.Field{{Name: "name", Label: "parcel.signer", Max: 100, Width: "half", Required: true, Focus: true},
		{Name: "signed", Label: "parcel.signed", Kind: page.InputCheck, Required: true}}
}

// signOn is where the signature stands: on the slip that is kept on paper.
func signOn(f url.Values) string {
	if f.Get("signed") != "" {
		return "paper"
	}
	return ""
}

func wantUse(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Use: &protocol.Signing{Name: strings.TrimSpace(f.Get("name")), Sign: signOn(f)}}
}

func askParcelReturn(*console.Visit, *protocol.Parcel) []page.Field {
	return []page.Field{{Name: "way", Label: "outcome.way", Kind: page.InputRadio, Value: "counter", Required: true,
		Options: []page.Option{{Value: "counter", Label: "way.counter"}, {Value: "courier", Label: "way.courier"}}},
		{Name: "name", Label: "outcome.recipient", Max: 100, Width: "half", Required: true, Focus: true},
		{Name: "signed", Label: "parcel.signed", Kind: page.InputCheck},
		{Name: "tracking", Label: "outcome.tracking", Max: 60, Width: "half", Help: "field.tracking-help"},
		{Name: "proof", Label: "parcel.proof", Max: 100, Width: "half", Help: "parcel.proof-help"}}
}

func wantParcelReturn(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Returned: &protocol.Return{Way: f.Get("way"), Name: strings.TrimSpace(f.Get("name")), Sign: signOn(f),
		Tracking: strings.TrimSpace(f.Get("tracking")), Proof: strings.TrimSpace(f.Get("proof"))}}
}

func askDispute(*console.Visit, *protocol.Parcel) []page.Field {
	return []page.Field{{Name: "text", Label: "parcel.dispute", Kind: page.InputArea, Max: 1000, Required: true, Focus: true, Help: "parcel.dispute-help"}}
}

func wantDispute(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Dispute: &protocol.Dispute{Text: strings.TrimSpace(f.Get("text"))}}
}

func askSettle(*console.Visit, *protocol.Parcel) []page.Field {
	return []page.Field{{Name: "outcome", Label: "parcel.outcome", Kind: page.InputArea, Max: 1000, Required: true, Focus: true, Help: "parcel.settle-help"},
		{Name: "other", Label: "parcel.other", Max: 100, Help: "parcel.other-help"}}
}

func wantSettle(_ *console.Visit, _ *protocol.Parcel, f url.Values) protocol.Parcel {
	return protocol.Parcel{Dispute: &protocol.Dispute{Outcome: strings.TrimSpace(f.Get("outcome")), Other: strings.TrimSpace(f.Get("other"))}}
}
