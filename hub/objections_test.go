package hub

import (
	"slices"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication/search"
)

// object files an objection at a window about a record of the hub's.
func (p *prefecture) object(id string, on protocol.Ref) {
	p.c.t.Helper()
	p.act(protocol.Draft{Ref: objectionRef(id), Act: "file", By: string(p.id) + ":clerk", Body: protocol.Objection{Disputed: on, Field: "/name", Text: "名称有误",
		Proof: []string{"blob-1"}, Person: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "citizen", ID: "11010519491231002X", FP: "fp"}}})
	p.push()
}

func (c *center) publishYears() {
	c.t.Helper()
	for _, year := range protocol.PublishedYears() {
		if year.Year >= c.clock.now().Year() {
			year.Version = 0
			_, err := c.PublishCalendar(c.ctx(), admin, year)
			c.must(err)
		}
	}
}

// TestO02ToO06AnObjectionOfTheHubsOwnScope: the mark is on every node with the
// note of it, and off again before the objection is closed.
func TestO02ToO06AnObjectionOfTheHubsOwnScope(t *testing.T) {
	c := newCenter(t)
	c.publishYears()
	yanbian, jilin := c.prefecture("yanbian"), c.prefecture("jilin")
	on := protocol.Ref{Kind: "agency", ID: c.agency(1, "yanbian")}
	yanbian.object("yanbian:1", on)
	yanbian.object("yanbian:2", on)
	first, second := objectionRef("yanbian:1"), objectionRef("yanbian:2")
	mark := protocol.Ref{Kind: "mark", ID: protocol.MarkID(on, "/name")}

	_, err := c.MarkObjection(c.ctx(), auditor, first.ID)
	c.want(protocol.Denied, err)
	for _, ref := range []protocol.Ref{first, second} {
		_, err := c.MarkObjection(c.ctx(), admin, ref.ID)
		c.must(err)
	}
	jilin.pull()
	shown, err := jilin.Current(c.ctx(), []protocol.Ref{mark, first})
	c.must(err)
	if len(shown) != 1 || shown[0].Ref != mark { // who objected is nobody else's concern
		t.Fatalf("another node shows %+v", shown)
	}
	if m, err := protocol.Load[protocol.Mark](shown[0]); err != nil || m.State != protocol.MarkSet || len(m.Open) != 2 {
		t.Fatalf("another node shows %+v", m)
	}

	_, err = c.LiftMark(c.ctx(), admin, first.ID, "已更正")
	c.wantRule("O-06", err)
	_, err = c.DecideObjection(c.ctx(), admin, first.ID, true, "登记有误")
	c.must(err)
	_, err = c.TellObjection(c.ctx(), admin, first.ID, protocol.Telling{Way: "sms", Text: "已更正"})
	c.must(err)
	_, err = c.LiftMark(c.ctx(), admin, first.ID, "已更正")
	c.must(err)
	if m := body[protocol.Mark](c, mark); m.State != protocol.MarkSet || !slices.Equal(m.Open, []string{second.ID}) {
		t.Fatalf("settling one hid the other: %+v", m)
	}
	lifted, _, err := c.Get(mark)
	c.must(err)
	stored := func(id protocol.NodeID) {
		c.must(c.presence.claim(claim{Node: id, Boot: wire.Boot{byte(len(id))}, Stored: lifted.Index}, c.clock.now()))
	}
	stored("yanbian")
	if acks, missing, err := c.acknowledged(lifted.Index); err != nil || missing != 1 || !slices.Equal(acks, []protocol.NodeID{"yanbian"}) {
		t.Errorf("%v, %d missing, %v", acks, missing, err)
	}
	stored("jilin")
	c.eventually("the objection is closed", func() bool {
		return body[protocol.Objection](c, first).State == protocol.ObjectionClosed
	})
	if o := body[protocol.Objection](c, first); !slices.Equal(o.Acks, []protocol.NodeID{"jilin", "yanbian"}) {
		t.Errorf("acknowledged by %v", o.Acks)
	}
	page, err := c.Objections(c.ctx(), ObjectionFilter{Disputed: on})
	c.must(err)
	if len(page.Objections) != 2 {
		t.Errorf("%d objections listed", len(page.Objections))
	}
}

// TestO03ADepartmentDecides: its node is the home until it has decided.
func TestO03ADepartmentDecides(t *testing.T) {
	c := newCenter(t)
	c.publishYears()
	yanbian := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	yanbian.object("yanbian:1", protocol.Ref{Kind: "agency", ID: agency})
	ref := objectionRef("yanbian:1")
	_, err := c.TransferObjection(c.ctx(), admin, ref.ID, agency)
	c.wantRule("O-03", err)
	_, err = c.MarkObjection(c.ctx(), admin, ref.ID)
	c.must(err)
	rec, err := c.TransferObjection(c.ctx(), admin, ref.ID, agency)
	c.must(err)
	if o := body[protocol.Objection](c, ref); rec.Home != "yanbian" || o.Due.K6d.IsZero() {
		t.Fatalf("home %s, %+v", rec.Home, o.Due)
	}
	yanbian.pull()
	yanbian.act(protocol.Draft{Ref: ref, Act: "dept_receive", By: "yanbian:editor", Body: protocol.Objection{}})
	yanbian.act(protocol.Draft{Ref: ref, Act: "dept_decide", By: "yanbian:editor", Body: protocol.Objection{Source: "向登记机关核实", Reason: "数据属实"}})
	yanbian.push()
	if rec, _, err := c.Get(ref); err != nil || rec.Home != protocol.Hub {
		t.Errorf("decided, and still at %s, %v", rec.Home, err)
	}
}

// TestO02TheHubsOwnClocksBringItACard: K6a ran out and nobody marked.
func TestO02TheHubsOwnClocksBringItACard(t *testing.T) {
	c := newCenter(t)
	c.publishYears()
	yanbian := c.prefecture("yanbian")
	yanbian.object("yanbian:1", protocol.Ref{Kind: "agency", ID: c.agency(1, "yanbian")})
	due := body[protocol.Objection](c, objectionRef("yanbian:1")).Due.K6a
	c.clock.set(time.Until(due.End().Time().Add(time.Minute)))
	id := protocol.CardID(objectionRef("yanbian:1"), protocol.K6a, 1, protocol.Red)
	c.eventually("a card that is sure", func() bool {
		rec, ok, err := c.Get(cardRef(id))
		c.must(err)
		return ok && rec.Rev == 2
	})
	card := body[protocol.Card](c, cardRef(id))
	if card.Owner != protocol.Hub || card.State != protocol.CardOpen || card.Place != "yanbian" {
		t.Fatalf("%+v", card)
	}
	c.eventually("the list shows it", func() bool {
		found, err := c.search.Search(c.ctx(), search.Query{Kind: "card", Key: objectionRef("yanbian:1").String(),
			Facets: []protocol.Facet{{Name: "colour", Value: string(protocol.Red)}, {Name: "owner", Value: string(protocol.Hub)}}})
		c.must(err)
		return len(found.Hits) == 1 && found.Hits[0].Ref == cardRef(id)
	})
	_, err := c.SuperviseCard(c.ctx(), supervisor, id, "close", "已整改")
	c.wantRule("G-07", err)
	_, err = c.AnswerCard(c.ctx(), dispatcherLeader, id, "值班人员未及时登记", "增加值班核查")
	c.must(err)
	_, err = c.SuperviseCard(c.ctx(), supervisor, id, "reject", "请说明责任人")
	c.must(err)
	_, err = c.AnswerCard(c.ctx(), dispatcherLeader, id, "值班人员未及时登记", "已落实责任人")
	c.must(err)
	_, err = c.SuperviseCard(c.ctx(), supervisor, id, "close", "同意")
	c.must(err)
	if card := body[protocol.Card](c, cardRef(id)); card.State != protocol.CardClosed || card.Rejected != 1 {
		t.Errorf("%+v", card)
	}
}

var (
	supervisor = &protocol.Account{Place: protocol.Hub, Login: "supervisor", Name: "监督岗", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleSupervisor}}
	// the hub's own answers are given by whoever leads there
	dispatcherLeader = &protocol.Account{Place: protocol.Hub, Login: "leader", Name: "负责人", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleLeader}}
)

func (c *center) wantRule(rule string, err error) {
	c.t.Helper()
	if f := asFault(err); err == nil || f.Rule != rule {
		c.t.Fatalf("got %v, want %s", err, rule)
	}
}
