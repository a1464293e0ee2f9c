package main

import "testing"

func TestStepsThatAreStillOwed(t *testing.T) {
	step := func(act string, index float64) any {
		return map[string]any{"act": act, "by": "yanbian:qian", "index": index}
	}
	g := stepTable([]any{step("receive", 0), step("hand_over", 35), step("accept", 0), step("newer", 0)})
	want := [][2]string{{"收件", "已上报"}, {"移交", "35"}, {"受理", "尚未上报"}, {"newer", "尚未上报"}}
	for i, w := range want {
		if row := g[i+1]; row[1] != w[0] || row[3] != w[1] {
			t.Errorf("step %d: %v, want %v", i+1, row, w)
		}
	}
}
