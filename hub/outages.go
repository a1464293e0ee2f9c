package hub

import (
	"context"
	"slices"

	"xiangyun/hub/api"
	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// atRiskLeft is how many working days a clock has left when its case is at risk
// (cases.C-24c, F-02).
const atRiskLeft = 2

// maxAtRisk bounds the cases listed of one place.
const maxAtRisk = 200

// Outages lists the places that are fenced or not heard of, with their cases at
// risk, the earliest due first: what the desk is alerted by (cases.F-02, W-12). A
// place whose cases are at risk stands first.
func (r reader) Outages(ctx context.Context) ([]api.Outage, error) {
	states, err := pageReader{r}.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	var list []api.Outage
	for _, s := range states {
		n, _, err := load[protocol.Node](r.Server, protocol.Ref{Kind: "node", ID: string(s.ID)})
		if err != nil {
			return nil, err
		}
		if n.State != protocol.NodeFenced && (n.State != protocol.NodeEnrolled || s.Connected) {
			continue
		}
		o := api.Outage{Node: n.ID, Name: n.Name, State: n.State, LastBeat: s.Beat}
		if err := r.atRisk(ctx, &o); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	slices.SortStableFunc(list, func(a, b api.Outage) int { return len(b.Cases) - len(a.Cases) })
	return list, nil
}

// atRisk fills in what lies at a place: counts from the index, and the cases at
// risk themselves.
func (r reader) atRisk(ctx context.Context, o *api.Outage) error {
	found, err := r.search.Search(ctx, search.Query{Kind: "case", Limit: 1, Count: []string{protocol.RunFacet}})
	if err != nil {
		return err
	}
	now := r.Now()
	cal, _, err := r.calendars(now.Day(), now.Day())
	if err != nil {
		return err
	}
	var urgent []protocol.CaseRun
	for _, c := range found.Counts {
		run, ok := protocol.ParseCaseRun(c.Value)
		if !ok || run.Home != o.Node {
			continue
		}
		o.Open += int(c.N)
		if (run.Clock == protocol.K1 || run.Clock == protocol.K3) && !run.Due.IsZero() && cal.WorkingDaysLeft(now.Day(), run.Due) <= atRiskLeft {
			o.AtRisk += int(c.N)
			urgent = append(urgent, run)
		}
	}
	slices.SortFunc(urgent, func(a, b protocol.CaseRun) int { return int(a.Due.End()/1000 - b.Due.End()/1000) })
	for _, run := range urgent {
		if err := r.listRun(ctx, o, run, cal.WorkingDaysLeft(now.Day(), run.Due)); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) listRun(ctx context.Context, o *api.Outage, run protocol.CaseRun, left int) error {
	if len(o.Cases) >= maxAtRisk {
		return nil
	}
	found, err := r.search.Search(ctx, search.Query{Kind: "case", Limit: maxAtRisk - len(o.Cases), Facets: []protocol.Facet{{Name: protocol.RunFacet, Value: run.String()}}})
	if err != nil {
		return err
	}
	for _, h := range found.Hits {
		c, _, err := load[protocol.Case](r.Server, h.Ref)
		if protocol.CodeOf(err) == protocol.Gone { // the index follows at a short distance
			continue
		}
		if err != nil {
			return err
		}
		o.Cases = append(o.Cases, api.CaseAtRisk{Case: h.Ref.ID, ReceiptNo: c.ReceiptNo, Item: c.Item, ItemName: c.ItemName, Clock: run.Clock, Due: run.Due, Left: left})
	}
	return nil
}
