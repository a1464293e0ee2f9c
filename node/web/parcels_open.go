package web

import (
	"strconv"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// paperLines are the lines of a case whose paper the law demands (P-01a, art. 34).
func paperLines(x *asked) (list []protocol.MaterialLine) {
	for _, l := range x.guide.Lines {
		if l.NeedsPaper != "" {
			list = append(list, l)
		}
	}
	return list
}

func (w *Web) openQuestion(x *asked) question {
	at := "/cases/" + x.rec.Ref.ID
	q := question{active: "parcels", title: "do-parcel.open", ask: "question-parcel.open", action: at + "/parcel", back: at, rev: x.rec.Rev,
		facts: []page.Fact{{Label: "case.number", Cell: page.Code(x.c.ReceiptNo)}, {Label: "case.item", Cell: page.Word(x.c.ItemName)},
			{Label: "person.name", Cell: page.Word(x.c.Applicant.Name)}}}
	for i, l := range paperLines(x) {
		q.fields = append(q.fields, page.Field{Name: countField(i), Label: x.v.T("parcel.count-of", l.Name), Kind: page.InputNumber, Mode: "numeric", Min: "0",
			Width: "half", Value: strconv.Itoa(max(1, l.Copies)), Help: l.NeedsPaper},
			page.Field{Name: "barcode-" + strconv.Itoa(i), Label: "parcel.barcode", Max: 60, Width: "half"})
	}
	q.fields = append(q.fields, askSigned(x.v, nil)...)
	return q
}

// askOpenParcel takes paper originals in (P-01): counted with the applicant, both sign.
func (w *Web) askOpenParcel(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	x, err := w.asked(v)
	if err != nil {
		return err
	}
	if len(paperLines(x)) == 0 {
		return &protocol.Fault{Code: protocol.Refused, Op: "parcel.open", Ref: x.rec.Ref, Rule: "P-01a", Text: "该事项没有法律、法规要求纸质原件的材料,不得收取原件(第三十四条)"}
	}
	return w.render(v, w.openQuestion(x), form)
}

func (w *Web) openParcel(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	x, err := w.asked(v)
	if err != nil {
		return err
	}
	want := protocol.Parcel{Case: x.rec.Ref.ID, Opened: protocol.Signing{Name: strings.TrimSpace(form.Get("name")), Sign: signOn(form)}}
	lines := paperLines(x)
	for i, n := range countsOf(len(lines), form) {
		if n != 0 {
			want.List = append(want.List, protocol.Original{Line: lines[i].ID, Name: lines[i].Name, Count: n, Barcode: protocol.NormalizeCode(form.Get("barcode-" + strconv.Itoa(i)))})
		}
	}
	rec, err := w.cfg.Desk.Parcel(v.Context(), v.Who, protocol.Ref{}, 0, "open", want)
	return w.answerTo(v, err, func() (question, error) { return w.openQuestion(x), nil }, form, "/parcels/"+escape(rec.Ref.ID), "parcel.done")
}

// parcelsOf shows the papers of a case and who answers for them.
func (w *Web) parcelsOf(x *asked) (console.Section, bool, error) {
	found, err := x.v.Records().Search(x.v.Context(), console.Query{Kind: "parcel", Key: x.rec.Ref.ID})
	if err != nil {
		return console.Section{}, false, err
	}
	s := console.Section{Title: "nav.parcels"}
	for _, h := range found.Hits {
		p, err := console.Find[protocol.Parcel](x.v.Records(), h.Ref)
		if err != nil {
			return s, false, err
		}
		if p == nil {
			continue
		}
		cell := page.State(parcelState(p)).Under(x.v.Place(p.Holder.Node))
		cell.Href, cell.Text = "/parcels/"+escape(h.Ref.ID), x.v.T("page.details")
		s.Facts = append(s.Facts, page.Fact{Label: originals(x.v, p), Cell: cell})
	}
	if x.c.State.Open() && len(paperLines(x)) > 0 && x.v.May(protocol.MayHoldPapers, "") {
		s.Bar = []console.Action{{Label: "do-parcel.open", Href: "/cases/" + x.rec.Ref.ID + "/parcel"}}
	}
	return s, len(s.Facts)+len(s.Bar) > 0, nil
}

// arriveQuestion counts in what a courier brought, by the slip's codes; what the
// record says may come later (P-04, P-09).
func (w *Web) arriveQuestion(v *console.Visit, id string) (question, error) {
	q := question{active: "parcels", title: "parcel.arrive", ask: "parcel.arrive-ask", then: "parcel.arrive-then", action: "/parcels/arrive", back: "/parcels",
		fields: []page.Field{{Name: "parcel", Label: "parcel.id", Max: 120, Required: true, Focus: id == "", Value: id, Help: "parcel.id-help"},
			{Name: "seal", Label: "parcel.seal", Max: 40, Width: "half", Required: true},
			{Name: "counts", Label: "parcel.counts", Max: 100, Width: "half", Required: true, Help: "parcel.counts-help"}}}
	return q, nil
}

func (w *Web) askArrive(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	q, err := w.arriveQuestion(v, "")
	if err != nil {
		return err
	}
	return w.render(v, q, form)
}

func (w *Web) arrive(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	id, err := w.parcelID(v, strings.TrimSpace(form.Get("parcel")))
	if err != nil {
		return err
	}
	_, err = w.cfg.Desk.ParcelArrived(v.Context(), v.Who, id, protocol.NormalizeCode(form.Get("seal")), numbers(form.Get("counts")))
	return w.answerTo(v, err, func() (question, error) { return w.arriveQuestion(v, id) }, form, "/parcels", "parcel.done")
}

// parcelID finds a parcel by what a scanner reads off it: its id, seal, waybill or
// the barcode of a paper.
func (w *Web) parcelID(v *console.Visit, scanned string) (string, error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "parcel", Key: scanned})
	if err != nil {
		return "", err
	}
	if len(found.Hits) == 1 {
		return found.Hits[0].Ref.ID, nil
	}
	return scanned, nil
}

// numbers reads counts as people write them: 1 2 1, or 1,2,1.
func numbers(s string) (list []int) {
	for _, word := range strings.FieldsFunc(protocol.NormalizeCode(s), func(r rune) bool { return r == ' ' || r == ',' || r == '、' }) {
		n, err := strconv.Atoi(word)
		if err != nil {
			n = -1
		}
		list = append(list, n)
	}
	return list
}
