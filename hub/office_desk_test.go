package hub

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"xiangyun/hub/api"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

// The desk has two people, the supervisor is a third.
var (
	desk1 = &protocol.Account{Place: protocol.Hub, Login: "desk1", Name: "调度岗一", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleDispatcher}}
	desk2 = &protocol.Account{Place: protocol.Hub, Login: "desk2", Name: "调度岗二", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleDispatcher}}
	watch = &protocol.Account{Place: protocol.Hub, Login: "super1", Name: "监督岗", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleSupervisor}}
)

// drama is a window at yanbian, an agency at changchun with an item, and its
// superior at jilin that may stand in.
type drama struct {
	*center
	window, down            *prefecture
	handling, superior, own string // agencies
	item                    string
	n                       int
}

func newDrama(t *testing.T) *drama {
	c := newCenter(t)
	d := &drama{center: c, window: c.prefecture("yanbian"), down: c.prefecture("changchun")}
	c.prefecture("jilin")
	for _, year := range protocol.CalendarHistory() {
		_, err := c.PublishCalendar(c.ctx(), admin, year)
		c.must(err)
	}
	d.superior, d.own = c.agency(2, "jilin"), c.agency(3, "yanbian")
	_, err := c.RegisterAgency(c.ctx(), admin, protocol.Agency{USCC: uscc(1), Name: "样例机构", Node: "changchun", Parent: d.superior})
	c.must(err)
	d.handling = uscc(1)
	d.down.pull()
	item, err := c.Publish(c.ctx(), admin, d.down.file(d.handling, 1))
	c.must(err)
	d.item = item.Ref.ID
	d.window.pull()
	return d
}

// handOver receives a case at the window and hands it over to changchun.
func (d *drama) handOver() protocol.Ref {
	d.t.Helper()
	d.n++
	ref := protocol.Ref{Kind: "case", ID: fmt.Sprintf("yanbian-1-%08d-X", d.n)}
	now := protocol.At(d.clock.now())
	deps := cite(protocol.CaseCalendars(nil, now)...)
	for _, k := range []protocol.KindName{"item", "guide"} {
		deps = append(deps, protocol.Dep{Ref: protocol.Ref{Kind: k, ID: d.item}, Rev: 1})
	}
	for i := range deps {
		if rec, ok, err := d.Get(deps[i].Ref); err == nil && ok {
			deps[i].Rev = rec.Rev
		}
	}
	c := protocol.Case{ReceiptNo: fmt.Sprint(d.n), Item: d.item, Idem: fmt.Sprint(d.n),
		Applicant: protocol.Applicant{Type: "person", Name: "申请人甲", IDType: "other", ID: "EA12345"}, Materials: []protocol.Material{{Line: "m1", Presence: "present"}}}
	d.must(d.window.Update(d.ctx(), func(tx *store.Tx) error {
		c.Docs = []protocol.Doc{d.receipt(tx, ref.ID, &c)}
		_, err := tx.Act(protocol.Draft{Ref: ref, Act: "receive", By: "yanbian:clerk1", Deps: deps, Body: c})
		return err
	}))
	d.window.act(protocol.Draft{Ref: ref, Act: "hand_over", By: "yanbian:clerk1", Body: protocol.Case{}, Deps: []protocol.Dep{{Ref: protocol.Ref{Kind: "agency", ID: d.handling}, Rev: 1}}})
	d.window.push()
	return ref
}

// receipt is the document that a receipt owes (D-01), as the desk of a node makes it.
func (d *drama) receipt(tx *store.Tx, id string, c *protocol.Case) protocol.Doc {
	d.t.Helper()
	guide, _, err := tx.Get(protocol.Ref{Kind: "guide", ID: c.Item})
	d.must(err)
	r := protocol.ReceiptQR{Case: id, ReceiptNo: c.ReceiptNo, Item: c.Item, Received: tx.Now(), Guide: protocol.HashOf(guide.Body)}
	r.FP = protocol.ShortFP(c.Applicant.FP)
	text, err := r.Text()
	d.must(err)
	code, err := protocol.SealReceiptQR(text, make([]byte, 64))
	d.must(err)
	serial := protocol.Serial{Place: "222400", Template: 1, Year: tx.Now().Time().Year(), Ordinal: 1, Counter: d.n}
	return protocol.Doc{Serial: serial.String(), Version: 1, Agency: "样例机构", Place: "1号窗口", Digest: protocol.Hash{1}, Code: code}
}

func (d *drama) route(sub string) string {
	d.t.Helper()
	code, _, _ := cutItem(d.item)
	r := protocol.Route{ImplCode: code, Agency: d.handling, Node: "changchun", Substitute: sub, Relation: "superior", SubNode: "jilin", Basis: "《样例应急预案》第三条"}
	rec, err := d.SetRoute(d.ctx(), desk1, r)
	d.must(err)
	return rec.Ref.ID
}

func cutItem(id string) (code, version string, ok bool) { return id[:31], id[32:], true }

func (d *drama) refused(rule string, err error) {
	d.t.Helper()
	f, ok := err.(*protocol.Fault)
	if !ok || f.Rule != rule {
		d.t.Fatalf("got %v, want %s", err, rule)
	}
}

// TestTheDeskReassignsAfterTwoPeopleFencedThePlace is cases.W-12 and C-24: the
// fence first, then the cases, each with both names; every letter is told before.
func TestTheDeskReassignsAfterTwoPeopleFencedThePlace(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	one, over := d.handOver(), d.handOver()
	route := d.route(d.superior)
	outage := protocol.Proposal{What: protocol.ProposeOutage, Node: "changchun", Confirmed: "当地值班负责人", How: "电话回拨核实", DownSince: protocol.At(d.clock.now().Add(-time.Hour)),
		Reason: "机房断电"}
	move := protocol.Proposal{What: protocol.ProposeReassign, Node: "changchun", Cases: []string{one.ID, over.ID}, Agency: d.superior, Route: route,
		Outage: protocol.OutageID("changchun", 1), Reason: "期限将至"}

	_, err := d.ProposeDesk(d.ctx(), auditor, outage)
	d.want(protocol.Denied, err)
	_, err = d.ProposeDesk(d.ctx(), desk1, move) // nobody has confirmed that the place is down
	d.refused("C-24a", err)
	down, err := d.ProposeDesk(d.ctx(), desk1, outage)
	d.must(err)
	_, err = d.ProposeDesk(d.ctx(), desk2, outage)
	d.refused("G-11", err)
	_, err = d.ConfirmDesk(d.ctx(), desk1, down.Ref.ID)
	d.refused("G-08", err)
	if n := body[protocol.Node](d.center, protocol.Ref{Kind: "node", ID: "changchun"}); n.State != protocol.NodeEnrolled || n.Epoch != 1 {
		t.Fatalf("fenced before the second person spoke: %+v", n)
	}
	_, err = d.ConfirmDesk(d.ctx(), desk2, down.Ref.ID)
	d.must(err)
	if n := body[protocol.Node](d.center, protocol.Ref{Kind: "node", ID: "changchun"}); n.State != protocol.NodeFenced || n.Epoch != 2 {
		t.Fatalf("not fenced: %+v", n)
	}

	told, err := d.CheckDesk(move)
	d.must(err)
	d.eventually("the desk sees what lies there", func() bool { // cases.F-02: not at risk yet
		list, err := reader{d.Server}.Outages(d.ctx())
		return err == nil && slices.ContainsFunc(list, func(o api.Outage) bool {
			return o.Node == "changchun" && o.Open == 2 && o.AtRisk == 0 && o.State == protocol.NodeFenced
		})
	})
	if told[0].Rule != "C-24c" || told[0].Text == "" { // an hour of outage and a fresh clock: no reason yet
		t.Errorf("told %+v", told)
	}
	wrong := move
	wrong.Agency = d.own
	if told, err := d.CheckDesk(wrong); err != nil || told[0].Rule != "C-24b" {
		t.Errorf("told %+v %v", told, err)
	}
	d.clock.set(10 * 24 * time.Hour)
	if told, err := d.CheckDesk(move); err != nil || told[0].Rule != "" || told[0].Text != "" || told[0].Done {
		t.Errorf("told %+v %v", told, err)
	}
	if list, err := (reader{d.Server}).Outages(d.ctx()); err != nil || list[0].Node != "changchun" || list[0].AtRisk != 2 || len(list[0].Cases) != 2 || list[0].Cases[0].Left > 0 {
		t.Errorf("outages %+v %v", list, err) // the place at risk stands first
	}
	asked, err := d.ProposeDesk(d.ctx(), desk1, move)
	d.must(err)
	_, err = d.ConfirmDesk(d.ctx(), desk1, asked.Ref.ID)
	d.refused("G-08", err)
	carried, err := d.ConfirmDesk(d.ctx(), desk2, asked.Ref.ID)
	d.must(err)
	for _, c := range carried {
		if !c.Done || c.Rule != "" {
			t.Errorf("carried %+v", c)
		}
	}
	rec, _, _ := d.Get(one)
	c := body[protocol.Case](d.center, one)
	if last := c.Reassigned[0]; rec.Home != "jilin" || c.Agency != d.superior || last.First != "hub:desk1" || last.By != "hub:desk2" || last.From != "changchun" ||
		last.Confirmed != outage.Confirmed {
		t.Errorf("home %s, %+v", rec.Home, last)
	}
	again, err := d.ConfirmDesk(d.ctx(), desk1, asked.Ref.ID) // as after a break: nothing is taken twice
	d.must(err)
	if len(again) != 2 || !again[0].Done || len(body[protocol.Case](d.center, one).Reassigned) != 1 {
		t.Errorf("again %+v", again)
	}
}

// TestTheDeskRoutesWhatWasReturnedTwice is cases.C-06: its word is binding, and
// it takes two people.
func TestTheDeskRoutesWhatWasReturnedTwice(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	ref := d.handOver()
	d.down.pull()
	d.down.act(protocol.Draft{Ref: ref, Act: "acknowledge", By: "steward", Body: protocol.Case{}, Deps: d.cited(protocol.CaseCalendars(nil, protocol.At(d.clock.now()))...)})
	d.down.act(protocol.Draft{Ref: ref, Act: "return_misrouted", By: "changchun:acceptor", Body: protocol.Case{Hops: []protocol.Hop{{To: protocol.Hub, Reason: "权责不明"}}}})
	d.down.push()
	if rec, _, _ := d.Get(ref); rec.Home != protocol.Hub {
		t.Fatalf("home %s", rec.Home)
	}
	to := protocol.Proposal{What: protocol.ProposeRoute, Cases: []string{ref.ID}, Agency: d.superior, Reason: "按权责清单由其办理"}
	rec, err := d.ProposeDesk(d.ctx(), desk1, to)
	d.must(err)
	_, err = d.WithdrawDesk(d.ctx(), desk1, rec.Ref.ID, "")
	d.refused("G-10", err)
	_, err = d.WithdrawDesk(d.ctx(), desk1, rec.Ref.ID, "机构选错")
	d.must(err)
	rec, err = d.ProposeDesk(d.ctx(), desk2, to)
	d.must(err)
	carried, err := d.ConfirmDesk(d.ctx(), desk1, rec.Ref.ID)
	d.must(err)
	c := body[protocol.Case](d.center, ref)
	hop := lastOf(c.Hops)
	if !carried[0].Done || c.Handler != "jilin" || !hop.Desk || hop.First != "hub:desk2" || hop.By != "hub:desk1" {
		t.Errorf("%+v, hop %+v", carried, hop)
	}
	twice, err := d.ProposeDesk(d.ctx(), desk2, protocol.Proposal{What: protocol.ProposeRoute, Cases: []string{ref.ID, "nobody"}, Agency: d.handling, Reason: "再改"})
	d.must(err)
	carried, err = d.ConfirmDesk(d.ctx(), desk1, twice.Ref.ID)
	d.must(err)
	if carried[0].Rule != "G-01" || carried[1].Text == "" || carried[1].Done {
		t.Errorf("what is no more at the desk: %+v", carried)
	}
}

// TestAnOutageIsOfOneTimeOnly is cases.C-24a: what the prefecture said of an earlier
// outage says nothing of this one. A node that came back, and was then fenced by an
// operator for another reason, is not down.
func TestAnOutageIsOfOneTimeOnly(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	ref := d.handOver()
	route := d.route(d.superior)
	down, err := d.ProposeDesk(d.ctx(), desk1, protocol.Proposal{What: protocol.ProposeOutage, Node: "changchun", Confirmed: "当地值班负责人", How: "电话回拨核实",
		DownSince: protocol.At(d.clock.now().Add(-time.Hour)), Reason: "机房断电"})
	d.must(err)
	_, err = d.ConfirmDesk(d.ctx(), desk2, down.Ref.ID)
	d.must(err)
	_, err = d.Enroll(d.ctx(), d.token(protocol.RoleNode, "changchun").Text, request(t, newKey(t)))
	d.must(err)
	_, err = d.EndNode(d.ctx(), admin, "changchun", "fence", "更换密钥")
	d.must(err)
	d.clock.set(10 * 24 * time.Hour)
	told, err := d.CheckDesk(protocol.Proposal{What: protocol.ProposeReassign, Node: "changchun", Cases: []string{ref.ID}, Agency: d.superior, Route: route,
		Outage: down.Ref.ID, Reason: "期限将至"})
	if err != nil || told[0].Rule != "C-24a" {
		t.Errorf("told %+v %v", told, err)
	}
}

// cited names revisions as the hub has them.
func (d *drama) cited(refs ...protocol.Ref) (deps []protocol.Dep) {
	for _, ref := range refs {
		if rec, ok, err := d.Get(ref); err == nil && ok {
			deps = append(deps, protocol.Dep{Ref: ref, Rev: rec.Rev})
		}
	}
	return deps
}

func TestRoutesAndDelegationsAreTheDesks(t *testing.T) {
	t.Parallel()
	d := newDrama(t)
	code, _, _ := cutItem(d.item)
	_, err := d.SetRoute(d.ctx(), admin, protocol.Route{ImplCode: code, Agency: d.handling, Node: "changchun"})
	d.want(protocol.Denied, err)
	_, err = d.SetRoute(d.ctx(), desk1, protocol.Route{ImplCode: code, Agency: d.handling, Node: "changchun", Substitute: d.own, SubNode: "yanbian", Relation: "superior", Basis: "无"})
	d.refused("C-24b", err)
	id := d.route(d.superior)
	_, err = d.RetireRoute(d.ctx(), desk1, id, "")
	d.refused("G-10", err)
	_, err = d.RetireRoute(d.ctx(), desk1, id, "职责调整")
	d.must(err)

	deleg := protocol.Delegation{Item: d.item, Receiving: d.own, Handling: d.handling, Basis: "《异地受理协议》"}
	_, err = d.Delegate(d.ctx(), auditor, deleg)
	d.want(protocol.Denied, err)
	rec, err := d.Delegate(d.ctx(), desk1, deleg)
	d.must(err)
	_, err = d.Delegate(d.ctx(), desk1, deleg)
	d.refused("G-07", err)
	_, err = d.EndDelegation(d.ctx(), desk2, rec.Ref.ID, "协议到期")
	d.must(err)
	self := deleg
	self.Receiving = self.Handling
	_, err = d.Delegate(d.ctx(), desk1, self)
	d.refused("G-09", err)
}
