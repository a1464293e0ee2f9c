package web

import (
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// chooseItem is the first step of an intake: the item is found while it is
// typed, by words, pinyin initials or code (W-02), and drafts go on from here.
func (w *Web) chooseItem(v *console.Visit) error {
	typed := v.R.FormValue("q")
	ids, total, err := w.finder.find(v, typed)
	if err != nil {
		return err
	}
	t := page.Table{Caption: "nav.intake", Cols: []page.Col{{Label: "item.name"}, {Label: "item.agency"}, {Label: "item.promise", Short: true},
		{Label: "intake.may", Short: true}}, Empty: page.Empty{What: "items.empty", Do: "items.empty-do"}}
	if typed != "" {
		t.Empty = page.Empty{What: "console.none-found", Do: "intake.find-hint"}
	}
	for _, id := range ids {
		i, err := console.Find[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: id})
		if err != nil {
			return err
		}
		if i != nil {
			itemRow(v, &t, id, i)
		}
	}
	if total > len(ids) {
		t.Foot = v.T("intake.more-items", total, len(ids))
	}
	drafts, err := w.drafts(v)
	if err != nil {
		return err
	}
	find := &page.Filter{Query: typed, Label: "intake.find", Hint: "intake.find-hint", Live: "list", Focus: true}
	sheet := console.Sheet{Sections: []console.Section{{Filter: find}, {ID: "list", Table: &t}}}
	if drafts.Table != nil {
		sheet.Sections = append(sheet.Sections, drafts)
	}
	return v.Show(page.View{Title: "nav.intake", Active: "intake"}, sheet)
}

func itemRow(v *console.Visit, t *page.Table, id string, i *protocol.Item) {
	name, may := page.Goto(i.Name, "/intake/"+id), page.Badge{Tone: page.Good, Word: "intake.yes"}
	if why := closed(v, i); why != "" {
		name, may = page.Goto(i.Name, "/items/"+id), page.Badge{Word: why}
	} else if i.Node != v.At() {
		may = page.Badge{Tone: page.Info, Word: v.T("intake.for", v.Place(i.Node))}
	}
	t.Add(name.Under(i.ImplCode), page.Word(i.AgencyName).Under(v.Place(i.Node)), page.Word(v.Limit(i.Promise)), page.State(may))
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
