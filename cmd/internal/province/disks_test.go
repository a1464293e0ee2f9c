package province

import (
	"slices"
	"testing"
	"time"

	"xiangyun/node/store"
	"xiangyun/protocol"
)

func TestTwoLiveProcessesOfOneNode(t *testing.T) { // replication.F4, proof.md §7
	Simulate(t, 1, func(p *Province) {
		items := founded(p, "changchun", "yanbian")
		twin, stop := p.Twin("yanbian")
		time.Sleep(20 * time.Second)
		if !p.Log.Has("at=twin-yanbian", "twin: ") {
			p.T.Error("the copy was not turned away while the first process lives")
		}
		mine, err := p.Window("yanbian").Apply(items[0], "1", false)
		p.must("apply at the first", err)
		_, err = twin.Desk().Receive(p.T.Context(), person("yanbian", "clerk", protocol.RoleClerk), intake(items[0], "2"))
		p.must("apply at the copy", err)
		p.Eventually("the first is heard", func() bool { _, ok, _ := p.Leader().Get(mine.Ref); return ok })
		p.KillNode("yanbian")
		p.Eventually("the copy is found out", func() bool {
			f := twin.Desk().Store.Frozen()
			return f != nil && f.Code == protocol.Fork
		})
		p.must("stop the copy", stop())
		p.StartNode("yanbian")
		l := newLedger()
		d := l.did(Done{Place: "yanbian", Ref: mine.Ref, Act: "receive", Epoch: 1, Rev: 1, By: "yanbian:clerk"})
		l.slip(Slip{Done: d, No: mine.Case.ReceiptNo, Handler: "changchun"})
		p.Sim().Heal()
		p.Settle(time.Minute)
		e := p.Gather(l)
		for _, breach := range slices.Concat(checkActs(e), checkChains(e), checkScopes(e)) {
			p.T.Error(breach)
		}
	})
}

func TestAnOldDiskIsFoundOutBeforeTheFirstFold(t *testing.T) { // replication.6, proof.F30
	Simulate(t, 1, func(p *Province) {
		items := founded(p, "changchun", "yanbian")
		disk := p.SaveDisk("yanbian")
		before, err := p.Window("yanbian").Apply(items[0], "1", true)
		p.must("apply", err)
		p.Eventually("arrived", func() bool { return p.State("changchun", before.Ref) == string(protocol.CaseArrived) })
		p.Sim().Off("yanbian", true)
		p.RollBack(disk)
		lost, err := p.Window("yanbian").Apply(items[0], "2", false)
		p.must("apply on the old disk", err)
		p.Sim().Heal()
		p.Eventually("frozen", func() bool {
			f := p.Node("yanbian").Desk().Store.Frozen()
			return f != nil && f.Code == protocol.Fork
		})
		if _, err := p.Window("yanbian").Apply(items[0], "3", false); protocol.CodeOf(err) != protocol.Fork {
			p.T.Errorf("apply while frozen: %v", err)
		}
		p.Reenroll("yanbian")
		p.Settle(time.Minute)
		e := p.Gather(newLedger())
		for _, breach := range e.Check() {
			p.T.Error(breach)
		}
		if c, err := protocol.Load[protocol.Case](e.hub().Records[before.Ref]); err != nil || c.ReceiptNo != before.Case.ReceiptNo {
			p.T.Errorf("the case of before: %v", err)
		}
		orphan := func(w store.Work) bool { return w.Verdict.Outcome == protocol.Orphan && w.Verdict.Ref == lost.Ref }
		if !slices.ContainsFunc(e.Nodes["yanbian"].Work, orphan) {
			p.T.Errorf("the application of the old disk is not among the work: %+v", e.Nodes["yanbian"].Work)
		}
		again, err := p.Window("yanbian").Apply(items[0], "4", true)
		p.must("apply under the new epoch", err)
		if again.Case.ReceiptNo == lost.Case.ReceiptNo || again.Case.ReceiptNo == before.Case.ReceiptNo {
			p.T.Error("a receipt number was handed out twice")
		}
		p.sound(newLedger())
	})
}

func TestALostDiskComesBackFromTheHub(t *testing.T) { // replication.T5
	Simulate(t, 1, func(p *Province) {
		items := founded(p, "changchun", "yanbian")
		got, err := p.Window("yanbian").Apply(items[0], "1", true)
		p.must("apply", err)
		p.Eventually("arrived", func() bool { return p.State("yanbian", got.Ref) == string(protocol.CaseArrived) })
		p.WipeNode("yanbian")
		p.Reenroll("yanbian")
		p.Eventually("the case is back", func() bool { return p.State("yanbian", got.Ref) == string(protocol.CaseArrived) })
		if _, err := p.Window("yanbian").Apply(items[0], "2", true); err != nil {
			p.T.Errorf("apply under the new epoch: %v", err)
		}
		p.sound(newLedger())
	})
}

func TestALostHubServerIsReplacedUnderANewName(t *testing.T) { // pitfalls.R2
	Simulate(t, 1, func(p *Province) {
		items := founded(p, "changchun", "yanbian")
		p.WipeHub("hub2")
		p.JoinHub("hub4")
		p.StopHub("hub1") // the new one is needed for a majority now
		got, err := p.Window("yanbian").Apply(items[0], "1", true)
		p.must("apply", err)
		p.Eventually("arrived", func() bool { return p.State("yanbian", got.Ref) == string(protocol.CaseArrived) })
		p.StartHub("hub1")
		p.sound(newLedger())
	})
}
