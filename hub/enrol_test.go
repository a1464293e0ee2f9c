package hub

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

func leafOf(t testing.TB, e Enrolled) *x509.Certificate {
	t.Helper()
	leaf, _, err := identity.ParseChain(e.Chain)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func TestATokenIsGoodForOneKeyAndFifteenMinutes(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.plan("yanbian")
	first, second := newKey(t), newKey(t)
	token := c.token(protocol.RoleNode, "yanbian")

	got, err := c.Enroll(c.ctx(), token.Text, request(t, first))
	c.must(err)
	if got.Epoch != 1 || got.Subject != "yanbian" || identity.KeyOf(first).Hash() != body[protocol.Node](c, protocol.Ref{Kind: "node", ID: "yanbian"}).Key {
		t.Errorf("enrolled as %+v", got)
	}
	t.Run("the same key gets the same answer again, also late", func(t *testing.T) {
		c.clock.set(16 * time.Minute)
		again, err := c.Enroll(c.ctx(), token.Text, request(t, first))
		c.must(err)
		if again.Epoch != 1 || leafOf(t, again).URIs[0].String() != leafOf(t, got).URIs[0].String() || c.count("numblock") != blocksAhead/protocol.BlockSize {
			t.Errorf("again: %+v, %d blocks", again, c.count("numblock"))
		}
		c.clock.set(0)
	})
	refused := func(name, text string, want protocol.Code) {
		t.Run(name, func(t *testing.T) {
			if _, err := c.Enroll(c.ctx(), text, request(t, second)); protocol.CodeOf(err) != want {
				t.Errorf("got %v, want %v", err, want)
			}
		})
	}
	refused("another key is denied", token.Text, protocol.Denied)
	late, foreign := c.token(protocol.RoleNode, "yanbian"), newCenter(t)
	foreign.plan("yanbian")
	refused("a token of another province is denied", foreign.token(protocol.RoleNode, "yanbian").Text, protocol.Denied)
	refused("what is no token is malformed", "xiangyun", protocol.Malformed)
	c.clock.set(15*time.Minute + time.Second)
	refused("a late token is denied", late.Text, protocol.Denied)
	if n := body[protocol.Node](c, protocol.Ref{Kind: "node", ID: "yanbian"}); n.Epoch != 1 {
		t.Errorf("epoch %d after refusals", n.Epoch)
	}
}

func TestOnlyAnOperatorNamesNodesAndOnlyPlannedOnesGetTokens(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	for _, who := range []*protocol.Account{nil, auditor, {Place: "yanbian", Login: "admin", State: protocol.AccountActive, Roles: admin.Roles}} {
		_, err := c.PlanNode(c.ctx(), who, protocol.Node{ID: "yanbian", Name: "延边州"})
		c.want(protocol.Denied, err)
		_, err = c.IssueToken(c.ctx(), who, protocol.RoleServer, "hub2")
		c.want(protocol.Denied, err)
		_, err = c.EndNode(c.ctx(), who, "yanbian", "fence", "演练")
		c.want(protocol.Denied, err)
		c.want(protocol.Denied, c.Change(c.ctx(), who, "remove", "hub1"))
	}
	_, err := c.IssueToken(c.ctx(), admin, protocol.RoleNode, "yanbian")
	c.want(protocol.Gone, err)
	if c.count("node")+c.count("enrolment") != 0 {
		t.Error("something was written")
	}
}

// TestAThousandUsesOfOneToken is the race of copies of one leaked token.
func TestAThousandUsesOfOneTokenGiveOneCertificate(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.plan("yanbian")
	token := c.token(protocol.RoleNode, "yanbian")
	var mu sync.Mutex
	var winners []Enrolled
	codes := map[protocol.Code]int{}
	var wg sync.WaitGroup
	for range 1000 {
		csr := request(t, newKey(t))
		wg.Go(func() {
			e, err := c.Enroll(c.ctx(), token.Text, csr)
			mu.Lock()
			defer mu.Unlock()
			codes[protocol.CodeOf(err)]++
			if err == nil {
				winners = append(winners, e)
			}
		})
	}
	wg.Wait()
	n := body[protocol.Node](c, protocol.Ref{Kind: "node", ID: "yanbian"})
	if len(winners) != 1 || codes[protocol.Denied] != 999 || n.Epoch != 1 || winners[0].Epoch != 1 || c.count("numblock") != blocksAhead/protocol.BlockSize {
		t.Errorf("%d certificates, answers %v, epoch %d, %d blocks", len(winners), codes, n.Epoch, c.count("numblock"))
	}
}

func TestNumberBlocksIssuedAtOnceNeverOverlap(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	var wg sync.WaitGroup
	for i := range 8 {
		id := protocol.NodeID(fmt.Sprintf("node-%d", i))
		c.plan(id)
		token, csr := c.token(protocol.RoleNode, id), request(t, newKey(t))
		wg.Go(func() {
			if _, err := c.Enroll(c.ctx(), token.Text, csr); err != nil {
				t.Errorf("enroll %s: %v", id, err)
				return
			}
			for range 3 {
				if err := c.issueBlock(c.ctx(), id); err != nil && protocol.CodeOf(err) != protocol.Refused { // N-01: the next tick asks again
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	last, owners := uint64(0), map[protocol.NodeID]int{}
	c.must(c.each("numblock", func(rec protocol.Record) error {
		b, err := protocol.Load[protocol.NumberBlock](rec)
		if err != nil {
			return err
		}
		if b.From != last+1 || b.To-b.From+1 != protocol.BlockSize || b.Epoch != 1 {
			t.Errorf("block %s is %d to %d of epoch %d behind %d", rec.Ref.ID, b.From, b.To, b.Epoch, last)
		}
		last = b.To
		owners[b.Node]++
		return nil
	}))
	t.Logf("blocks: %v", owners)
	if last < 8*protocol.BlockSize {
		t.Errorf("only %d numbers", last)
	}
}

func TestAnEndedNodeGetsNoCertificateAndIsNotHeard(t *testing.T) {
	for _, row := range []struct {
		act   protocol.Act
		again protocol.Code // of an enrolment with a new token
	}{{"fence", 0}, {"revoke", protocol.Denied}} {
		t.Run(string(row.act), func(t *testing.T) {
			c := newCenter(t)
			c.plan("yanbian")
			key, token := newKey(t), c.token(protocol.RoleNode, "yanbian")
			e, err := c.Enroll(c.ctx(), token.Text, request(t, key))
			c.must(err)
			peer, err := identity.PeerOf(leafOf(t, e))
			c.must(err)
			_, err = c.Renew(peer, request(t, key))
			c.must(err)
			_, err = c.EndNode(c.ctx(), admin, "yanbian", row.act, "")
			c.want(protocol.Refused, err) // G-10
			_, err = c.EndNode(c.ctx(), admin, "yanbian", row.act, "磁盘丢失")
			c.must(err)

			_, err = c.Renew(peer, request(t, key))
			c.want(protocol.Fenced, err)
			_, err = c.Enroll(c.ctx(), token.Text, request(t, key))
			c.want(protocol.Fenced, err)
			h := protocol.Header{Origin: "yanbian", Epoch: 1, Lane: protocol.Bulk, Seq: 1, Ref: protocol.Ref{Kind: "catalog.changeset", ID: "1"}, Act: "submit",
				Rev: 1, RecEpoch: 1, At: 1, AtErr: 1, By: "a", Feature: 1}
			line, err := wire.Seal(&h, []byte(`{}`))
			c.must(err)
			sig, err := identity.KeySigner(key).Sign(line.Hash)
			c.must(err)
			decided, err := c.Propose(c.ctx(), []wire.Batch{{Origin: "yanbian", Entries: []protocol.Entry{line}, Checkpoint: wire.Checkpoint{Pos: line.Pos(), Sig: sig}}})
			c.must(err)
			if protocol.CodeOf(decided[0].Fault) != protocol.Fenced {
				t.Errorf("its batch: %+v", decided[0])
			}
			e, err = c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, request(t, newKey(t)))
			if protocol.CodeOf(err) != row.again && !(row.again == protocol.Denied && protocol.CodeOf(err) == protocol.Fenced) {
				t.Errorf("a new enrolment: %v", err)
			}
			if row.again == 0 && e.Epoch != 3 {
				t.Errorf("epoch %d, want 3: every older one is over", e.Epoch)
			}
		})
	}
}

func TestRenewalNeedsTheKeyOfTheCertificate(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.plan("yanbian")
	key := newKey(t)
	e, err := c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, request(t, key))
	c.must(err)
	ask := func(key ed25519.PrivateKey, csr []byte) (replication.EnrollAnswer, error) {
		return c.renewOver(key, e, csr)
	}

	c.clock.set(8 * 24 * time.Hour) // the certificate lives for seven
	answer, err := ask(key, request(t, key))
	c.must(err)
	leaf, _, err := identity.ParseChain(answer.Chain)
	c.must(err)
	if answer.Epoch != 1 || answer.Province != nil || answer.CAKey != nil || !leaf.NotAfter.After(c.clock.now().Add(nodeCertLife-time.Minute)) {
		t.Errorf("renewed until %s as %+v", leaf.NotAfter, answer)
	}
	_, err = ask(key, request(t, newKey(t)))
	c.want(protocol.Denied, err)

	other := newKey(t) // a new disk took over: the old certificate is worth nothing
	_, err = c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, request(t, other))
	c.must(err)
	_, err = ask(key, request(t, key))
	c.want(protocol.Fenced, err)
}

// renewOver asks for a renewal as a node does, over the network.
func (c *center) renewOver(key ed25519.PrivateKey, e Enrolled, csr []byte) (answer replication.EnrollAnswer, err error) {
	leaf, roots, err := identity.ParseChain(e.Chain)
	if err != nil {
		return answer, err
	}
	holder, err := identity.NewHolder(identity.Bundle{Key: key, Leaf: leaf, Roots: roots}, c.clock.now)
	if err != nil {
		return answer, err
	}
	pc, err := link.ListenUDP("127.0.0.1:0")
	if err != nil {
		return answer, err
	}
	defer pc.Close()
	end, err := link.Open(pc, holder, nil, link.Options{Log: quiet()})
	if err != nil {
		return answer, err
	}
	defer end.Close()
	session, err := end.Dial(c.ctx(), c.addr, identity.ALPNEnroll, "", identity.RoleHub)
	if err != nil {
		return answer, err
	}
	defer session.Close(0, "asked")
	return replication.AskEnroll(c.ctx(), session, replication.EnrollAsk{CSR: csr})
}

func TestAServerJoinsWithAServersTokenOnlyAndIntoAnEmptyFolder(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.plan("yanbian")
	join := func(dir, token string) (protocol.NodeID, error) {
		return Join(context.Background(), Joining{Dir: dir, Token: token, Server: c.addr, Advertise: "127.0.0.1:1"}, link.Options{Log: quiet()})
	}
	dir := filepath.Join(t.TempDir(), "hub2")
	_, err := join(dir, c.token(protocol.RoleNode, "yanbian").Text)
	c.want(protocol.Denied, err)
	token := c.token(protocol.RoleServer, "hub2")
	id, err := join(dir, token.Text)
	c.must(err)
	if id != "hub2" {
		t.Errorf("joined as %s", id)
	}
	_, err = join(dir, token.Text)
	c.want(protocol.Denied, err)
	c.want(protocol.Denied, Init(dir, "hub3", time.Now))
	_, err = join(filepath.Join(t.TempDir(), "hub2"), token.Text) // another key
	c.want(protocol.Denied, err)
}

// TestAClockTenYearsOff: the leader's clock jumps ahead and comes back.
func TestAClockTenYearsOff(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.plan("yanbian")
	before, csr := c.token(protocol.RoleNode, "yanbian"), request(t, newKey(t))
	tick := func() protocol.Instant {
		t.Helper()
		c.tick(c.ctx())
		st, err := c.State().Status()
		c.must(err)
		return st.Clock
	}
	near := tick()
	c.clock.set(10 * 365 * 24 * time.Hour)
	far := tick()
	if far < near+protocol.Instant(9*365*24*time.Hour/time.Millisecond) {
		t.Errorf("the clock went from %s to %s", near, far)
	}
	_, err := c.Enroll(c.ctx(), before.Text, csr)
	c.want(protocol.Denied, err)
	ahead := c.token(protocol.RoleNode, "yanbian")

	c.clock.set(0)
	if back := tick(); back < far {
		t.Errorf("the clock went back from %s to %s", far, back)
	}
	_, err = c.Enroll(c.ctx(), ahead.Text, csr)
	c.want(protocol.Denied, err) // it would live for ten years
	c.clock.set(16 * time.Minute)
	_, err = c.Enroll(c.ctx(), before.Text, csr)
	c.want(protocol.Denied, err)
	_, err = c.Enroll(c.ctx(), c.token(protocol.RoleNode, "yanbian").Text, csr)
	c.must(err) // and the province goes on
}

// A token in the wrong hands of the right people: it is refused before it is
// used up, so the node it was made for is not fenced (replication.R4).
func TestATokenMadeForSomethingElseIsNotUsedUp(t *testing.T) {
	t.Parallel()
	c := newCenter(t)
	c.plan("yanbian")
	c.plan("jilin")
	forNode, forServer := c.token(protocol.RoleNode, "jilin"), c.token(protocol.RoleServer, "hub2")
	for _, wrong := range []struct {
		name string
		ask  replication.EnrollAsk
		want string
	}{
		{"in the folder of another node", replication.EnrollAsk{Token: forNode.Text, Role: protocol.RoleNode, Held: "yanbian"}, "目录属于节点 yanbian"},
		{"a node's for a server", replication.EnrollAsk{Token: forNode.Text, Role: protocol.RoleServer}, "不能用于省级服务器"},
		{"a server's for a node", replication.EnrollAsk{Token: forServer.Text, Role: protocol.RoleNode}, "不能用于节点"},
	} {
		t.Run(wrong.name, func(t *testing.T) {
			wrong.ask.CSR = request(t, newKey(t))
			_, err := c.answerEnroll(c.ctx(), identity.Peer{}, wrong.ask)
			if protocol.CodeOf(err) != protocol.Denied || !strings.Contains(err.Error(), wrong.want) {
				t.Errorf("got %v, want %q", err, wrong.want)
			}
		})
	}
	if got := body[protocol.Node](c, protocol.Ref{Kind: "node", ID: "jilin"}); got.Epoch != 0 {
		t.Errorf("jilin was enrolled: %+v", got)
	}
	_, err := c.answerEnroll(c.ctx(), identity.Peer{}, replication.EnrollAsk{Token: forNode.Text, Role: protocol.RoleNode, Held: "jilin", CSR: request(t, newKey(t))})
	c.must(err)
}
