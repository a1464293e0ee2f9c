package web

import (
	"fmt"
	"net/url"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// duty is one pile of work on the start page: cases whose home is this node and
// whose next act is one of this person's. Its card asks what the tab of the
// list behind it asks, so that all three show one number.
type duty struct {
	label string
	verb  protocol.Verb // of the next act
	state protocol.CaseState
	where func(v *console.Visit) ([]protocol.Facet, error)
}

// A received case is still where it was taken in; from its arrival on the home
// is the node that decides it (cases.C-03, cases.C-05).
var duties = []duty{
	{"home.to-hand-over", protocol.MayReceive, protocol.CaseReceived, forElsewhere},
	{"home.waiting", protocol.MayAccept, protocol.CaseReceived, takenInHere},
	{"home.arrived", protocol.MayAccept, protocol.CaseArrived, decidedHere},
	{"home.accepted", protocol.MayDecide, protocol.CaseAccepted, decidedHere},
	{"home.to-deliver", protocol.MayDeliver, protocol.CaseGranted, decidedHere},
	{"home.to-deliver-denied", protocol.MayDeliver, protocol.CaseDenied, decidedHere},
}

func decidedHere(v *console.Visit) ([]protocol.Facet, error) {
	return []protocol.Facet{{Name: "handler", Value: string(v.At())}}, nil
}

func takenInHere(v *console.Visit) ([]protocol.Facet, error) {
	return []protocol.Facet{{Name: "handler", Value: string(v.At())}, {Name: "window", Value: string(v.At())}}, nil
}

// forElsewhere names every other handler of cases taken in here; without one
// there is nothing to hand over.
func forElsewhere(v *console.Visit) ([]protocol.Facet, error) {
	here := protocol.Facet{Name: "window", Value: string(v.At())}
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", State: string(protocol.CaseReceived), Facets: []protocol.Facet{here},
		Limit: 1, Count: []string{"handler"}})
	if err != nil {
		return nil, fmt.Errorf("count handlers of cases: %w", err)
	}
	var others []protocol.Facet
	for _, c := range found.Counts {
		if c.Name == "handler" && c.Value != "" && c.Value != string(v.At()) {
			others = append(others, protocol.Facet{Name: "handler", Value: c.Value})
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	return append(others, here), nil
}

func dutyStats(v *console.Visit) (stats []page.Stat, err error) {
	for _, d := range duties {
		if !v.May(d.verb, "") {
			continue
		}
		s, err := d.stat(v)
		if err != nil {
			return nil, err
		}
		stats = append(stats, s)
	}
	return stats, nil
}

// stat leads to the list only when something is in it: no filter says “none”.
func (d *duty) stat(v *console.Visit) (page.Stat, error) {
	s := page.Stat{Label: d.label, Value: "0", Unit: v.T("home.cases", 0)}
	facets, err := d.where(v)
	if err != nil || len(facets) == 0 {
		return s, err
	}
	if own := d.verb == protocol.MayAccept || d.verb == protocol.MayDecide; own && v.Who.Agency != "" { // others' cases are not this person's to move
		facets = append(facets, protocol.Facet{Name: "agency", Value: v.Who.Agency})
	}
	found, err := v.Records().Search(v.Context(), console.Query{Kind: "case", Facets: facets, Limit: 1, Count: []string{console.CountState}})
	if err != nil {
		return s, fmt.Errorf("count cases: %w", err)
	}
	for _, c := range found.Counts {
		if c.Value == string(d.state) {
			s.Value, s.Unit = page.Number(c.N).Text, v.T("home.cases", c.N)
		}
	}
	to := url.Values{"state": {string(d.state)}}
	for _, f := range facets {
		to.Add(f.Name, f.Value)
	}
	s.Href = "/cases?" + to.Encode()
	return s, nil
}
