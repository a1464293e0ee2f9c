package console

import (
	"encoding/json"
	"fmt"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// CataloguePages adds the list of the released catalogue and the page of one
// entry: what everybody sees, at hub and node alike.
func (c *Console) CataloguePages() {
	c.Handle("GET /catalogue", protocol.MayReadCatalog, listCatalogue)
	c.Handle("GET /catalogue/{id}", protocol.MayReadCatalog, showEntry)
}

var listings = List{
	Kind: "catalog.listing", Family: "listing", Start: protocol.ListingListed, Hint: "catalogue.hint", Caption: "nav.catalogue",
	States: []string{protocol.ListingListed, protocol.ListingApproved, protocol.ListingWithheld, protocol.ListingRetired},
	Facets: []Select{{"agency", "entry.provider", (*Visit).Agency},
		{"division", "entry.division", func(v *Visit, d string) string { return v.Division(protocol.Division(d)) }}},
	Key: NumberKey,
	Cols: []page.Col{{Label: "entry.name"}, {Label: "entry.code", Short: true}, {Label: "entry.provider"}, {Label: "entry.division", Short: true},
		{Label: "console.state", Short: true}, {Label: "console.updated", Short: true}},
	Empty: page.Empty{What: "catalogue.empty", Do: "catalogue.empty-do"},
	Row: func(v *Visit, h Hit, t *page.Table) error {
		l, _, err := Read[protocol.Listing](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		t.Add(page.Goto(l.Name, "/catalogue/"+h.Ref.ID), page.Code(l.Code), page.Word(l.Provider), page.Word(v.Division(l.Division)),
			page.State(State("listing", l.State)), page.OnDay(h.At.Day()))
		return nil
	},
}

func listCatalogue(v *Visit) error {
	s, err := listings.Section(v)
	if err != nil {
		return err
	}
	return v.Show(page.View{Title: "nav.catalogue", Active: "catalogue"}, Sheet{Sections: []Section{s}})
}

func showEntry(v *Visit) error {
	l, rec, err := Read[protocol.Listing](v.Records(), protocol.Ref{Kind: "catalog.listing", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	sheet := Sheet{Sections: []Section{{Title: "entry.listing", Facts: v.listingFacts(l)}}}
	e, err := v.Listed(l)
	if err != nil {
		return err
	}
	if e != nil {
		sheet.Sections = append(sheet.Sections, v.entrySections(e)...)
	}
	sheet.Sections = append(sheet.Sections, history)
	return v.Show(page.View{Title: l.Name, Active: "catalogue"}, sheet)
}

// Listed reads the revision of an entry that is released; nil when none is.
func (v *Visit) Listed(l *protocol.Listing) (*protocol.CatalogEntry, error) {
	if l == nil || l.Cur == nil {
		return nil, nil
	}
	rev, err := Find[protocol.Revision](v.Records(), protocol.Ref{Kind: "catalog.revision", ID: l.Cur.Hash.String()})
	if err != nil || rev == nil {
		return nil, err
	}
	var e protocol.CatalogEntry
	if err := json.Unmarshal(rev.Content, &e); err != nil {
		return nil, fmt.Errorf("read revision %s: %w", l.Cur.Hash.Short(), err)
	}
	return &e, nil
}

func (v *Visit) listingFacts(l *protocol.Listing) []page.Fact {
	facts := []page.Fact{{Label: "console.state", Cell: page.State(State("listing", l.State))}, {Label: "entry.code", Cell: page.Code(l.Code)}}
	if l.Cur != nil {
		facts = append(facts, page.Fact{Label: "entry.release", Cell: page.Word(v.T("release.number", l.Cur.Release))},
			page.Fact{Label: "entry.hash", Cell: page.Code(l.Cur.Hash.Short())})
	}
	if l.Next != nil {
		facts = append(facts, page.Fact{Label: "entry.next", Cell: page.Word(v.T("entry.next-is", l.Next.Rev))})
	}
	if l.Reason != "" {
		facts = append(facts, page.Fact{Label: "console.reason", Cell: page.Word(l.Reason)})
	}
	return facts
}

func (v *Visit) entrySections(e *protocol.CatalogEntry) []Section {
	plain := v.EntryLines(&protocol.CatalogEntry{Code: e.Code, Name: e.Name, Abstract: e.Abstract, Provider: e.Provider, Division: e.Division,
		Layer: e.Layer, Class: e.Class, Base: e.Base, Format: e.Format, Share: e.Share, Open: e.Open, Level: e.Level, Cycle: e.Cycle,
		Gained: e.Gained, Secrecy: e.Secrecy, Contact: e.Contact})
	t := page.Table{Caption: "entry.items", Cols: []page.Col{{Label: "entry.item-name"}, {Label: "entry.item-id", Short: true},
		{Label: "entry.item-type", Short: true}, {Label: "entry.item-len", Num: true}, {Label: "entry.item-marks"}}}
	for _, d := range e.Items {
		var marks []page.Badge
		if d.Key {
			marks = append(marks, page.Badge{Tone: page.Info, Word: "entry.key"})
		}
		if d.Sensitive != "" {
			marks = append(marks, page.Badge{Tone: page.Warn, Word: d.Sensitive})
		}
		length := page.Word("")
		if d.Len > 0 {
			length = page.Number(d.Len)
		}
		t.Add(page.Word(d.Name), page.Code(d.ID), page.Word(v.word("datatype."+strings.ToLower(d.Type), d.Type)), length, page.State(marks...))
	}
	return []Section{{Title: "entry.content", Facts: Facts(plain)}, {Title: "entry.items", Table: &t}}
}
