package sample

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"xiangyun/protocol"
)

// basicItem is one item of the basic catalogue: name, code, basis and type are
// the same at every node (art. 31).
type basicItem struct {
	Dept    string   `json:"dept"`
	No      int      `json:"no"`
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Basis   []string `json:"basis"`
	Legal   string   `json:"legal"`   // "20wd", "60day", "3month"; empty is on the spot
	Promise string   `json:"promise"` // the same
	Scope   string   `json:"scope"`   // empty is interprefecture
	Visits  *int     `json:"visits"`  // nil is once
	Fee     string   `json:"fee"`
	Fen     int64    `json:"fen"`
	FeeLaw  string   `json:"fee_basis"`
	Why     string   `json:"visits_reason"`
	Exempt  string   `json:"exempt"`  // "reason:basis"
	Joint   []string `json:"joint"`   // departments that answer with it
	Special steps    `json:"special"` // 特别程序 → longest time
	Cond    string   `json:"cond"`
	Lines   string   `json:"lines"` // keys of materials; '?' makes one deferrable
}

// steps are in order of kind, whatever the order in the file.
type steps []protocol.ItemStep

// UnmarshalJSON reads {"鉴定": "30wd"}.
func (s *steps) UnmarshalJSON(raw []byte) error {
	var table map[string]string
	if err := json.Unmarshal(raw, &table); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(table)) {
		*s = append(*s, protocol.ItemStep{Kind: kind, Max: limit(table[kind])})
	}
	return nil
}

// material is one kind of paper that guides ask for.
type material struct {
	Name      string   `json:"name"`
	Form      string   `json:"kind"`
	Copies    int      `json:"copies"`
	Necessity string   `json:"necessity"` // empty is required
	When      string   `json:"when"`
	Expr      string   `json:"expr"` // When for a computer
	Ask       []string `json:"ask"`  // the form field that Expr speaks of, and its options
	Issuer    string   `json:"issuer"`
	Share     string   `json:"share"`  // class of the catalogue resource that holds it
	Paper     string   `json:"paper"`  // the law that demands paper
	Source    string   `json:"source"` // empty is self
	Standard  string   `json:"standard"`
	Basis     []string `json:"basis"`
}

// EffectiveAt is the day from which every sample item may be received. A caller
// whose clock stands earlier sets another one.
func EffectiveAt() protocol.Day { return protocol.Day{Year: 2025, Month: 1, Dom: 1} }

// Items lists the service items of a node with their guides, as data for requests
// to publish. Each implementation code is the agency's code, the level and the
// province-wide basic code.
func Items(id protocol.NodeID) []protocol.ItemFiling {
	n, ok := find(id)
	if !ok {
		return nil
	}
	var list []protocol.ItemFiling
	agencies := n.agencies()
	for _, b := range itemTable() {
		item := n.item(b, agencies[b.Dept])
		for _, dept := range b.Joint {
			item.Joint = joined(item.Joint, agencies[dept])
		}
		list = append(list, protocol.ItemFiling{Item: item, Guide: n.guide(b, item)})
	}
	return list
}

func (n node) item(b basicItem, agency protocol.Agency) protocol.Item {
	i := protocol.Item{
		ImplCode: protocol.ImplCode{USCC: agency.USCC, Level: n.level(), Basic: b.code()}.String(), BasicCode: b.code(), Version: 1,
		Name: b.Name, Type: b.Type, Basis: append([]string(nil), b.Basis...), Agency: agency.USCC, AgencyName: agency.Name, Node: n.ID,
		CaseType: "promise", Scope: b.Scope, Legal: limit(b.Legal), Promise: limit(b.Promise), Visits: 1, Fee: b.Fee, Conditions: b.Cond,
		EffectiveAt: EffectiveAt(), Targets: []string{b.target()}, Nature: "statutory", Forms: []string{"window", "online"},
		Places:  []protocol.ItemPlace{{Name: agency.Name + "窗口", Address: n.area() + "政务服务大厅", Hours: "工作日 8:30 至 16:30", Phone: agency.Phone}},
		Contact: agency.Phone, Complaints: "12345", VisitsReason: b.Why, FeeFen: b.Fen, Special: slices.Clone([]protocol.ItemStep(b.Special)),
		Results: []protocol.ItemResult{{Type: "document", Name: b.Name + "结果"}},
	}
	b.exceptions(&i)
	if b.Scope == "" {
		i.Scope = "interprefecture"
	}
	if b.Promise == "" {
		i.CaseType = "instant"
	}
	if i.Process = process(i); i.CaseType == "promise" && strings.Contains(b.Lines, "?") {
		i.Owed = &protocol.ItemOwed{Allowed: true}
	}
	if b.Visits != nil {
		i.Visits = *b.Visits
	}
	return i
}

// target is whom the item serves: an item that wants the papers of an
// organisation serves enterprises.
func (b basicItem) target() string {
	for _, key := range strings.Fields(b.Lines) {
		if slices.Contains([]string{"apply-org", "id-legal", "licence", "licence-old"}, strings.TrimSuffix(key, "?")) {
			return "enterprise"
		}
	}
	return "person"
}

// exceptions are what only some items have.
func (b basicItem) exceptions(i *protocol.Item) {
	if b.FeeLaw != "" {
		i.FeeBasis = []string{b.FeeLaw}
	}
	if reason, basis, ok := strings.Cut(b.Exempt, ":"); ok {
		i.Exempt = &protocol.ItemExempt{Reason: reason, Basis: basis}
	}
}

func joined(j *protocol.ItemJoint, a protocol.Agency) *protocol.ItemJoint {
	if j == nil {
		j = &protocol.ItemJoint{}
	}
	j.Agencies = append(j.Agencies, a.USCC)
	return j
}

// Basics lists the province's basic catalogue of the sample items.
func Basics() (list []protocol.Basic) {
	for _, b := range itemTable() {
		list = append(list, protocol.Basic{Code: b.code(), Name: b.Name, Type: b.Type, Basis: slices.Clone(b.Basis)})
	}
	return list
}

// level is 行使层级: 2 for the province, 3 for a prefecture.
func (n node) level() int {
	if n.provincial() {
		return 2
	}
	return 3
}

// code is the 12 digits of the basic catalogue: province, type, department,
// number. It is made from numbers that stand in the table, so an item added in
// between changes no other.
func (b basicItem) code() string {
	return fmt.Sprintf("2200%s%02d%03d0", b.Type, lookup(b.Dept).No, b.No)
}

// limit reads "20wd"; what cannot be read is a programmer's error.
func limit(s string) protocol.Limit {
	if s == "" {
		return protocol.Limit{}
	}
	unit := strings.TrimLeft(s, "0123456789")
	n, err := strconv.Atoi(strings.TrimSuffix(s, unit))
	l := protocol.Limit{N: n, Unit: protocol.Unit(unit)}
	if err != nil || l.Validate() != nil {
		panic("sample: limit " + s)
	}
	return l
}
