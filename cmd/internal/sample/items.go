package sample

import (
	"fmt"
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
	Cond    string   `json:"cond"`
	Lines   string   `json:"lines"` // keys of materials; '?' makes one deferrable
}

// material is one kind of paper that guides ask for.
type material struct {
	Name      string   `json:"name"`
	Form      string   `json:"kind"`
	Copies    int      `json:"copies"`
	Necessity string   `json:"necessity"` // empty is required
	When      string   `json:"when"`
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
		list = append(list, protocol.ItemFiling{Item: item, Guide: guide(b, item)})
	}
	return list
}

func (n node) item(b basicItem, agency protocol.Agency) protocol.Item {
	i := protocol.Item{
		ImplCode: protocol.ImplCode{USCC: agency.USCC, Level: n.level(), Basic: b.code()}.String(), BasicCode: b.code(), Version: 1,
		Name: b.Name, Type: b.Type, Basis: append([]string(nil), b.Basis...), Agency: agency.USCC, AgencyName: agency.Name, Node: n.ID,
		CaseType: "promise", Scope: b.Scope, Legal: limit(b.Legal), Promise: limit(b.Promise), Visits: 1, Fee: b.Fee, Conditions: b.Cond,
		EffectiveAt: EffectiveAt(),
	}
	if b.Scope == "" {
		i.Scope = "interprefecture"
	}
	if b.Promise == "" {
		i.CaseType = "instant"
	}
	if b.Visits != nil {
		i.Visits = *b.Visits
	}
	return i
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
