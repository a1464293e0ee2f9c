package node

import (
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"xiangyun/hub"
	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

var (
	admin = &protocol.Account{Place: protocol.Hub, Login: "admin", Name: "运维审核岗", State: protocol.AccountActive,
		Roles: []protocol.Role{protocol.RoleOperator, protocol.RoleReviewer}}
	clerk = &protocol.Account{Place: "yanbian", Login: "clerk", Name: "窗口岗", State: protocol.AccountActive, Roles: []protocol.Role{protocol.RoleClerk}}
)

// province is a hub of one server on the loopback, and folders for nodes.
type province struct {
	*hub.Server
	t   testing.TB
	dir string
}

func newProvince(t testing.TB) *province {
	t.Helper()
	if testing.Short() {
		t.Skip("a server takes a second to begin")
	}
	p := &province{t: t, dir: t.TempDir()}
	dir := filepath.Join(p.dir, "hub1")
	p.must(hub.Init(dir, "hub1", time.Now))
	pc, err := link.ListenUDP("127.0.0.1:0")
	p.must(err)
	p.Server, err = hub.Open(hub.Config{Dir: dir, Advertise: pc.LocalAddr().String(), Socket: pc, Build: "test", Log: quiet(), Heartbeat: 100 * time.Millisecond})
	p.must(err)
	p.background(p.Server.Run, pc)
	p.eventually("a leader", func() bool { _, err := p.Fresh(t.Context()); return err == nil })
	for _, id := range []protocol.NodeID{"yanbian", "jilin"} {
		_, err := p.PlanNode(t.Context(), admin, protocol.Node{ID: id, Name: string(id)})
		p.must(err)
	}
	return p
}

// background runs a process until the test is over, or until stop.
func (p *province) background(run func(context.Context) error, pc net.PacketConn) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("run: %v", err)
		}
		pc.Close()
	}
	p.t.Cleanup(stop)
	return stop
}

func (p *province) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *province) want(code protocol.Code, err error) {
	p.t.Helper()
	if protocol.CodeOf(err) != code {
		p.t.Fatalf("got %v, want %v", err, code)
	}
}

func (p *province) eventually(what string, ok func() bool) {
	p.t.Helper()
	limit, ticker := time.After(20*time.Second), time.NewTicker(10*time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ticker.C:
		case <-limit:
			p.t.Fatalf("not within 20 s: %s", what)
		}
	}
}

func (p *province) token(role string, id protocol.NodeID) string {
	p.t.Helper()
	t, err := p.IssueToken(p.t.Context(), admin, role, id)
	p.must(err)
	return t.Text
}

func (p *province) enroll(folder, token string) (protocol.NodeID, error) {
	return Enroll(p.t.Context(), Enrolment{Dir: filepath.Join(p.dir, folder), Token: token, Server: p.Advertise(), Link: link.Options{Log: quiet()}})
}

// open opens an enrolled node without running it.
func (p *province) open(folder string) (*Node, net.PacketConn, error) {
	pc, err := link.ListenUDP("127.0.0.1:0")
	p.must(err)
	n, err := Open(Config{Dir: filepath.Join(p.dir, folder), Socket: pc, Build: "test", Log: quiet(), Reserve: 16 << 20})
	return n, pc, err
}

func (p *province) run(folder string) (n *Node, stop func()) {
	p.t.Helper()
	n, pc, err := p.open(folder)
	p.must(err)
	return n, p.background(n.Run, pc)
}
