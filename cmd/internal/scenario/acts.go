package scenario

import (
	"fmt"
	"net/url"

	"xiangyun/cmd/internal/demo"
	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// part is what an act says, as the API takes it.
type part map[string]any

// acted is what an act came to: the case as it is then, or the request that was
// sent to its home.
type acted struct {
	Request *struct{ ID string }
}

// send takes one act on a record through the API, under a key of its own.
func (s *stage) send(at protocol.NodeID, login, path string, body, out any) error {
	s.keys++
	header := map[string]string{"Idempotency-Key": fmt.Sprintf("act-%d", s.keys)}
	return s.Node(at).As(login).CallWith(s.ctx, "POST", "/api/v1/"+path, header, body, out)
}

// act takes one act on a case and gives what the place says.
func (s *stage) act(at protocol.NodeID, login, id, act string, body any) error {
	return s.send(at, login, "cases/"+url.PathEscape(id)+"/"+act, body, nil)
}

// do is act that must be taken.
func (s *stage) do(at protocol.NodeID, login, id, act string, body any) {
	if err := s.act(at, login, id, act, body); err != nil {
		s.fail("%s %s at %s by %s: %w", act, id, at, login, err)
	}
}

// ask is an act on a case whose home is elsewhere: it must become a request.
func (s *stage) ask(at protocol.NodeID, login, id, act string, body any) (request string) {
	var out acted
	if err := s.send(at, login, "cases/"+url.PathEscape(id)+"/"+act, body, &out); err != nil {
		s.fail("ask for %s of %s at %s by %s: %w", act, id, at, login, err)
	}
	if out.Request == nil {
		s.fail("%s of %s at %s was taken here, want a request to its home", act, id, at)
	}
	return out.Request.ID
}

// answered waits until a request is done, as its filer sees it.
func (s *stage) answered(at protocol.NodeID, request string) {
	var r struct{ State, Reason string }
	s.soon(string(at)+"的请求得到答复", func() (bool, error) {
		err := s.Node(at).Call(s.ctx, "GET", "/api/v1/requests/"+url.PathEscape(request), nil, &r)
		return err == nil && r.State != protocol.RequestFiled && r.State != protocol.RequestDelivered, err
	})
	if r.State != protocol.RequestDone {
		s.fail("request %s is %s: %s", request, r.State, r.Reason)
	}
}

// as is an account of a node that has a role for the agency of an item.
func as(at protocol.NodeID, role protocol.Role, item protocol.Item) string {
	if role == protocol.RoleClerk {
		return "clerk1"
	}
	return demo.Who(at, role, item.Agency)
}

// The people of the deciding agency of an item.
func acceptor(it protocol.Item) string { return as(it.Node, protocol.RoleAcceptor, it) }
func examiner(it protocol.Item) string { return as(it.Node, protocol.RoleExaminer, it) }
func decider(it protocol.Item) string  { return as(it.Node, protocol.RoleDecider, it) }
func leader(it protocol.Item) string   { return as(it.Node, protocol.RoleLeader, it) }

// no is a decision against the applicant, with all that the law wants of it.
func no() part {
	return part{"reason": "申请材料不符合法定形式", "basis": "行政许可法第三十二条", "remedy": "六十日内申请行政复议,六个月内提起诉讼"}
}

// notice demands lines of the guide until a day; the rest is complete.
func notice(until string, lines ...string) part {
	list := make([]protocol.Defect, len(lines))
	for i, l := range lines {
		list[i] = protocol.Defect{Line: l, Text: "请补正"}
	}
	return part{"lines": list, "rest_complete": true, "until": day(until), "channel": "counter"}
}

// supplement hands lines in.
func supplement(lines ...string) part {
	list := make([]protocol.Material, len(lines))
	for i, l := range lines {
		list[i] = protocol.Material{Line: l, Presence: protocol.PresencePresent, Copies: 1}
	}
	return part{"lines": list, "window": "2号窗口"}
}

// arrives receives an application at a window for an item and waits until it is
// where the item is decided.
func (s *stage) arrives(at protocol.NodeID, it protocol.Item, f intake) (application, found) {
	app := s.receive(at, it, f)
	if it.Node == at {
		return app, s.stands(at, app.ID, protocol.CaseReceived)
	}
	return app, s.stands(it.Node, app.ID, protocol.CaseArrived)
}

// accepted is arrives and accepted there.
func (s *stage) accepted(at protocol.NodeID, it protocol.Item, f intake) (application, found) {
	app, _ := s.arrives(at, it, f)
	s.do(it.Node, acceptor(it), app.ID, "accept", nil)
	return app, s.now(it.Node, app.ID)
}

// scan is an attachment at a node.
func (s *stage) scan(at protocol.NodeID) string {
	s.keys++
	id, err := s.Upload(s.ctx, at, fmt.Sprintf("扫描件%d.pdf", s.keys), sample.Scan(sample.PDF, s.keys))
	s.must(err)
	return id
}
