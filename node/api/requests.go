package api

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

// RequestView is a request without what it carries: that may be personal.
type RequestView struct {
	ID     string          `json:"id"`
	Want   string          `json:"want" doc:"publish、supplement、withdraw、delivered、duplicate、misrouted、urge、owed_material、payment、contact、task_again 等(§5.1)"`
	Target string          `json:"target" doc:"所涉记录,类别/编号"`
	From   protocol.NodeID `json:"from"`
	Agency string          `json:"agency,omitempty"`
	Title  string          `json:"title"`
	State  string          `json:"state" enum:"filed,delivered,done,declined"`
	Reason string          `json:"reason,omitempty" doc:"不予办理的原因"`
	Filed  time.Time       `json:"filed"`
	Ended  time.Time       `json:"ended,omitzero"`
}

func requestView(rec protocol.Record) (RequestView, error) {
	r, err := protocol.Load[protocol.Request](rec)
	if err != nil {
		return RequestView{}, err
	}
	v := RequestView{ID: rec.Ref.ID, Want: r.Want, Target: r.On.String(), From: r.From, Agency: r.Agency, Title: r.Title, State: r.State,
		Reason: r.Reason, Filed: r.Filed.Time()}
	if r.Ended != 0 {
		v.Ended = r.Ended.Time()
	}
	return v, nil
}

type requestsIn struct {
	page
	Want string `query:"want" doc:"请求种类"`
}

func (s *server) requests() {
	rest.Handle(s.api, get("/requests", "listRequests", "requests", "本节点提出的请求", protocol.MayReadItems),
		func(ctx context.Context, _ *protocol.Account, in requestsIn) (rest.List[RequestView], error) {
			return found(ctx, s, in.of("request", protocol.Facet{Name: "want", Value: in.Want}), requestView)
		})
	rest.Handle(s.api, get("/requests/{id}", "getRequest", "requests", "请求", protocol.MayReadItems),
		func(_ context.Context, _ *protocol.Account, in oneIn) (RequestView, error) {
			ref := protocol.Ref{Kind: "request", ID: in.ID}
			rec, ok, err := s.Reader.Get(ref)
			if err == nil && !ok {
				err = rest.Missing(ref)
			}
			if err != nil {
				return RequestView{}, err
			}
			return requestView(rec)
		})
	decline := post("/requests/{id}/decline", "declineRequest", "requests", "不予办理他处的请求(R-04、R-05)", protocol.MayAccept)
	decline.Example, decline.Note = reason{Reason: "确属本机构承办"}, "同意的,直接办理并案或退回,请求随之答复。"
	rest.Handle(s.api, decline, func(ctx context.Context, who *protocol.Account, in actWith[reason]) (RequestView, error) {
		rec, err := s.Desk.Decline(ctx, who, protocol.Ref{Kind: "request", ID: in.ID}, in.Body.Reason, in.Key)
		if err != nil {
			return RequestView{}, err
		}
		return requestView(rec)
	})
}
