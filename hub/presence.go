package hub

import (
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// claim says that a process with this boot speaks for a node now.
type claim struct {
	Node      protocol.NodeID `json:"node"`
	Boot      wire.Boot       `json:"boot"`
	BlockLeft uint64          `json:"blockLeft"`
	Known     bool            `json:"known,omitempty"` // BlockLeft was told

	// What the beat says of the urgent lane: all that the node has written there
	// up to its own time Told, and the hub index that it has stored its feed to.
	Head   protocol.Pos     `json:"head,omitzero"`
	Told   protocol.Instant `json:"told,omitempty"`
	Stored uint64           `json:"stored,omitempty"`
}

// twinAfter is how long a process counts as alive after its last beat: two
// beats of either lane. A node restarted after a crash waits no longer than this.
const twinAfter = 6 * time.Second

// presence is the leader's memory of which process speaks for which node, so
// that a copied node is refused wherever it connects (replication §4). It is
// lost with the leader; epochs and hash chains then still keep a twin out.
type presence struct {
	mu    sync.Mutex // guards nodes
	nodes map[protocol.NodeID]sighting
}

type sighting struct {
	claim
	at time.Time
}

func newPresence() *presence { return &presence{nodes: make(map[protocol.NodeID]sighting)} }

func (p *presence) claim(c claim, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, ok := p.nodes[c.Node]
	if ok && old.Boot != c.Boot && now.Sub(old.at) < twinAfter {
		return protocol.NewFault(protocol.Twin, "claim", "节点 %s 已有另一个进程在线(副本不得同时运行),请停掉其中一个", c.Node)
	}
	if ok && !c.Known && old.Boot == c.Boot {
		c.BlockLeft, c.Known = old.BlockLeft, old.Known
	}
	if ok && old.Boot == c.Boot { // a hello, or a beat of the other lane, tells nothing of it
		if c.Told == 0 {
			c.Head, c.Told = old.Head, old.Told
		}
		c.Stored = max(c.Stored, old.Stored)
	}
	p.nodes[c.Node] = sighting{c, now}
	return nil
}

// forget lets a new process of a node speak at once, after a new enrolment.
func (p *presence) forget(node protocol.NodeID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.nodes, node)
}

// of gives what was last heard of a node.
func (p *presence) of(node protocol.NodeID) (sighting, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.nodes[node]
	return s, ok
}

// each gives a copy of what was seen.
func (p *presence) all() []sighting {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]sighting, 0, len(p.nodes))
	for _, s := range p.nodes {
		list = append(list, s)
	}
	return list
}
