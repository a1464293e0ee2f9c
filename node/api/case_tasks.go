package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// taskAnswer is what the agency that is asked says.
type taskAnswer struct {
	Opinion string `json:"opinion" need:"true"`
	Basis   string `json:"basis" need:"true"`
}

type tasksIn struct {
	page
	Agency string `query:"agency" doc:"被征求意见的机构"`
}

// tasks are what agencies ask each other in joint handling (§5.2).
func (s *server) tasks() {
	rest.Handle(s.api, get("/tasks", "listTasks", "tasks", "联办子任务", protocol.MayReadCases),
		func(ctx context.Context, _ *protocol.Account, in tasksIn) (rest.List[rest.Record[protocol.Task]], error) {
			return found(ctx, s, in.of("task", protocol.Facet{Name: "agency", Value: in.Agency}), rest.RecordOf[protocol.Task])
		})
	rest.Handle(s.api, get("/tasks/{id}", "getTask", "tasks", "子任务", protocol.MayReadCases),
		func(_ context.Context, _ *protocol.Account, in oneIn) (rest.Record[protocol.Task], error) {
			return one[protocol.Task](s, "task", in.ID)
		})
	rest.Handle(s.api, post("/tasks/{id}/see", "seeTask", "tasks", "签收子任务", protocol.MayExamine),
		func(ctx context.Context, who *protocol.Account, in actIn) (rest.Record[protocol.Task], error) {
			return rest.Done[protocol.Task](s.Desk.Task(ctx, who, protocol.Ref{Kind: "task", ID: in.ID}, uint64(in.Seen), "see", protocol.Task{}, in.Key))
		})
	taskAct(s, "answer", "answerTask", "答复子任务(T-02)", taskAnswer{Opinion: "符合规划", Basis: "城乡规划法第四十条"}, func(b taskAnswer) protocol.Task {
		return protocol.Task{Opinion: b.Opinion, Basis: b.Basis}
	})
	taskAct(s, "return", "returnTask", "退回子任务", reason{Reason: "不属本机构职权"}, func(b reason) protocol.Task { return protocol.Task{Reason: b.Reason} })
	s.askAgain()
}

func taskAct[B any](s *server, act protocol.Act, op, summary string, example B, want func(B) protocol.Task) {
	route := post("/tasks/{id}/"+string(act), op, "tasks", summary, protocol.MayExamine)
	route.Example = example
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actWith[B]) (rest.Record[protocol.Task], error) {
		ref := protocol.Ref{Kind: "task", ID: in.ID}
		return rest.Done[protocol.Task](s.Desk.Task(ctx, who, ref, uint64(in.Seen), act, want(in.Body), in.Key))
	})
}

// askAgain is T-03: the lead asks one task again, its home opens it.
func (s *server) askAgain() {
	route := post("/tasks/{id}/ask_again", "askTaskAgain", "tasks", "请重新答复(T-03)", protocol.MayExamine)
	route.Example = reason{Reason: "意见与材料不符"}
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actWith[reason]) (RequestView, error) {
		rec, err := s.Desk.Ask(ctx, who, protocol.Ref{Kind: "task", ID: in.ID}, protocol.WantTaskAgain, protocol.PleaseReturn{Reason: in.Body.Reason}, in.Key)
		if err != nil {
			return RequestView{}, err
		}
		return requestView(rec)
	})
}
