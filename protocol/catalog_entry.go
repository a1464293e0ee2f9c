package protocol

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// CatalogEntry is one entry of the data resource catalogue as its agency
// submitted it (arts. 14, 15). Its record id is minted once by the node and
// never decided by an import; drafts are not records. What the public sees is
// the listing the hub makes of an approved revision.
//
//	– ─submit→ submitted ─submit→ submitted (next revision) ─withdraw→ withdrawn ─submit→ …
type CatalogEntry struct {
	Code     string     `json:"code"` // 资源代码
	Name     string     `json:"name"`
	Abstract string     `json:"abstract"`
	Agency   string     `json:"agency"` // USCC of the provider
	Provider string     `json:"provider"`
	Division Division   `json:"division"`
	Layer    string     `json:"layer"` // province 全省目录, supplement 补充目录
	Class    string     `json:"class"`
	Base     string     `json:"base,omitempty"` // one of the six base libraries, or empty
	Format   string     `json:"format"`
	Share    Share      `json:"share"`
	Open     Share      `json:"open"`
	Level    string     `json:"level"` // L1 … L4
	Cycle    string     `json:"cycle"`
	Gained   string     `json:"gained"` // collected, shared, agreed, derived
	Secrecy  string     `json:"secrecy"`
	Items    []DataItem `json:"items"`
	Contact  string     `json:"contact"`
	Editor   string     `json:"editor"` // account that submitted
	State    string     `json:"state"`
	Rest
}

// Share says on what terms data is shared or opened: type 1, 2 or 3 of §3.
type Share struct {
	Type   string   `json:"type"`
	Reason string   `json:"reason,omitempty"`
	Basis  []string `json:"basis,omitempty"`
	Cond   string   `json:"cond,omitempty"`
}

// DataItem is one field of the resource (信息项).
type DataItem struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Len       int    `json:"len,omitempty"`
	Key       bool   `json:"key,omitempty"`
	Sensitive string `json:"sensitive,omitempty"` // 个人信息, 商业秘密 or empty
}

// States of an entry at its home.
const (
	EntrySubmitted = "submitted"
	EntryWithdrawn = "withdrawn"
)

var _ = Define("catalog.entry", Spec[CatalogEntry]{
	Title: "目录条目", English: "catalogue entry", Lane: Bulk, Keep: true,
	Acts:     map[Act]Judge[CatalogEntry]{"submit": submitEntry, "withdraw": withdrawEntry},
	Home:     func(*CatalogEntry) NodeID { return "" }, // the place that first submits it
	Audience: func(*CatalogEntry) Audience { return Only() },
	Terms: func(c *CatalogEntry) Terms {
		return Terms{Title: c.Name, State: c.State, Keys: []string{c.Code}, Text: c.Abstract,
			Facets: []Facet{{"agency", c.Agency}, {"division", string(c.Division)}, {"class", c.Class}}}
	},
})

func submitEntry(old, want *CatalogEntry, h *Header, _ View) (*CatalogEntry, *Refusal) {
	next := *want
	next.State, next.Editor = EntrySubmitted, h.By
	if old != nil && old.Agency != next.Agency {
		return nil, refuse("K-19", "提供方变更须办理职责移交")
	}
	findings := CheckEntry(&next)
	if len(findings) > 0 {
		return nil, refuse(findings[0].Rule, "%s", findings[0].Text)
	}
	return &next, nil
}

func withdrawEntry(old, _ *CatalogEntry, _ *Header, _ View) (*CatalogEntry, *Refusal) {
	if old == nil || old.State != EntrySubmitted {
		return nil, refuse("K-10", "只有已报送的条目可以撤回")
	}
	next := *old
	next.State = EntryWithdrawn
	return &next, nil
}

// Finding is one thing wrong with an entry, bound to its field (K-04).
type Finding struct {
	Field string `json:"field"` // JSON pointer
	Rule  string `json:"rule"`
	Text  string `json:"text"`
}

var resourceCode = regexp.MustCompile(`^[1-9]\d{5}[0-9A-Z]{0,12}/\d{1,12}$`)

// CheckEntry reports everything the author can put right, all at once (K-04).
func CheckEntry(c *CatalogEntry) (found []Finding) {
	bad := func(field, rule, format string, args ...any) {
		found = append(found, Finding{field, rule, fmt.Sprintf(format, args...)})
	}
	if !resourceCode.MatchString(c.Code) {
		bad("/code", "K-22", "资源代码不合规:%q", c.Code)
	}
	if n := utf8.RuneCountInString(c.Name); n < 2 || n > 200 {
		bad("/name", "K-21", "资源名称须为 2 至 200 字")
	}
	if n := utf8.RuneCountInString(c.Abstract); n < 10 || n > 4000 {
		bad("/abstract", "K-21", "摘要须为 10 至 4000 字")
	}
	if CheckUSCC(c.Agency) != nil {
		bad("/agency", "K-21", "提供方代码不合规")
	}
	if c.Layer != "province" && c.Layer != "supplement" {
		bad("/layer", "K-21", "目录层级须为 province 或 supplement")
	}
	if c.Class == "" || c.Format == "" || c.Contact == "" {
		bad("", "K-21", "缺少分类、资源格式或责任人")
	}
	if c.Secrecy != "非涉密" {
		bad("/secrecy", "K-39", "涉密数据不得录入")
	}
	return append(found, append(checkSharing(c), checkItems(c)...)...)
}

func checkSharing(c *CatalogEntry) (found []Finding) {
	if !oneOf(c.Share.Type, "1", "2", "3") || !oneOf(c.Open.Type, "1", "2", "3") || !oneOf(c.Level, "L1", "L2", "L3", "L4") {
		return []Finding{{"/share", "K-21", "共享属性、开放属性或分级不合规"}}
	}
	if c.Share.Type != "1" && (c.Share.Reason == "" || len(c.Share.Basis) == 0) {
		found = append(found, Finding{"/share", "K-25", "授权共享、非共享须说明理由并提供依据"})
	}
	if c.Open.Type == "1" && (c.Level != "L1" && c.Level != "L2" || c.Share.Type == "3") || c.Level == "L4" && c.Open.Type != "3" {
		found = append(found, Finding{"/open", "K-27", "该级别不得开放"})
	}
	if c.Open.Type == "2" && c.Open.Cond == "" {
		found = append(found, Finding{"/open", "K-27", "有条件开放须写明条件"})
	}
	if oneOf(c.Gained, "shared", "agreed") && c.Open.Type != "3" {
		found = append(found, Finding{"/open", "K-28", "通过共享、协商获取的数据不得纳入开放清单"})
	}
	if !oneOf(c.Gained, "collected", "shared", "agreed", "derived") {
		found = append(found, Finding{"/gained", "K-21", "获取方式不合规"})
	}
	if !oneOf(c.Cycle, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9") {
		found = append(found, Finding{"/cycle", "K-41", "更新周期不合规"})
	}
	return found
}

func checkItems(c *CatalogEntry) (found []Finding) {
	if len(c.Items) == 0 || len(c.Items) > 128 {
		return []Finding{{"/items", "K-42", "信息项须为 1 至 128 个"}}
	}
	seen, keys := make(map[string]bool, 2*len(c.Items)), 0
	for i, item := range c.Items {
		if item.ID == "" || item.Name == "" || seen["i"+item.ID] || seen["n"+item.Name] {
			found = append(found, Finding{fmt.Sprintf("/items/%d", i), "K-24", "信息项重复或没有名称"})
		}
		seen["i"+item.ID], seen["n"+item.Name] = true, true
		if item.Key {
			keys++
		}
		if item.Sensitive != "" && c.Open.Type == "1" {
			found = append(found, Finding{fmt.Sprintf("/items/%d", i), "K-27", "含个人信息或商业秘密的条目不得无条件开放"})
		}
	}
	if keys == 0 && oneOf(c.Format, "2", "3", "7") {
		found = append(found, Finding{"/items", "K-24", "缺少主键"})
	}
	return found
}

func oneOf(s string, list ...string) bool {
	for _, v := range list {
		if s == v {
			return true
		}
	}
	return false
}
