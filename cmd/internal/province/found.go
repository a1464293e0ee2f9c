package province

import (
	"context"
	"fmt"

	"xiangyun/protocol"
)

// Found makes a province of some servers and nodes in which each node hosts one
// agency.
func (p *Province) Found(servers int, nodes ...protocol.NodeID) {
	p.T.Helper()
	p.Hubs(servers)
	for i, n := range nodes {
		p.Enroll(n, string(n))
		_, err := p.Office().Register(agencyOf(i, n), 0)
		p.must("register agency", err)
	}
	for _, year := range protocol.PublishedYears()[:1] {
		_, err := p.Leader().PublishCalendar(context.Background(), Operator, year)
		p.must("publish calendar", err)
	}
}

// PublishItems has the agency of the i-th node file items and the province
// publish them; it returns their ids once every running node shows them.
func (p *Province) PublishItems(i int, n protocol.NodeID, count int) (items []string) {
	p.T.Helper()
	for k := range count {
		f := filing(agencyOf(i, n).USCC, k)
		request, err := p.Editor(n).FileItem(f)
		p.must("file item", err)
		p.Eventually("filing at the hub", func() bool { _, err := p.Office().Publish(request.Ref); return err == nil })
		items = append(items, protocol.ItemID(f.Item.ImplCode, f.Item.Version))
	}
	for _, id := range p.RunningNodes() {
		for _, item := range items {
			for _, kind := range []protocol.KindName{"item", "guide"} {
				ref := protocol.Ref{Kind: kind, ID: item}
				p.Eventually(fmt.Sprintf("%s at %s", ref, id), func() bool { _, err := p.Node(id).Record(ref); return err == nil })
			}
		}
		for j := range p.RunningNodes() {
			ref := protocol.Ref{Kind: "agency", ID: sampleUSCC(j + 1)}
			p.Eventually(fmt.Sprintf("%s at %s", ref, id), func() bool { _, err := p.Node(id).Record(ref); return err == nil })
		}
	}
	return items
}

// State is the state that a node shows of a record, empty when it has none.
func (p *Province) State(n protocol.NodeID, ref protocol.Ref) string {
	nd := p.Node(n)
	if nd == nil {
		return ""
	}
	rec, err := nd.Record(ref)
	if err != nil {
		return ""
	}
	return stateOf(rec)
}

func stateOf(rec protocol.Record) string {
	kind := protocol.Lookup(rec.Ref.Kind)
	if kind == nil {
		return ""
	}
	terms, err := kind.Terms(rec.Body)
	if err != nil {
		return ""
	}
	return terms.State
}
