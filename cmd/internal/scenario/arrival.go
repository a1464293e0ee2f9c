package scenario

import (
	"time"

	"xiangyun/protocol"
)

// arrival: an application reaches the place that decides, once, whatever fails.
var arrival = []Scenario{
	{"S-01", "延吉窗口收长春的件,2 秒内到长春", "2026-03-02 09:00", crossRegion},
	{"S-02", "省级无多数时收件,恢复后到达一次,收件时间不变", "2026-03-02 10:00", withoutQuorum},
	{"S-13", "同一张表交两次,是同一件", "2026-03-02 11:00", twice},
}

func crossRegion(s *stage) {
	it := item(changchun, licensing)
	f := s.form(yanji, it, 1)
	start := time.Now()
	app := s.receive(yanji, it, f)
	if app.ReceiptNo == "" {
		s.fail("no receipt number")
	}
	there := s.stands(changchun, app.ID, protocol.CaseArrived)
	if took := time.Since(start); took > 2*time.Second {
		s.fail("in changchun's inbox after %v", took)
	}
	same(s, "guide hash", there.Body.Guide.String(), f["guide"].(string))
	same(s, "home", there.Home, changchun)
}

func withoutQuorum(s *stage) {
	it := item(changchun, licensing)
	servers := s.Servers()
	for _, p := range servers[1:] {
		s.must(s.KillHub(p.Name))
	}
	app := s.receive(yanji, it, s.form(yanji, it, 2).with("offline", true))
	before, err := s.caseAt(yanji, app.ID)
	s.must(err)
	same(s, "state while cut off", before.Body.State, protocol.CaseHandingOver)
	same(s, "offline mark", before.Body.Received.Offline, true)
	for _, p := range servers[1:] {
		s.must(s.StartHub(s.ctx, p.Name))
	}
	after := s.stands(changchun, app.ID, protocol.CaseArrived)
	same(s, "receipt instant", after.Body.Received.At, before.Body.Received.At)
	same(s, "receipt number", after.Body.ReceiptNo, app.ReceiptNo)
	s.once(app.ID, "receive")
	s.once(app.ID, "acknowledge")
}

func twice(s *stage) {
	it := item(changchun, licensing)
	f := s.form(yanji, it, 3)
	first, err := s.submit(yanji, f, "the same form")
	s.must(err)
	again, err := s.submit(yanji, f, "the same form")
	s.must(err)
	same(s, "receipt number", again.ReceiptNo, first.ReceiptNo)
	same(s, "case", again.ID, first.ID)
	same(s, "known before", again.Before, true)
	s.must(s.KillNode(yanji)) // the reply was lost with the node
	s.must(s.StartNode(s.ctx, yanji))
	lost, err := s.submit(yanji, f, "the same form")
	s.must(err)
	same(s, "receipt number after the node died", lost.ReceiptNo, first.ReceiptNo)
	_, err = s.submit(yanji, f.with("window", "9号窗口"), "the same form")
	s.refused("G-11", err)
}
