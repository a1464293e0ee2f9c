package api

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// Forker shows where this node's journal and the hub's memory of it part. It
// asks the hub, so it takes a moment.
type Forker interface {
	Fork(ctx context.Context, max int) (Fork, error)
}

// Fork is both histories of a node (replication.F2).
type Fork struct {
	Node   protocol.NodeID `json:"node"`
	Forked bool            `json:"forked" doc:"两份历史;须由管理员决定"`
	Code   string          `json:"code,omitempty" doc:"停止办理的故障代码"`
	Text   string          `json:"text,omitempty" doc:"停止办理的原因"`
	Lanes  []ForkLane      `json:"lanes"`
}

// ForkLane is one lane behind the last common place.
type ForkLane struct {
	Name    string       `json:"name" enum:"urgent,bulk"`
	Forked  bool         `json:"forked"`
	Common  protocol.Pos `json:"common" doc:"双方最后一条相同的日志"`
	Head    protocol.Pos `json:"head" doc:"本节点的最后一条"`
	Hub     protocol.Pos `json:"hub" doc:"省级的最后一条"`
	Extra   uint64       `json:"extra" doc:"本节点在分叉点之后的条数"`
	Missing uint64       `json:"missing" doc:"省级在分叉点之后、本节点没有的条数"`
	Ours    []ForkLine   `json:"ours,omitempty"`
	Theirs  []ForkLine   `json:"theirs,omitempty"`
	Error   string       `json:"error,omitempty" doc:"没有问到省级的原因;此时分叉点取最后一次确认的位置"`
}

// ForkLine is the head of one line.
type ForkLine struct {
	Seq     uint64        `json:"seq"`
	Epoch   uint64        `json:"epoch"`
	Hash    protocol.Hash `json:"hash"`
	Ref     string        `json:"ref" doc:"类别/编号"`
	Act     protocol.Act  `json:"act"`
	By      string        `json:"by"`
	At      time.Time     `json:"at"`
	Receipt string        `json:"receipt,omitempty" doc:"回执上的收件号,凭它重新录入"`
}

// maxFork bounds the lines of one side in an answer.
const maxFork = 200

func (s *server) fork() {
	rest.Handle(s.api, get("/fork", "showFork", "work", "本节点与省级的日志从何处分叉,双方各多出什么", protocol.MayOperate),
		func(ctx context.Context, _ *protocol.Account, _ struct{}) (Fork, error) {
			return s.Forker.Fork(ctx, maxFork)
		})
}
