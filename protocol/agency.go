package protocol

// Agency is a government body or other body that takes part under the same
// rules (arts. 13, 33, 51). Its record id is its unified social credit code.
//
//	– ─register→ active ─update→ active ─disable→ disabled ─update→ active
type Agency struct {
	USCC     string   `json:"uscc"`
	Name     string   `json:"name"`
	Node     NodeID   `json:"node"` // where its people work
	Division Division `json:"division,omitempty"`
	Parent   string   `json:"parent,omitempty"` // USCC of its superior
	Phone    string   `json:"phone,omitempty"`
	State    string   `json:"state"`
	Rest
}

// States of an agency.
const (
	AgencyActive   = "active"
	AgencyDisabled = "disabled"
)

var _ = Define("agency", Spec[Agency]{
	Title: "机构", English: "agency", Lane: Urgent,
	Acts:     map[Act]Judge[Agency]{"register": registerAgency, "update": updateAgency, "disable": disableAgency},
	Home:     func(*Agency) NodeID { return Hub },
	Audience: func(*Agency) Audience { return Everyone() },
	Terms: func(a *Agency) Terms {
		return Terms{Title: a.Name, State: a.State, Keys: []string{a.USCC},
			Facets: []Facet{{"node", string(a.Node)}, {"division", string(a.Division)}}}
	},
})

func registerAgency(old, want *Agency, h *Header, _ View) (*Agency, *Refusal) {
	if old != nil {
		return nil, refuse("G-07", "机构 %s 已登记", want.USCC)
	}
	return checkedAgency(want, h)
}

func updateAgency(old, want *Agency, h *Header, _ View) (*Agency, *Refusal) {
	if old == nil {
		return nil, refuse("G-07", "机构 %s 尚未登记", h.Ref.ID)
	}
	return checkedAgency(want, h)
}

func checkedAgency(want *Agency, h *Header) (*Agency, *Refusal) {
	next := *want
	next.State = AgencyActive
	switch {
	case next.USCC != h.Ref.ID:
		return nil, refuse("G-09", "统一社会信用代码与记录编号不一致")
	case next.Name == "":
		return nil, refuse("G-09", "请填写机构名称")
	case next.Node.Validate() != nil:
		return nil, refuse("G-09", "请指明机构所在的节点")
	}
	return &next, CheckUSCC(next.USCC)
}

func disableAgency(old, _ *Agency, _ *Header, _ View) (*Agency, *Refusal) {
	if old == nil || old.State != AgencyActive {
		return nil, refuse("G-07", "只有在用的机构可以停用")
	}
	next := *old
	next.State = AgencyDisabled
	return &next, nil
}
