// Package demo starts a whole province on one machine, every hub server and
// node as a process of its own, loads the embedded sample data, and can play
// one story through it without a person: each step is verified by reading it
// back at the other place.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"xiangyun/cmd/internal/client"
	"xiangyun/hub/api"
	"xiangyun/protocol"
)

// Options of a demo.
type Options struct {
	Exe   string // the xiangyun binary
	Dir   string // where everything is kept; it must be empty
	Nodes []protocol.NodeID
	Hubs  int
	Say   io.Writer // progress, for people
	Env   []string  // more of the environment of every process, for builds with faults

	Calendars []protocol.CalendarYear // published at the beginning; none: all that are known
}

// Demo is a running province.
type Demo struct {
	Options
	hubs  []*Proc
	nodes map[protocol.NodeID]*Proc
	ports map[string]string
}

// Start founds the hub, enrols the nodes and returns when all of them serve.
// Call Stop whatever it returns.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{Options: o, nodes: make(map[protocol.NodeID]*Proc), ports: make(map[string]string)}
	if err := d.hub1(ctx); err != nil {
		return d, err
	}
	for i := 2; i <= o.Hubs; i++ {
		if err := d.JoinHub(ctx, fmt.Sprintf("hub%d", i)); err != nil {
			return d, err
		}
	}
	for _, id := range o.Nodes {
		if err := d.Enroll(ctx, id); err != nil {
			return d, err
		}
	}
	return d, nil
}

// Stop ends every process in order, the nodes first.
func (d *Demo) Stop() error {
	var errs []error
	for _, id := range d.Options.Nodes {
		if p := d.nodes[id]; p != nil {
			errs = append(errs, p.stop())
		}
	}
	for i := len(d.hubs) - 1; i >= 0; i-- { // the first one last, so that somebody leads to the end
		errs = append(errs, d.hubs[i].stop())
	}
	return errors.Join(errs...)
}

func (d *Demo) say(format string, args ...any) { fmt.Fprintf(d.Say, format+"\n", args...) }

// port gives a free port that stays a process's own over restarts.
func (d *Demo) port(name, network string) (string, error) {
	if addr := d.ports[name+network]; addr != "" {
		return addr, nil
	}
	addr := ""
	if network == "udp" {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		addr = pc.LocalAddr().String()
		pc.Close()
	} else {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		addr = l.Addr().String()
		l.Close()
	}
	d.ports[name+network] = addr
	return addr, nil
}

func (d *Demo) hub1(ctx context.Context) error {
	dir := filepath.Join(d.Dir, "hub1")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := d.run(ctx, "", "hub", "init", "--dir", dir, "--id", "hub1"); err != nil {
		return err
	}
	return d.serveHub(ctx, "hub1")
}

// JoinHub adds one server and waits until it votes.
func (d *Demo) JoinHub(ctx context.Context, id string, more ...string) error {
	token, err := d.token(ctx, protocol.RoleServer, protocol.NodeID(id))
	if err != nil {
		return err
	}
	addr, err := d.port(id, "udp")
	if err != nil {
		return err
	}
	args := append([]string{"hub", "join", "--dir", filepath.Join(d.Dir, id), "--server", d.hubAddr(), "--advertise", addr}, more...)
	if err := d.run(ctx, token, args...); err != nil {
		return err
	}
	if err := d.serveHub(ctx, id); err != nil {
		return err
	}
	return d.Until(ctx, id+" 参加表决", func() (bool, error) {
		st, err := d.HubStatus(ctx)
		return slices.ContainsFunc(st.Members, func(m api.Member) bool { return string(m.ID) == id && m.Voter }), err
	})
}

func (d *Demo) hubAddr() string { return d.ports[d.aHub().Name+"udp"] }

// aHub is a hub server that runs.
func (d *Demo) aHub() *Proc {
	for _, p := range d.hubs {
		if p.done != nil {
			return p
		}
	}
	return d.hubs[0]
}

func (d *Demo) serveHub(ctx context.Context, id string) error {
	quic, err := d.port(id, "udp")
	if err != nil {
		return err
	}
	web, err := d.port(id, "tcp")
	if err != nil {
		return err
	}
	dir := filepath.Join(d.Dir, id)
	p := &Proc{Name: id, Dir: dir, HTTP: web, env: d.Env, args: []string{"hub", "serve", "--dir", dir, "--listen", quic, "--advertise", quic, "--http", web, "--reserve", "16MiB"}}
	d.hubs = append(d.hubs, p)
	if err := p.start(ctx, d.Exe); err != nil {
		return err
	}
	return d.Until(ctx, "省级集群选出主服务器", func() (bool, error) {
		st, err := d.HubStatus(ctx)
		return st.Leader != "", err
	})
}

// Hub reaches the hub through any server that runs.
func (d *Demo) Hub() *client.Client { return d.aHub().Client() }

// Node reaches a node.
func (d *Demo) Node(id protocol.NodeID) *client.Client { return d.nodes[id].Client() }

// HubStatus asks a hub server where things stand.
func (d *Demo) HubStatus(ctx context.Context) (st api.Status, err error) {
	return st, d.Hub().Call(ctx, "GET", "/api/v1/status", nil, &st)
}

func (d *Demo) token(ctx context.Context, role string, subject protocol.NodeID) (string, error) {
	var t api.Token
	err := d.Hub().Call(ctx, "POST", "/api/v1/tokens", map[string]any{"role": role, "subject": subject}, &t)
	return t.Text, err
}

// Enroll plans a node when it is new, enrols it and starts it.
func (d *Demo) Enroll(ctx context.Context, id protocol.NodeID) error {
	plan, err := planOf(id)
	if err != nil {
		return err
	}
	err = d.Hub().Call(ctx, "GET", "/api/v1/nodes/"+string(id), nil, nil)
	if protocol.CodeOf(err) == protocol.Gone {
		err = d.Hub().Call(ctx, "POST", "/api/v1/nodes", map[string]any{"id": id, "name": plan.Name, "divisions": plan.Divisions}, nil)
	}
	if err != nil {
		return err
	}
	token, err := d.token(ctx, protocol.RoleNode, id)
	if err != nil {
		return err
	}
	dir := filepath.Join(d.Dir, string(id))
	if err := d.run(ctx, token, "node", "enroll", "--dir", dir, "--server", d.hubAddr()); err != nil {
		return err
	}
	return d.serveNode(ctx, id)
}

func planOf(id protocol.NodeID) (protocol.NodePlan, error) {
	for _, p := range protocol.StandardNodes() {
		if p.ID == id {
			return p, nil
		}
	}
	return protocol.NodePlan{}, protocol.NewFault(protocol.Malformed, "start demo", "没有名为 %s 的节点", id)
}

func (d *Demo) serveNode(ctx context.Context, id protocol.NodeID) error {
	web, err := d.port(string(id), "tcp")
	if err != nil {
		return err
	}
	dir := filepath.Join(d.Dir, string(id))
	p := &Proc{Name: string(id), Dir: dir, HTTP: web, env: d.Env, args: []string{"node", "serve", "--dir", dir, "--listen", "127.0.0.1:0", "--http", web,
		"--reserve", "16MiB"}}
	d.nodes[id] = p
	if err := p.start(ctx, d.Exe); err != nil {
		return err
	}
	return d.Until(ctx, plainName(id)+"连上省级", func() (bool, error) {
		var st struct{ Connected bool }
		err := d.Node(id).Call(ctx, "GET", "/api/v1/status", nil, &st)
		return st.Connected, err
	})
}

func plainName(id protocol.NodeID) string {
	plan, err := planOf(id)
	if err != nil {
		return string(id)
	}
	return strings.TrimSuffix(plan.Name, "市")
}

// KillHub kills a hub server with SIGKILL.
func (d *Demo) KillHub(id string) error {
	for _, p := range d.hubs {
		if p.Name == id && p.done != nil {
			return p.kill()
		}
	}
	return fmt.Errorf("服务器 %s 没有在运行", id)
}

// StartHub starts a killed server again on the disk it has.
func (d *Demo) StartHub(ctx context.Context, id string) error {
	for _, p := range d.hubs {
		if p.Name == id {
			return p.start(ctx, d.Exe)
		}
	}
	return fmt.Errorf("没有服务器 %s", id)
}

// LoseHub empties the disk of a killed server and replaces it by a new one
// under a new name, in one command of its operator.
func (d *Demo) LoseHub(ctx context.Context, old, id string) error {
	d.hubs = slices.DeleteFunc(d.hubs, func(p *Proc) bool { return p.Name == old })
	if err := os.RemoveAll(filepath.Join(d.Dir, old)); err != nil {
		return fmt.Errorf("empty disk: %w", err)
	}
	return d.JoinHub(ctx, id, "--replaces", old)
}

// KillNode kills a node with SIGKILL; its disk stays.
func (d *Demo) KillNode(id protocol.NodeID) error { return d.nodes[id].kill() }

// StopNode ends a node in order: all it has is in its database then.
func (d *Demo) StopNode(id protocol.NodeID) error { return d.nodes[id].stop() }

// StartNode starts a killed node again on the disk it has.
func (d *Demo) StartNode(ctx context.Context, id protocol.NodeID) error {
	return d.nodes[id].start(ctx, d.Exe)
}

// Raise starts every server and node that was killed again, on the disks they have.
func (d *Demo) Raise(ctx context.Context) error {
	procs := slices.Clone(d.hubs)
	for _, id := range d.Nodes {
		procs = append(procs, d.nodes[id])
	}
	for _, p := range procs {
		if p != nil && p.done == nil {
			if err := p.start(ctx, d.Exe); err != nil {
				return err
			}
		}
	}
	return nil
}

// Reenroll stops a node and enrols it again on the disk it has, as an operator
// does with a place that was fenced (replication.F3).
func (d *Demo) Reenroll(ctx context.Context, id protocol.NodeID) error {
	if err := d.nodes[id].stop(); err != nil {
		return err
	}
	return d.Enroll(ctx, id)
}

// LoseNode kills a node and empties its disk; Enroll restores it.
func (d *Demo) LoseNode(id protocol.NodeID) error {
	if err := d.nodes[id].kill(); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(d.Dir, string(id)))
}

// Servers lists the hub servers that run.
func (d *Demo) Servers() (list []*Proc) {
	for _, p := range d.hubs {
		if p.done != nil {
			list = append(list, p)
		}
	}
	return list
}

// Address is where people find a server or node.
type Address struct{ Name, URL string }

// Addresses lists the pages of all servers and nodes.
func (d *Demo) Addresses() (list []Address) {
	for _, p := range d.hubs {
		list = append(list, Address{"省级 " + p.Name, "http://" + p.HTTP})
	}
	for _, id := range d.Nodes {
		list = append(list, Address{"节点 " + plainName(id), "http://" + d.nodes[id].HTTP})
	}
	return list
}
