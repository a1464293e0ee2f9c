package protocol

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Item is one authority's version of a service item (实施清单, arts. 31, 32). Its
// record id is ItemID(ImplCode, Version); a change is a new version, never an
// edit. An agency drafts it at its node as a request; the hub publishes it to
// every node, so that one name, code, basis and type hold province-wide.
//
//	(request) ─publish→ published ─suspend→ suspended ─publish→ published
//	                        └─withdraw→ withdrawn
//
// Draft and review are states of the request. No act deletes a version: the
// cases that pinned it keep it to their end, whatever becomes of it (I-13).
type Item struct {
	ImplCode    string   `json:"impl_code"` // V-05, 31 characters
	BasicCode   string   `json:"basic_code,omitempty"`
	LocalCode   string   `json:"local_code,omitempty"` // the code of the system it was imported from
	Version     int      `json:"version"`
	Name        string   `json:"name"`
	Type        string   `json:"type"` // 01 行政许可 … 20 公共服务
	Basis       []string `json:"basis"`
	Agency      string   `json:"agency"` // USCC of the deciding agency
	AgencyName  string   `json:"agency_name"`
	Node        NodeID   `json:"node"`      // the node that handles it
	CaseType    string   `json:"case_type"` // instant 即办件, promise 承诺件
	Scope       string   `json:"scope"`     // none nation interprovince interprefecture intercounty
	Legal       Limit    `json:"legal_limit"`
	Promise     Limit    `json:"promise_limit"`
	Visits      int      `json:"visits"`
	Fee         string   `json:"fee,omitempty"` // amount or formula in words; empty is free
	Conditions  string   `json:"conditions,omitempty"`
	EffectiveAt Day      `json:"effective_at"`
	State       string   `json:"state"`
	Reason      string   `json:"reason,omitempty"` // of a suspension or withdrawal

	// What art. 31 wants complete before publication, see item_parts.go.
	HandleCode   string       `json:"handle_code,omitempty"`   // 业务办理项编码: ImplCode and up to 8 more
	Targets      []string     `json:"targets,omitempty"`       // 服务对象, codes of ItemTargets
	Nature       string       `json:"agency_nature,omitempty"` // statutory, authorised, entrusted
	DelegatedBy  string       `json:"delegated_by,omitempty"`  // 委托部门 of an entrusted agency
	Process      string       `json:"process,omitempty"`
	Forms        []string     `json:"forms,omitempty"` // 办理形式, codes of ItemForms
	Places       []ItemPlace  `json:"places,omitempty"`
	Contact      string       `json:"contact,omitempty"`
	Complaints   string       `json:"complaint_channel,omitempty"`
	VisitsReason string       `json:"visits_reason,omitempty"` // why more than one visit (art. 32)
	FeeFen       int64        `json:"fee_fen,omitempty"`       // the amount when it is fixed, in fen
	FeeBasis     []string     `json:"fee_basis,omitempty"`
	Exempt       *ItemExempt  `json:"cross_region_exempt,omitempty"` // none: cross-region acceptance is required (art. 34)
	Joint        *ItemJoint   `json:"joint,omitempty"`
	Special      []ItemStep   `json:"special,omitempty"`
	C1           string       `json:"c1_effect,omitempty"` // deemed or card_only; empty is the default of the type, see C1Effect
	Owed         *ItemOwed    `json:"owed,omitempty"`
	Results      []ItemResult `json:"results,omitempty"`
	Correction   Limit        `json:"correction_limit,omitzero"`    // K9; zero is the default of the clock
	OneDecides   bool         `json:"one_person_decides,omitempty"` // waives G-08 for an instant item (C-26b)
	ObjectField  string       `json:"object_field,omitempty"`       // the form field that tells two applications of one person apart (DU-02)
	Mandatory    string       `json:"mandatory,omitempty"`          // the law that sets the day of effect itself (I-04)
	EndsAt       Day          `json:"ends_at,omitzero"`             // the first day on which nothing is received any more
	Foreign      []Foreign    `json:"foreign,omitempty"`            // codes of the system it was imported from (I-14)
	Rest
}

// States of an item version.
const (
	ItemPublished = "published"
	ItemSuspended = "suspended"
	ItemWithdrawn = "withdrawn"
)

// ItemTypes names the codes of 事项类型 in the order shown (cases.md §2.1).
var ItemTypes = []struct{ Code, Title string }{
	{"01", "行政许可"}, {"02", "行政征收"}, {"03", "行政处罚"}, {"04", "行政强制"}, {"05", "行政给付"}, {"06", "行政检查"},
	{"07", "行政确认"}, {"08", "行政奖励"}, {"09", "行政裁决"}, {"10", "其他行政权力"}, {"20", "公共服务"},
}

// ItemTypeTitle gives the Chinese name of a type code, or the code itself.
func ItemTypeTitle(code string) string {
	for _, t := range ItemTypes {
		if t.Code == code {
			return t.Title
		}
	}
	return code
}

var _ = Define("item", Spec[Item]{
	Title: "服务事项", English: "service item", Lane: Bulk, Keep: true,
	Acts:     map[Act]Judge[Item]{"publish": publishItem, "suspend": suspendItem, "withdraw": withdrawItem},
	Home:     func(*Item) NodeID { return Hub },
	Audience: func(*Item) Audience { return Everyone() },
	Terms: func(i *Item) Terms {
		return Terms{Title: i.Name, State: i.State, Keys: []string{i.ImplCode, i.LocalCode}, Text: i.AgencyName,
			Facets: []Facet{{"node", string(i.Node)}, {"agency", i.Agency}, {"type", i.Type}, {"scope", i.Scope}, {"cross_region", i.CrossRegion()}}}
	},
})

// ItemID is the record id of one version of an item and of its guide.
func ItemID(implCode string, version int) string { return fmt.Sprintf("%s@%d", implCode, version) }

func publishItem(old, want *Item, h *Header, v View) (*Item, *Refusal) {
	if old != nil {
		return resumeItem(old)
	}
	next := *want
	next.State, next.Reason = ItemPublished, ""
	if no := CheckItem(&next); no != nil {
		return nil, no
	}
	if h.Ref.ID != ItemID(next.ImplCode, next.Version) {
		return nil, refuse("I-01", "记录编号与实施编码、版本不一致")
	}
	for _, no := range []*Refusal{announced(&next, h.At), agencyOf(&next, v), matchesBasic(&next, v)} {
		if no != nil {
			return nil, no
		}
	}
	return &next, nil
}

// agencyOf: the agency is cited, active, and works at the item's node.
func agencyOf(i *Item, v View) *Refusal {
	rec, ok := v.Cited(Ref{"agency", i.Agency})
	if !ok {
		return refuse("I-02", "发布时须引用实施机构 %s", i.Agency)
	}
	agency, err := Load[Agency](rec)
	if err != nil || agency.State != AgencyActive || agency.Node != i.Node {
		return refuse("I-02", "实施机构 %s 已停用,或不在节点 %s", i.Agency, i.Node)
	}
	return nil
}

// matchesBasic is I-02: name, code, basis and type are those of the province's
// basic catalogue. A judge cannot see that something does not exist, so that the
// entry is cited when there is one is for the hub (DESIGN.md).
func matchesBasic(i *Item, v View) *Refusal {
	code := i.Basic()
	rec, ok := v.Cited(Ref{"basic", code})
	if !ok {
		return nil
	}
	b, err := Load[Basic](rec)
	if err != nil || b.State != BasicInForce {
		return refuse("V-05d", "基本编码 %s 已不在基本目录中,请先报省级主管部门纳入", code)
	}
	switch {
	case i.Name != b.Name:
		return refuse("I-02", "事项名称应与基本目录一致:“%s”", b.Name)
	case i.Type != b.Type:
		return refuse("I-02", "事项类型应与基本目录一致:%s %s", b.Type, ItemTypeTitle(b.Type))
	case !slices.Equal(i.Basis, b.Basis):
		return refuse("I-02", "设定依据应与基本目录一致:%s", strings.Join(b.Basis, ";"))
	}
	return nil
}

// announced is I-04: 24 hours let every node acknowledge a new version before
// anybody is bound by it. The first version replaces nothing that a window could
// still be showing, so it may begin at once (DESIGN.md).
func announced(i *Item, at Instant) *Refusal {
	if i.Version == 1 || i.Mandatory != "" || At(i.EffectiveAt.Time()) >= at+Instant(24*time.Hour/time.Millisecond) {
		return nil
	}
	return refuse("I-04", "新版本须在发布满 24 小时之后生效,最早为 %s;法律直接规定施行日期的,请在 mandatory 写明该法律", (at.Day().Add(2)))
}

func resumeItem(old *Item) (*Item, *Refusal) {
	if old.State != ItemSuspended {
		return nil, refuse("I-09", "该版本已发布;内容有变请发布新版本")
	}
	next := *old
	next.State, next.Reason = ItemPublished, ""
	return &next, nil
}

func suspendItem(old, want *Item, _ *Header, _ View) (*Item, *Refusal) {
	return endItem(old, want, ItemSuspended)
}

func withdrawItem(old, want *Item, _ *Header, _ View) (*Item, *Refusal) {
	return endItem(old, want, ItemWithdrawn)
}

func endItem(old, want *Item, state string) (*Item, *Refusal) {
	if old == nil || old.State != ItemPublished {
		return nil, refuse("I-13", "只有已发布的事项可以停用或撤回")
	}
	if want.Reason == "" {
		return nil, refuse("G-10", "请说明原因")
	}
	next := *old
	next.State, next.Reason = state, want.Reason
	return &next, nil
}
