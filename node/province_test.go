package node

import (
	"strings"
	"testing"

	"xiangyun/node/desk"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

var clerkElsewhere = &protocol.Account{Place: "jilin", Login: "clerk", Name: "窗口岗", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleClerk}}

// A case that this node does not hold is read through the hub, masked, with its
// age, and written down there; what is asked about it reaches its home.
func TestACaseIsReadThroughTheHub(t *testing.T) { // cases.md §4, W-09, R-06
	p := newProvince(t)
	_, err := p.enroll("a", p.token(protocol.RoleNode, "yanbian"))
	p.must(err)
	_, err = p.enroll("b", p.token(protocol.RoleNode, "jilin"))
	p.must(err)
	home, _ := p.run("a")
	away, _ := p.run("b")
	p.cite(home)
	id, receipt := p.onlyCase(home)
	ref := protocol.Ref{Kind: "case", ID: id}

	var sight desk.Sight
	p.eventually("the case at the hub", func() bool {
		sight, err = away.Desk().Elsewhere(t.Context(), clerkElsewhere, id, "申请人到窗口查询进度")
		return err == nil && len(sight.Cases) == 1
	})
	c, err := protocol.Load[protocol.Case](sight.Cases[0])
	p.must(err)
	if c.ReceiptNo != receipt || c.State == "" || c.ItemName != "样例事项" || sight.Index == 0 || sight.Server != "hub1" {
		t.Errorf("%+v, %+v", sight, c)
	}
	body := string(sight.Cases[0].Body)
	for _, secret := range []string{"申请人甲", "11010519491231002", `"fp":"` + home.Desk().Fingerprint("citizen", "11010519491231002x")} {
		if strings.Contains(body, secret) {
			t.Errorf("the answer shows %q: %s", secret, body)
		}
	}
	if _, err := away.Record(ref); protocol.CodeOf(err) != protocol.Gone {
		t.Errorf("what was shown is kept: %v", err)
	}
	p.eventually("the search index of the hub", func() bool {
		sight, err = away.Desk().FindElsewhere(t.Context(), clerkElsewhere, receipt, "核对收件编号")
		return err == nil && len(sight.Cases) == 1
	})
	p.noted(id, "申请人到窗口查询进度")

	_, err = away.Desk().Elsewhere(t.Context(), clerkElsewhere, id, " ")
	p.want(protocol.Refused, err) // nobody asks without a purpose
	_, err = away.Desk().Elsewhere(t.Context(), nil, id, "查询")
	p.want(protocol.Denied, err)
	none, err := away.Desk().Elsewhere(t.Context(), clerkElsewhere, "yanbian-1-9-X", "查询")
	if err != nil || len(none.Cases) != 0 {
		t.Errorf("a case that is nowhere: %+v, %v", none, err)
	}

	asked, err := away.Desk().Ask(t.Context(), clerkElsewhere, ref, protocol.WantUrge, protocol.Urging{Text: "请尽快办理", By: "applicant"}, "k1")
	p.must(err)
	p.eventually("the request at the home of the case", func() bool { _, err := home.Record(asked.Ref); return err == nil })

	asked, err = away.Desk().Do(t.Context(), clerkElsewhere, desk.CaseAct{Case: ref, Key: "k3"}, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: "不办了"}})
	p.must(err)
	p.eventually("the case is withdrawn at its home", func() bool {
		c, _, err := desk.Record[protocol.Case](home.Desk(), ref)
		return err == nil && c.State == protocol.CaseWithdrawn
	})
	p.eventually("the answer where it was asked", func() bool {
		r, _, err := desk.Record[protocol.Request](away.Desk(), asked.Ref)
		return err == nil && r.State == protocol.RequestDone
	})

	away.uplink.Offline(true)
	p.eventually("a clear word while cut off", func() bool {
		_, err := away.Desk().Elsewhere(t.Context(), clerkElsewhere, id, "查询")
		return protocol.CodeOf(err) == protocol.Busy
	})
	asked, err = away.Desk().Ask(t.Context(), clerkElsewhere, ref, protocol.WantWithdraw, protocol.Ending{Reason: "又不办了"}, "k2")
	p.must(err) // the number on the applicant's paper is enough; it goes when the line is back
	away.uplink.Offline(false)
	p.eventually("the answer after the line is back", func() bool {
		r, _, err := desk.Record[protocol.Request](away.Desk(), asked.Ref)
		return err == nil && r.State == protocol.RequestDeclined // it was withdrawn already
	})
}

// onlyCase gives the one case of a node.
func (p *province) onlyCase(n *Node) (id, receipt string) {
	p.t.Helper()
	p.must(n.store.View(func(tx *store.ReadTx) error {
		return tx.EachFrom("case", "", func(rec protocol.Record) error {
			c, err := protocol.Load[protocol.Case](rec)
			id, receipt = rec.Ref.ID, c.ReceiptNo
			return err
		})
	}))
	return id, receipt
}

// noted wants a record of a question at the hub, with who asked and what was shown.
func (p *province) noted(id, purpose string) {
	p.t.Helper()
	list, err := p.State().Records("inquiry", "", 100)
	p.must(err)
	for _, rec := range list {
		q, err := protocol.Load[protocol.Inquiry](rec)
		p.must(err)
		if q.Purpose == purpose && q.Case == id && q.Node == "jilin" && q.Asker == "jilin:clerk" && len(q.Found) == 1 && q.Found[0] == id {
			return
		}
	}
	p.t.Errorf("%d questions are noted, none of them ours", len(list))
}
