package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

func (s *server) items(a *rest.API) {
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/requests", Op: "listRequests", Tag: "items", Summary: "请求清单", Verb: protocol.MayReadStatus}, list[protocol.Request](s, "request", "from"))
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/requests/{id}/publish", Op: "publishRequest", Tag: "items", Summary: "同意发布事项", Verb: protocol.MayPublishItem},
		func(ctx context.Context, who *protocol.Account, in byID) (rest.Record[protocol.Item], error) {
			return rest.Done[protocol.Item](s.office.Publish(ctx, who, ref("request", in.ID)))
		})
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/requests/{id}/decline", Op: "declineRequest", Tag: "items", Summary: "不同意", Verb: protocol.MayPublishItem},
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Request], error) {
			return rest.Done[protocol.Request](s.office.Decline(ctx, who, ref("request", in.ID), in.Body.Reason))
		})
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/items", Op: "listItems", Tag: "items", Summary: "服务事项清单", Verb: protocol.MayReadItems}, list[protocol.Item](s, "item", "node"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/items/{id}", Op: "getItem", Tag: "items", Summary: "一个事项版本", Verb: protocol.MayReadItems}, one[protocol.Item](s, "item"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/guides/{id}", Op: "getGuide", Tag: "items", Summary: "办事指南", Verb: protocol.MayReadItems}, one[protocol.Guide](s, "guide"))
	s.endItem(a, "suspend", "暂停事项")
	s.endItem(a, "withdraw", "撤回事项")
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/cases", Op: "listCases", Tag: "items", Summary: "全省办件", Verb: protocol.MayReadCases}, list[protocol.Case](s, "case", "window"))
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/cases/{id}", Op: "getCase", Tag: "items", Summary: "一个办件", Verb: protocol.MayReadCases}, one[protocol.Case](s, "case"))
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/calendars", Op: "publishCalendar", Tag: "items", Summary: "发布或修订工作日历", Verb: protocol.MayOperate},
		func(ctx context.Context, who *protocol.Account, in calendarIn) (rest.Record[protocol.CalendarYear], error) {
			return rest.Done[protocol.CalendarYear](s.office.PublishCalendar(ctx, who, in.Body))
		})
	rest.Handle(a, rest.Route{Method: "GET", Path: "/api/v1/calendars/{id}", Op: "getCalendar", Tag: "items", Summary: "一年的工作日历", Verb: protocol.MayReadStatus}, one[protocol.CalendarYear](s, "calendar"))
}

type calendarIn struct {
	Body protocol.CalendarYear `body:"json"`
}

func (s *server) endItem(a *rest.API, act protocol.Act, title string) {
	rest.Handle(a, rest.Route{Method: "POST", Path: "/api/v1/items/{id}/" + string(act), Op: string(act) + "Item", Tag: "items", Summary: title, Verb: protocol.MayPublishItem},
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Item], error) {
			return rest.Done[protocol.Item](s.office.EndItem(ctx, who, in.ID, act, in.Body.Reason))
		})
}
