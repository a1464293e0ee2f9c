package api

import (
	"context"

	"xiangyun/node/desk"
	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// actIn names a case, the state of it that the person saw, and the form.
type actIn struct {
	ID   string   `path:"id"`
	Seen rest.Rev `header:"If-Match" doc:"所见版本;其后有变则返回 412"`
	Key  string   `header:"Idempotency-Key" max:"100" doc:"每次操作一个,重发时不变;同一键换了内容则拒绝(G-11)"`
}

func (in actIn) act() desk.CaseAct {
	return desk.CaseAct{Case: protocol.Ref{Kind: "case", ID: in.ID}, Seen: uint64(in.Seen), Key: in.Key}
}

// actWith is an act that needs to be told something.
type actWith[B any] struct {
	actIn
	Body B `body:"json"`
}

// actMaybe is an act that most often needs to be told nothing.
type actMaybe[B any] struct {
	actIn
	Body B `body:"maybe"`
}

// Acted is the case as it is after the act, or the request that was sent to
// its home because another place decides.
type Acted struct {
	Case    *rest.Record[protocol.Case] `json:"case,omitempty"`
	Request *RequestView                `json:"request,omitempty" doc:"已转请承办地办理"`
}

// Revision is the ETag of the case; a request leaves the case as it was.
func (a Acted) Revision() uint64 {
	if a.Case == nil {
		return 0
	}
	return a.Case.Rev
}

func acted(rec protocol.Record, err error) (a Acted, _ error) {
	if err != nil {
		return a, err
	}
	if rec.Ref.Kind == "request" {
		view, err := requestView(rec)
		return Acted{Request: &view}, err
	}
	c, err := rest.RecordOf[protocol.Case](rec)
	return Acted{Case: &c}, err
}

// caseActs offers every act of the case table that a person may take at a node.
// What a body sets is all that its act may set; the rest is the judge's.
func (s *server) caseActs() {
	s.reception()
	s.examination()
	s.decisions()
	s.aftermath()
}

// actRoute is the route of an act: its right is the table's.
func actRoute(act protocol.Act, op, summary string) rest.Route {
	verb, ok := protocol.CaseVerb(act)
	if !ok {
		panic("api: nobody may " + string(act))
	}
	return post("/cases/{id}/"+string(act), op, "cases", summary, verb)
}

// here is an act that only the home takes.
func here[B any](s *server, act protocol.Act, op, summary string, example B, want func(B) protocol.Case) {
	route := actRoute(act, op, summary)
	route.Example = example
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actWith[B]) (rest.Record[protocol.Case], error) {
		return rest.Done[protocol.Case](s.Desk.Do(ctx, who, in.act(), act, want(in.Body)))
	})
}

// plain is here for an act that most often needs to be told nothing.
func plain[B any](s *server, act protocol.Act, op, summary string, example B, want func(B) protocol.Case) {
	route := actRoute(act, op, summary)
	route.Example = example
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actMaybe[B]) (rest.Record[protocol.Case], error) {
		return rest.Done[protocol.Case](s.Desk.Do(ctx, who, in.act(), act, want(in.Body)))
	})
}

// anywhere is an act that becomes a request where the home is elsewhere.
func anywhere[B any](s *server, act protocol.Act, op, summary, rule string, example B, want func(B) protocol.Case) {
	route := actRoute(act, op, summary)
	route.Example, route.Note = example, "由他处承办的,转为向承办地的请求(request,"+rule+")。"
	rest.Handle(s.api, route, func(ctx context.Context, who *protocol.Account, in actWith[B]) (Acted, error) {
		return acted(s.Desk.Do(ctx, who, in.act(), act, want(in.Body)))
	})
}
