// Package province runs a whole province in one process: hub servers and nodes
// made by the same constructors as the real ones, on loopback sockets or on a
// simulated network in virtual time (proof.md, level L1). Tests read as acts of
// people.
package province

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"xiangyun/hub"
	"xiangyun/node"
	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// Network is where the processes of a province live.
type Network interface {
	// Listen opens the socket of a host; the same host gets the same address
	// again after a restart.
	Listen(host string) (net.PacketConn, string)
	Simulated() bool
}

// Province is some hub servers and some nodes.
type Province struct {
	T   testing.TB
	Net Network
	Dir string
	Log *Log

	dying sync.WaitGroup // processes that were killed and have not noticed
	ends  []func()       // what ends before the processes do

	mu    sync.Mutex // guards what follows
	hubs  map[string]*Proc[*hub.Server]
	nodes map[protocol.NodeID]*Proc[*node.Node]
	dirs  map[string]string // of hosts whose folder is no longer the first
	made  int               // folders made so far
}

// Proc is one running server or node.
type Proc[S any] struct {
	Server S
	Dir    string
	stop   context.CancelFunc
	done   chan error
	pc     net.PacketConn
}

// New makes an empty province.
func New(t testing.TB, n Network) *Province {
	return &Province{T: t, Net: n, Dir: t.TempDir(), Log: &Log{}, hubs: map[string]*Proc[*hub.Server]{}, nodes: map[protocol.NodeID]*Proc[*node.Node]{},
		dirs: map[string]string{}}
}

// Close stops everything; with a failed test it prints the log.
func (p *Province) Close() {
	for _, end := range p.ends {
		end()
	}
	for _, id := range p.RunningNodes() {
		p.StopNode(id)
	}
	for _, id := range p.RunningHubs() {
		p.StopHub(id)
	}
	p.dying.Wait()
	if p.T.Failed() {
		p.Log.tell(p.T)
	}
}

func (p *Province) logger(who string) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.Log, &slog.HandlerOptions{Level: slog.LevelInfo})).With("at", who)
}

func (p *Province) must(what string, err error) {
	p.T.Helper()
	if err != nil {
		p.logger("test").Error("gives up", "what", what, "err", err)
		p.T.Fatalf("%s: %v", what, err)
	}
}

// Hubs founds a hub of n servers.
func (p *Province) Hubs(n int) {
	p.T.Helper()
	p.must("init hub", hub.Init(p.hubDir("hub1"), "hub1", time.Now))
	p.StartHub("hub1")
	p.Eventually("a leader", func() bool { return p.Leader() != nil })
	for i := 2; i <= n; i++ {
		p.JoinHub(fmt.Sprintf("hub%d", i))
	}
}

// JoinHub adds one server and waits for its vote.
func (p *Province) JoinHub(id string) {
	p.T.Helper()
	token, err := p.Leader().IssueToken(context.Background(), Operator, protocol.RoleServer, protocol.NodeID(id))
	p.must("token for "+id, err)
	pc, addr := p.Net.Listen(id)
	_, err = hub.JoinOver(context.Background(), pc, hub.Joining{Dir: p.hubDir(id), Token: token.Text, Server: p.Leader().Advertise(), Advertise: addr}, p.linkOptions(id))
	pc.Close()
	p.must("join "+id, err)
	p.StartHub(id)
	p.Eventually(id+" votes", func() bool { return p.votes(id) })
}

func (p *Province) votes(id string) bool {
	leader := p.Leader()
	if leader == nil {
		return false
	}
	for _, m := range leader.Members() {
		if string(m.ID) == id && m.Voter {
			return true
		}
	}
	return false
}

func (p *Province) linkOptions(who string) link.Options {
	return link.Options{Log: p.logger(who), DisablePMTUD: p.Net.Simulated()}
}

func (p *Province) hubDir(id string) string { return p.dirOf(id) }

// NodeDir is a node's folder.
func (p *Province) NodeDir(id protocol.NodeID) string { return p.dirOf("node-" + string(id)) }

func (p *Province) dirOf(host string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if dir := p.dirs[host]; dir != "" {
		return dir
	}
	return filepath.Join(p.Dir, host)
}

// StartHub starts a prepared server.
func (p *Province) StartHub(id string) *hub.Server {
	p.T.Helper()
	pc, addr := p.Net.Listen(id)
	s, err := hub.Open(hub.Config{Dir: p.hubDir(id), Advertise: addr, Socket: pc, Build: "test", Log: p.logger(id), Simulated: p.Net.Simulated()})
	p.must("open "+id, err)
	proc := start(s, s.Run, p.hubDir(id), pc)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hubs[id] = proc
	return s
}

func start[S any](s S, run func(context.Context) error, dir string, pc net.PacketConn) *Proc[S] {
	ctx, cancel := context.WithCancel(context.Background())
	proc := &Proc[S]{Server: s, Dir: dir, stop: cancel, done: make(chan error, 1), pc: pc}
	go func() { proc.done <- run(ctx) }()
	return proc
}

func (p *Proc[S]) end() error {
	p.stop()
	err := <-p.done
	p.pc.Close()
	return err
}

// StopHub stops a server in order.
func (p *Province) StopHub(id string) {
	p.T.Helper()
	if proc := take(p, p.hubs, id); proc != nil {
		if err := proc.end(); err != nil {
			p.T.Errorf("stop %s: %v", id, err)
		}
	}
}

// StopNode stops a node in order.
func (p *Province) StopNode(id protocol.NodeID) {
	p.T.Helper()
	if proc := take(p, p.nodes, id); proc != nil {
		if err := proc.end(); err != nil {
			p.T.Errorf("stop %s: %v", id, err)
		}
	}
}

// take gives a process for stopping; from then on nobody else finds it.
func take[K comparable, S any](p *Province, list map[K]*Proc[S], id K) *Proc[S] {
	p.mu.Lock()
	defer p.mu.Unlock()
	proc := list[id]
	delete(list, id)
	return proc
}

// Leader gives the leading server, or nil.
func (p *Province) Leader() *hub.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, proc := range p.hubs {
		if proc.Server.Leader() == proc.Server.ID() {
			return proc.Server
		}
	}
	return nil
}

// Hub gives a running server, or nil.
func (p *Province) Hub(id string) *hub.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	if proc := p.hubs[id]; proc != nil {
		return proc.Server
	}
	return nil
}

// Node gives a running node, or nil.
func (p *Province) Node(id protocol.NodeID) *node.Node {
	p.mu.Lock()
	defer p.mu.Unlock()
	if proc := p.nodes[id]; proc != nil {
		return proc.Server
	}
	return nil
}

// RunningHubs and RunningNodes name what is up, in order.
func (p *Province) RunningHubs() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.hubs))
}

// RunningNodes names the nodes that are up, in order.
func (p *Province) RunningNodes() []protocol.NodeID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.nodes))
}

// Enroll plans, enrols and starts a node, or restores one under a new epoch.
func (p *Province) Enroll(id protocol.NodeID, name string) *node.Node {
	p.T.Helper()
	p.must("enroll "+string(id), p.TryEnroll(id, name))
	return p.StartNode(id)
}

// TryEnroll plans and enrols a node, which is then ready to start.
func (p *Province) TryEnroll(id protocol.NodeID, name string) error {
	ctx := context.Background()
	leader := p.Leader()
	if leader == nil {
		return protocol.NewFault(protocol.Busy, "enroll", "没有主服务器")
	}
	if _, ok, err := leader.Get(protocol.Ref{Kind: "node", ID: string(id)}); err != nil {
		return err
	} else if !ok {
		if _, err := leader.PlanNode(ctx, Operator, protocol.Node{ID: id, Name: name}); err != nil {
			return err
		}
	}
	token, err := leader.IssueToken(ctx, Operator, protocol.RoleNode, id)
	if err != nil {
		return err
	}
	_, err = node.Enroll(ctx, node.Enrolment{Dir: p.NodeDir(id), Token: token.Text, Server: leader.Advertise(), Link: p.linkOptions(string(id)),
		Socket: func() (net.PacketConn, error) { pc, _ := p.Net.Listen("enroll-" + string(id)); return pc, nil }})
	return err
}

// StartNode starts an enrolled node.
func (p *Province) StartNode(id protocol.NodeID) *node.Node {
	p.T.Helper()
	pc, _ := p.Net.Listen(string(id))
	n, err := node.Open(node.Config{Dir: p.NodeDir(id), Socket: pc, Build: "test", Log: p.logger(string(id)), Simulated: p.Net.Simulated(),
		Reserve: 16 << 20})
	p.must("open "+string(id), err)
	proc := start(n, n.Run, p.NodeDir(id), pc)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nodes[id] = proc
	return n
}

// Eventually waits in the province's time, up to a minute.
func (p *Province) Eventually(what string, ok func() bool) {
	p.T.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.logger("test").Error("gives up: not within a minute", "what", what)
			p.T.Fatalf("not within a minute: %s", what)
		}
	}
}

// Operator is the account under which the province is set up.
var Operator = &protocol.Account{Place: protocol.Hub, Login: "operator", Name: "运维岗", State: protocol.AccountActive,
	Roles: []protocol.Role{protocol.RoleOperator, protocol.RoleReviewer}}
