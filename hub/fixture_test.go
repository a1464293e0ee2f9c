package hub

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// admin may do everything at the hub; auditor nothing that changes it.
var (
	admin = &protocol.Account{Place: protocol.Hub, Login: "admin", Name: "运维审核岗", State: protocol.AccountActive,
		Roles: []protocol.Role{protocol.RoleOperator, protocol.RoleReviewer}}
	auditor = &protocol.Account{Place: protocol.Hub, Login: "auditor", Name: "审计岗", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleAuditor}}
)

// clock is a wall clock that a test sets off.
type clock struct{ off atomic.Int64 }

func (c *clock) now() time.Time        { return time.Now().Add(time.Duration(c.off.Load())) }
func (c *clock) set(off time.Duration) { c.off.Store(int64(off)) }

// center is a hub of one server on the loopback.
type center struct {
	*Server
	t     testing.TB
	dir   string
	clock *clock
	pc    net.PacketConn
	addr  string
	stop  context.CancelFunc
	done  chan error
}

func newCenter(t testing.TB) *center {
	t.Helper()
	if testing.Short() {
		t.Skip("a server takes a second to begin")
	}
	c := &center{t: t, dir: filepath.Join(t.TempDir(), "hub1"), clock: &clock{}, addr: "127.0.0.1:0"}
	c.must(Init(c.dir, "hub1", c.clock.now))
	c.start()
	t.Cleanup(c.shut)
	return c
}

func (c *center) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *center) want(code protocol.Code, err error) {
	c.t.Helper()
	if protocol.CodeOf(err) != code {
		c.t.Fatalf("got %v, want %v", err, code)
	}
}

func (c *center) start() {
	c.t.Helper()
	c.open()
	c.eventually("a leader", func() bool { _, err := c.Fresh(c.ctx()); return err == nil })
}

func (c *center) open() {
	c.t.Helper()
	var err error
	c.pc, err = link.ListenUDP(c.addr)
	c.must(err)
	c.addr = c.pc.LocalAddr().String()
	c.Server, err = Open(Config{Dir: c.dir, Advertise: c.addr, Socket: c.pc, Build: "test", Log: quiet(), Now: c.clock.now, Heartbeat: 100 * time.Millisecond})
	c.must(err)
	run, cancel := context.WithCancel(context.Background())
	c.stop, c.done = cancel, make(chan error, 1)
	go func(s *Server) { c.done <- s.Run(run) }(c.Server)
}

func (c *center) shut() {
	c.t.Helper()
	if c.stop == nil {
		return
	}
	c.stop()
	c.stop = nil
	if err := <-c.done; err != nil {
		c.t.Errorf("run: %v", err)
	}
	c.pc.Close()
}

// eventually waits for what the server does by itself.
func (c *center) eventually(what string, ok func() bool) {
	c.t.Helper()
	limit, ticker := time.After(20*time.Second), time.NewTicker(10*time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-limit:
			c.t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func (c *center) ctx() context.Context { return c.t.Context() }

func newKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func request(t testing.TB, key ed25519.PrivateKey) []byte {
	t.Helper()
	csr, err := identity.Request(key, "joining")
	if err != nil {
		t.Fatal(err)
	}
	return csr
}

func (c *center) plan(id protocol.NodeID) {
	c.t.Helper()
	_, err := c.PlanNode(c.ctx(), admin, protocol.Node{ID: id, Name: string(id)})
	c.must(err)
}

func (c *center) token(role string, id protocol.NodeID) Token {
	c.t.Helper()
	t, err := c.IssueToken(c.ctx(), admin, role, id)
	c.must(err)
	return t
}

func body[T any](c *center, ref protocol.Ref) *T {
	c.t.Helper()
	b, _, err := load[T](c.Server, ref)
	c.must(err)
	return b
}

func (c *center) count(kind protocol.KindName) (n int) {
	c.t.Helper()
	c.must(c.each(kind, func(protocol.Record) error { n++; return nil }))
	return n
}

// prefecture is a node without a network: a real store whose batches are
// proposed and whose feed is handed over by hand.
type prefecture struct {
	*store.Store
	c  *center
	id protocol.NodeID
}

func (c *center) prefecture(id protocol.NodeID) *prefecture {
	c.t.Helper()
	c.plan(id)
	key := newKey(c.t)
	e, err := c.Enroll(c.ctx(), c.token(protocol.RoleNode, id).Text, request(c.t, key))
	c.must(err)
	s, err := store.Open(filepath.Join(c.t.TempDir(), "node.db"), store.Config{Node: id, Epoch: e.Epoch, Signer: identity.KeySigner(key), Level: 1, Log: quiet()})
	c.must(err)
	run, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(run) }()
	c.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			c.t.Error(err)
		}
		if err := s.Close(); err != nil {
			c.t.Error(err)
		}
	})
	return &prefecture{s, c, id}
}

// push has the hub decide everything the node wrote.
func (p *prefecture) push() {
	p.c.t.Helper()
	for _, lane := range protocol.Lanes {
		for p.pushSome(lane) {
		}
	}
}

// pushSome brings the next batch; the newest lines may be in one of their own.
func (p *prefecture) pushSome(lane protocol.Lane) (more bool) {
	p.c.t.Helper()
	o, _, err := p.c.State().Origin(p.id)
	p.c.must(err)
	b, err := p.ReadBatch(lane, o.Last[lane].Seq, wire.MaxBatch)
	p.c.must(err)
	if len(b.Entries) == 0 {
		return false
	}
	decided, err := p.c.Propose(p.c.ctx(), []wire.Batch{b})
	p.c.must(err)
	if f := decided[0].Fault; f != nil {
		p.c.t.Fatal(f)
	}
	for _, v := range decided[0].Ack.Verdicts {
		p.c.t.Fatalf("%+v", v)
	}
	p.c.must(p.Acknowledge(p.c.ctx(), decided[0].Ack))
	return true
}

// pull gives the node what it may see.
func (p *prefecture) pull() {
	p.c.t.Helper()
	for _, lane := range protocol.Lanes {
		for {
			cur, err := p.Cursor(lane)
			p.c.must(err)
			lines, err := p.c.State().Lines(p.id, lane, cur, 1<<20)
			p.c.must(err)
			p.c.must(p.Take(p.c.ctx(), lane, lines))
			if next, err := p.Cursor(lane); err != nil || next == cur {
				p.c.must(err)
				break
			}
		}
	}
}

func (p *prefecture) act(d protocol.Draft) (rec protocol.Record) {
	p.c.t.Helper()
	p.c.must(p.Update(p.c.ctx(), func(tx *store.Tx) (err error) { rec, err = tx.Act(d); return err }))
	return rec
}

// uscc is the n-th made-up code with a right check character.
func uscc(n int) string {
	for _, last := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if code := fmt.Sprintf("1122%012dX%c", n, last); protocol.CheckUSCC(code) == nil {
			return code
		}
	}
	panic("no check character")
}

func (c *center) agency(n int, node protocol.NodeID) string {
	c.t.Helper()
	_, err := c.RegisterAgency(c.ctx(), admin, protocol.Agency{USCC: uscc(n), Name: "样例机构", Node: node})
	c.must(err)
	return uscc(n)
}

// entry is the n-th made-up catalogue entry in its rev-th wording.
func entry(agency string, n, rev int) protocol.CatalogEntry {
	return protocol.CatalogEntry{Code: fmt.Sprintf("30500122010001/%06d", n), Name: fmt.Sprintf("样例资源%d", n),
		Abstract: fmt.Sprintf("样例资源的摘要,第%d次修订,仅供演练使用。", rev), Agency: agency, Provider: "样例机构", Division: "220100", Layer: "province",
		Class: "305001", Format: "3", Share: protocol.Share{Type: "1"}, Open: protocol.Share{Type: "3", Reason: "样例"}, Level: "L2", Cycle: "4",
		Gained: "collected", Secrecy: "非涉密", Contact: "样例科室",
		Items: []protocol.DataItem{{ID: "i1", Name: "编号", Type: "C", Len: 18, Key: true}, {ID: "i2", Name: "起始年月", Type: "D"}}}
}

// submit writes entries in one wording and their changeset, passed at home.
func (p *prefecture) submit(set, agency string, rev int, entries ...int) {
	p.c.t.Helper()
	body := protocol.Changeset{Title: "样例批次", Agency: agency}
	for _, n := range entries {
		e := entry(agency, n, rev)
		id := fmt.Sprintf("e%04d", n)
		rec := p.act(protocol.Draft{Ref: protocol.Ref{Kind: "catalog.entry", ID: id}, Act: "submit", Body: e, By: string(p.id) + ":editor"})
		body.Members = append(body.Members, protocol.ChangeMember{Entry: id, Name: e.Name, Rev: rec.Rev, Hash: protocol.HashOf(rec.Body), Op: "put"})
	}
	p.changeset(set, body)
}

func (p *prefecture) changeset(set string, body protocol.Changeset) {
	p.c.t.Helper()
	ref := protocol.Ref{Kind: "catalog.changeset", ID: set}
	p.act(protocol.Draft{Ref: ref, Act: "submit", Body: body, By: string(p.id) + ":editor"})
	p.act(protocol.Draft{Ref: ref, Act: "first_review", Body: protocol.Changeset{}, By: string(p.id) + ":reviewer"})
	p.push()
}

// file asks the province to publish the n-th made-up item.
func (p *prefecture) file(agency string, n int) protocol.Ref {
	p.c.t.Helper()
	return p.fileGuide(agency, n, protocol.MaterialLine{ID: "m1", Name: "申请书", Form: "original", Necessity: "required", Source: "self"})
}

func (p *prefecture) fileGuide(agency string, n int, line protocol.MaterialLine) protocol.Ref {
	p.c.t.Helper()
	ref := protocol.Ref{Kind: "request", ID: fmt.Sprintf("publish:%d", n)}
	code := agency + "3" + fmt.Sprintf("%012d", 442199806003+n)
	item := protocol.Item{ImplCode: code, Version: 1, Name: "样例事项", Type: "05", Basis: []string{"社会救助暂行办法"}, Agency: agency, AgencyName: "样例机构",
		Node: p.id, CaseType: "promise", Scope: "interprefecture", Legal: protocol.Limit{N: 20, Unit: protocol.WorkingDays},
		Promise: protocol.Limit{N: 10, Unit: protocol.WorkingDays}, Visits: 1, EffectiveAt: protocol.Day{Year: 2000, Month: 1, Dom: 1},
		Targets: []string{"person"}, Nature: "statutory", Conditions: "符合规定的申请人", Process: "受理、审查、决定、送达", Forms: []string{"window"},
		Places: []protocol.ItemPlace{{Name: "政务大厅", Address: "样例路1号", Hours: "工作日 8:30 至 16:30"}}, Contact: "000-00000000", Complaints: "12345"}
	guide := protocol.Guide{ImplCode: code, Version: 1, Lines: []protocol.MaterialLine{line}}
	data, err := json.Marshal(protocol.ItemFiling{Item: item, Guide: guide})
	p.c.must(err)
	p.act(protocol.Draft{Ref: ref, Act: "file", By: string(p.id) + ":editor", Body: protocol.Request{Want: protocol.WantPublish,
		On: protocol.Ref{Kind: "item", ID: protocol.ItemID(code, 1)}, Agency: agency, Title: "样例事项", Data: data, Key: ref.ID}})
	p.push()
	return ref
}
