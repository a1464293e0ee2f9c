package protocol

import (
	"fmt"
	"slices"
	"time"
)

// Item is one authority's version of a service item (实施清单, arts. 31, 32). Its
// record id is ItemID(ImplCode, Version); a change is a new version, never an
// edit. An agency drafts it at its node as a request; the hub publishes it to
// every node, so that one name, code, basis and type hold province-wide.
//
//	(request) ─publish→ published ─suspend→ suspended ─publish→ published
//	                        └─withdraw→ withdrawn
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
	Fee         string   `json:"fee,omitempty"` // amount and basis; empty is free
	Conditions  string   `json:"conditions,omitempty"`
	EffectiveAt Day      `json:"effective_at"`
	State       string   `json:"state"`
	Reason      string   `json:"reason,omitempty"` // of a suspension or withdrawal
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
			Facets: []Facet{{"node", string(i.Node)}, {"agency", i.Agency}, {"type", i.Type}}}
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
	rec, ok := v.Cited(Ref{"agency", next.Agency})
	if !ok {
		return nil, refuse("I-02", "发布时须引用实施机构 %s", next.Agency)
	}
	agency, err := Load[Agency](rec)
	if err != nil || agency.State != AgencyActive || agency.Node != next.Node {
		return nil, refuse("I-02", "实施机构 %s 已停用,或不在节点 %s", next.Agency, next.Node)
	}
	return &next, nil
}

func resumeItem(old *Item) (*Item, *Refusal) {
	if old.State != ItemSuspended {
		return nil, refuse("I-09", "该版本已发布;内容有变请发布新版本")
	}
	next := *old
	next.State, next.Reason = ItemPublished, ""
	return &next, nil
}

// CheckItem checks what an agency can put right before it asks for publication.
func CheckItem(i *Item) *Refusal {
	if no := CheckImplCode(i.ImplCode); no != nil {
		return no
	}
	switch {
	case i.Version < 1:
		return refuse("G-09", "版本号从 1 开始")
	case i.Name == "":
		return refuse("I-02", "请填写事项名称")
	case ItemTypeTitle(i.Type) == i.Type:
		return refuse("I-14", "事项类型代码 %q 未对应到本省类型", i.Type)
	case len(i.Basis) == 0:
		return refuse("I-02", "请填写设定依据")
	case i.Agency == "" || i.Node.Validate() != nil:
		return refuse("I-02", "请指明实施机构和承办节点")
	case i.CaseType != "instant" && i.CaseType != "promise":
		return refuse("I-14", "办件类型须为 instant(即办件)或 promise(承诺件)")
	case !oneOf(i.Scope, "none", "nation", "interprovince", "interprefecture", "intercounty"):
		return refuse("I-14", "通办范围代码 %q 未对应到本省范围", i.Scope)
	case i.Visits > 1 && i.Conditions == "":
		return refuse("I-10", "到现场次数多于 1 次须说明原因")
	case i.EffectiveAt.IsZero():
		return refuse("I-04", "请填写生效日期")
	}
	return checkLimits(i)
}

func checkLimits(i *Item) *Refusal {
	for _, l := range []Limit{i.Legal, i.Promise} {
		if err := l.Validate(); err != nil {
			return refuse("I-03", "%v", err)
		}
	}
	if i.Legal.N > 0 && longer(i.Promise, i.Legal) {
		return refuse("I-03", "承诺时限(%s)不得长于法定时限(%s)", i.Promise, i.Legal)
	}
	return nil
}

// longer reports whether promise can end after legal. Lengths in different units
// are compared from every day of 2025, whose Spring Festival and National Day are
// as long as they get; the years it counts on are fixed, so that a later table of
// holidays never changes a verdict.
func longer(promise, legal Limit) bool {
	if promise.Unit == legal.Unit || promise.N == 0 {
		return promise.N > legal.N
	}
	cal := NewCalendar(slices.DeleteFunc(PublishedYears(), func(y CalendarYear) bool { return y.Year < 2025 || y.Year > 2026 })...)
	for start := (Day{2025, time.January, 1}); start.Year == 2025; start = start.Add(1) {
		promised, _ := promise.Due(cal, start)
		lawful, _ := legal.Due(cal, start)
		if lawful.compare(promised) < 0 {
			return true
		}
	}
	return false
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
