package demo

import (
	"testing"

	"xiangyun/protocol"
)

// What the story verifies is found when it is planted.
func TestPlantedFaultsAreFound(t *testing.T) {
	receipts := map[string]bool{"a": true, "b": true}
	for _, c := range []struct {
		name string
		rows []CaseRow
		ok   bool
	}{
		{"each once", []CaseRow{{ID: "b"}, {ID: "a"}}, true},
		{"one lost", []CaseRow{{ID: "a"}}, false},
		{"one doubled", []CaseRow{{ID: "a"}, {ID: "a"}}, false},
		{"one too many", []CaseRow{{ID: "a"}, {ID: "b"}, {ID: "c"}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := eachOnce(c.rows, receipts); (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestARestoredNodeHoldsTheSameCases(t *testing.T) {
	before := []CaseRow{{"a", "1", protocol.CaseArrived}, {"b", "2", protocol.CaseArrived}}
	for _, c := range []struct {
		name  string
		after []CaseRow
		same  bool
	}{
		{"in another order", []CaseRow{before[1], before[0]}, true},
		{"one lost", before[:1], false},
		{"another number", []CaseRow{before[0], {"b", "3", protocol.CaseArrived}}, false},
		{"another state", []CaseRow{before[0], {"b", "2", protocol.CaseReceived}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if sameCases(before, c.after) != c.same {
				t.Errorf("want %v", c.same)
			}
		})
	}
}
