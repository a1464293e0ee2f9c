package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"xiangyun/protocol"
)

// nodeLine is what a server knows of one node, as its page shows it.
type nodeLine struct {
	ID        string           `json:"id"`
	State     string           `json:"state"`
	Epoch     uint64           `json:"epoch"`
	Server    string           `json:"server"`
	Connected bool             `json:"connected"`
	Urgent    uint64           `json:"urgent"`
	Bulk      uint64           `json:"bulk"`
	Frozen    string           `json:"frozen"`
	LastBeat  protocol.Instant `json:"last_beat"`
	Queue     uint64           `json:"queue_bytes"`
	Numbers   uint64           `json:"numbers_left"`
}

func (s *hubState) nodes(cmd *cobra.Command) error {
	g := grid{{"节点", "状态", "代次", "连接", "紧急", "批量", "冻结", "最近心跳", "待发送字节", "剩余收件号"}}
	for _, raw := range s.Nodes {
		var n nodeLine
		if err := json.Unmarshal(raw, &n); err != nil {
			return fmt.Errorf("read nodes: %w", err)
		}
		beat, queue, numbers := n.beat()
		g.add(n.ID, wordFor("状态", n.State), fmt.Sprint(n.Epoch), n.link(), fmt.Sprint(n.Urgent), fmt.Sprint(n.Bulk), plainText(n.Frozen), beat, queue, numbers)
	}
	return g.print(cmd.OutOrStdout())
}

// link says in the console's words how a node is connected.
func (n *nodeLine) link() string {
	switch {
	case n.Frozen != "":
		return "已冻结"
	case n.State != protocol.NodeEnrolled:
		return "未接入"
	case n.Connected:
		return "已连接"
	}
	return "失联"
}

// beat is what the node said of itself. A server that does not hear it names
// the one that does, as the overview page does.
func (n *nodeLine) beat() (when, queue, numbers string) {
	if n.LastBeat == 0 && n.Connected && n.Server != "" {
		there := "见 " + n.Server
		return there, there, there
	}
	if n.LastBeat == 0 {
		return "-", "-", "-"
	}
	return n.LastBeat.String(), fmt.Sprint(n.Queue), fmt.Sprint(n.Numbers)
}
