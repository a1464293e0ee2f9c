package hub

import (
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// A forked node is shown with both places, and comes back by two persons:
// one fences it, another lets it in under a new epoch (replication.F1, F3).
func TestAForkIsShownAndSettledByTwo(t *testing.T) {
	c := newCenter(t)
	c.plan("yanbian")
	key := newKey(t)
	_, err := c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, request(t, key))
	c.must(err)
	line := func(by string) protocol.Entry {
		e, err := wire.Seal(&protocol.Header{Origin: "yanbian", Epoch: 1, Lane: protocol.Bulk, Seq: 1, Ref: protocol.Ref{Kind: "catalog.changeset", ID: "1"},
			Act: "submit", Rev: 1, RecEpoch: 1, At: 1, AtErr: 1, By: by, Feature: 1}, []byte(`{}`))
		c.must(err)
		sig, err := identity.KeySigner(key).Sign(e.Hash)
		c.must(err)
		_, err = c.Propose(c.ctx(), []wire.Batch{{Origin: "yanbian", Entries: []protocol.Entry{e}, Checkpoint: wire.Checkpoint{Pos: e.Pos(), Sig: sig}}})
		c.must(err)
		return e
	}
	ours, theirs := line("yanbian:a"), line("yanbian:b")
	st, err := reader{c.Server}.Status(c.ctx())
	c.must(err)
	if f := st.Nodes[0].Forks; len(f) != 1 || f[0].Here != ours.Pos() || f[0].There != theirs.Pos() || st.Nodes[0].Frozen == "" {
		t.Fatalf("%+v", st.Nodes[0])
	}
	second := *admin
	second.Login = "admin2"
	issue := func(who *protocol.Account) (Token, error) {
		return c.IssueToken(c.ctx(), who, protocol.RoleNode, "yanbian")
	}
	_, err = issue(&second)
	c.want(protocol.Refused, err) // not fenced yet
	_, err = c.EndNode(c.ctx(), admin, "yanbian", "fence", "旧盘恢复")
	c.must(err)
	_, err = issue(admin)
	c.want(protocol.Refused, err) // the same person
	token, err := issue(&second)
	c.must(err)
	e, err := c.Enroll(c.ctx(), token.Text, request(t, newKey(t)))
	c.must(err)
	st, err = reader{c.Server}.Status(c.ctx())
	c.must(err)
	if n := st.Nodes[0]; e.Epoch < 2 || n.Frozen != "" || len(n.Forks) > 0 {
		t.Errorf("epoch %d, %+v", e.Epoch, n)
	}
}

// What the node found by itself is shown as long as it says so.
func TestAForkThatTheNodeFoundIsShown(t *testing.T) { // replication.F1
	c := newCenter(t)
	c.prefecture("yanbian")
	there := protocol.Pos{Epoch: 1, Lane: protocol.Urgent, Seq: 3, Hash: protocol.HashOf([]byte("theirs"))}
	beat := wire.NodeBeat{Boot: wire.Boot{1}, Time: 1, Forked: wire.Positions{there}}
	forks := func() int {
		st, err := reader{c.Server}.Status(c.ctx())
		c.must(err)
		for _, f := range st.Nodes[0].Forks {
			if f.There != there || st.Nodes[0].Frozen == "" {
				t.Errorf("%+v", st.Nodes[0])
			}
		}
		return len(st.Nodes[0].Forks)
	}
	decider{c.Server}.Heard("yanbian", beat)
	if forks() != 1 {
		t.Error("the fork is not shown")
	}
	c.clock.set(2 * forkTold)
	if forks() != 0 {
		t.Error("a word of two minutes ago is still shown")
	}
	decider{c.Server}.Heard("yanbian", beat)
	if forks() != 1 {
		t.Error("the fork is not shown again")
	}
	beat.Forked = nil
	decider{c.Server}.Heard("yanbian", beat)
	if forks() != 0 {
		t.Error("the node is whole again, and shown as forked")
	}
}
