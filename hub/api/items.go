package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/rest"
)

func (s *server) items(a *rest.API) {
	rest.Handle(a, get("/items", "listItems", "items", "服务事项清单", protocol.MayReadItems), list[protocol.Item](s, "item", "node"))
	rest.Handle(a, get("/items/{id}", "getItem", "items", "一个事项版本", protocol.MayReadItems), one[protocol.Item](s, "item"))
	rest.Handle(a, get("/guides/{id}", "getGuide", "items", "办事指南", protocol.MayReadItems), one[protocol.Guide](s, "guide"))
	s.endItem(a, "suspend", "suspendItem", "暂停事项")
	s.endItem(a, "withdraw", "withdrawItem", "撤回事项")
}

func (s *server) endItem(a *rest.API, act protocol.Act, op, summary string) {
	rest.Handle(a, post("/items/{id}/"+string(act), op, "items", summary, protocol.MayPublishItem),
		func(ctx context.Context, who *protocol.Account, in reasonIn) (rest.Record[protocol.Item], error) {
			return rest.Done[protocol.Item](s.office.EndItem(ctx, who, in.ID, act, in.Body.Reason))
		})
}

// cases are for reading: a case is decided at its home.
func (s *server) cases(a *rest.API) {
	rest.Handle(a, get("/cases", "listCases", "cases", "全省办件", protocol.MayReadCases), list[protocol.Case](s, "case", "window"))
	rest.Handle(a, get("/cases/{id}", "getCase", "cases", "一个办件", protocol.MayReadCases), one[protocol.Case](s, "case"))
}

type calendarIn struct {
	Body protocol.CalendarYear `body:"json"`
}

func (s *server) calendars(a *rest.API) {
	publish := post("/calendars", "publishCalendar", "calendars", "发布或修订工作日历", protocol.MayOperate)
	publish.Note = "version 留空即发布下一版;旧版本保留。"
	rest.Handle(a, publish, func(ctx context.Context, who *protocol.Account, in calendarIn) (rest.Record[protocol.CalendarYear], error) {
		return rest.Done[protocol.CalendarYear](s.office.PublishCalendar(ctx, who, in.Body))
	})
	rest.Handle(a, get("/calendars/{id}", "getCalendar", "calendars", "一年的工作日历", protocol.MayReadStatus), one[protocol.CalendarYear](s, "calendar"))
}
