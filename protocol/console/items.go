package console

import (
	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// ItemPages adds the list of service items and the page of one version with its
// guide. act gives what this console offers to do with it; nil offers nothing.
func (c *Console) ItemPages(act func(v *Visit, id string, i *protocol.Item) []Action) {
	c.Handle("GET /items", protocol.MayReadItems, listItems)
	c.Handle("GET /items/{id}", protocol.MayReadItems, func(v *Visit) error { return showItem(v, act) })
}

var items = List{
	Kind: "item", Family: "item", Start: protocol.ItemPublished, Hint: "items.hint", Caption: "nav.items",
	States: []string{protocol.ItemPublished, protocol.ItemSuspended, protocol.ItemWithdrawn},
	Facets: []Select{{"node", "item.node", func(v *Visit, n string) string { return v.Place(protocol.NodeID(n)) }},
		{"agency", "item.agency", (*Visit).Agency},
		{"type", "item.type", func(v *Visit, t string) string { return v.word("itemtype."+t, t) }}},
	Key: NumberKey,
	Cols: []page.Col{{Label: "item.name"}, {Label: "item.agency"}, {Label: "item.type", Short: true}, {Label: "item.promise", Short: true},
		{Label: "item.scope"}, {Label: "console.state", Short: true}},
	Empty: page.Empty{What: "items.empty", Do: "items.empty-do"},
	Row: func(v *Visit, h Hit, t *page.Table) error {
		i, _, err := Read[protocol.Item](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		t.Add(page.Goto(i.Name, "/items/"+h.Ref.ID).Under(i.ImplCode), page.Word(i.AgencyName).Under(v.Place(i.Node)),
			page.Word(v.word("itemtype."+i.Type, i.Type)),
			page.Word(v.Limit(i.Promise)), page.Word(v.word("scope."+i.Scope, i.Scope)), page.State(State("item", i.State)))
		return nil
	},
}

func listItems(v *Visit) error {
	s, err := items.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.items", Active: "items"}, Sheet{Sections: []Section{s}})
}

func showItem(v *Visit, act func(*Visit, string, *protocol.Item) []Action) error {
	id := v.R.PathValue("id")
	i, rec, err := Read[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: id})
	if err != nil {
		return err
	}
	g, err := Find[protocol.Guide](v.Records(), protocol.Ref{Kind: "guide", ID: id})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	var sheet Sheet
	if act != nil {
		sheet.Actions = act(v, id, i)
	}
	facts := append([]page.Fact{{Label: "console.state", Cell: page.State(State("item", i.State))}}, Facts(v.ItemLines(i))...)
	if i.Reason != "" {
		facts = append(facts, page.Fact{Label: "console.reason", Cell: page.Word(i.Reason)})
	}
	sheet.Sections = append([]Section{{Title: "item.facts", Facts: facts}}, v.GuideSections(g)...)
	sheet.Sections = append(sheet.Sections, history)
	return v.Show(page.View{Title: i.Name, Active: "items"}, sheet)
}

// GuideSections shows a guide: its materials, then its text.
func (v *Visit) GuideSections(g *protocol.Guide) []Section {
	if g == nil {
		return nil
	}
	t := page.Table{Caption: "guide.materials", Empty: page.Empty{What: "guide.no-materials"},
		Cols: []page.Col{{Label: "guide.name"}, {Label: "guide.necessity", Short: true}, {Label: "guide.form", Short: true},
			{Label: "guide.source", Short: true}, {Label: "guide.standard"}}}
	for _, l := range g.Lines {
		form := page.Word(v.word("form."+l.Form, l.Form))
		if l.Copies > 0 {
			form = form.Under(v.T("guide.copies", l.Copies))
		}
		t.Add(page.Word(l.Name).Under(l.When), page.State(Necessity(l.Necessity)), form, page.Word(v.word("source."+l.Source, l.Source)),
			page.Word(l.Standard))
	}
	out := []Section{{Title: "guide.materials", Table: &t}}
	if len(g.Sections) == 0 {
		return out
	}
	text := Section{Title: "guide.text"}
	for _, s := range g.Sections {
		text.Facts = append(text.Facts, page.Fact{Label: s.Title, Cell: page.Word(s.Text)})
	}
	return append(out, text)
}

// Necessity is the badge of a material's necessity.
func Necessity(n string) page.Badge {
	return page.Badge{Tone: tones["necessity."+n], Word: Word("necessity.", n)}
}

// Presence is the badge of what was found at the counter.
func Presence(p string) page.Badge {
	return page.Badge{Tone: tones["presence."+p], Word: Word("presence.", p)}
}
