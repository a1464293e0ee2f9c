package console

import (
	"fmt"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// Line is one labelled text of a record: what its page shows and what a diff
// compares.
type Line struct {
	Label string // label
	Text  string
}

// EntryLines are the fields of a catalogue entry in the order shown, one line
// for each data item behind them.
func (v *Visit) EntryLines(e *protocol.CatalogEntry) []Line {
	lines := []Line{
		{"entry.code", e.Code}, {"entry.name", e.Name}, {"entry.abstract", e.Abstract}, {"entry.provider", e.Provider},
		{"entry.division", v.Division(e.Division)}, {"entry.layer", v.word("layer."+e.Layer, e.Layer)}, {"entry.class", e.Class}, {"entry.base",
			e.Base},
		{"entry.format", v.word("format."+e.Format, e.Format)}, {"entry.share", v.sharing("share.", e.Share)}, {"entry.open",
			v.sharing("open.", e.Open)},
		{"entry.level", e.Level}, {"entry.cycle", v.word("cycle."+e.Cycle, e.Cycle)}, {"entry.gained", v.word("gained."+e.Gained, e.Gained)},
		{"entry.secrecy", e.Secrecy}, {"entry.contact", e.Contact},
	}
	for _, item := range e.Items {
		lines = append(lines, Line{v.T("entry.item", item.Name), v.dataItem(&item)})
	}
	return lines
}

func (v *Visit) sharing(family string, s protocol.Share) string {
	parts := []string{v.word(family+s.Type, s.Type)}
	for _, p := range append([]string{s.Reason, s.Cond}, s.Basis...) {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, v.T("console.semicolon"))
}

func (v *Visit) dataItem(d *protocol.DataItem) string {
	s := d.ID + " · " + v.word("datatype."+strings.ToLower(d.Type), d.Type)
	if d.Len > 0 {
		s += fmt.Sprintf("(%d)", d.Len)
	}
	if d.Key {
		s += " · " + v.T("entry.key")
	}
	if d.Sensitive != "" {
		s += " · " + d.Sensitive
	}
	return s
}

// ItemLines are the fields of a service item.
func (v *Visit) ItemLines(i *protocol.Item) []Line {
	lines := []Line{
		{"item.name", i.Name}, {"item.code", i.ImplCode}, {"item.version", fmt.Sprint(i.Version)}, {"item.type", v.word("itemtype."+i.Type, i.Type)},
		{"item.agency", i.AgencyName}, {"item.node", v.Place(i.Node)}, {"item.casetype", v.word("casetype."+i.CaseType, i.CaseType)},
		{"item.scope", v.word("scope."+i.Scope, i.Scope)}, {"item.legal", v.Limit(i.Legal)}, {"item.promise", v.Limit(i.Promise)},
		{"item.visits", fmt.Sprint(i.Visits)}, {"item.fee", i.Fee}, {"item.conditions", i.Conditions},
		{"item.basis", strings.Join(i.Basis, v.T("console.semicolon"))}, {"item.effective", i.EffectiveAt.String()},
	}
	if i.Fee == "" {
		lines[11].Text = v.T("item.free")
	}
	return lines
}

// GuideLines are the sections and materials of a guide.
func (v *Visit) GuideLines(g *protocol.Guide) []Line {
	var lines []Line
	for _, s := range g.Sections {
		lines = append(lines, Line{s.Title, s.Text})
	}
	for _, l := range g.Lines {
		lines = append(lines, Line{v.T("guide.material", l.Name), v.Material(&l)})
	}
	return lines
}

// Material says in one line what a guide wants of a material.
func (v *Visit) Material(l *protocol.MaterialLine) string {
	return v.word("necessity."+l.Necessity, l.Necessity) + v.T("console.semicolon") + v.MaterialDetails(l)
}

// MaterialDetails is Material without the necessity, for where a badge says it.
func (v *Visit) MaterialDetails(l *protocol.MaterialLine) string {
	parts := []string{v.word("form."+l.Form, l.Form), v.word("source."+l.Source, l.Source)}
	if l.Copies > 0 {
		parts = append(parts, v.T("guide.copies", l.Copies))
	}
	for _, p := range append([]string{l.When, l.Standard}, l.Basis...) {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, v.T("console.semicolon"))
}

// Limit is a length of time in the language of the page.
func (v *Visit) Limit(l protocol.Limit) string {
	if l.N == 0 {
		return v.T("limit.none")
	}
	return v.word("limit."+string(l.Unit), l.String(), l.N)
}

// Division names a division by its code.
func (v *Visit) Division(d protocol.Division) string {
	if info, _ := protocol.ResolveDivision(d, protocol.Day{}); info.Name != "" {
		return info.Name
	}
	return string(d)
}

// Facts shows lines; empty ones are left out.
func Facts(lines []Line) []page.Fact {
	var facts []page.Fact
	for _, l := range lines {
		if l.Text != "" {
			facts = append(facts, page.Fact{Label: l.Label, Cell: page.Word(l.Text)})
		}
	}
	return facts
}

// Change is one line that differs between two versions.
type Change struct {
	Label    string // label
	Old, New string
}

// Diff compares two versions line by line: changed and new lines in the order of
// the new version, then those that are gone.
func Diff(old, next []Line) []Change {
	before := make(map[string]string, len(old))
	for _, l := range old {
		before[l.Label] = l.Text
	}
	var changes []Change
	seen := make(map[string]bool, len(next))
	for _, l := range next {
		seen[l.Label] = true
		if before[l.Label] != l.Text {
			changes = append(changes, Change{l.Label, before[l.Label], l.Text})
		}
	}
	for _, l := range old {
		if !seen[l.Label] && l.Text != "" {
			changes = append(changes, Change{l.Label, l.Text, ""})
		}
	}
	return changes
}
