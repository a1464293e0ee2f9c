package quorum

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// GossipConfig says who takes part. Fields after Peers have defaults.
type GossipConfig struct {
	ID   protocol.NodeID
	Addr string // host:port at which other servers reach this one

	// Link listens for identity.ALPNGossip; the caller closes it after Run.
	Link *link.Endpoint
	Log  *slog.Logger
	// Peers lists servers to find the others through, usually Quorum.Members;
	// it is asked again whenever somebody is missing.
	Peers func() []Member

	Probe        time.Duration // between probes; 1 s, over two sites 5 s (pitfalls.G1)
	ProbeTimeout time.Duration // 500 ms, over two sites 3 s
	PushPull     time.Duration // between exchanges of full hints; 5 s
}

// leaveTimeout bounds the farewell; rejoinEvery is how often missing servers
// are looked for.
const (
	leaveTimeout = time.Second
	rejoinEvery  = 5 * time.Second
)

// Gossip tells hub servers of each other: builds, load, free disk, who holds
// which node's session. All of it is a hint (see Hint). It has no way to touch
// the quorum: membership changes only through Quorum, by an operator.
type Gossip struct {
	cfg     GossipConfig
	changed chan struct{} // holds one token when own has news

	mu    sync.Mutex // guards what follows
	own   Hint
	heard map[protocol.NodeID]Hint
	alive map[string]bool        // by name
	list  *memberlist.Memberlist // while Run runs
}

// NewGossip prepares; Run does the work.
func NewGossip(cfg GossipConfig) (*Gossip, error) {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&cfg.Probe, time.Second)
	def(&cfg.ProbeTimeout, cfg.Probe/2)
	def(&cfg.PushPull, 5*time.Second)
	own := Hint{ID: cfg.ID, Addr: cfg.Addr}
	if err := own.Validate(); err != nil {
		return nil, fmt.Errorf("gossip: %w", err)
	}
	if cfg.Link == nil || cfg.Log == nil || cfg.Peers == nil {
		return nil, errors.New("gossip: link, log and peers are needed")
	}
	return &Gossip{cfg: cfg, own: own, heard: map[protocol.NodeID]Hint{}, alive: map[string]bool{}, changed: make(chan struct{}, 1)}, nil
}

// Update replaces what this server says of itself; ID and address stay its own.
func (g *Gossip) Update(h Hint) error {
	h.ID, h.Addr = g.cfg.ID, g.cfg.Addr
	if err := h.Validate(); err != nil {
		return fmt.Errorf("update hint: %w", err)
	}
	h.Sessions = slices.Clone(h.Sessions)
	g.mu.Lock()
	g.own = h
	g.mu.Unlock()
	select {
	case g.changed <- struct{}{}:
	default:
	}
	return nil
}

// Members gives the hints of all servers that seem alive, this one included,
// in order of id. Before Run it is this one alone.
func (g *Gossip) Members() []Hint {
	nodes := g.nodes()
	g.mu.Lock()
	defer g.mu.Unlock()
	byID := map[protocol.NodeID]Hint{g.cfg.ID: g.own}
	for _, n := range nodes {
		if id := protocol.NodeID(n.Name); id != g.cfg.ID {
			byID[id] = g.hintOf(id, n)
		}
	}
	out := make([]Hint, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		h := byID[id]
		h.Sessions = slices.Clone(h.Sessions)
		out = append(out, h)
	}
	return out
}

// nodes asks memberlist without holding mu: memberlist calls the delegate with
// a lock of its own held.
func (g *Gossip) nodes() []*memberlist.Node {
	g.mu.Lock()
	list := g.list
	g.mu.Unlock()
	if list == nil {
		return nil
	}
	return list.Members()
}

// hintOf joins the quick part of a hint (it travels with the membership) and
// the sessions (they travel in push-pulls). The caller holds mu.
func (g *Gossip) hintOf(id protocol.NodeID, n *memberlist.Node) Hint {
	h, err := decodeHint(n.Meta)
	if err != nil || h.ID != id {
		h = Hint{ID: id, Addr: n.Address()}
	}
	h.Sessions = g.heard[id].Sessions
	return h
}

// Run gossips until ctx ends and says good-bye. All goroutines are gone when it
// returns, one probe interval later. A server that finds nobody goes on
// looking: only an address that cannot be one is an error.
func (g *Gossip) Run(ctx context.Context) error {
	self, err := resolveSelf(ctx, g.cfg.Addr)
	if err != nil {
		return fmt.Errorf("gossip: %w", err)
	}
	trans := newGossipNet(ctx, g.cfg.Link, self, g.cfg.Log)
	list, err := memberlist.Create(g.config(trans, self))
	if err != nil {
		return fmt.Errorf("gossip: %w", errors.Join(err, trans.Shutdown()))
	}
	g.setList(list)
	g.loop(ctx, list)
	g.setList(nil)
	if err := list.Leave(leaveTimeout); err != nil {
		g.cfg.Log.Debug("gossip: nobody heard the good-bye", "err", err)
	}
	err = list.Shutdown()
	// memberlist does not wait for a probe under way, and nothing can end it
	// early; without awareness it lasts one interval.
	time.Sleep(g.cfg.Probe)
	if err != nil {
		return fmt.Errorf("stop gossip: %w", err)
	}
	return nil
}

func (g *Gossip) setList(l *memberlist.Memberlist) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = l
}

func (g *Gossip) loop(ctx context.Context, list *memberlist.Memberlist) {
	tick := time.NewTicker(rejoinEvery)
	defer tick.Stop()
	for {
		if absent := g.absent(list); len(absent) > 0 {
			if _, err := list.Join(absent); err != nil {
				g.cfg.Log.Debug("gossip: not all servers answer", "err", err)
			}
		}
		select {
		case <-tick.C:
		case <-g.changed:
			if err := list.UpdateNode(leaveTimeout); err != nil {
				g.cfg.Log.Debug("gossip: hint not passed on yet", "err", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// absent names known servers that are not in the list, as name/host:port.
func (g *Gossip) absent(list *memberlist.Memberlist) (join []string) {
	alive := map[string]bool{string(g.cfg.ID): true}
	for _, n := range list.Members() {
		alive[n.Name] = true
	}
	for _, m := range g.cfg.Peers() {
		if !alive[string(m.ID)] {
			join = append(join, string(m.ID)+"/"+m.Addr)
		}
	}
	return join
}

func (g *Gossip) config(trans memberlist.Transport, self netip.AddrPort) *memberlist.Config {
	c := memberlist.DefaultLANConfig()
	c.Name = string(g.cfg.ID)
	c.BindAddr, c.BindPort, c.AdvertisePort = self.Addr().String(), int(self.Port()), int(self.Port())
	c.Transport = trans
	c.RequireNodeNames = true // pitfalls.G6
	c.UDPBufferSize = 1150    // pitfalls.G4
	c.DeadNodeReclaimTime = 30 * time.Second
	c.ProbeInterval, c.ProbeTimeout, c.PushPullInterval = g.cfg.Probe, g.cfg.ProbeTimeout, g.cfg.PushPull
	c.AwarenessMaxMultiplier = 1 // the list is a hint: no need to slow down in doubt
	c.TCPTimeout = sendTimeout
	c.EnableCompression = false // a few hundred bytes a second
	c.Delegate, c.Alive, c.Events = delegate{g}, delegate{g}, delegate{g}
	c.LogOutput = nil
	c.Logger = log.New(lineLogger{g.cfg.Log, "memberlist"}, "", 0)
	return c
}

// resolveSelf finds the one address memberlist can put into its messages.
func resolveSelf(ctx context.Context, addr string) (netip.AddrPort, error) {
	if ap, err := netip.ParseAddrPort(addr); err == nil {
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), nil
	}
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "udp", service)
	if err != nil {
		return netip.AddrPort{}, err
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(ips[0].Unmap(), uint16(port)), nil
}

// delegate is Gossip as memberlist sees it. Its methods run in memberlist's
// goroutines, with memberlist's lock held: they must not block or call it.
type delegate struct{ g *Gossip }

// NodeMeta is the quick part of the own hint.
func (d delegate) NodeMeta(limit int) []byte {
	d.g.mu.Lock()
	h := d.g.own
	d.g.mu.Unlock()
	h.Sessions = nil
	b, err := encodeHint(h)
	if err != nil || len(b) > limit {
		d.g.cfg.Log.Warn("gossip: own hint does not fit", "bytes", len(b), "limit", limit, "err", err)
		return nil
	}
	return b
}

// LocalState is the whole own hint.
func (d delegate) LocalState(bool) []byte {
	d.g.mu.Lock()
	h := d.g.own
	d.g.mu.Unlock()
	b, err := encodeHint(h)
	if err != nil {
		d.g.cfg.Log.Warn("gossip: own hint cannot be sent", "err", err)
		return nil
	}
	return b
}

// MergeRemoteState takes the hint of the server at the other end. What it says
// of itself replaces what it said before, and nothing else.
func (d delegate) MergeRemoteState(b []byte, _ bool) {
	h, err := decodeHint(b)
	if err != nil {
		d.g.cfg.Log.Debug("gossip: unreadable hint", "err", err)
		return
	}
	d.g.mu.Lock()
	defer d.g.mu.Unlock()
	if _, known := d.g.heard[h.ID]; !known && len(d.g.heard) >= maxPeers {
		return
	}
	h.Build, h.Addr = strings.Clone(h.Build), strings.Clone(h.Addr)
	d.g.heard[h.ID] = h
}

// NotifyAlive keeps names that cannot be servers, and more servers than a hub
// has, out of the list.
func (d delegate) NotifyAlive(n *memberlist.Node) error {
	if err := protocol.NodeID(n.Name).Validate(); err != nil {
		return err
	}
	d.g.mu.Lock()
	defer d.g.mu.Unlock()
	if !d.g.alive[n.Name] && len(d.g.alive) >= maxPeers {
		return errors.New("more hub servers than there can be")
	}
	return nil
}

func (d delegate) NotifyJoin(n *memberlist.Node) { d.note(n.Name, true) }

// NotifyLeave also forgets what the server said: it may come back as another.
func (d delegate) NotifyLeave(n *memberlist.Node) { d.note(n.Name, false) }

func (d delegate) note(name string, alive bool) {
	d.g.mu.Lock()
	defer d.g.mu.Unlock()
	if alive {
		d.g.alive[name] = true
		return
	}
	delete(d.g.alive, name)
	delete(d.g.heard, protocol.NodeID(name))
}

func (delegate) NotifyUpdate(*memberlist.Node)   {}
func (delegate) NotifyMsg([]byte)                {}
func (delegate) GetBroadcasts(int, int) [][]byte { return nil }
