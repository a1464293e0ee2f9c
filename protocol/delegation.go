package protocol

// Delegation is 异地受理: for one item version the receiving agency refuses, gives
// notice and accepts with the effect of the handling agency (art. 34; cases.md
// §4). Without one a window only collects. Its record id is DelegationID.
//
//	– ─establish→ active ─end→ ended ─establish→ active
type Delegation struct {
	Item      string `json:"item"`      // ItemID
	Receiving string `json:"receiving"` // USCC
	Handling  string `json:"handling"`  // USCC
	Basis     string `json:"basis"`     // the agreement or decision
	State     string `json:"state"`
	Reason    string `json:"reason,omitempty"`
	Rest
}

// States of a delegation.
const (
	DelegationActive = "active"
	DelegationEnded  = "ended"
)

var _ = Define("delegation", Spec[Delegation]{
	Title: "委托受理", English: "delegation", Lane: Urgent, Keep: true,
	Acts:     map[Act]Judge[Delegation]{"establish": establishDelegation, "end": endDelegation},
	Home:     func(*Delegation) NodeID { return Hub },
	Audience: func(*Delegation) Audience { return Everyone() },
	Terms: func(d *Delegation) Terms {
		return Terms{Title: d.Item, State: d.State, Keys: []string{d.Item}, Text: d.Basis,
			Facets: []Facet{{"receiving", d.Receiving}, {"handling", d.Handling}}}
	},
})

// DelegationID is the record id for an item version and a pair of agencies.
func DelegationID(item, receiving, handling string) string {
	return item + ":" + receiving + ":" + handling
}

func (d *Delegation) covers(item, receiving, handling string) bool {
	return d.Item == item && d.Receiving == receiving && d.Handling == handling
}

func establishDelegation(old, want *Delegation, h *Header, v View) (*Delegation, *Refusal) {
	if old != nil && old.State == DelegationActive {
		return nil, refuse("G-07", "该委托正在执行")
	}
	next := *want
	next.State, next.Reason = DelegationActive, ""
	item, ok := citedAs[Item](v, Ref{"item", next.Item})
	switch {
	case DelegationID(next.Item, next.Receiving, next.Handling) != h.Ref.ID:
		return nil, refuse("G-09", "记录编号与事项版本、机构不一致")
	case !ok || item.Agency != next.Handling:
		return nil, refuse("C-02a", "须引用事项版本,且委托方为其实施机构")
	case next.Receiving == next.Handling:
		return nil, refuse("G-09", "收件机构与承办机构相同,无须委托")
	case next.Basis == "":
		return nil, refuse("G-10", "请写明委托依据")
	}
	for _, uscc := range []string{next.Receiving, next.Handling} {
		if a, ok := citedAs[Agency](v, Ref{"agency", uscc}); !ok || a.State != AgencyActive {
			return nil, refuse("C-04b", "机构 %s 须引用且在用", uscc)
		}
	}
	return &next, nil
}

func endDelegation(old, want *Delegation, _ *Header, _ View) (*Delegation, *Refusal) {
	if old == nil || old.State != DelegationActive {
		return nil, refuse("G-07", "只有执行中的委托可以终止")
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *old
	next.State, next.Reason = DelegationEnded, want.Reason
	return &next, nil
}
