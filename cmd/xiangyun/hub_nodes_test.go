package main

import "testing"

// A node is heard by one server only; the others say which instead of nothing.
func TestANodeHeardElsewhereNamesItsServer(t *testing.T) {
	for name, c := range map[string]struct {
		line                nodeLine
		link, beat, numbers string
	}{
		"here":      {nodeLine{State: "enrolled", Connected: true, Server: "hub1", LastBeat: 1, Numbers: 7}, "已连接", "1970", "7"},
		"elsewhere": {nodeLine{State: "enrolled", Connected: true, Server: "hub3"}, "已连接", "见 hub3", "见 hub3"},
		"silent":    {nodeLine{State: "enrolled"}, "失联", "-", "-"},
		"planned":   {nodeLine{State: "planned"}, "未接入", "-", "-"},
		"frozen":    {nodeLine{State: "enrolled", Connected: true, Server: "hub1", LastBeat: 1, Frozen: "分叉"}, "已冻结", "1970", "0"},
	} {
		beat, _, numbers := c.line.beat()
		if len(beat) > 4 && beat[:4] == "1970" {
			beat = beat[:4]
		}
		if got := c.line.link(); got != c.link || beat != c.beat || numbers != c.numbers {
			t.Errorf("%s: %q %q %q", name, got, beat, numbers)
		}
	}
}
