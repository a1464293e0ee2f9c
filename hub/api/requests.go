package api

import (
	"context"
	"encoding/json"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

func (s *server) requests(a *rest.API) {
	waiting := get("/requests", "listRequests", "requests", "请求清单", protocol.MayReadStatus)
	waiting.Note = "清单不含请求所附内容(data):其中可能有个人信息。"
	rest.Handle(a, waiting, func(ctx context.Context, _ *protocol.Account, in listIn) (rest.List[rest.Record[protocol.Request]], error) {
		return found(ctx, s, in.query("request", "from"), withoutData)
	})
	rest.Handle(a, get("/requests/{id}", "getRequest", "requests", "一个请求及其所附内容", protocol.MayPublishItem), s.request)
	rest.Handle(a, post("/requests/{id}/publish", "publishRequest", "requests", "同意发布事项", protocol.MayPublishItem),
		func(ctx context.Context, who *protocol.Account, in byID) (rest.Record[protocol.Item], error) {
			return rest.Done[protocol.Item](s.office.Publish(ctx, who, ref("request", in.ID)))
		})
	rest.Handle(a, post("/requests/{id}/decline", "declineRequest", "requests", "不同意", protocol.MayPublishItem),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Request], error) {
			return rest.Done[protocol.Request](s.office.Decline(ctx, who, ref("request", in.ID), in.Body.Reason))
		})
}

// request gives all of a request to publish: it is what the reviewer judges.
// What windows send each other about cases is theirs.
func (s *server) request(_ context.Context, _ *protocol.Account, in byID) (rest.Record[protocol.Request], error) {
	rec, ok, err := s.read.Get(ref("request", in.ID))
	if err != nil {
		return rest.Record[protocol.Request]{}, err
	}
	if !ok {
		return rest.Record[protocol.Request]{}, rest.Missing(ref("request", in.ID))
	}
	r, err := protocol.Load[protocol.Request](rec)
	if err != nil {
		return rest.Record[protocol.Request]{}, err
	}
	if r.Want != protocol.WantPublish {
		return withoutData(rec)
	}
	return rest.RecordOf[protocol.Request](rec)
}

// withoutData leaves out what a request carries (art. 45).
func withoutData(rec protocol.Record) (rest.Record[protocol.Request], error) {
	r, err := protocol.Load[protocol.Request](rec)
	if err != nil {
		return rest.Record[protocol.Request]{}, err
	}
	r.Data = nil
	if rec.Body, err = json.Marshal(r); err != nil {
		return rest.Record[protocol.Request]{}, err
	}
	return rest.RecordOf[protocol.Request](rec)
}
