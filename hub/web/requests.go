package web

import (
	"encoding/json"
	"fmt"
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// publishing are the requests that the province answers: to publish an item.
var publishing = []protocol.Facet{{Name: "want", Value: protocol.WantPublish}}

const selectForm = "selected"

func requestList(may bool) console.List {
	l := console.List{
		Kind: "request", Family: "request", Start: protocol.RequestFiled, Fixed: publishing, Hint: "requests.hint", Caption: "nav.requests",
		States: []string{protocol.RequestFiled, protocol.RequestDone, protocol.RequestDeclined},
		Facets: []console.Select{{Facet: "from", Label: "request.from",
			Name: func(v *console.Visit, n string) string { return v.Place(protocol.NodeID(n)) }}, {Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}},
		Cols: []page.Col{{Label: "request.title"}, {Label: "item.agency"}, {Label: "request.from", Short: true},
			{Label: "request.filed", Short: true},
			{Label: "console.state", Short: true}},
		Empty: page.Empty{What: "requests.empty", Do: "requests.empty-do"},
		Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
			r, _, err := console.Read[protocol.Request](v.Records(), h.Ref)
			if err != nil {
				return err
			}
			row := t.Add(page.Goto(r.Title, "/requests/"+url.PathEscape(h.Ref.ID)), page.Word(v.Agency(r.Agency)), page.Word(v.Place(r.From)),
				page.When(r.Filed), page.State(console.State("request", r.State)).Under(r.Reason))
			row.ID = h.Ref.ID
			if may && r.State == protocol.RequestFiled {
				t.Select, t.Form = "request", selectForm
			}
			return nil
		},
	}
	return l
}

func (w *Web) listRequests(v *console.Visit) error { return w.renderRequests(v) }

func (w *Web) renderRequests(v *console.Visit, flash ...page.Flash) error {
	l := requestList(v.May(protocol.MayPublishItem, ""))
	s, err := l.Section(v)
	if err != nil {
		return err
	}
	sections := []console.Section{s}
	if s.Table.Select != "" {
		sections = append(sections, console.Section{Form: &page.Form{ID: selectForm, Action: "/requests", Submit: "requests.approve",
			Keep: "requests.approve-keep"}})
	}
	view := page.View{Title: "nav.requests", Active: "requests", Flash: flash}
	if len(flash) > 0 {
		view.Status = 409
	}
	return v.Show(view, console.Sheet{Sections: sections})
}

// publishSelected passes what is ticked, one group of acts each: what a rule
// refuses is named, the others are done.
func (w *Web) publishSelected(v *console.Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	var flash []page.Flash
	done := 0
	for _, id := range form["request"] {
		ref := protocol.Ref{Kind: "request", ID: id}
		_, err := w.cfg.Office.Publish(v.Context(), v.Who, ref)
		if f, refused := console.Refusal(err); refused {
			title := id
			if r, err := console.Find[protocol.Request](v.Records(), ref); err == nil && r != nil {
				title = r.Title
			}
			flash = append(flash, page.Flash{Tone: page.Bad, Text: v.T("requests.one-refused", title, f.Text), Rule: f.Rule})
			continue
		}
		if err != nil {
			return err
		}
		done++
	}
	switch {
	case len(form["request"]) == 0:
		return w.renderRequests(v, page.Flash{Tone: page.Warn, Text: "requests.none-selected"})
	case len(flash) > 0:
		return w.renderRequests(v, append(flash, page.Flash{Tone: page.Info, Text: v.T("requests.some-done", done)})...)
	}
	return v.Done("/requests", page.Good, "requests.done", fmt.Sprint(done))
}

func (w *Web) request(v *console.Visit) (*protocol.Request, *protocol.ItemFiling, error) {
	r, _, err := console.Read[protocol.Request](v.Records(), protocol.Ref{Kind: "request", ID: v.R.PathValue("id")})
	if err != nil {
		return nil, nil, err
	}
	var f protocol.ItemFiling
	if r.Want == protocol.WantPublish {
		if err := json.Unmarshal(r.Data, &f); err != nil {
			return nil, nil, fmt.Errorf("read filing: %w", err)
		}
	}
	return r, &f, nil
}

func (w *Web) showRequest(v *console.Visit) error {
	r, filing, err := w.request(v)
	if err != nil {
		return err
	}
	var sheet console.Sheet
	if r.State == protocol.RequestFiled && v.May(protocol.MayPublishItem, "") && r.Want == protocol.WantPublish {
		base := "/requests/" + url.PathEscape(v.R.PathValue("id"))
		sheet.Actions = []console.Action{{Label: "do.approve-request", Href: base + "/approve", Primary: true, Hotkey: "a"},
			{Label: "do.decline-request", Href: base + "/decline", Hotkey: "x"}}
	}
	sheet.Sections = []console.Section{{Title: "request.facts", Facts: requestFacts(v, r)}}
	if r.Want == protocol.WantPublish {
		more, err := filingSections(v, filing)
		if err != nil {
			return err
		}
		sheet.Sections = append(sheet.Sections, more...)
	}
	return v.Show(page.View{Title: r.Title, Active: "requests"}, sheet)
}

func requestFacts(v *console.Visit, r *protocol.Request) []page.Fact {
	facts := []page.Fact{{Label: "console.state", Cell: page.State(console.State("request", r.State))},
		{Label: "item.agency", Cell: page.Word(v.Agency(r.Agency)).Under(r.Agency)},
		{Label: "request.from", Cell: page.Word(v.Place(r.From))}, {Label: "request.filed", Cell: page.When(r.Filed)}}
	if r.Ended > 0 {
		facts = append(facts, page.Fact{Label: "request.ended", Cell: page.When(r.Ended)})
	}
	if r.Reason != "" {
		facts = append(facts, page.Fact{Label: "console.reason", Cell: page.Word(r.Reason)})
	}
	return facts
}

// filingSections shows what would be published: what changes against the newest
// version in force, then the whole of it.
func filingSections(v *console.Visit, f *protocol.ItemFiling) ([]console.Section, error) {
	old, guide, err := inForce(v, f.Item.ImplCode)
	if err != nil {
		return nil, err
	}
	var out []console.Section
	if old != nil {
		lines := v.ItemLines(old)
		if guide != nil {
			lines = append(lines, v.GuideLines(guide)...)
		}
		t := diffTable(v, console.Diff(lines, append(v.ItemLines(&f.Item), v.GuideLines(&f.Guide)...)))
		out = append(out, console.Section{Title: v.T("request.diff", old.Version), Table: &t})
	} else {
		out = append(out, console.Section{Messages: []page.Flash{{Tone: page.Info, Text: "request.new-item"}}})
	}
	out = append(out, console.Section{Title: "item.facts", Facts: console.Facts(v.ItemLines(&f.Item))})
	return append(out, v.GuideSections(&f.Guide)...), nil
}

// inForce finds the newest published version of an item and its guide.
func inForce(v *console.Visit, code string) (best *protocol.Item, g *protocol.Guide, err error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "item", Key: code, State: protocol.ItemPublished, Limit: 200})
	if err != nil {
		return nil, nil, err
	}
	for _, h := range found.Hits {
		i, _, err := console.Read[protocol.Item](v.Records(), h.Ref)
		if err != nil {
			return nil, nil, err
		}
		if best == nil || i.Version > best.Version {
			best = i
		}
	}
	if best != nil {
		g, err = console.Find[protocol.Guide](v.Records(), protocol.Ref{Kind: "guide", ID: protocol.ItemID(best.ImplCode, best.Version)})
	}
	return best, g, err
}

func diffTable(v *console.Visit, changes []console.Change) page.Table {
	t := page.Table{Caption: "diff.title", Cols: []page.Col{{Label: "diff.field"}, {Label: "diff.old"}, {Label: "diff.new"}},
		Empty: page.Empty{What: "diff.none"}}
	for _, c := range changes {
		old, next := page.Word(c.Old), page.Word(c.New)
		switch {
		case c.Old == "":
			old = page.State(page.Badge{Word: "diff.absent"})
		case c.New == "":
			next = page.State(page.Badge{Tone: page.Warn, Word: "diff.gone"})
		}
		t.Add(page.Word(v.Label(c.Label)), old, next)
	}
	return t
}

func (w *Web) requestFactsOf(v *console.Visit) ([]page.Fact, error) {
	r, _, err := w.request(v)
	if err != nil {
		return nil, err
	}
	return append([]page.Fact{{Label: "request.title", Cell: page.Word(r.Title)}}, requestFacts(v, r)...), nil
}

func (w *Web) approveRequest() question {
	return question{name: "approve-request", nav: "requests", back: below("/requests/"), to: always("/requests"), facts: w.requestFactsOf,
		do: func(v *console.Visit, _ url.Values) error {
			_, err := w.cfg.Office.Publish(v.Context(), v.Who, protocol.Ref{Kind: "request", ID: v.R.PathValue("id")})
			return err
		}}
}

func (w *Web) declineRequest() question {
	return question{name: "decline-request", nav: "requests", danger: true, back: below("/requests/"), to: always("/requests"),
		facts:  w.requestFactsOf,
		fields: reason("decline.help"),
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.Decline(v.Context(), v.Who, protocol.Ref{Kind: "request", ID: v.R.PathValue("id")}, form.Get("reason"))
			return err
		}}
}

func itemActions(v *console.Visit, id string, i *protocol.Item) []console.Action {
	if i.State != protocol.ItemPublished || !v.May(protocol.MayPublishItem, "") {
		return nil
	}
	return []console.Action{{Label: "do.suspend-item", Href: "/items/" + id + "/suspend"},
		{Label: "do.withdraw-item", Href: "/items/" + id + "/withdraw"}}
}

func (w *Web) endItem(act protocol.Act) question {
	return question{name: string(act) + "-item", nav: "items", danger: true, back: below("/items/"), fields: reason("end-item.help"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			i, _, err := console.Read[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: v.R.PathValue("id")})
			if err != nil {
				return nil, err
			}
			return []page.Fact{{Label: "item.name", Cell: page.Word(i.Name)}, {Label: "item.agency", Cell: page.Word(i.AgencyName)},
				{Label: "item.version", Cell: page.Number(i.Version)}, {Label: "console.state",
					Cell: page.State(console.State("item", i.State))}}, nil
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.EndItem(v.Context(), v.Who, v.R.PathValue("id"), act, form.Get("reason"))
			return err
		}}
}
