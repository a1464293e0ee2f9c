package web

import (
	"net/url"
	"strings"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

func (w *Web) delegationPages() {
	w.Handle("GET /delegations", protocol.MayReadItems, listDelegations)
	w.ask("/delegations/new", protocol.MayRoute, w.delegate())
	w.Handle("GET /delegations/{id}", protocol.MayReadItems, showDelegation)
	w.ask("/delegations/{id}/end", protocol.MayRoute, w.endDelegation())
}

var delegations = console.List{
	Kind: "delegation", Family: "delegation", Start: protocol.DelegationActive, Hint: "delegations.hint", Caption: "nav.delegations", Key: console.NumberKey,
	States: []string{protocol.DelegationActive, protocol.DelegationEnded},
	Facets: []console.Select{{Facet: "receiving", Label: "delegation.receiving", Name: (*console.Visit).Agency},
		{Facet: "handling", Label: "delegation.handling", Name: (*console.Visit).Agency}},
	Cols: []page.Col{{Label: "case.item"}, {Label: "delegation.receiving"}, {Label: "delegation.handling"}, {Label: "delegation.basis"},
		{Label: "console.state", Short: true}},
	Empty: page.Empty{What: "delegations.empty", Do: "delegations.empty-do"},
	Row: func(v *console.Visit, h console.Hit, t *page.Table) error {
		d, rec, err := console.Read[protocol.Delegation](v.Records(), h.Ref)
		if err != nil {
			return err
		}
		code, _, _ := strings.Cut(d.Item, "@")
		t.Add(page.Goto(itemNamed(v, code), "/delegations/"+url.PathEscape(rec.Ref.ID)).Under(d.Item), page.Word(v.Agency(d.Receiving)),
			page.Word(v.Agency(d.Handling)), page.Word(d.Basis), page.State(console.State("delegation", d.State)))
		return nil
	},
}

func listDelegations(v *console.Visit) error {
	s, err := delegations.Section(v)
	if err != nil {
		return err
	}
	s.Lead = "delegations.lead"
	sheet := console.Sheet{Sections: []console.Section{s}}
	if v.May(protocol.MayRoute, "") {
		sheet.Actions = []console.Action{{Label: "do.delegate", Href: "/delegations/new", Primary: true, Hotkey: "n"}}
	}
	return v.Show(page.View{Title: "nav.delegations", Active: "delegations"}, sheet)
}

func showDelegation(v *console.Visit) error {
	facts, d, err := delegationFacts(v)
	if err != nil {
		return err
	}
	id := v.R.PathValue("id")
	history, err := v.History(protocol.Ref{Kind: "delegation", ID: id})
	if err != nil {
		return err
	}
	sheet := console.Sheet{Sections: []console.Section{{Title: "delegation.facts", Facts: facts}, history}}
	if v.May(protocol.MayRoute, "") && d.State == protocol.DelegationActive {
		sheet.Actions = []console.Action{{Label: "do.end-delegation", Href: "/delegations/" + url.PathEscape(id) + "/end"}}
	}
	return v.Show(page.View{Title: "delegation.facts", Active: "delegations"}, sheet)
}

func delegationFacts(v *console.Visit) ([]page.Fact, *protocol.Delegation, error) {
	d, _, err := console.Read[protocol.Delegation](v.Records(), protocol.Ref{Kind: "delegation", ID: v.R.PathValue("id")})
	if err != nil {
		return nil, nil, err
	}
	code, _, _ := strings.Cut(d.Item, "@")
	facts := []page.Fact{{Label: "case.item", Cell: page.Goto(itemNamed(v, code), "/items/"+url.PathEscape(d.Item)).Under(d.Item)},
		{Label: "delegation.receiving", Cell: page.Word(v.Agency(d.Receiving)).Under(d.Receiving)},
		{Label: "delegation.handling", Cell: page.Word(v.Agency(d.Handling)).Under(d.Handling)},
		{Label: "console.state", Cell: page.State(console.State("delegation", d.State))}}
	return append(facts, console.Facts([]console.Line{{Label: "delegation.basis", Text: d.Basis}, {Label: "console.reason", Text: d.Reason}})...), d, nil
}

func (w *Web) endDelegation() question {
	return question{name: "end-delegation", nav: "delegations", danger: true, back: below("/delegations/"), fields: reason("end-delegation.help"),
		facts: func(v *console.Visit) ([]page.Fact, error) {
			facts, _, err := delegationFacts(v)
			return facts, err
		},
		do: func(v *console.Visit, form url.Values) error {
			_, err := w.cfg.Office.EndDelegation(v.Context(), v.Who, v.R.PathValue("id"), form.Get("reason"))
			return err
		}}
}

func (w *Web) delegate() question {
	return question{name: "delegate", nav: "delegations", back: always("/delegations"),
		choose: func(v *console.Visit) ([]page.Field, error) {
			list, err := agencyList(v)
			return []page.Field{{Name: "item", Label: "delegation.item", Max: 45, Required: true, Width: "half", Help: "delegation.item-help"},
				{Name: "receiving", Label: "delegation.receiving", Max: 120, Required: true, Width: "half", List: list, Help: "delegation.receiving-help"},
				{Name: "basis", Label: "delegation.basis", Max: 200, Required: true, Help: "delegation.basis-help"}}, err
		},
		do: func(v *console.Visit, form url.Values) error {
			item, err := console.Find[protocol.Item](v.Records(), protocol.Ref{Kind: "item", ID: strings.TrimSpace(form.Get("item"))})
			if err != nil {
				return err
			}
			if item == nil {
				return &protocol.Fault{Code: protocol.Refused, Op: "look up item", Rule: "C-02a", Text: v.T("delegation.no-item")}
			}
			_, err = w.cfg.Office.Delegate(v.Context(), v.Who, protocol.Delegation{Item: protocol.ItemID(item.ImplCode, item.Version),
				Receiving: codeOf(form, "receiving"), Handling: item.Agency, Basis: strings.TrimSpace(form.Get("basis"))})
			return err
		}}
}
