package province

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/fold"
)

// plants are faults put into sound evidence; each gives back how it was.
var plants = []struct {
	name  string
	plant func(t *testing.T, e *Evidence) (undo func())
}{
	{"a case that the hub lost", func(t *testing.T, e *Evidence) func() {
		ref := aCase(t, e, "")
		return without(e.hub().Records, ref)
	}},
	{"an act that vanished from a history", func(t *testing.T, e *Evidence) func() {
		ref := aCase(t, e, protocol.CaseDelivered)
		was := e.hub().History[ref]
		e.hub().History[ref] = slices.Delete(slices.Clone(was), 1, 2)
		return func() { e.hub().History[ref] = was }
	}},
	{"a decision before the acceptance", func(t *testing.T, e *Evidence) func() {
		ref := aCase(t, e, protocol.CaseDelivered)
		was := slices.Clone(e.hub().History[ref])
		h := e.hub().History[ref]
		i := slices.IndexFunc(h, func(s fold.Step) bool { return s.Act == "accept" })
		h[i].Act, h[i+1].Act = h[i+1].Act, h[i].Act
		return func() { e.hub().History[ref] = was }
	}},
	{"an act by a place that is not the home", func(t *testing.T, e *Evidence) func() {
		ref := aCase(t, e, protocol.CaseDelivered)
		h := e.hub().History[ref]
		i := slices.IndexFunc(h, func(s fold.Step) bool { return s.Act == "accept" })
		was := h[i].By
		place, login, _ := strings.Cut(was, ":")
		other := map[string]string{"changchun": "yanbian", "yanbian": "changchun"}[place]
		h[i].By = other + ":" + login
		return func() { h[i].By = was }
	}},
	{"a receipt on two cases", func(t *testing.T, e *Evidence) func() {
		ref := aCase(t, e, "")
		twice := protocol.Ref{Kind: "case", ID: ref.ID + "x"}
		e.hub().Records[twice] = e.hub().Records[ref]
		return func() { delete(e.hub().Records, twice) }
	}},
	{"a line missing in a chain", func(t *testing.T, e *Evidence) func() {
		c := Chain{"yanbian", protocol.Urgent}
		was := e.hub().Chains[c]
		e.hub().Chains[c] = slices.Delete(slices.Clone(was), 3, 4)
		return func() { e.hub().Chains[c] = was }
	}},
	{"another line at the node than at the hub", func(t *testing.T, e *Evidence) func() {
		m := e.Nodes["yanbian"].Hashes[Chain{"yanbian", protocol.Urgent}]
		was := m[2]
		m[2] = protocol.Hash{1}
		return func() { m[2] = was }
	}},
	{"a record that did not reach a node", func(t *testing.T, e *Evidence) func() {
		return without(e.Nodes["yanbian"].Records, protocol.Ref{Kind: "node", ID: "changchun"})
	}},
	{"a record that a node kept after it left its audience", func(t *testing.T, e *Evidence) func() {
		ref := protocol.Ref{Kind: "numblock", ID: protocol.BlockID(1)}
		if _, ok := e.Nodes["changchun"].Records[ref]; !ok {
			t.Fatal("no such block")
		}
		e.Nodes["yanbian"].Records[ref] = e.Nodes["changchun"].Records[ref]
		return func() { delete(e.Nodes["yanbian"].Records, ref) }
	}},
	{"two homes of one record", func(t *testing.T, e *Evidence) func() {
		ref := aCase(t, e, protocol.CaseDelivered)
		rec := e.Nodes["yanbian"].Records[ref]
		was := rec
		if rec.Home = "yanbian"; was.Home == "yanbian" {
			rec.Home = "changchun"
		}
		e.Nodes["yanbian"].Records[ref] = rec
		return func() { e.Nodes["yanbian"].Records[ref] = was }
	}},
	{"two people told that they took the same step", func(t *testing.T, e *Evidence) func() {
		was := e.Ledger.done
		d := *was[0]
		d.By = "changchun:decider"
		e.Ledger.done = append(slices.Clone(was), &d)
		return func() { e.Ledger.done = was }
	}},
	{"a server with another digest", func(t *testing.T, e *Evidence) func() {
		h := e.Hubs["hub2"]
		was := h.Digest
		h.Digest = protocol.Hash{1}
		return func() { h.Digest = was }
	}},
	{"a stale read of the hub", func(t *testing.T, e *Evidence) func() {
		was := slices.Clone(e.Ledger.writes)
		for i, op := range e.Ledger.writes {
			if in, out := op.Input.(call), op.Output.(answer); !in.Write && out.Rev > 1 {
				out.Rev--
				e.Ledger.writes[i].Output = out
				return func() { e.Ledger.writes = was }
			}
		}
		t.Fatal("nobody read")
		return nil
	}},
	{"a write confirmed twice", func(t *testing.T, e *Evidence) func() {
		was := slices.Clone(e.Ledger.writes)
		for _, op := range was {
			if in, out := op.Input.(call), op.Output.(answer); in.Write && out.Rev > 0 {
				e.Ledger.writes = append(e.Ledger.writes, op)
				return func() { e.Ledger.writes = was }
			}
		}
		t.Fatal("nobody wrote")
		return nil
	}},
	{"a frozen node", func(t *testing.T, e *Evidence) func() {
		e.Nodes["yanbian"].Frozen = protocol.NewFault(protocol.Fork, "planted", "")
		return func() { e.Nodes["yanbian"].Frozen = nil }
	}},
}

func without(m map[protocol.Ref]protocol.Record, ref protocol.Ref) (undo func()) {
	was := m[ref]
	delete(m, ref)
	return func() { m[ref] = was }
}

// aCase gives a case in a state, or any, taken in at yanbian.
func aCase(t *testing.T, e *Evidence, state protocol.CaseState) protocol.Ref {
	for _, ref := range slices.SortedFunc(maps.Keys(e.hub().Records), func(a, b protocol.Ref) int { return strings.Compare(a.String(), b.String()) }) {
		if ref.Kind != "case" {
			continue
		}
		c, err := protocol.Load[protocol.Case](e.hub().Records[ref])
		if err == nil && c.Received.Node == "yanbian" && (state == "" || c.State == state) {
			return ref
		}
	}
	t.Fatalf("invalid run: no case is %s", state)
	return protocol.Ref{}
}

// TestCheckersRejectPlantedHistories is gate V8: each check finds a fault that
// was planted in the evidence of a sound province.
func TestCheckersRejectPlantedHistories(t *testing.T) {
	var e *Evidence
	Simulate(t, 1, func(p *Province) {
		items := founded(p, "changchun", "yanbian")
		l := newLedger()
		w := p.Work(l, 1, []protocol.NodeID{"changchun", "yanbian"}, items)
		time.Sleep(40 * time.Second)
		w.Rest()
		e = p.sound(l)
	})
	if t.Failed() {
		return
	}
	for _, c := range plants {
		t.Run(c.name, func(t *testing.T) {
			undo := c.plant(t, e)
			if found := e.Check(); len(found) == 0 {
				t.Error("not found")
			} else {
				t.Log(found[0])
			}
			undo()
		})
	}
	if left := e.Check(); len(left) > 0 {
		t.Errorf("the plants were not taken back: %v", left)
	}
}
