package scenario

import (
	"net/url"
	"time"

	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// around: what people say of a case, of data and of a service, and what is
// counted of all of it (arts. 46, 48, 50).
var around = []Scenario{
	{"S-24", "差评和 12345 工单各到两次:一次整改、一件投诉,5 个工作日,不交给被投诉人", "2026-04-27 09:00", saidTwice},
	{"S-23", "对数据的异议:5 秒内各地显示,断网的恢复后先显示;1/2/2/5 日跨假期", "2026-04-30 09:00", objected},
	{"S-25", "一年的评估:两处与外部核算相同,逐项可查到办件,日志完好", "2027-01-05 09:00", assessed},
}

func saidTwice(s *stage) {
	it := item(changchun, licensing)
	app, _ := s.accepted(yanji, it, s.form(yanji, it, 31))
	var link struct{ On, Event, Token string }
	s.must(s.Node(yanji).As("clerk1").Call(s.ctx, "GET", "/api/v1/cases/"+url.PathEscape(app.ID)+"/evaluation?event=receive", nil, &link))
	word := part{"on": link.On, "event": link.Event, "token": link.Token, "grade": 1, "channel": "qr", "text": "等候过长", "name": "申请人", "contact": "000-00000032"}
	s.must(s.send(yanji, "", "evaluations", word, nil))
	s.refused("E-01b", s.send(yanji, "", "evaluations", word, nil))
	s.refused("E-01a", s.send(yanji, "clerk2", "evaluations", word, nil))
	id := protocol.EvaluationID(caseRef(app.ID), "receive")
	remedy := settled(s, changchun, "remedy", id, "已立项", anyway[protocol.Remedy])
	same(s, "revision of the one remedy", remedy.Rev, 1)

	named := protocol.AccountID(changchun, leader(it))
	ticket := part{"source": protocol.Hotline, "external": "2026-000123", "text": "承办负责人推诿", "agency": it.Agency, "against": []string{named}, "links": []protocol.Ref{caseRef(app.ID)}}
	first, again := s.complain(ticket), s.complain(ticket)
	same(s, "complaint", again, first)
	same(s, "its id", first, protocol.HotlineID("2026-000123"))
	path := "complaints/" + url.PathEscape(first) + "/accept"
	s.soon("投诉到长春", func() (bool, error) {
		_, err := recordAt[protocol.Complaint](s, changchun, "complaint", first)
		return err == nil, err
	})
	s.refused("Q-02a", s.send(changchun, leader(it), path, part{"assignee": named}, nil))
	s.must(s.send(changchun, leader(it), path, part{"assignee": protocol.AccountID(changchun, decider(it))}, nil))
	s.at("2026-05-08 00:00") // nobody told the person by 2026-05-07
	card := s.card(protocol.Ref{Kind: "complaint", ID: first}, protocol.K7, 1, protocol.Red)
	same(s, "five working days from acceptance", card.Due, day("2026-05-07").End())
	same(s, "owner of the card", card.Owner, changchun)
}

// complain hands a ticket of the hotline in and gives the complaint's id.
func (s *stage) complain(ticket part) string {
	var filed struct{ ID string }
	s.must(s.send(yanji, "clerk1", "complaints", ticket, &filed))
	return filed.ID
}

func objected(s *stage) {
	it := item(changchun, licensing)
	on := protocol.Ref{Kind: "item", ID: protocol.ItemID(it.ImplCode, it.Version)}
	who := sample.Applicants(33)[32]
	var filed struct{ ID string }
	s.must(s.send(yanji, "clerk1", "objections", part{"disputed": on, "field": "/contact", "text": "电话已停用", "proof": []string{s.scan(yanji)},
		"person": part{"type": who.Type, "name": who.Name, "id_type": who.IDType, "id": who.ID, "contact": who.Contact}}, &filed))
	o := s.objection(filed.ID, protocol.ObjectionFiled)
	same(s, "K6a", o.Due.K6a.String(), "2026-05-06")
	same(s, "K6b", o.Due.K6b.String(), "2026-05-07")
	same(s, "K6c", o.Due.K6c.String(), "2026-05-07")
	s.cut(jilin)
	start := time.Now()
	s.rule(filed.ID, "mark", nil)
	for _, at := range []protocol.NodeID{changchun, yanji} {
		s.marked(at, on, true)
	}
	if took := time.Since(start); took > 5*time.Second {
		s.fail("reachable nodes show the mark after %v", took)
	}
	s.marked(jilin, on, false) // it cannot know
	s.heal(jilin)
	s.marked(jilin, on, true)
	s.rule(filed.ID, "transfer", part{"agency": it.Agency})
	same(s, "K6d until its receipt", s.objection(filed.ID, protocol.ObjectionTransferred).Due.K6d.String(), "2026-05-11")
	s.checked(filed.ID, it)
	s.rule(filed.ID, "tell", part{"way": "phone", "text": "已更正"})
	s.rule(filed.ID, "lift", part{"reason": "已更正"})
	for _, at := range s.Nodes {
		s.marked(at, on, false)
	}
	acks := s.objection(filed.ID, protocol.ObjectionClosed).Acks
	same(s, "nodes that acknowledged", len(acks), 3)
}

// checked has the department receive an objection and decide it.
func (s *stage) checked(id string, it protocol.Item) {
	editor := as(changchun, protocol.RoleEditor, it)
	path := "objections/" + url.PathEscape(id) + "/"
	s.soon("异议到责任部门", func() (bool, error) {
		err := s.send(changchun, editor, path+"dept_receive", part{}, nil)
		return err == nil, err
	})
	same(s, "K6d", s.objection(id, protocol.ObjectionChecking).Due.K6d.String(), "2026-05-11")
	s.at("2026-05-08 15:00")
	s.must(s.send(changchun, editor, path+"dept_decide", part{"source": "向登记机关核实", "corrected": true, "reason": "电话已变更"}, nil))
	same(s, "K6t", s.objection(id, protocol.ObjectionDecided).Due.K6t.String(), "2026-05-09") // a Saturday that is worked
}

// objection waits until an objection stands at the hub as it should, and gives it.
func (s *stage) objection(id, state string) protocol.Objection {
	var o struct{ Body protocol.Objection }
	s.soon("异议 "+state, func() (bool, error) {
		err := s.Hub().As("reviewer1").Call(s.ctx, "GET", "/api/v1/objections/"+url.PathEscape(id), nil, &o)
		return o.Body.State == state, err
	})
	return o.Body
}

// rule takes one act of the hub on an objection.
func (s *stage) rule(id, act string, body any) {
	s.must(s.Hub().As("reviewer1").Call(s.ctx, "POST", "/api/v1/objections/"+url.PathEscape(id)+"/"+act, body, nil))
}

// marked waits until a node shows a mark beside a record, or none.
func (s *stage) marked(at protocol.NodeID, on protocol.Ref, want bool) {
	s.soon(string(at)+"显示异议标注", func() (bool, error) {
		var list struct{ Items []protocol.Mark }
		err := s.Node(at).Call(s.ctx, "GET", "/api/v1/marks/"+string(on.Kind)+"/"+url.PathEscape(on.ID), nil, &list)
		return len(list.Items) > 0 == want, err
	})
}
