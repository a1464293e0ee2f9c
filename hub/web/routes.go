package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) routePages() {
	w.Handle("GET /routes", protocol.MayReadItems, listRoutes)
	w.ask("/routes/edit", protocol.MayRoute, w.setRoute())
	w.Handle("GET /routes/{id}", protocol.MayReadItems, showRoute)
	w.ask("/routes/{id}/retire", protocol.MayRoute, w.retireRoute())
}

var routes = console.List{
	Kind: "route", Family: "route", Start: protocol.RouteActive, Hint: "routes.hint", Caption: "nav.routes", Key: console.NumberKey,
	States: []string{protocol.RouteActive, protocol.RouteRetired},
	Facets: []console.Select{{Facet: "node", Label: "case.handler", Name: place}, {Facet: "agency", Label: "item.agency", Name: (*console.Visit).Agency}},
	Cols: []page.Col{{Label: "case.item"}, {Label: "route.division", Short: true}, {Label: "item.agency"}, {Label: "route.substitute"},
		{Label: "console.state", Short: true}},
	Empty: page.Empty{What: "routes.empty", Do: "routes.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		r, rec, err := console.Read[protocol.Route](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		t.Add(page.Goto(itemNamed(v, r.ImplCode), "/routes/"+url.PathEscape(rec.Ref.ID)).Under(r.ImplCode), page.Word(divisionOf(v, r.Division)),
			page.Word(v.Agency(r.Agency)).Under(v.Place(r.Node)), substituteOf(v, r), page.State(console.State("route", r.State)))
		return nil
	},
}

// itemNamed is the name of an item by its implementation code, or the code.
func itemNamed(v *console.Visit, code string) string {
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "item", Key: code, Limit: 1})
	if err != nil || len(found.Hits) == 0 {
		return code
	}
	return found.Hits[0].Title
}

func divisionOf(v *console.Visit, d protocol.Division) string {
	if d == "" {
		return v.T("route.everywhere")
	}
	return v.Division(d)
}

func substituteOf(v *console.Visit, r *protocol.Route) page.Cell {
	if r.Substitute == "" {
		return page.State(page.Badge{Tone: page.Warn, Word: "route.no-substitute"})
	}
	return page.Word(v.Agency(r.Substitute)).Under(v.Place(r.SubNode) + " · " + v.T("relation."+r.Relation))
}

func listRoutes(v *console.Visit) error {
	s, err := routes.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "routes.lead"
	sheet := console.Sheet{Sections: []console.Section{s}}
	if v.May(protocol.MayRoute, "") {
		sheet.Actions = []console.Action{{Label: "do.set-route", Href: "/routes/edit", Primary: true, Hotkey: "n"}}
	}
	return v.Show(page.View{Title: "nav.routes", Active: "routes"}, sheet)
}

func showRoute(v *console.Visit) error {
	r, rec, err := console.Read[protocol.Route](v.Records(), protocol.Ref{Kind: "route", ID: v.R.PathValue("id")})
	if err != nil {
		return err
	}
	history, err := v.History(rec.Ref)
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "route.facts", Facts: routeFacts(v, r)}, history}}
	if v.May(protocol.MayRoute, "") {
		sheet.Actions = []console.Action{{Label: "do.set-route", Href: "/routes/edit?route=" + url.QueryEscape(rec.Ref.ID)}}
		if r.State == protocol.RouteActive {
			sheet.Actions = append(sheet.Actions, console.Action{Label: "do.retire-route", Href: "/routes/" + url.PathEscape(rec.Ref.ID) + "/retire"})
		}
	}
	return v.Show(page.View{Title: itemNamed(v, r.ImplCode), Active: "routes"}, sheet)
}

func routeFacts(v *console.Visit, r *protocol.Route) []page.Fact {
	facts := []page.Fact{{Label: "item.code", Cell: page.Code(r.ImplCode)}, {Label: "route.division", Cell: page.Word(divisionOf(v, r.Division))},
		{Label: "item.agency", Cell: page.Word(v.Agency(r.Agency)).Under(v.Place(r.Node))}, {Label: "route.substitute", Cell: substituteOf(v, r)},
		{Label: "console.state", Cell: page.State(console.State("route", r.State))}}
	return append(facts, console.Facts([]console.Line{{Label: "route.basis", Text: r.Basis}, {Label: "route.duties", Text: r.Duties},
		{Label: "console.reason", Text: r.Reason}})...)
}

func (w *Web) retireRoute() question {
	return question{name: "retire-route", nav: "routes", danger: true, back: below("/routes/"), fields: reason("retire-route.help"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			r, _, err := console.Read[protocol.Route](v.Records(), protocol.Ref{Kind: "route", ID: v.R.PathValue("id")})
			if err != nil {
				return nil, err
			}
			return routeFacts(v, r), nil
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.RetireRoute(v.Context(), v.Who, v.R.PathValue("id"), form.Get("reason"))
			return err
		}}
}

// setRoute asks for agencies only: their nodes follow from the register.
func (w *Web) setRoute() question {
	return question{name: "set-route", nav: "routes", back: always("/routes"), choose: routeFields, filled: filledRoute,
		do: func(v *console.Visit, form url.Values) error {
			r := protocol.Route{ImplCode: protocol.NormalizeCode(form.Get("impl")), Division: protocol.Division(form.Get("division")), Agency: codeOf(form, "agency"),
				Substitute: codeOf(form, "substitute"), Basis: strings.TrimSpace(form.Get("basis")), Duties: strings.TrimSpace(form.Get("duties"))}
			var err error
			if r.Node, err = nodeOf(v, r.Agency); err == nil && r.Substitute != "" {
				r.Relation = form.Get("relation")
				r.SubNode, err = nodeOf(v, r.Substitute)
			}
			if err != nil {
				return err
			}
			_, err = w.cfg.Office.SetRoute(v.Context(), v.Who, r)
			return err
		}}
}

func filledRoute(v *console.Visit) (map[string]string, error) {
	r, err := console.Find[protocol.Route](v.Records(), protocol.Ref{Kind: "route", ID: v.R.FormValue("route")})
	if err != nil || r == nil {
		return map[string]string{"impl": v.R.FormValue("impl")}, err
	}
	return map[string]string{"impl": r.ImplCode, "division": string(r.Division), "agency": r.Agency, "substitute": r.Substitute, "relation": r.Relation,
		"basis": r.Basis, "duties": r.Duties}, nil
}

func routeFields(v *console.Visit) ([]page.Field, error) {
	list, err := agencyList(v)
	divisions := []page.Option{{Label: "route.everywhere"}}
	for _, d := range protocol.Prefectures() {
		divisions = append(divisions, page.Option{Value: string(d.Code), Label: d.Name})
	}
	return []page.Field{
		{Name: "impl", Label: "item.code", Max: 31, Required: true, Width: "half", Help: "route.impl-help"},
		{Name: "division", Label: "route.division", Kind: page.InputSelect, Options: divisions, Width: "half"},
		{Name: "agency", Label: "item.agency", Max: 120, Required: true, Width: "half", List: list, Help: "route.agency-help"},
		{Name: "substitute", Label: "route.substitute", Max: 120, Width: "half", List: list, Help: "route.substitute-help"},
		{Name: "relation", Label: "route.relation", Kind: page.InputSelect, Width: "half", Options: []page.Option{{Label: "relation.none"},
			{Value: "same", Label: "relation.same"}, {Value: "superior", Label: "relation.superior"}}},
		{Name: "basis", Label: "route.basis", Max: 200, Width: "half", Help: "route.basis-help"},
		{Name: "duties", Label: "route.duties", Kind: page.InputArea, Rows: 3, Max: 2000, Help: "route.duties-help"}}, err
}
