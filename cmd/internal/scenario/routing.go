package scenario

import (
	"net/url"
	"slices"

	"xiangyun/cmd/internal/demo"
	"xiangyun/hub/api"
	node "xiangyun/node/api"
	"xiangyun/protocol"
)

// routing: a case that went wrong, or whose place is down, finds its place by two
// people of the hub desk, and the applicant's clock runs on.
var routing = []Scenario{
	{"S-16", "退回两次后第三次由省级调度决定,K1 一直在走", "2026-04-09 09:00", wrongRoute},
	{"S-03", "长春中断三个工作日:两人确认、隔离、改派,旧长春的操作不算数", "2026-06-01 09:00", substitute},
}

func wrongRoute(s *stage) {
	it := item(changchun, licensing)
	app, c := s.arrives(yanji, it, s.form(yanji, it, 17))
	k1 := func(at protocol.NodeID) {
		same(s, "K1 at "+string(at), s.now(at, app.ID).Body.Due.K1.String(), "2026-04-16")
	}
	k1(changchun)
	other := sameDuty(jilin, it)
	back := func(to string) part { return part{"agency": to, "reason": "不属本机构职权"} }
	s.do(changchun, acceptor(it), app.ID, "return_misrouted", back(other))
	s.stands(jilin, app.ID, protocol.CaseArrived)
	k1(jilin)
	there := demo.Who(jilin, protocol.RoleAcceptor, other)
	s.do(jilin, there, app.ID, "return_misrouted", back(it.Agency))
	s.eventually(changchun, app.ID, "第二次到达", func(c *protocol.Case) bool { return c.State == protocol.CaseArrived && len(c.Hops) == 2 })
	k1(changchun)
	s.refused("C-06b", s.act(changchun, acceptor(it), app.ID, "return_misrouted", back(other)))
	s.do(changchun, acceptor(it), app.ID, "return_misrouted", part{"to": protocol.Hub, "reason": "两地均非职权所在"})
	s.soon("省级调度席收到", func() (bool, error) {
		r, err := recordAt[protocol.Case](s, protocol.Hub, "case", app.ID)
		return r.Home == protocol.Hub, err
	})
	s.desk(part{"what": protocol.ProposeRoute, "cases": []string{app.ID}, "agency": it.Agency, "reason": "事项权责清单载明由该机构实施"})
	c = s.eventually(changchun, app.ID, "第三次到达", func(c *protocol.Case) bool { return c.State == protocol.CaseArrived && len(c.Hops) == 4 })
	same(s, "the desk's word", c.Body.Hops[3].Desk, true)
	k1(changchun)
	s.refused("C-06b", s.act(changchun, acceptor(it), app.ID, "return_misrouted", back(other)))
	s.do(changchun, acceptor(it), app.ID, "accept", nil)
}

func substitute(s *stage) {
	it := item(changchun, owing)
	instead := sameDuty(jilin, it)
	s.must(s.Hub().As("dispatcher1").Call(s.ctx, "PUT", "/api/v1/routes", part{"impl_code": it.ImplCode, "agency": it.Agency, "node": changchun,
		"substitute": instead, "substitute_relation": "same", "substitute_node": jilin, "basis": "省级部门关于替代承办的规定"}, nil))
	app, c := s.arrives(yanji, it, s.form(yanji, it, 18))
	same(s, "K1", c.Body.Due.K1.String(), "2026-06-08")
	route := protocol.RouteID(it.ImplCode, "")
	settled(s, changchun, "route", route, "", anyway[protocol.Route])

	s.cut(changchun)
	s.do(changchun, acceptor(it), app.ID, "accept", nil) // nobody hears of it
	s.must(s.KillNode(changchun))
	s.at("2026-06-04 09:00") // two working days are left
	s.alerted(changchun, app.ID)
	move := part{"what": protocol.ProposeReassign, "node": changchun, "cases": []string{app.ID}, "agency": instead, "route_id": route, "reason": "长春中断,时限将至"}
	outage := s.desk(part{"what": protocol.ProposeOutage, "node": changchun, "confirmed_by": "当地值班负责人", "how": "电话回拨核实",
		"down_since": c.Body.Received.At, "reason": "机房断电"})
	move["outage"] = outage
	s.desk(move)
	moved := s.eventually(jilin, app.ID, "改派", func(c *protocol.Case) bool { return len(c.Reassigned) == 1 && c.State == protocol.CaseArrived })
	same(s, "home", moved.Home, jilin)
	same(s, "K1 after the move", moved.Body.Due.K1.String(), "2026-06-08")
	s.do(jilin, demo.Who(jilin, protocol.RoleAcceptor, instead), app.ID, "accept", nil)

	s.must(s.StartNode(s.ctx, changchun))
	s.soon("长春得知已被隔离", func() (bool, error) {
		err := s.act(changchun, acceptor(it), app.ID, "withdraw", part{"reason": "试写"})
		return protocol.CodeOf(err) == protocol.Fenced, nil
	})
	s.must(s.Reenroll(s.ctx, changchun))
	s.adoptable(changchun, app.ID, "accept")
	s.once(app.ID, "accept")
	same(s, "home as the window sees it", s.stands(yanji, app.ID, protocol.CaseAccepted).Home, jilin)
}

// desk has one person propose and a second confirm at the hub desk; the first one
// cannot confirm himself. It gives the proposal's id.
func (s *stage) desk(proposal part) string {
	var p struct{ ID string }
	s.must(s.Hub().As("dispatcher1").Call(s.ctx, "POST", "/api/v1/desk/proposals", proposal, &p))
	confirm := "/api/v1/desk/proposals/" + url.PathEscape(p.ID) + "/confirm"
	s.refused("G-08", s.Hub().As("dispatcher1").Call(s.ctx, "POST", confirm, nil, nil))
	var done struct{ Items []protocol.CarriedCase }
	s.must(s.Hub().As("dispatcher2").Call(s.ctx, "POST", confirm, nil, &done))
	for _, c := range done.Items {
		if !c.Done {
			s.fail("%v of %s: %s %s", proposal["what"], c.Case, c.Rule, c.Text)
		}
	}
	return p.ID
}

// alerted wants the hub desk to see that a place is down and a case at risk.
func (s *stage) alerted(down protocol.NodeID, id string) {
	s.soon("调度席得知 "+string(down)+" 中断", func() (bool, error) {
		var list struct{ Items []api.Outage }
		err := s.Hub().As("dispatcher1").Call(s.ctx, "GET", "/api/v1/desk/outages", nil, &list)
		return slices.ContainsFunc(list.Items, func(o api.Outage) bool {
			return o.Node == down && slices.ContainsFunc(o.Cases, func(c api.CaseAtRisk) bool { return c.Case == id && c.Clock == protocol.K1 && c.Left == 2 })
		}), err
	})
}

// adoptable wants an act that was done while cut off on the place's work list.
func (s *stage) adoptable(at protocol.NodeID, id string, act protocol.Act) {
	s.soon(string(at)+"列出断网时的操作", func() (bool, error) {
		var list struct{ Items []node.Work }
		err := s.Node(at).Call(s.ctx, "GET", "/api/v1/work", nil, &list)
		return slices.ContainsFunc(list.Items, func(w node.Work) bool { return w.Verdict.Ref == caseRef(id) && w.Act == act }), err
	})
}
