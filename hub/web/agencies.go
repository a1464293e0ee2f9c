package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) agencyPages() {
	w.Handle("GET /agencies", protocol.MayReadStatus, listAgencies)
	w.Handle("GET /agencies/edit", protocol.MayManageAgency, w.showAgency)
	w.Handle("POST /agencies/edit", protocol.MayManageAgency, w.registerAgency)
}

var agencies = console.List{
	Kind: "agency", Family: "agency", Start: protocol.AgencyActive, Hint: "agencies.hint", Caption: "nav.agencies", Key: console.NumberKey,
	States: []string{protocol.AgencyActive, protocol.AgencyDisabled},
	Facets: []console.Select{{Facet: "node", Label: "agency.node", Name: place}},
	Cols: []page.Col{{Label: "agency.name"}, {Label: "agency.uscc", Short: true}, {Label: "agency.node", Short: true},
		{Label: "agency.phone", Short: true}, {Label: "console.state", Short: true}},
	Empty: page.Empty{What: "agencies.empty", Do: "agencies.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		a, _, err := console.Read[protocol.Agency](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		name := page.Word(a.Name)
		if v.May(protocol.MayManageAgency, "") {
			name = page.Goto(a.Name, "/agencies/edit?uscc="+url.QueryEscape(a.USCC))
		}
		t.Add(name, page.Code(a.USCC), page.Word(v.Place(a.Node)), page.Word(a.Phone), page.State(console.State("agency", a.State)))
		return nil
	},
}

func listAgencies(v *console.Visit) error {
	s, err := agencies.Section(v)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{s}}
	if v.May(protocol.MayManageAgency, "") {
		sheet.Actions = []console.Action{{Label: "agency.new", Href: "/agencies/edit", Primary: true, Hotkey: "n"}}
	}
	return v.Show(page.View{Title: "nav.agencies", Active: "agencies"}, sheet)
}

// showAgency is the form for a new agency, or for one that is registered.
func (w *Web) showAgency(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	if uscc := v.R.FormValue("uscc"); typed == nil && uscc != "" {
		a, _, err := console.Read[protocol.Agency](v.Records(), protocol.Ref{Kind: "agency", ID: uscc})
		if err != nil {
			return err
		}
		typed = url.Values{"uscc": {a.USCC}, "name": {a.Name}, "node": {string(a.Node)}, "division": {string(a.Division)}, "phone": {a.Phone},
			"known": {"on"}}
	}
	return renderAgency(v, typed, nil)
}

func renderAgency(v *console.Visit, typed url.Values, wrong map[string]string, flash ...page.Flash) error {
	nodes, err := nodeOptions(v)
	if err != nil {
		return err
	}
	f := page.Form{Action: "/agencies/edit", Submit: "agency.save", Back: &page.Link{Label: "act.back", Href: "/agencies"}, Fields: []page.Field{
		page.Hidden("known", typed.Get("known")),
		{Name: "uscc", Label: "agency.uscc", Value: typed.Get("uscc"), Max: 18, Required: true, Width: "half", Help: "agency.uscc-help",
			Locked: typed.Get("known") != ""},
		{Name: "name", Label: "agency.name", Value: typed.Get("name"), Max: 100, Required: true, Width: "half"},
		{Name: "node", Label: "agency.node", Kind: page.InputSelect, Value: typed.Get("node"), Width: "half", Help: "agency.node-help",
			Options: nodes},
		{Name: "division", Label: "entry.division", Value: typed.Get("division"), Max: 6, Width: "half", Help: "agency.division-help"},
		{Name: "phone", Label: "agency.phone", Kind: page.InputTel, Mode: "tel", Value: typed.Get("phone"), Max: 40, Width: "half"}}}
	for i := range f.Fields {
		f.Fields[i].Error = wrong[f.Fields[i].Name]
	}
	view := page.View{Title: "agency.new", Active: "agencies", Flash: flash}
	if typed.Get("known") != "" {
		view.Title = "agency.edit"
	}
	if len(wrong)+len(flash) > 0 {
		view.Status = 422
	}
	return v.Show(view, console.Sheet{Sections: []console.Section{{Form: &f}}})
}

func nodeOptions(v *console.Visit) ([]page.Option, error) {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "node", Limit: 200})
	if err != nil {
		return nil, err
	}
	list := []page.Option{{Label: "agency.choose-node"}}
	for _, h := range found.Hits {
		list = append(list, page.Option{Value: h.Ref.ID, Label: v.Place(protocol.NodeID(h.Ref.ID))})
	}
	return list, nil
}

func (w *Web) registerAgency(v *console.Visit) error {
	typed, err := v.Form()
	if err != nil {
		return err
	}
	a := protocol.Agency{USCC: protocol.NormalizeCode(typed.Get("uscc")), Name: strings.TrimSpace(typed.Get("name")),
		Node:     protocol.NodeID(typed.Get("node")),
		Division: protocol.Division(strings.TrimSpace(typed.Get("division"))), Phone: strings.TrimSpace(typed.Get("phone"))}
	wrong := checkAgency(v, &a)
	if len(wrong) > 0 {
		return renderAgency(v, typed, wrong)
	}
	if old, err := console.Find[protocol.Agency](v.Records(), protocol.Ref{Kind: "agency", ID: a.USCC}); err != nil {
		return err
	} else if old != nil {
		a.Parent, a.Rest = old.Parent, old.Rest // not on the form
	}
	_, err = w.cfg.Office.RegisterAgency(v.Context(), v.Who, a)
	if f, refused := console.Refusal(err); refused {
		return renderAgency(v, typed, nil, page.Flash{Tone: page.Bad, Text: f.Text, Rule: f.Rule})
	}
	if err != nil {
		return err
	}
	return v.Done("/agencies", page.Good, "agency.saved", a.USCC)
}

func checkAgency(v *console.Visit, a *protocol.Agency) map[string]string {
	wrong := map[string]string{}
	if no := protocol.CheckUSCC(a.USCC); no != nil {
		wrong["uscc"] = no.Text
	}
	if a.Name == "" {
		wrong["name"] = "agency.no-name"
	}
	if a.Node.Validate() != nil {
		wrong["node"] = "agency.no-node"
	}
	if a.Division != "" {
		if _, no := protocol.ResolveDivision(a.Division, v.Now().Day()); no != nil {
			wrong["division"] = no.Text
		}
	}
	return wrong
}
