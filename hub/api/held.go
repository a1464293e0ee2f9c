package api

import (
	"context"
	"encoding/json"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

type heldIn struct {
	Kind string `path:"kind" doc:"记录的种类"`
	ID   string `path:"id" doc:"记录的编号"`
}

func (in heldIn) ref() protocol.Ref { return ref(protocol.KindName(in.Kind), in.ID) }

// Settling says why, and which held entry the operator looked at.
type Settling struct {
	Reason string        `json:"reason" need:"true"`
	Of     *protocol.Pos `json:"of,omitempty" doc:"看到的条目(清单中的 pos);已有变化则拒绝"`
}

type settleIn struct {
	Kind string   `path:"kind" doc:"记录的种类"`
	ID   string   `path:"id" doc:"记录的编号"`
	Body Settling `body:"json"`
}

// Fixing replaces a held entry's body.
type Fixing struct {
	Reason string          `json:"reason" need:"true"`
	Of     protocol.Pos    `json:"of" need:"true" doc:"被更正的条目(清单中的 pos)"`
	Body   json.RawMessage `json:"body" need:"true" doc:"更正后的完整内容"`
}

type fixIn struct {
	Kind string `path:"kind" doc:"记录的种类"`
	ID   string `path:"id" doc:"记录的编号"`
	Body Fixing `body:"json"`
}

func (s *server) held(a *rest.API) {
	rest.Handle(a, get("/held", "listHeld", "cluster", "等待管理员处理的日志", protocol.MayOperate),
		func(_ context.Context, _ *protocol.Account, in atMost) (rest.List[Held], error) {
			l, err := s.read.Held(in.limit())
			return rest.All(l), err
		})
	rest.Handle(a, get("/held/{kind}/{id}", "getHeld", "cluster", "一个记录等待处理的日志及原文", protocol.MayOperate), s.queue)
	s.settle(a, "discard", "discardHeld", "作废第一条等待处理的日志", "其后的逐条重新判定;原节点收到 Q2 拒绝。")
	s.settle(a, "replay", "replayHeld", "重新判定等待处理的日志", "用于软件或规则级别升级之后。")
	fix := post("/held/{kind}/{id}/fix", "fixHeld", "cluster", "以更正后的内容代替第一条等待处理的日志", protocol.MayOperate)
	fix.Note = "更正内容须经原节点确认;规则不接受则什么都不变。原节点收到 Q2 拒绝,并取得更正后的记录。"
	rest.Handle(a, fix, func(ctx context.Context, who *protocol.Account, in fixIn) (rest.None, error) {
		return rest.None{}, s.office.Settle(ctx, who, "fix", heldIn{in.Kind, in.ID}.ref(), in.Body.Reason, &in.Body.Of, in.Body.Body)
	})
	thaw := post("/nodes/{id}/thaw", "thawNode", "nodes", "恢复接收被暂停的通道", protocol.MayOperate)
	thaw.Note = "用于不良版本造成的暂停(Q3),须先升级节点;分叉须换发新代次,解除后仍会再次冻结。"
	rest.Handle(a, thaw, func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.None, error) {
		return rest.None{}, s.office.Settle(ctx, who, "thaw", ref("node", in.ID), in.Body.Reason, nil, nil)
	})
}

func (s *server) queue(_ context.Context, _ *protocol.Account, in heldIn) (rest.List[Held], error) {
	l, err := s.read.Queue(in.ref())
	if err == nil && len(l) == 0 {
		err = rest.Missing(in.ref())
	}
	return rest.All(l), err
}

func (s *server) settle(a *rest.API, act protocol.Act, op, summary, note string) {
	r := post("/held/{kind}/{id}/"+string(act), op, "cluster", summary, protocol.MayOperate)
	r.Note = note
	rest.Handle(a, r, func(ctx context.Context, who *protocol.Account, in settleIn) (rest.None, error) {
		return rest.None{}, s.office.Settle(ctx, who, act, heldIn{in.Kind, in.ID}.ref(), in.Body.Reason, in.Body.Of, nil)
	})
}
