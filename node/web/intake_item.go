package web

import (
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// chooseItem is the first step of an intake: only items that can be filed here.
func (w *Web) chooseItem(v *console.Visit) error {
	list := console.List{
		Kind: "item", Fixed: nil, Hint: "items.hint", Caption: "nav.intake", Key: console.NumberKey,
		Facets: []console.Select{{Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}},
		Cols:   []page.Col{{Label: "item.name"}, {Label: "item.agency"}, {Label: "item.promise", Short: true}, {Label: "intake.may", Short: true}},
		Empty:  page.Empty{What: "items.empty", Do: "items.empty-do"},
		Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
			i, _, err := console.Read[protocol.Item](v.Records(), h.Ref)
			if err != nil {
				return err
			}
			name, may := page.Goto(i.Name, "/intake/"+h.Ref.ID), page.Badge{Tone: page.Good, Word: "intake.yes"}
			if why := closed(v, i); why != "" {
				name, may = page.Goto(i.Name, "/items/"+h.Ref.ID), page.Badge{Word: why}
			} else if i.Node != v.At() {
				may = page.Badge{Tone: page.Info, Word: v.T("intake.for", v.Place(i.Node))}
			}
			t.Add(name.Under(i.ImplCode), page.Word(i.AgencyName).Under(v.Place(i.Node)), page.Word(v.Limit(i.Promise)), page.State(may))
			return nil
		},
	}
	s, err := list.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "intake.choose"
	return v.Show(page.View{Title: "nav.intake", Active: "intake"}, console.Sheet{Sections: []console.Section{s}})
}

// closed says why an item cannot be filed at this window; "" when it can. The
// judge decides the same way (C-02a).
func closed(v *console.Visit, i *protocol.Item) string {
	switch {
	case i.State != protocol.ItemPublished:
		return console.Word("state.item.", i.State)
	case v.Now().Day().Before(i.EffectiveAt):
		return v.T("intake.not-yet", i.EffectiveAt.String())
	case i.Node != v.At() && !slices.Contains([]string{"nation", "interprovince", "interprefecture"}, i.Scope):
		return "intake.only-there"
	}
	return ""
}

func (w *Web) itemActions(v *console.Visit, id string, i *protocol.Item) []console.Action {
	if !v.May(protocol.MayReceive, "") || closed(v, i) != "" {
		return nil
	}
	return []console.Action{{Label: "intake.this", Href: "/intake/" + id, Primary: true, Hotkey: "n"}}
}
