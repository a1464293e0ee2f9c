package protocol

import "testing"

// What a screen offers is what the table lets start: the same answer as the
// judge's first two questions, for every act and state (cases.md §5, G-06, G-07).
func TestLegalSaysWhatTheTableSays(t *testing.T) {
	for _, r := range caseTable() {
		for _, s := range CaseStates {
			c := &Case{State: s.State, Handler: "changchun", AgencyName: "甲局", Received: Receipt{Node: "yanbian"}}
			for _, at := range []NodeID{"yanbian", "changchun", Hub} {
				want := r.in(c) == nil && r.at(c, &Header{Origin: at}, nil) == nil
				if got := c.Legal(r.act, at); got != want {
					t.Errorf("%s in %s at %s: %v, the judge says %v", r.act, s.State, at, got, want)
				}
			}
		}
	}
	c := &Case{State: CaseReceived, Mode: ModeDelegated, Handler: "changchun", Received: Receipt{Node: "yanbian"}}
	if !c.Legal("accept", "yanbian") || c.Legal("accept", "jilin") || c.Legal("nothing", "yanbian") {
		t.Error("a delegated window accepts, others do not")
	}
}
