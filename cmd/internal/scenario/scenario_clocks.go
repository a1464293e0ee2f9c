package scenario

import "xiangyun/protocol"

// clocks: the dates of the law, on the calendars of 2020 and 2026.
var clocks = []Scenario{
	{"S-05", "2026-02-13 收件,K1 到 2026-02-27", "2026-02-13 10:00", springFestival},
}

func springFestival(s *stage) {
	it := item(changchun, licensing)
	app := s.receive(yanji, it, s.form(yanji, it, 4))
	there := s.stands(changchun, app.ID, protocol.CaseArrived)
	same(s, "K1", there.Body.Due.K1.String(), "2026-02-27")
	same(s, "provisional", there.Body.Due.Provisional, false)
}
