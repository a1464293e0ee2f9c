package province

import (
	"context"
	"testing"

	"xiangyun/node"
	"xiangyun/node/desk"
	"xiangyun/protocol"
)

func TestOneApplicationFromYanbianToChangchunAndBack(t *testing.T) {
	p := New(t, &Loopback{T: t})
	defer p.Close()
	ctx := context.Background()
	p.Hubs(3)
	yb, cc := p.Enroll("yanbian", "延边州"), p.Enroll("changchun", "长春市")
	agency := sampleUSCC(1)
	_, err := p.Leader().RegisterAgency(ctx, Operator, protocol.Agency{USCC: agency, Name: "长春市民政局", Node: "changchun"})
	p.must("agency", err)
	for _, year := range protocol.CalendarHistory() {
		_, err := p.Leader().PublishCalendar(ctx, Operator, year)
		p.must("calendar", err)
	}
	f := filing(agency, 1)
	recs, err := cc.Desk().FileItem(ctx, person("changchun", "editor", protocol.RoleEditor), f)
	p.must("file item", err)
	p.Eventually("request at hub", func() bool { _, ok, _ := p.Leader().Get(recs[0].Ref); return ok })
	_, err = p.Leader().Publish(ctx, Operator, recs[0].Ref)
	p.must("publish", err)
	item := protocol.ItemID(f.Item.ImplCode, 1)
	for _, kind := range []protocol.KindName{"item", "guide", "agency"} {
		id := item
		if kind == "agency" {
			id = agency
		}
		p.Eventually(string(kind)+" in yanbian", func() bool { _, err := yb.Record(protocol.Ref{Kind: kind, ID: id}); return err == nil })
	}
	p.Eventually("request answered", func() bool { return p.stateOf(cc, recs[0].Ref) == protocol.RequestDone })
	clerk := person("yanbian", "clerk", protocol.RoleClerk)
	got, err := yb.Desk().Receive(ctx, clerk, desk.Intake{Item: item, Nonce: "1", HandOver: true, Window: "3号窗口",
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002x"},
		Materials: []protocol.Material{{Line: "m1", Presence: "present"}, {Line: "m2", Presence: "present"}}})
	p.must("receive", err)
	p.Eventually("arrived in changchun", func() bool { return p.stateOf(cc, got.Ref) == string(protocol.CaseArrived) })
	act := desk.CaseAct{Case: got.Ref}
	_, err = cc.Desk().Do(ctx, person("changchun", "acceptor", protocol.RoleAcceptor), act, "accept", protocol.Case{})
	p.must("accept", err)
	_, err = cc.Desk().Do(ctx, person("changchun", "decider", protocol.RoleDecider), act, "grant", protocol.Case{Decision: &protocol.Decision{Text: "准予"}})
	p.must("grant", err)
	p.Eventually("granted seen in yanbian", func() bool { return p.stateOf(yb, got.Ref) == string(protocol.CaseGranted) })
	_, err = yb.Desk().Do(ctx, clerk, act, "deliver", protocol.Case{Delivery: &protocol.Delivery{Way: "counter", Recipient: "申请人甲"}})
	p.must("deliver", err)
	p.Eventually("delivered in changchun", func() bool { return p.stateOf(cc, got.Ref) == string(protocol.CaseDelivered) })
	p.Eventually("delivered seen in yanbian", func() bool { return p.stateOf(yb, got.Ref) == string(protocol.CaseDelivered) })
}

// stateOf is the state that a node shows of a record.
func (p *Province) stateOf(n *node.Node, ref protocol.Ref) string {
	rec, err := n.Record(ref)
	if err != nil {
		return ""
	}
	terms, err := protocol.Lookup(ref.Kind).Terms(rec.Body)
	p.must("terms", err)
	return terms.State
}
