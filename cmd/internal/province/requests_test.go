package province

import (
	"context"
	"testing"
	"time"

	"xiangyun/node"
	"xiangyun/node/desk"
	"xiangyun/protocol"
)

// TestR01ACorrectionAtAThirdWindow plays S-12 through a real hub: received in
// yanbian, noticed in changchun, corrected in jilin, which has never seen the case.
// A demand beside the guide before that gives a red card (S-09).
func TestR01ACorrectionAtAThirdWindow(t *testing.T) {
	Simulate(t, 1, func(p *Province) {
		items := founded(p, "changchun", "yanbian", "jilin")
		got, err := at(p, "yanbian", func(ctx context.Context, nd *node.Node) (desk.Received, error) {
			in := intake(items[0], "1")
			in.Materials[1].Presence, in.HandOver = protocol.PresenceMissing, true
			return nd.Desk().Receive(ctx, person("yanbian", "clerk", protocol.RoleClerk), in)
		})
		p.must("receive", err)
		p.Eventually("arrived", func() bool { return p.State("changchun", got.Ref) == string(protocol.CaseArrived) })
		notice := func(line string) error {
			until := protocol.At(time.Now()).Day().Add(60)
			_, err := p.Department("changchun").do(got.Ref, "notice", protocol.Case{Notices: []protocol.Notice{{Lines: []protocol.Defect{{Line: line}}, Until: until}}})
			return err
		}
		if err := notice("户口簿"); protocol.CodeOf(err) != protocol.Refused {
			p.T.Fatalf("a demand beside the guide: %v", err)
		}
		p.must("notice", notice("m2"))
		rec, err := at(p, "jilin", func(ctx context.Context, nd *node.Node) (protocol.Record, error) {
			lines := []protocol.Material{{Line: "m2", Presence: protocol.PresencePresent}}
			return nd.Desk().Do(ctx, person("jilin", "clerk", protocol.RoleClerk), desk.CaseAct{Case: got.Ref, Key: "form-1"}, "supplement",
				protocol.Case{Supplements: []protocol.Supplement{{Lines: lines, Window: "2号窗口"}}})
		})
		p.must("supplement in jilin", err)
		p.Eventually("answered", func() bool { return p.State("jilin", rec.Ref) == protocol.RequestDone })
		for _, n := range []protocol.NodeID{"changchun", "yanbian", "jilin"} {
			p.Eventually("one history in "+string(n), func() bool { return p.State(n, got.Ref) == string(protocol.CaseArrived) })
		}
		attempt := protocol.Ref{Kind: "attempt", ID: protocol.AttemptID(got.Ref.ID, "changchun", 1)}
		card := protocol.Ref{Kind: "card", ID: protocol.CardID(attempt, protocol.BreachOffGuide, 1, protocol.Red)}
		p.Eventually("red card of the demand", func() bool { _, ok, _ := p.Leader().Get(card); return ok })
	})
}
