package fsm

import (
	"fmt"
	"testing"

	"xiangyun/protocol"
)

func operator(act protocol.Act, ref protocol.Ref) protocol.Draft {
	return protocol.Draft{Ref: ref, Act: act, By: "hub:op", Body: map[string]string{"reason": "登记有误"}}
}

// TestPoisonIsHeldPerRecord is replication.Q1 and Q2: the lane goes on, the
// record's queue keeps its order, the writer hears of every outcome.
func TestPoisonIsHeldPerRecord(t *testing.T) {
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	poison := p.poison("a")
	r := h.push(batch(poison, p.write("a", paper{Text: "behind"}), p.write("b", paper{})))[0]
	if r.Fault != nil || len(r.Ack.Verdicts) != 2 {
		t.Fatalf("%v, %+v", r.Fault, r.Ack.Verdicts)
	}
	if a, b := r.Ack.Verdicts[0].Outcome, r.Ack.Verdicts[1].Outcome; a != protocol.Quarantined || b != protocol.Queued {
		t.Errorf("outcomes %s, %s", a, b)
	}
	if _, ok := h.record(paperRef("b")); !ok {
		t.Error("another record had to wait")
	}
	h.mustAct(operator(ActReplay, paperRef("a"))) // nothing has changed: held again
	if n := heldCount(t, h.f); n != 2 {
		t.Errorf("%d held after a replay, want 2", n)
	}
	h.mustAct(operator(ActDiscard, paperRef("a")))
	if rec, ok := h.record(paperRef("a")); !ok || rec.Rev != 1 {
		t.Errorf("behind the discarded entry: %+v", rec)
	}
	if n := heldCount(t, h.f); n != 0 {
		t.Errorf("%d still held", n)
	}
	at := h.index
	wantLines(t, h.lines("yanbian", protocol.Urgent, at-1), fmt.Sprintf("%d verdict 1 refused Q2", at),
		fmt.Sprintf("%d force paper/a@1", at), fmt.Sprintf("%d verdict 2 applied ", at))
	t.Run("an acknowledgement that is given again knows the outcome", func(t *testing.T) {
		again := h.push(batch(poison))[0]
		if len(again.Ack.Verdicts) != 1 || again.Ack.Verdicts[0].Rule != "Q2" {
			t.Errorf("%+v", again.Ack)
		}
	})
}

func TestAPoisonousKindHoldsNoOtherRecord(t *testing.T) {
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	odd := protocol.Ref{Kind: "paper\x00a", ID: "b"}
	if odd.Validate() == nil {
		h.push(batch(p.seal(protocol.Header{Ref: odd, Act: "write", Rev: 1, RecEpoch: 1}, []byte("{}"))))
	}
	if r := h.push(batch(p.write("a", paper{})))[0]; len(r.Ack.Verdicts) != 0 {
		t.Errorf("verdicts %+v", r.Ack.Verdicts)
	}
}

// TestAPoisonousEntryIsFixed is replication.Q2: the hub's act with a new body,
// citing the original, takes the original's place in the order of its record;
// the home stays home, and what it wrote behind goes on from there.
func TestAPoisonousEntryIsFixed(t *testing.T) {
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	h.push(batch(p.write("a", paper{Text: "one"})))
	poison := p.poison("a")
	second := paper{Home: "yanbian", Text: "behind"}
	behind := p.seal(protocol.Header{Ref: paperRef("a"), Act: "write", Rev: 3, RecEpoch: 1}, mustJSON(t, second))
	h.push(batch(poison, behind))
	fix := func(of protocol.Pos, body any) protocol.Draft {
		return protocol.Draft{Ref: paperRef("a"), Act: ActFix, By: "hub:op", Body: map[string]any{"reason": "编码有误", "of": of, "body": body}}
	}
	for _, tt := range []struct {
		name  string
		draft protocol.Draft
		rule  string
	}{
		{"another entry is cited", fix(behind.Pos(), paper{Text: "two"}), "G-04"},
		{"a rule refuses the body", fix(poison.Pos(), paper{Text: "bad"}), "T-01"},
		{"the body is of another shape", fix(poison.Pos(), []int{1}), "G-09"},
		{"no body", fix(poison.Pos(), nil), "G-09"},
	} {
		if r := h.act(tt.draft); r.Refusal == nil || r.Refusal.Rule != tt.rule {
			t.Errorf("%s: %+v", tt.name, r)
		}
		if n := heldCount(t, h.f); n != 2 {
			t.Fatalf("%s: %d held", tt.name, n)
		}
	}
	h.mustAct(fix(poison.Pos(), paper{Home: "yanbian", Text: "two", Readers: []protocol.NodeID{"yanbian"}}))
	at := h.index
	if rec, _ := h.record(paperRef("a")); rec.Rev != 3 || rec.Home != "yanbian" || rec.Epoch != 1 {
		t.Errorf("record %+v", rec)
	}
	if n := heldCount(t, h.f); n != 0 {
		t.Errorf("%d still held", n)
	}
	steps, err := h.f.History(paperRef("a"))
	if err != nil || len(steps) != 3 || steps[1].By != "hub:op" {
		t.Errorf("history %+v, %v", steps, err)
	}
	wantLines(t, h.lines("yanbian", protocol.Urgent, at-1), fmt.Sprintf("%d record paper/a@2", at), fmt.Sprintf("%d verdict 2 refused Q2", at),
		fmt.Sprintf("%d force paper/a@3", at), fmt.Sprintf("%d verdict 3 applied ", at))
	lines, err := h.f.Journal(protocol.Hub, protocol.Urgent, 1, 100)
	if err != nil || lines[len(lines)-1].Entry.Act != ActFix {
		t.Errorf("the hub's chain does not end with the fix: %v", err)
	}
}

// A discard names the entry that the operator looked at.
func TestADiscardOfAnotherEntryIsRefused(t *testing.T) {
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	poison := p.poison("a")
	h.push(batch(poison))
	d := operator(ActDiscard, paperRef("a"))
	d.Body = map[string]any{"reason": "登记有误", "of": protocol.Pos{Lane: protocol.Urgent, Seq: 7}}
	if r := h.act(d); r.Refusal == nil || r.Refusal.Rule != "G-04" || heldCount(t, h.f) != 1 {
		t.Errorf("%+v", r)
	}
	d.Body = map[string]any{"reason": "登记有误", "of": poison.Pos()}
	if h.mustAct(d); heldCount(t, h.f) != 0 {
		t.Error("still held")
	}
}
