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
