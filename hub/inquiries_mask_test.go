package hub

import (
	"testing"

	"xiangyun/protocol"
)

func TestWhoIsTurnedDownReadsWhyAnywhere(t *testing.T) { // cases.S-22, C-03a to c, C-19a to c
	d := protocol.Decision{Kind: "deny", Reason: "不符合条件", Basis: "第十八条", Remedy: "六十日内申请复议", Ask: "县民政局", Text: "内部意见", By: "changchun:decider", Licence: "1.2.156"}
	seen := fromElsewhere(&protocol.Case{Decision: &d}).Decision
	if seen.Reason != d.Reason || seen.Basis != d.Basis || seen.Remedy != d.Remedy || seen.Ask != d.Ask {
		t.Errorf("the window elsewhere reads %+v", seen)
	}
	if seen.Text != "" || seen.By != "" || seen.Licence != "" {
		t.Errorf("the window elsewhere reads more than is owed: %+v", seen)
	}
}
