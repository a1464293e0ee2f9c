package protocol

// Basic is one entry of the province's basic catalogue of service items
// (基本目录, art. 31): the name, code, basis and type that every agency's version
// of the item must bear (cases.md I-02). Its record id is the code.
//
//	– ─publish→ in_force ─publish→ in_force ─retire→ retired ─publish→ in_force
type Basic struct {
	Code   string   `json:"code"` // 12 digits or capital letters
	Name   string   `json:"name"`
	Type   string   `json:"type"` // a code of ItemTypes
	Basis  []string `json:"basis"`
	State  string   `json:"state"`
	Reason string   `json:"reason,omitempty"` // of its retirement
	Rest
}

// States of an entry of the basic catalogue.
const (
	BasicInForce = "in_force"
	BasicRetired = "retired"
)

var _ = Define("basic", Spec[Basic]{
	Title: "基本目录", English: "basic catalogue", Lane: Bulk, Keep: true,
	Acts:     map[Act]Judge[Basic]{"publish": publishBasic, "retire": retireBasic},
	Home:     func(*Basic) NodeID { return Hub },
	Audience: func(*Basic) Audience { return Everyone() },
	Terms: func(b *Basic) Terms {
		return Terms{Title: b.Name, State: b.State, Keys: []string{b.Code}, Facets: []Facet{{"type", b.Type}}}
	},
})

// publishBasic: an entry may be changed, because an item version cites the
// revision it was published under.
func publishBasic(_, want *Basic, h *Header, _ View) (*Basic, *Refusal) {
	next := *want
	next.State, next.Reason = BasicInForce, ""
	switch {
	case next.Code != h.Ref.ID:
		return nil, refuse("I-01", "基本编码与记录编号不一致")
	case len(next.Code) != 12 || !only37(next.Code):
		return nil, refuse("I-01", "基本编码应为12位数字或大写字母")
	case next.Name == "":
		return nil, refuse("I-02", "请填写事项名称")
	case ItemTypeTitle(next.Type) == next.Type:
		return nil, refuse("I-14", "事项类型代码 %q 未对应到本省类型", next.Type)
	case blank(next.Basis):
		return nil, refuse("I-02", "请填写设定依据")
	}
	return &next, nil
}

func retireBasic(old, want *Basic, _ *Header, _ View) (*Basic, *Refusal) {
	if old == nil || old.State != BasicInForce {
		return nil, refuse("G-07", "只有在用的基本目录条目可以取消")
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明取消的原因")
	}
	next := *old
	next.State, next.Reason = BasicRetired, want.Reason
	return &next, nil
}
