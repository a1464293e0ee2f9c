package web

import (
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// gapList is D-02, the list an applicant takes home before anything is received:
// all that the displayed guide wants and that is not here, at once (art. 34).
type gapList struct {
	Back  string
	Place string
	Facts []page.Fact
	Lines page.Table
	Any   bool
}

func (w *Web) gapsPage(v *console.Visit, typed url.Values) error {
	item, guide, rec, err := itemOnForm(v)
	if err != nil {
		return err
	}
	lines, err := w.intakeLines(v, typed, guide)
	if err != nil {
		return err
	}
	list := gapList{Back: draftAddress(v.R.PathValue("item"), typed.Get("nonce")), Place: v.Place(v.At()), Facts: []page.Fact{
		{Label: "case.item", Cell: page.Word(item.Name)}, {Label: "case.agency", Cell: page.Word(item.AgencyName)},
		{Label: "intake.guide", Cell: page.Word(v.T("intake.guide-version", item.Version)).Under(v.T("intake.guide-of", rec.At))},
		{Label: "person.name", Cell: page.Word(applicant(typed).Name)}, {Label: "intake.window", Cell: page.Word(typed.Get("window"))}}}
	list.Lines = page.Table{Caption: "gap.title", Cols: []page.Col{{Label: "guide.name"}, {Label: "guide.necessity", Short: true}, {Label: "gap.wanted"}},
		Empty: page.Empty{What: "gap.none", Do: "gap.none-do"}}
	for _, l := range lines {
		if l.Presence.Value == protocol.PresenceMissing || l.Presence.Value == protocol.PresenceOwed {
			list.Lines.Add(page.Word(v.T("gap.line", l.Number, l.Name)), page.State(l.Badge), page.Word(l.Details))
		}
	}
	list.Any = len(list.Lines.Rows) > 0
	return v.Render("gaps", page.View{Title: "gap.title", Active: "intake", Crumbs: []page.Link{{Label: item.Name, Href: list.Back}}, Data: list})
}
