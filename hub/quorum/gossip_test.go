package quorum

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
	"go.uber.org/goleak"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
)

// circle is some gossiping servers.
type circle struct {
	t       testing.TB
	net     testNet
	known   []Member
	members []*gossiper
}

type gossiper struct {
	*Gossip
	Member
	stop context.CancelFunc
	done chan error
}

func newCircle(t testing.TB, n testNet, servers int) *circle {
	c := &circle{t: t, net: n}
	for i := range servers {
		c.known = append(c.known, Member{ID: protocol.NodeID(fmt.Sprint("hub-", i+1)), Addr: n.address(i + 1), Voter: true})
	}
	for _, m := range c.known {
		c.start(m)
	}
	return c
}

func (c *circle) start(m Member) *gossiper {
	c.t.Helper()
	g, err := NewGossip(GossipConfig{ID: m.ID, Addr: m.Addr, Link: c.net.join(m.ID, m.Addr), Log: quiet(), Peers: func() []Member { return c.known }})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	one := &gossiper{g, m, stop, make(chan error, 1)}
	go func() { one.done <- g.Run(ctx) }()
	c.members = append(c.members, one)
	return one
}

func (c *circle) halt(one *gossiper) {
	c.t.Helper()
	one.stop()
	if err := <-one.done; err != nil {
		c.t.Errorf("%s: %v", one.ID, err)
	}
	c.net.leave(one.Addr)
	c.members = slices.DeleteFunc(c.members, func(g *gossiper) bool { return g == one })
}

func (c *circle) close() {
	c.t.Helper()
	for _, m := range c.members {
		m.stop()
	}
	for len(c.members) > 0 {
		c.halt(c.members[0])
	}
	c.net.close()
}

// until waits for ok in whatever time there is and gives how long it took.
func (c *circle) until(what string, ok func() bool) time.Duration {
	c.t.Helper()
	begin := time.Now()
	for !ok() {
		if time.Since(begin) > time.Minute {
			for _, m := range c.members {
				c.t.Logf("%s sees %+v", m.ID, m.Members())
			}
			c.t.Fatalf("never: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begin)
}

func (c *circle) allSee(n int) func() bool {
	return func() bool {
		return !slices.ContainsFunc(c.members, func(g *gossiper) bool { return len(g.Members()) != n })
	}
}

func TestGossipSpreadsHintsAndNoticesTheDead(t *testing.T) { // pitfalls.G1
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t, 3)
		c := newCircle(t, n, 3)
		defer c.close()
		t.Logf("converged in %v", c.until("three members", c.allSee(3)))

		sessions := []protocol.NodeID{"changchun", "yanbian"}
		for i := range 200 {
			sessions = append(sessions, protocol.NodeID(fmt.Sprint("county-", i)))
		}
		if err := c.members[0].Update(Hint{ID: "forged", Build: "v1.2", Load: 0.5, FreeDisk: 1 << 40, Sessions: sessions}); err != nil {
			t.Fatal(err)
		}
		want := Hint{ID: "hub-1", Addr: n.address(1), Build: "v1.2", Load: 0.5, FreeDisk: 1 << 40}
		t.Logf("hint known everywhere in %v", c.until("hint with sessions", func() bool {
			return !slices.ContainsFunc(c.members, func(g *gossiper) bool {
				h := g.Members()[0]
				same := slices.Equal(h.Sessions, sessions)
				h.Sessions = nil
				return !same || fmt.Sprint(h) != fmt.Sprint(want)
			})
		}))

		n.cut(c.members[2].Addr, true)
		t.Logf("dead noticed in %v", c.until("the cut server is gone", func() bool {
			return len(c.members[0].Members()) == 2 && len(c.members[1].Members()) == 2 && len(c.members[2].Members()) == 1
		}))
		n.cut(c.members[2].Addr, false)
		t.Logf("back in %v", c.until("all are back", c.allSee(3)))

		gone := c.members[1]
		c.halt(gone)
		t.Logf("good-bye heard in %v", c.until("the stopped server is gone", c.allSee(2)))
		c.start(gone.Member)
		t.Logf("restarted server seen in %v", c.until("all are back", c.allSee(3)))
	})
}

func TestGossipOverLoopback(t *testing.T) {
	if testing.Short() {
		t.Skip("real time")
	}
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c := newCircle(t, newLoopback(t, 3), 3)
	defer c.close()
	t.Logf("converged in %v", c.until("three members", c.allSee(3)))
}

// A bad server may say what it likes: hints change, nothing else, and not
// without bounds.
func TestForgedGossipChangesNothingButHints(t *testing.T) { // pitfalls.G2
	inBubble(t, 4, func(c *cluster) {
		c.form(3)
		before := c.servers[0].Members()
		ring := &circle{t: c.t, net: shared{c.net}}
		for _, s := range c.servers {
			ring.known = append(ring.known, Member{ID: s.id, Addr: s.addr})
		}
		for _, m := range ring.known {
			ring.start(m)
		}
		defer ring.close()
		ring.until("three members", ring.allSee(3))
		victim := delegate{ring.members[0].Gossip}
		for i := range 100 {
			forged, err := encodeHint(Hint{ID: protocol.NodeID(fmt.Sprint("hub-", 50+i)), Addr: "10.9.9.9:1", Load: 1})
			if err != nil {
				c.t.Fatal(err)
			}
			victim.MergeRemoteState(forged, false)
		}
		for _, garbage := range [][]byte{nil, []byte("XYGH"), make([]byte, maxHint+1)} {
			victim.MergeRemoteState(garbage, true)
		}
		forged, err := encodeHint(Hint{ID: "hub-2", Addr: "10.9.9.9:1", Sessions: []protocol.NodeID{"nowhere"}})
		if err != nil {
			c.t.Fatal(err)
		}
		victim.MergeRemoteState(forged, false)
		ring.members[0].mu.Lock()
		kept := len(ring.members[0].heard)
		ring.members[0].mu.Unlock()
		if kept > maxPeers {
			c.t.Errorf("%d forged hints are kept", kept)
		}
		if got := ring.members[0].Members(); len(got) != 3 {
			c.t.Errorf("forged servers are listed: %+v", got)
		}
		for i := range 100 {
			victim.NotifyJoin(&memberlist.Node{Name: fmt.Sprint("hub-", 50+i)})
		}
		if err := victim.NotifyAlive(&memberlist.Node{Name: "hub-999"}); err == nil {
			c.t.Error("the list of servers grows without bounds")
		}
		if err := victim.NotifyAlive(&memberlist.Node{Name: "../etc"}); err == nil {
			c.t.Error("a name that cannot be a server is listed")
		}
		c.apply("still deciding", c.servers...)
		for _, s := range c.servers {
			if fmt.Sprint(s.Members()) != fmt.Sprint(before) || s.Leader().Addr == "10.9.9.9:1" {
				c.t.Errorf("forged gossip changed the quorum: %+v", s.Members())
			}
		}
		c.agree([]string{"still deciding"}, c.servers...)
	})
}

// shared lets gossip use the endpoints that the quorum of the same servers has open.
type shared struct{ testNet }

func (s shared) join(_ protocol.NodeID, addr string) *link.Endpoint {
	return s.testNet.(*simulated).ends[addr]
}
func (shared) leave(string) {}
func (shared) close()       {}

func TestGossipPacketsOfAnySizeArrive(t *testing.T) { // pitfalls.G4, pitfalls.G5
	synctest.Test(t, func(t *testing.T) {
		n := newSimulated(t, 2)
		defer n.close()
		var ends [2]*gossipNet
		for i := range ends {
			self, err := resolveSelf(context.Background(), n.address(i+1))
			if err != nil {
				t.Fatal(err)
			}
			end := n.join(protocol.NodeID(fmt.Sprint("hub-", i+1)), n.address(i+1))
			defer n.leave(n.address(i + 1))
			ends[i] = newGossipNet(context.Background(), end, self, quiet())
			defer func() { _ = ends[i].Shutdown() }()
		}
		to := memberlist.Address{Name: "hub-2", Addr: n.address(2)}
		for _, size := range []int{1, 1150, 1400, 60_000} {
			b := bytes.Repeat([]byte{7}, size)
			if _, err := ends[0].WriteToAddress(b, to); err != nil {
				t.Fatal(err)
			}
			clear(b) // memberlist uses its buffer again at once
			p := <-ends[1].PacketCh()
			if len(p.Buf) != size || p.Buf[0] != 7 || plainAddr(p.From) != n.address(1) {
				t.Fatalf("packet of %d bytes arrived as %d from %v", size, len(p.Buf), p.From)
			}
		}
		if _, err := ends[0].WriteToAddress(make([]byte, maxPacket+1), to); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		select {
		case p := <-ends[1].PacketCh():
			t.Fatalf("a packet of %d bytes was taken", len(p.Buf))
		default:
		}
	})
}

func TestGossipTransportNeedsNames(t *testing.T) { // pitfalls.G6
	g := &gossipNet{senders: map[memberlist.Address]chan []byte{}}
	if _, err := g.WriteTo(nil, "10.0.0.1:1"); err == nil {
		t.Error("packet to an address without a name")
	}
	if _, err := g.WriteToAddress(nil, memberlist.Address{Addr: "10.0.0.1:1"}); err == nil {
		t.Error("packet to an address without a name")
	}
	if _, err := g.DialAddressTimeout(memberlist.Address{Addr: "10.0.0.1:1", Name: "NO"}, time.Second); err == nil {
		t.Error("dial of a bad name")
	}
}

func TestHintRules(t *testing.T) {
	good := Hint{ID: "hub-1", Addr: "10.0.0.1:7443"}
	for name, change := range map[string]func(*Hint){
		"no id":                func(h *Hint) { h.ID = "" },
		"address without port": func(h *Hint) { h.Addr = "10.0.0.1" },
		"endless address":      func(h *Hint) { h.Addr = strings.Repeat("a", maxAddr) + ":1" },
		"endless build":        func(h *Hint) { h.Build = strings.Repeat("b", maxBuild+1) },
		"negative load":        func(h *Hint) { h.Load = -1 },
		"more than the disk":   func(h *Hint) { h.DiskUsed = 1.01 },
		"less than nothing":    func(h *Hint) { h.DiskUsed = -1 },
		"too many sessions":    func(h *Hint) { h.Sessions = slices.Repeat([]protocol.NodeID{"yanbian"}, maxSessions+1) },
		"a session of nobody":  func(h *Hint) { h.Sessions = []protocol.NodeID{""} },
	} {
		t.Run(name, func(t *testing.T) {
			h := good
			change(&h)
			if h.Validate() == nil {
				t.Fatalf("%+v is taken", h)
			}
		})
	}
	longest := Hint{
		ID: protocol.NodeID("h" + strings.Repeat("-", 31)), Addr: strings.Repeat("a", maxAddr-6) + ":65535",
		Build: strings.Repeat("b", maxBuild), Load: 123456.789012345, FreeDisk: 1<<64 - 1, DiskUsed: 0.987,
	}
	if b, err := encodeHint(longest); err != nil || len(b) > memberlist.MetaMaxSize {
		t.Fatalf("the longest quick part takes %d bytes: %v", len(b), err)
	}
}

func FuzzDecodeHint(f *testing.F) {
	b, err := encodeHint(Hint{ID: "hub-1", Addr: "10.0.0.1:7443", Build: "v1", Load: 1, FreeDisk: 5, Sessions: []protocol.NodeID{"yanbian"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[hintHeader:])
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := decodeHint(sealHint(body))
		if err != nil {
			return
		}
		if _, err := encodeHint(h); err != nil {
			t.Fatal(err)
		}
	})
}
