package province

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing/synctest"

	"xiangyun/node"
	"xiangyun/protocol"
)

// Sim is the simulated network; only a province in a bubble has one.
func (p *Province) Sim() *Simnet {
	p.T.Helper()
	n, ok := p.Net.(*Simnet)
	if !ok {
		p.T.Fatal("this province lives on a real network")
	}
	return n
}

// KillHub ends a server as kill -9 does: its sockets are gone at once, nobody
// is told, and its folder is as it was at that instant. What it had not written
// by then is lost.
func (p *Province) KillHub(id string) {
	p.T.Helper()
	if proc := take(p, p.hubs, id); proc != nil {
		kill(p, id, id, proc)
	}
}

// KillNode ends a node as kill -9 does.
func (p *Province) KillNode(id protocol.NodeID) {
	p.T.Helper()
	if proc := take(p, p.nodes, id); proc != nil {
		kill(p, string(id), "node-"+string(id), proc)
	}
}

// kill takes the picture of the folder while everybody in the bubble waits for
// time to pass: nobody is in the middle of a write then, and what a process
// still holds in memory is not in the picture. The old process learns of its
// end later, without network and on a folder that nobody needs.
func kill[S any](p *Province, host, folder string, proc *Proc[S]) {
	p.Sim().detach(host)
	synctest.Wait()
	p.move(folder, p.copyOf(proc.Dir))
	p.dying.Go(func() {
		if err := proc.end(); err != nil {
			p.logger(host).Info("killed process ended", "err", err)
		}
		if err := os.RemoveAll(proc.Dir); err != nil {
			p.T.Errorf("remove folder of killed %s: %v", host, err)
		}
	})
}

// move makes dir the folder of a host from its next start on.
func (p *Province) move(folder, dir string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirs[folder] = dir
}

func (p *Province) newDir() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	return filepath.Join(p.Dir, fmt.Sprintf("copy-%d", p.made))
}

func (p *Province) copyOf(dir string) string {
	p.T.Helper()
	to := p.newDir()
	p.must("copy folder", copyTree(dir, to))
	return to
}

// Disk is a copy of a node's folder.
type Disk struct {
	node protocol.NodeID
	dir  string
}

// SaveDisk copies a running node's disk, as a snapshot of a virtual machine does.
func (p *Province) SaveDisk(id protocol.NodeID) Disk {
	p.T.Helper()
	synctest.Wait()
	return Disk{id, p.copyOf(p.NodeDir(id))}
}

// RollBack kills a node and starts it on an old copy of its disk.
func (p *Province) RollBack(d Disk) *node.Node {
	p.T.Helper()
	p.KillNode(d.node)
	p.must("remove newer disk", os.RemoveAll(p.NodeDir(d.node)))
	p.move("node-"+string(d.node), p.copyOf(d.dir))
	return p.StartNode(d.node)
}

// WipeNode kills a node and loses its disk.
func (p *Province) WipeNode(id protocol.NodeID) {
	p.T.Helper()
	p.KillNode(id)
	p.must("lose disk", os.RemoveAll(p.NodeDir(id)))
}

// WipeHub kills a server, loses its disk and has the others take it out of the
// quorum. Its id is never used again (pitfalls.R2).
func (p *Province) WipeHub(id string) {
	p.T.Helper()
	p.KillHub(id)
	p.must("lose disk", os.RemoveAll(p.hubDir(id)))
	p.Eventually(id+" is removed", func() bool {
		leader := p.Leader()
		return leader != nil && leader.Change(p.T.Context(), Operator, "remove", protocol.NodeID(id)) == nil
	})
}

// Twin starts a second live process on a copy of a node's disk. Stop it with
// the function it returns.
func (p *Province) Twin(id protocol.NodeID) (n *node.Node, stop func() error) {
	p.T.Helper()
	d := p.SaveDisk(id)
	pc, _ := p.Net.Listen("twin-" + string(id))
	n, err := node.Open(node.Config{Dir: d.dir, Socket: pc, Build: "test", Log: p.logger("twin-" + string(id)), Simulated: true, Reserve: 16 << 20})
	p.must("open twin", err)
	return n, start(n, n.Run, d.dir, pc).end
}

// Reenroll brings a node back under a new epoch, on whatever its folder holds.
func (p *Province) Reenroll(id protocol.NodeID) *node.Node {
	p.T.Helper()
	p.StopNode(id)
	return p.Enroll(id, string(id))
}

// TransferLeader has the leader hand over to some other server.
func (p *Province) TransferLeader(to string) error {
	leader := p.Leader()
	if leader == nil {
		return protocol.NewFault(protocol.Busy, "transfer", "没有主服务器")
	}
	return leader.Change(context.Background(), Operator, "transfer", protocol.NodeID(to))
}
