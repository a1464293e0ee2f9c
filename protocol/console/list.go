package console

import (
	"fmt"
	"slices"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

// List is a searchable list of records of one kind. Filters are in the address.
type List struct {
	Kind    protocol.KindName
	Family  string   // of its state words; "" shows no states
	States  []string // tabs, in order
	Start   string   // state shown when none is chosen; "" is all
	Facets  []Select // drop-downs
	Fixed   []protocol.Facet
	Hint    string // label: what can be searched for
	Cols    []page.Col
	Row     func(v *Visit, h Hit, t *page.Table) error
	Key     func(q string) string // the exact key a search text may be, or ""
	Empty   page.Empty
	Caption string // label
	Refresh int    // seconds
	Brief   bool   // no tab for a state that nothing is in: for kinds of many states
}

// Select filters by a facet.
type Select struct {
	Facet, Label string
	Name         func(v *Visit, value string) string // nil shows the value
}

const (
	stateParam = "state"
	trailParam = "trail"
	allStates  = "all"
)

// Section runs the list for a request.
func (l *List) Section(v *Visit) (Section, error) {
	q := l.query(v)
	found, err := l.find(v, q)
	if err != nil {
		return Section{}, err
	}
	counts, err := v.Records().Search(v.Context(), Query{Kind: l.Kind, Facets: l.Fixed, Limit: 1, Count: l.counted()})
	if err != nil {
		return Section{}, fmt.Errorf("count %s: %w", l.Kind, err)
	}
	states, err := l.states(v, q, counts)
	if err != nil {
		return Section{}, err
	}
	table := page.Table{Caption: l.Caption, Cols: l.Cols, Empty: l.Empty}
	if l.filtered(v) {
		table.Empty = page.Empty{What: "console.none-found", Do: "console.none-found-do", Link: &page.Link{Label: "page.clear", Href: v.R.URL.Path}}
	}
	for _, h := range found.Hits {
		if err := l.Row(v, h, &table); err != nil {
			return Section{}, err
		}
	}
	return Section{ID: "list", Refresh: l.Refresh, Tabs: l.tabs(v, q, states), Filter: l.filter(v, counts), Table: &table,
		Pager: l.pager(v, found)}, nil
}

func (l *List) query(v *Visit) Query {
	q := Query{Kind: l.Kind, Text: v.R.FormValue("q"), State: v.R.FormValue(stateParam), After: v.R.FormValue("after"), Facets: slices.Clone(l.Fixed)}
	switch {
	case l.Family == "" || q.State == allStates:
		q.State = ""
	case q.State == "" && q.Text == "":
		q.State = l.Start
	}
	for _, s := range l.Facets {
		for _, value := range s.chosen(v) {
			q.Facets = append(q.Facets, protocol.Facet{Name: s.Facet, Value: value})
		}
	}
	return q
}

// chosen are the values to filter by; a link may name several.
func (s *Select) chosen(v *Visit) (values []string) {
	if v.R.FormValue(s.Facet) == "" { // reads the form, too
		return nil
	}
	return v.R.Form[s.Facet]
}

// states counts for the tabs: each says how many the list behind it shows, so
// the facets that are chosen narrow it as they narrow the list.
func (l *List) states(v *Visit, q Query, all Result) (Result, error) {
	if l.Family == "" || len(q.Facets) == len(l.Fixed) {
		return all, nil
	}
	r, err := v.Records().Search(v.Context(), Query{Kind: l.Kind, Facets: q.Facets, Limit: 1, Count: []string{CountState}})
	if err != nil {
		return r, fmt.Errorf("count states of %s: %w", l.Kind, err)
	}
	return r, nil
}

// find looks for an exact number first: whoever types one wants that record.
func (l *List) find(v *Visit, q Query) (Result, error) {
	if l.Key != nil && q.Text != "" && q.After == "" {
		if key := l.Key(q.Text); key != "" {
			exact := Query{Kind: l.Kind, Key: key, Facets: l.Fixed}
			if r, err := v.Records().Search(v.Context(), exact); err != nil || len(r.Hits) > 0 {
				return r, err
			}
		}
	}
	r, err := v.Records().Search(v.Context(), q)
	if err != nil {
		return r, fmt.Errorf("list %s: %w", l.Kind, err)
	}
	return r, nil
}

func (l *List) counted() []string {
	var names []string
	if l.Family != "" {
		names = append(names, CountState)
	}
	for _, s := range l.Facets {
		names = append(names, s.Facet)
	}
	return names
}

func (l *List) filtered(v *Visit) bool {
	return v.R.FormValue("q") != "" || slices.ContainsFunc(l.Facets, func(s Select) bool { return v.R.FormValue(s.Facet) != "" })
}

func (l *List) tabs(v *Visit, q Query, counts Result) []page.Tab {
	if l.Family == "" {
		return nil
	}
	all, each := 0, map[string]int{}
	for _, c := range counts.Counts {
		if c.Name == CountState {
			each[c.Value] += int(c.N)
			all += int(c.N)
		}
	}
	href := func(state string) string { return page.With(v.R.URL, stateParam, state, "after", "", trailParam, "") }
	tabs := []page.Tab{{Label: "console.all", Href: href(allStates), Count: all, Active: q.State == ""}}
	for _, s := range l.States {
		if l.Brief && each[s] == 0 && q.State != s {
			continue
		}
		tabs = append(tabs, page.Tab{Label: Word("state."+l.Family+".", s), Href: href(s), Count: each[s], Active: q.State == s})
	}
	return tabs
}

func (l *List) filter(v *Visit, counts Result) *page.Filter {
	f := &page.Filter{Query: v.R.FormValue("q"), Hint: l.Hint}
	if l.filtered(v) {
		f.Clear = v.R.URL.Path
	}
	if state := v.R.FormValue(stateParam); state != "" {
		f.Fields = append(f.Fields, page.Hidden(stateParam, state))
	}
	for _, s := range l.Facets {
		if several := s.chosen(v); len(several) > 1 {
			for _, value := range several {
				f.Fields = append(f.Fields, page.Hidden(s.Facet, value))
			}
			continue
		}
		field := page.Field{Name: s.Facet, Label: s.Label, Kind: page.InputSelect, Value: v.R.FormValue(s.Facet),
			Options: []page.Option{{Label: "console.all"}}}
		for _, c := range counts.Counts {
			if c.Name != s.Facet || c.Value == "" {
				continue
			}
			name := c.Value
			if s.Name != nil {
				name = s.Name(v, c.Value)
			}
			field.Options = append(field.Options, page.Option{Value: c.Value, Label: v.T("console.option", name, c.N)})
		}
		f.Fields = append(f.Fields, field)
	}
	return f
}

// pager goes back through the cursors of the pages before, which the address
// carries: cursors only lead forward.
func (l *List) pager(v *Visit, r Result) page.Pager {
	p := page.Pager{Note: v.T("console.total", count(r))}
	at, trail := v.R.FormValue("after"), v.R.FormValue(trailParam)
	if r.Next != "" {
		p.Next = page.With(v.R.URL, "after", r.Next, trailParam, trail+"."+at)
	}
	if i := strings.LastIndexByte(trail, '.'); i >= 0 {
		p.Prev = page.With(v.R.URL, "after", trail[i+1:], trailParam, trail[:i])
	}
	return p
}

// NumberKey reads what a person types for a number or code: letters are
// capitals whatever was typed.
func NumberKey(q string) string { return strings.ToUpper(protocol.NormalizeCode(q)) }

func count(r Result) string {
	s := page.Number(r.Total).Text
	if r.More {
		s += "+"
	}
	return s
}
