package hub

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"xiangyun/hub/merge"
	"xiangyun/node/store"
	"xiangyun/protocol"
)

func TestARequestIsAnsweredExactlyOnce(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	p.pull()
	t.Run("by many at once", func(t *testing.T) {
		ref := p.file(agency, 1)
		var mu sync.Mutex
		done := 0
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = c.Publish(c.ctx(), admin, ref)
				} else {
					_, err = c.Decline(c.ctx(), admin, ref, "材料不全")
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if protocol.CodeOf(err) != protocol.Refused {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		r := body[protocol.Request](c, ref)
		published := c.count("item") == 1
		if done != 1 || published != (r.State == protocol.RequestDone) || c.count("item") != c.count("guide") {
			t.Errorf("%d answers, request %s, %d items, %d guides", done, r.State, c.count("item"), c.count("guide"))
		}
	})
	t.Run("a declined one publishes nothing", func(t *testing.T) {
		ref, items := p.file(agency, 2), c.count("item")
		_, err := c.Decline(c.ctx(), admin, ref, "")
		c.want(protocol.Refused, err)
		_, err = c.Decline(c.ctx(), admin, ref, "材料不全")
		c.must(err)
		_, err = c.Publish(c.ctx(), admin, ref)
		c.want(protocol.Refused, err)
		if r := body[protocol.Request](c, ref); r.State != protocol.RequestDeclined || c.count("item") != items {
			t.Errorf("request %s, %d items", r.State, c.count("item"))
		}
	})
	t.Run("not by an auditor", func(t *testing.T) {
		ref := p.file(agency, 3)
		_, err := c.Publish(c.ctx(), auditor, ref)
		c.want(protocol.Denied, err)
		_, err = c.Decline(c.ctx(), auditor, ref, "无")
		c.want(protocol.Denied, err)
	})
	p.pull()
}

// sees is the root over the listings that a node holds.
func (p *prefecture) sees() (root protocol.Hash, last protocol.Release) {
	p.c.t.Helper()
	p.pull()
	var leaves []merge.Leaf
	p.c.must(p.View(func(tx *store.ReadTx) error {
		if err := tx.Each("catalog.release", func(rec protocol.Record) error {
			r, err := protocol.Load[protocol.Release](rec)
			if err == nil && r.Number > last.Number {
				last = *r
			}
			return err
		}); err != nil {
			return err
		}
		return tx.Each("catalog.listing", func(rec protocol.Record) error {
			l, err := protocol.Load[protocol.Listing](rec)
			if err == nil && l.Cur != nil {
				leaves = append(leaves, merge.Leaf{ID: l.Entry, Rev: l.Cur.Rev, Hash: l.Cur.Hash, State: l.State})
			}
			return err
		})
	}))
	return merge.Root(leaves), last
}

func TestReleasesCommitToWhatEveryNodeSees(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	released := func(number uint64, changed, count int) {
		t.Helper()
		_, err := c.Release(c.ctx(), admin, "")
		c.must(err)
		root, last := p.sees()
		if root != last.Root || last.Number != number || last.Changed != changed || last.Count != count {
			t.Errorf("release %+v, the node's root is %s; want number %d, %d changed of %d", last, root, number, changed, count)
		}
	}
	_, err := c.Release(c.ctx(), admin, "")
	c.want(protocol.Refused, err)
	_, err = c.Release(c.ctx(), auditor, "")
	c.want(protocol.Denied, err)

	p.submit("s1", agency, 1, 1, 2, 3)
	_, err = c.Approve(c.ctx(), admin, "s1", []protocol.ReturnedItem{{Entry: "e0003", Reason: "名称过于笼统"}})
	c.must(err)
	if c.count("catalog.listing") != 2 || c.count("catalog.revision") != 2 {
		t.Errorf("%d listings, %d revisions: one was returned", c.count("catalog.listing"), c.count("catalog.revision"))
	}
	_, err = c.Approve(c.ctx(), admin, "s1", nil)
	c.want(protocol.Refused, err)
	released(1, 2, 2)
	p.submit("s2", agency, 2, 1, 3)
	_, err = c.Approve(c.ctx(), admin, "s2", nil)
	c.must(err)
	released(2, 2, 3)
	_, err = c.Release(c.ctx(), admin, "")
	c.want(protocol.Refused, err) // nothing changed: no number is used up

	t.Run("one that was broken off is finished under its number", func(t *testing.T) {
		p.submit("s3", agency, 3, 1, 2)
		_, err := c.Approve(c.ctx(), admin, "s3", nil)
		c.must(err)
		plan, err := c.planRelease()
		c.must(err)
		_, err = c.one(c.ctx(), withAuthor(plan.stage[0]))
		c.must(err)
		p.submit("s4", agency, 4, 1) // the staged entry goes on meanwhile
		_, err = c.Approve(c.ctx(), admin, "s4", nil)
		c.must(err)
		released(3, 2, 3)
		released(4, 1, 3)
	})
	t.Run("what changes while it is staged stops it", func(t *testing.T) {
		p.submit("s5", agency, 5, 2)
		_, err := c.Approve(c.ctx(), admin, "s5", nil)
		c.must(err)
		plan, err := c.planRelease()
		c.must(err)
		p.submit("s6", agency, 6, 2)
		_, err = c.Approve(c.ctx(), admin, "s6", nil)
		c.must(err)
		_, err = c.one(c.ctx(), withAuthor(plan.stage[0])) // the root was computed from another revision
		c.want(protocol.Refused, err)
		released(5, 1, 3)
	})
}

func withAuthor(d protocol.Draft) protocol.Draft {
	d.By = by(admin)
	return d
}

func TestAnEntryThatChangedIsNotApproved(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	p.submit("s1", agency, 1, 1, 2)
	p.submit("s2", agency, 2, 1)
	_, err := c.Approve(c.ctx(), admin, "s1", nil)
	if protocol.CodeOf(err) != protocol.Refused || !strings.Contains(err.Error(), "K-11") {
		t.Errorf("got %v, want K-11", err)
	}
	if c.count("catalog.review")+c.count("catalog.listing") != 0 {
		t.Error("half of it was approved")
	}
	_, err = c.Approve(c.ctx(), auditor, "s1", nil)
	c.want(protocol.Denied, err)
	_, err = c.Return(c.ctx(), admin, "s1", " ")
	c.want(protocol.Refused, err)
	_, err = c.Return(c.ctx(), admin, "s1", "内容已变更")
	c.must(err)
	_, err = c.Approve(c.ctx(), admin, "s1", nil)
	c.want(protocol.Refused, err)
}

// TestAnApprovalThatWasBrokenOffIsFinished: the review is decided, the rest of
// its listings is not there.
func TestAnApprovalThatWasBrokenOffIsFinished(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	agency := c.agency(1, "yanbian")
	p.submit("s1", agency, 1, 1, 2, 3)
	set := protocol.Ref{Kind: "catalog.changeset", ID: "s1"}
	members := body[protocol.Changeset](c, set).Members
	one, err := c.list(members[0], by(admin))
	c.must(err)
	_, _, err = c.Act(c.ctx(), append([]protocol.Draft{{Ref: protocol.Ref{Kind: "catalog.review", ID: "s1"}, Act: "approve", By: by(admin), Deps: cite(set),
		Body: protocol.Review{Passed: members}}}, one...)...)
	c.must(err)
	rec, err := c.Approve(c.ctx(), admin, "s1", nil)
	c.must(err)
	if rec.Ref.Kind != "catalog.review" || c.count("catalog.listing") != 3 || c.count("catalog.revision") != 3 {
		t.Errorf("%s: %d listings, %d revisions", rec.Ref, c.count("catalog.listing"), c.count("catalog.revision"))
	}
	_, err = c.Approve(c.ctx(), admin, "s1", nil)
	c.want(protocol.Refused, err) // all is done
}

func TestALargeBatchIsCutIntoRaftEntries(t *testing.T) {
	var drafts []protocol.Draft
	for i := range 300 {
		drafts = append(drafts, protocol.Draft{Ref: protocol.Ref{Kind: "catalog.revision", ID: fmt.Sprint(i)}, Body: strings.Repeat("x", 60<<10)})
	}
	for left := drafts; len(left) > 0; {
		n, err := fitting(left)
		if err != nil || n < 1 || n*60<<10 > maxCommand {
			t.Fatalf("%d of %d drafts (%v)", n, len(left), err)
		}
		left = left[n:]
	}
	if n, err := fitting([]protocol.Draft{{Body: strings.Repeat("x", 2*maxCommand)}}); n != 1 || err != nil {
		t.Errorf("one large draft: %d (%v)", n, err)
	}
}

func TestARestartKeepsEverything(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	p := c.prefecture("yanbian")
	p.file(c.agency(1, "yanbian"), 1)
	account := protocol.Account{Login: "system1", Name: "接口账号", Roles: []protocol.Role{protocol.RoleReviewer}, Tokens: []string{"ab12"}}
	_, err := c.CreateAccount(c.ctx(), nil, account, "a good password")
	c.must(err)
	_, err = c.CreateAccount(c.ctx(), auditor, account, "a good password")
	c.want(protocol.Denied, err)
	unused, used := c.token(protocol.RoleNode, "yanbian"), map[protocol.KindName]int{}
	kinds := []protocol.KindName{"node", "enrolment", "numblock", "request", "agency", "account"}
	for _, k := range kinds {
		used[k] = c.count(k)
	}
	c.shut()
	c.start()
	for _, k := range kinds {
		if c.count(k) != used[k] || used[k] == 0 {
			t.Errorf("%d of %s, %d before", c.count(k), k, used[k])
		}
	}
	c.eventually("the account by its token", func() bool {
		a, ok, err := c.AccountByToken("ab12")
		return err == nil && ok && a.Login == "system1" && a.Place == protocol.Hub
	})
	if _, ok, err := c.AccountByToken("cd34"); ok || err != nil {
		t.Errorf("an unknown token: %v %v", ok, err)
	}
	if _, ok, err := c.Account("hub:nobody"); ok || err != nil {
		t.Errorf("an unknown account: %v %v", ok, err)
	}
	e, err := c.Enroll(c.ctx(), unused.Text, request(t, newKey(t)))
	c.must(err)
	if e.Epoch != 2 {
		t.Errorf("epoch %d", e.Epoch)
	}
}
