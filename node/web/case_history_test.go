package web

import (
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/console/consoletest"
)

func history(t *testing.T, w *world, id string) string {
	t.Helper()
	text := consoletest.Text(consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03").Get("/cases/" + id).Body)
	_, after, ok := strings.Cut(text, "办理过程")
	if !ok {
		t.Fatal("no history: " + text)
	}
	return after
}

// TestTheReceiptIsTheFirstStepWhereItsEntryIsNot: a node that decides a case from
// elsewhere was sent it from the hand-over on.
func TestTheReceiptIsTheFirstStepWhereItsEntryIsNot(t *testing.T) {
	w := newWorld(t)
	rec := w.Put("case", caseID(9), "yanbian", ago(1), 9, protocol.Case{ReceiptNo: "9", Item: foodID, Agency: foodOf, Handler: "yanbian",
		State: protocol.CaseArrived, Received: protocol.Receipt{At: ago(3), Node: "jilin", Clerk: "jilin:win07"}})
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 2, Act: "hand_over", By: "jilin:win07", At: ago(2), Home: "yanbian", Index: 8})
	got := history(t, w, caseID(9))
	for _, want := range []string{"收件", "据办件记载", "吉林市 win07", "移交"} {
		_, rest, ok := strings.Cut(got, want)
		if !ok {
			t.Fatalf("the history lacks %q, or has it too early: %s", want, got)
		}
		got = rest
	}
	if got := history(t, w, caseID(4)); strings.Contains(got, "据办件记载") || !strings.Contains(got, "收件 省级已登记") {
		t.Errorf("a receipt whose entry is here is told from it, once: %s", got)
	}
}

// TestADeliveryElsewhereNamesTheWindow: the home's steward only recorded it
// (cases.R-03), and what was decided stays to be read.
func TestADeliveryElsewhereNamesTheWindow(t *testing.T) {
	w := newWorld(t)
	c := protocol.Case{ReceiptNo: "9", Item: foodID, Agency: foodOf, Handler: "yanbian", State: protocol.CaseDelivered,
		Received: protocol.Receipt{At: ago(30), Node: "yanbian", Clerk: "yanbian:win03"},
		Decision: &protocol.Decision{Kind: "deny", Reason: "不符合条件", By: "yanbian:acc11", At: ago(3)},
		Delivery: &protocol.Delivery{Way: "counter", Recipient: "申请人甲", Place: "changchun", By: "changchun:win05", At: ago(1)}}
	rec := w.Put("case", caseID(9), "yanbian", ago(1), 9, c)
	w.Step(rec.Ref, console.Step{Epoch: 1, Rev: 4, Act: "deliver", By: "system", At: ago(1), Home: "yanbian", Index: 9})
	got := history(t, w, caseID(9))
	if !strings.Contains(got, "长春市 win05") || !strings.Contains(got, "送达回报") || strings.Contains(got, "系统") {
		t.Errorf("the delivery step: %s", got)
	}
	body := consoletest.NewBrowser(t, newWeb(t, w).Handler(), "win03").Get("/cases/" + caseID(9)).Body
	_, outcome, _ := strings.Cut(body, "<dt>决定</dt>")
	if outcome, _, _ = strings.Cut(outcome, "</dd>"); !strings.Contains(outcome, "不予") || !strings.Contains(outcome, "已送达") {
		t.Errorf("the decision reads %s", consoletest.Text(outcome))
	}
}
