package scenario

import (
	"net/url"
	"strings"

	"xiangyun/cmd/internal/demo"
	"xiangyun/protocol"
)

// review: pauses, one extension, other agencies asked, and what is owed to who is
// turned down.
var review = []Scenario{
	{"S-19", "20 个工作日内特别程序 8 日,到期为受理后 28 日,先后延期相同", "2026-03-02 16:00", pausedAndExtended},
	{"S-22", "没有理由、依据、救济途径不能说不;说了,哪里都读得到", "2026-04-09 14:00", owedReasons},
	{"S-20", "期满后不能延期,也不能延两次", "2026-04-10 09:00", extensions},
	{"S-21", "三机构联办,一处断网:两份意见有效,列明缺谁,牌按子任务的期限", "2026-05-20 09:00", threeAgencies},
}

func pausedAndExtended(s *stage) {
	it := item(changchun, special)
	var ids []string
	for i := range 3 { // as it is, extended before the pause, extended after it
		app, c := s.accepted(yanji, it, s.form(yanji, it, 21+i))
		same(s, "K3 at acceptance", c.Body.Due.K3.String(), "2026-03-30")
		s.do(changchun, examiner(it), app.ID, "opine", part{"text": "材料齐全,需检验"})
		ids = append(ids, app.ID)
	}
	extend := part{"days": 10, "reason": "情况复杂"}
	s.at("2026-03-04 09:00")
	s.do(changchun, leader(it), ids[1], "extend", extend)
	same(s, "K3 extended", s.now(changchun, ids[1]).Body.Due.K3.String(), "2026-04-14")
	s.at("2026-03-06 09:00")
	for _, id := range ids {
		s.do(changchun, leader(it), id, "special_start", part{"kind": "检验", "planned_end": day("2026-03-18"), "notice": "已书面告知所需时间"})
		c := s.now(changchun, id)
		same(s, "K3 while it stands still", c.Body.Due.K3.IsZero(), true)
	}
	s.at("2026-03-18 16:00")
	for _, id := range ids {
		s.do(changchun, examiner(it), id, "special_end", part{"evidence": s.scan(changchun)})
	}
	s.at("2026-03-19 09:00")
	s.do(changchun, leader(it), ids[2], "extend", extend)
	for i, want := range []string{"2026-04-10", "2026-04-24", "2026-04-24"} {
		for _, at := range []protocol.NodeID{changchun, yanji} {
			c := s.eventually(at, ids[i], "K3 "+want, func(c *protocol.Case) bool { return c.Due.K3 == day(want) })
			same(s, "K2, which an extension leaves", c.Body.Due.K2.String(), "2026-03-23")
		}
	}
}

func extensions(s *stage) {
	it := item(changchun, withPaper) // 3 working days
	late, c := s.accepted(yanji, it, s.form(yanji, it, 24))
	same(s, "K3", c.Body.Due.K3.String(), "2026-04-15")
	once, _ := s.accepted(yanji, it, s.form(yanji, it, 25))
	extend := part{"days": 10, "reason": "情况复杂"}
	s.do(changchun, leader(it), once.ID, "extend", extend)
	same(s, "K3 extended", s.now(changchun, once.ID).Body.Due.K3.String(), "2026-04-29")
	s.refused("C-15b", s.act(changchun, leader(it), once.ID, "extend", extend))
	inTime, _ := s.accepted(yanji, it, s.form(yanji, it, 26))
	s.at("2026-04-15 23:59")
	s.do(changchun, leader(it), inTime.ID, "extend", extend)
	s.at("2026-04-16 00:00")
	s.refused("C-15a", s.act(changchun, leader(it), late.ID, "extend", extend))
}

func threeAgencies(s *stage) {
	it := item(changchun, joint)
	app, c := s.accepted(changchun, it, s.form(changchun, it, 27))
	s.do(changchun, examiner(it), app.ID, "opine", part{"text": "须征求三地意见"})
	var tasks []part
	for _, a := range it.Joint.Agencies {
		tasks = append(tasks, part{"agency": a, "due": day("2026-05-27"), "question": "选址是否符合规划"})
	}
	s.do(changchun, examiner(it), app.ID, "joint_open", part{"tasks": tasks})
	c = s.stands(changchun, app.ID, protocol.CaseJoint)
	same(s, "tasks", len(c.Body.Tasks), 3)
	s.cut(jilin)
	missing := ""
	for _, t := range c.Body.Tasks {
		if t.Node == jilin {
			missing = t.ID
			continue
		}
		settled(s, t.Node, "task", t.ID, "", anyway[protocol.Task])
		who := demo.Who(t.Node, protocol.RoleExaminer, t.Agency)
		s.must(s.send(t.Node, who, "tasks/"+url.PathEscape(t.ID)+"/answer", part{"opinion": "符合规划", "basis": "城乡规划法第三十八条"}, nil))
		settled(s, changchun, "task", t.ID, "已答复", func(t *protocol.Task) bool { return t.State == protocol.TaskAnswered })
	}
	s.at("2026-05-28 00:00")
	s.refused("C-17a", s.act(changchun, examiner(it), app.ID, "joint_close", nil))
	same(s, "K3 is not over", c.Body.Due.K3.Before(day("2026-05-28")), false)
	card := settled(s, protocol.Hub, "card", protocol.CardID(protocol.Ref{Kind: "task", ID: missing}, protocol.K3, 1, protocol.Red), "", anyway[protocol.Card]).Body
	same(s, "owner of the card", card.Owner, jilin)
	same(s, "on the task's clock", card.Due, day("2026-05-27").End())
	same(s, "certain while cut off", card.State, protocol.CardProvisional)
	s.do(changchun, examiner(it), app.ID, "joint_close", part{"silent": []part{{"id": missing, "silent": "吉林断网,逾期未答复,负责人同意不再等待"}}})
	c = s.stands(changchun, app.ID, protocol.CaseReview)
	same(s, "opinions", len(c.Body.Opinions), 3) // the lead's own and two answers
	s.heal(jilin)
	s.card(protocol.Ref{Kind: "task", ID: missing}, protocol.K3, 1, protocol.Red)
	settled(s, jilin, "task", missing, "已取消", func(t *protocol.Task) bool { return t.State == protocol.TaskCancelled })
}

func owedReasons(s *stage) {
	it := item(changchun, licensing)
	refused, _ := s.arrives(yanji, it, s.form(yanji, it, 28))
	denied, _ := s.accepted(yanji, it, s.form(yanji, it, 29))
	for i, key := range []string{"reason", "basis", "remedy"} {
		letter := string(rune('a' + i))
		s.refused("C-03"+letter, s.act(changchun, acceptor(it), refused.ID, "refuse", no().with(key, "")))
		s.refused("C-19"+letter, s.act(changchun, decider(it), denied.ID, "deny", no().with(key, "")))
	}
	s.do(changchun, acceptor(it), refused.ID, "refuse", no())
	s.do(changchun, decider(it), denied.ID, "deny", no())
	for _, at := range []protocol.NodeID{changchun, yanji, jilin} {
		for id, state := range map[string]protocol.CaseState{refused.ID: protocol.CaseRefused, denied.ID: protocol.CaseDenied} {
			d := s.readsAt(at, id, state).Body.Decision
			same(s, "reason at "+string(at), d.Reason, no()["reason"].(string))
			same(s, "basis at "+string(at), d.Basis, no()["basis"].(string))
			same(s, "remedy at "+string(at), d.Remedy, no()["remedy"].(string))
		}
	}
}

// readsAt waits until a window reads a case as it stands, also one that its node
// does not hold: then the hub is asked, for a stated purpose, and the age is told.
func (s *stage) readsAt(at protocol.NodeID, id string, state protocol.CaseState) (c found) {
	path := "/api/v1/cases/" + url.PathEscape(id) + "?" + url.Values{"purpose": {"申请人到窗口查询结果"}}.Encode()
	s.soon(string(at)+"的窗口读到 "+id, func() (bool, error) {
		c = found{}
		err := s.Node(at).As("clerk1").Call(s.ctx, "GET", path, nil, &c)
		return c.Body.State == state, err
	})
	if same(s, "read through the hub at "+string(at), c.Elsewhere != nil, at == jilin); c.Elsewhere != nil {
		same(s, "the number is masked at "+string(at), strings.Contains(c.Body.Applicant.ID, "*"), true)
	}
	return c
}
