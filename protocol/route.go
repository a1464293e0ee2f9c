package protocol

import "strings"

// Route says who handles an item for a division, who stands in for that place
// when it is down, and which duties the window and the deciding place have
// (国办发〔2020〕35号). Its record id is RouteID.
//
//	– ─set→ active ─set→ active ─retire→ retired ─set→ active
type Route struct {
	ImplCode   string   `json:"impl_code"`
	Division   Division `json:"division,omitempty"` // empty: every division
	Agency     string   `json:"agency"`             // USCC of the handling agency
	Node       NodeID   `json:"node"`
	Substitute string   `json:"substitute,omitempty"`          // USCC: the agency itself at another node, or its lawful superior
	Relation   string   `json:"substitute_relation,omitempty"` // same or superior
	SubNode    NodeID   `json:"substitute_node,omitempty"`
	Basis      string   `json:"basis,omitempty"`  // of the substitution
	Duties     string   `json:"duties,omitempty"` // of the window and of the deciding place
	State      string   `json:"state"`
	Reason     string   `json:"reason,omitempty"`
	Rest
}

// States of a route.
const (
	RouteActive  = "active"
	RouteRetired = "retired"
)

var _ = Define("route", Spec[Route]{
	Title: "办理路由", English: "route", Lane: Urgent, Keep: true,
	Acts:     map[Act]Judge[Route]{"set": setRoute, "retire": retireRoute},
	Home:     func(*Route) NodeID { return Hub },
	Audience: func(*Route) Audience { return Everyone() },
	Terms: func(r *Route) Terms {
		return Terms{Title: RouteID(r.ImplCode, r.Division), State: r.State, Keys: []string{r.ImplCode},
			Facets: []Facet{{"agency", r.Agency}, {"node", string(r.Node)}}}
	},
})

// RouteID is the record id of the route of an item for a division.
func RouteID(implCode string, division Division) string {
	if division == "" {
		return implCode + ":*"
	}
	return implCode + ":" + string(division)
}

// serves reports whether the route is in force for an item version.
func (r *Route) serves(itemID string) bool {
	code, _, _ := strings.Cut(itemID, "@")
	return r.State == RouteActive && r.ImplCode == code
}

func setRoute(_, want *Route, h *Header, v View) (*Route, *Refusal) {
	next := *want
	next.State, next.Reason = RouteActive, ""
	if RouteID(next.ImplCode, next.Division) != h.Ref.ID {
		return nil, refuse("G-09", "记录编号与实施编码、区划不一致")
	}
	if no := CheckImplCode(next.ImplCode); no != nil {
		return nil, no
	}
	agency, ok := citedAs[Agency](v, Ref{"agency", next.Agency})
	if !ok || agency.State != AgencyActive || agency.Node != next.Node {
		return nil, refuse("C-04b", "承办机构须引用、在用,并在所指节点")
	}
	return &next, next.checkSubstitute(agency, v)
}

// checkSubstitute is C-24b: only the agency itself or its superior stands in.
func (r *Route) checkSubstitute(agency *Agency, v View) *Refusal {
	if r.Substitute == "" {
		return nil
	}
	sub, ok := citedAs[Agency](v, Ref{"agency", r.Substitute})
	switch {
	case !ok || sub.State != AgencyActive || sub.Node != r.SubNode:
		return refuse("C-24b", "替代机构须引用、在用,并在所指节点")
	case r.Relation == "same" && r.Basis != "":
	case r.Relation == "superior" && agency.Parent == r.Substitute && r.Basis != "":
	default:
		return refuse("C-24b", "替代机构须为同一机构(same)或法定上级(superior),并写明依据")
	}
	return nil
}

func retireRoute(old, want *Route, _ *Header, _ View) (*Route, *Refusal) {
	if old == nil || old.State != RouteActive {
		return nil, refuse("G-07", "只有在用的路由可以停用")
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *old
	next.State, next.Reason = RouteRetired, want.Reason
	return &next, nil
}
