package scenario

import (
	"xiangyun/protocol"
)

// clocks: the dates of the law, on the calendars of 2020, 2026 and 2027.
var clocks = []Scenario{
	{"S-06", "2020 年春节延长:K1 从 02-04 改到 02-06,告知申请人", "2020-01-22 10:00", revisedCalendar},
	{"S-05", "2026-02-13 收件,K1 到 2026-02-27", "2026-02-13 10:00", springFestival},
	{"S-04", "五个工作日无人办理:视为自收件之日受理,红牌给持有者", "2026-04-16 09:00", silence},
	{"S-07", "2027 年日历未公布:暂定,公布后确定", "2026-12-25 10:00", unpublishedYear},
}

func springFestival(s *stage) {
	it := item(changchun, licensing)
	_, there := s.arrives(yanji, it, s.form(yanji, it, 4))
	same(s, "K1", there.Body.Due.K1.String(), "2026-02-27")
	same(s, "provisional", there.Body.Due.Provisional, false)
}

func silence(s *stage) {
	it := item(changchun, licensing)
	app, before := s.arrives(yanji, it, s.form(yanji, it, 5))
	same(s, "K1", before.Body.Due.K1.String(), "2026-04-23")
	s.at("2026-04-23 23:59")
	same(s, "state on the fifth working day", s.now(changchun, app.ID).Body.State, protocol.CaseArrived)
	s.at("2026-04-24 00:00")
	c := s.stands(changchun, app.ID, protocol.CaseAccepted)
	same(s, "accepted", c.Body.Accepted, c.Body.Received.At)
	same(s, "K2", c.Body.Due.K2.String(), "2026-04-28") // 8 wd of the receipt, not of the lapse
	same(s, "K3", c.Body.Due.K3.String(), "2026-05-18")
	same(s, "lapse", c.Body.Deemed.Lapse, day("2026-04-23").End())
	same(s, "holder", c.Body.Deemed.Holder, changchun)
	same(s, "document of", s.doc(&c.Body, 3).Act, protocol.Act("deem_accept"))
	s.stands(yanji, app.ID, protocol.CaseAccepted)
	card := s.card(caseRef(app.ID), protocol.K1, 1, protocol.Red)
	same(s, "owner of the red card", card.Owner, changchun)
	same(s, "due of the red card", card.Due, day("2026-04-23").End())
}

// revisedCalendar receives at every node on the first calendar of 2020 and loads
// the second one as it was published on 26 January.
func revisedCalendar(s *stage) {
	it := item(changchun, licensing)
	at := map[protocol.NodeID]string{}
	for i, window := range []protocol.NodeID{yanji, jilin, changchun} {
		app, c := s.arrives(window, it, s.form(window, it, 6+i))
		same(s, "K1 of "+string(window)+" on the first calendar", c.Body.Due.K1.String(), "2020-02-04")
		at[window] = app.ID
	}
	s.at("2020-01-27 09:00")
	s.publish(revision2020())
	for _, window := range []protocol.NodeID{yanji, jilin, changchun} {
		for _, place := range []protocol.NodeID{changchun, window} {
			c := s.eventually(place, at[window], "期限重算", func(c *protocol.Case) bool { return c.Due.K1 == day("2020-02-06") })
			told := s.doc(&c.Body, 17)
			same(s, "date told to the applicant", told.Due[0].Day.String(), "2020-02-06")
			same(s, "date before", told.Due[0].Was.String(), "2020-02-04")
		}
		contains(s, "history", s.now(changchun, at[window]).acts(), "recount")
	}
}

func unpublishedYear(s *stage) {
	it := item(changchun, licensing)
	app, c := s.arrives(yanji, it, s.form(yanji, it, 9))
	same(s, "K1", c.Body.Due.K1.String(), "2027-01-01")
	same(s, "provisional", c.Body.Due.Provisional, true)
	same(s, "provisional on the receipt", s.doc(&c.Body, 1).Due[0].Provisional, true)
	s.at("2026-12-28 09:00")
	s.publish(protocol.CalendarYear{Year: 2027, Source: "验收用的 2027 年放假安排", Off: []protocol.Day{day("2027-01-01"), day("2027-01-02"), day("2027-01-03")}})
	for _, place := range []protocol.NodeID{changchun, yanji} {
		c := s.eventually(place, app.ID, "期限确定", func(c *protocol.Case) bool { return !c.Due.Provisional })
		same(s, "K1 at "+string(place), c.Body.Due.K1.String(), "2027-01-04")
	}
}

// publish loads a year's calendar at the hub.
func (s *stage) publish(year protocol.CalendarYear) {
	year.Version = 0 // the hub counts
	s.must(s.Hub().Call(s.ctx, "POST", "/api/v1/calendars", year, nil))
}

// firstCalendars are the known years as they were published at first.
func firstCalendars() (list []protocol.CalendarYear) {
	for _, y := range protocol.CalendarHistory() {
		if y.Version == 1 {
			list = append(list, y)
		}
	}
	return list
}

func revision2020() protocol.CalendarYear {
	for _, y := range protocol.CalendarHistory() {
		if y.Year == 2020 && y.Version == 2 {
			return y
		}
	}
	panic("no revision of 2020")
}
