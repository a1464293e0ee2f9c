package protocol

import (
	"cmp"
	"maps"
	"slices"
)

// Coverage says how an agency's items stand on a day: how many any window of the
// province takes in (art. 34), which need not be and why, and which are done
// with one visit (art. 32). Of each item the newest version in force counts.
type Coverage struct {
	Agency string        `json:"agency"`
	Name   string        `json:"name"`
	Node   NodeID        `json:"node"`
	Items  int           `json:"items"`
	Open   int           `json:"open" doc:"可跨市(州)受理"`
	Exempt int           `json:"exempt" doc:"依法不开放,附理由"`
	Closed int           `json:"closed" doc:"不面向自然人,未要求开放"`
	Once   int           `json:"once" doc:"只跑一次或一次不跑"`
	List   []CoveredItem `json:"list,omitempty"`
}

// CoveredItem is one line of the lists of arts. 32 and 34.
type CoveredItem struct {
	Item        string `json:"item"`
	Name        string `json:"name"`
	Scope       string `json:"scope"`
	CrossRegion string `json:"cross_region" doc:"open 可跨市(州)受理,exempt 不开放,closed 未要求"`
	Reason      string `json:"reason,omitempty"`
	Basis       string `json:"basis,omitempty"`
	Visits      int    `json:"visits"`
	Why         string `json:"visits_reason,omitempty"`
}

// Coverer makes the report from items in any order; it keeps one line of each.
type Coverer struct {
	on     Day
	newest map[string]coveredVersion // by implementation code
}

type coveredVersion struct {
	version int
	agency  Coverage // without figures
	line    CoveredItem
}

// NewCoverer reports how items stand on a day.
func NewCoverer(on Day) *Coverer { return &Coverer{on: on, newest: map[string]coveredVersion{}} }

// Add takes an item in; a version that is not in force, or older, counts for nothing.
func (c *Coverer) Add(i *Item) {
	if have, ok := c.newest[i.ImplCode]; !i.InForce(c.on) || ok && have.version >= i.Version {
		return
	}
	line := CoveredItem{Item: ItemID(i.ImplCode, i.Version), Name: i.Name, Scope: i.Scope, CrossRegion: i.CrossRegion(), Visits: i.Visits, Why: i.VisitsReason}
	if line.CrossRegion == "exempt" {
		line.Reason, line.Basis = i.Exempt.Reason, i.Exempt.Basis
	}
	c.newest[i.ImplCode] = coveredVersion{i.Version, Coverage{Agency: i.Agency, Name: i.AgencyName, Node: i.Node}, line}
}

// Rows gives the agencies in order of node and name, their items in order of id.
// Items are listed when detail is asked for.
func (c *Coverer) Rows(detail bool) []Coverage {
	by := map[string]*Coverage{}
	for _, code := range slices.Sorted(maps.Keys(c.newest)) {
		v := c.newest[code]
		if by[v.agency.Agency] == nil {
			by[v.agency.Agency] = &v.agency
		}
		by[v.agency.Agency].add(v.line, detail)
	}
	rows := make([]Coverage, 0, len(by))
	for _, uscc := range slices.Sorted(maps.Keys(by)) {
		rows = append(rows, *by[uscc])
	}
	slices.SortStableFunc(rows, func(a, b Coverage) int { return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Name, b.Name)) })
	return rows
}

func (c *Coverage) add(line CoveredItem, detail bool) {
	c.Items++
	switch line.CrossRegion {
	case "open":
		c.Open++
	case "exempt":
		c.Exempt++
	default:
		c.Closed++
	}
	if line.Visits <= 1 {
		c.Once++
	}
	if detail {
		c.List = append(c.List, line)
	}
}

// Must is how many items are to be open: all but those exempt or not asked for.
func (c *Coverage) Must() int { return c.Items - c.Exempt - c.Closed }
