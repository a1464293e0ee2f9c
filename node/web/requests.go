package web

import (
	"slices"
	"strings"

	"encoding/json"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// requests are what this place asked others to do, with their answers.
var requests = console.List{
	Kind: "request", Family: "request", Hint: "requests.hint", Caption: "nav.requests",
	States: []string{protocol.RequestFiled, protocol.RequestDone, protocol.RequestDeclined},
	Facets: []console.Select{{Facet: "want", Label: "request.want", Name: wantWord}},
	Cols: []page.Col{{Label: "request.title"}, {Label: "request.want", Short: true}, {Label: "console.state", Short: true},
		{Label: "request.at", Short: true}, {Label: "request.filed", Short: true}},
	Empty: page.Empty{What: "requests.empty", Do: "requests.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		r, rec, err := console.Read[protocol.Request](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		row := t.Add(page.Goto(r.Title, "/requests/"+escape(h.Ref.ID)), page.Word(wantWord(v, r.Want)),
			page.State(console.State("request", r.State)).Under(r.Reason),
			page.Word(v.Place(rec.Home)), page.When(r.Filed))
		if r.State == protocol.RequestDeclined {
			row.Tone = page.Warn
		}
		return nil
	},
}

func listRequests(v *console.Visit) error {
	s, err := requests.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.requests", Active: "requests"}, console.Sheet{Sections: []console.Section{s}})
}

func (w *Web) showRequest(v *console.Visit) error {
	r, rec, err := console.Read[protocol.Request](v.Records(), protocol.Ref{Kind: "request", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "request.facts", Facts: requestFacts(v, r, &rec)}}}
	if slices.Contains(declinable, r.Want) && r.Open() && rec.Home == v.At() && v.May(protocol.MayAccept, r.Agency) {
		sheet.Actions = append(sheet.Actions, console.Action{Label: "request.decline", Href: "/requests/" + escape(rec.Ref.ID) + "/decline"})
	}
	if r.Want == protocol.WantPublish {
		var filing protocol.ItemFiling
		if err := json.Unmarshal(r.Data, &filing); err == nil { // what cannot be read is shown by its title alone
			sheet.Sections = append(sheet.Sections, console.Section{Title: "item.facts", Facts: console.Facts(v.ItemLines(&filing.Item))})
			sheet.Sections = append(sheet.Sections, v.GuideSections(&filing.Guide)...)
		}
	}
	sheet.Sections = append(sheet.Sections, history)
	return v.Show(page.View{Title: r.Title, Active: "requests"}, sheet)
}

func requestFacts(v *console.Visit, r *protocol.Request, rec *protocol.Record) []page.Fact {
	facts := []page.Fact{{Label: "request.want", Cell: page.Word(wantWord(v, r.Want))},
		{Label: "console.state", Cell: page.State(console.State("request", r.State))},
		{Label: "request.from", Cell: page.Word(v.Place(r.From))}, {Label: "request.at", Cell: page.Word(v.Place(rec.Home))},
		{Label: "request.filed", Cell: page.When(r.Filed)}}
	if r.Ended > 0 {
		facts = append(facts, page.Fact{Label: "request.ended", Cell: page.When(r.Ended)})
	}
	if r.Reason != "" {
		facts = append(facts, page.Fact{Label: "console.reason", Cell: page.Word(r.Reason)})
	}
	if r.On.Kind == "case" && v.May(protocol.MayReadCases, "") {
		facts = append(facts, page.Fact{Label: "request.on", Cell: page.Goto(r.On.ID, "/cases/"+r.On.ID)})
	}
	return facts
}

// wantWord names what a request wants.
func wantWord(v *console.Visit, want string) string {
	return v.T("want." + strings.NewReplacer("_", "-", ".", "-").Replace(want))
}
