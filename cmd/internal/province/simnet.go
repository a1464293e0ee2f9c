package province

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go/testutils/simnet"
)

// latency is the way between any two hosts, one way, when nothing is wrong.
const latency = 10 * time.Millisecond

// Simnet is a network in virtual time whose ways can be made as bad as wished.
// It lives inside one synctest bubble (pitfalls §8).
type Simnet struct {
	t testing.TB

	mu    sync.Mutex // guards what follows
	rand  *rand.Rand
	hosts map[string]netip.AddrPort
	names map[netip.AddrPort]string
	ports map[netip.AddrPort]*port
	off   map[string]bool // hosts that hear and say nothing
	ways  map[way]Way
	busy  map[way]time.Time // until when a slow line sends what it has
	tally Tally
}

type way struct{ from, to string }

// Way is what is wrong on the way from one host to another; the zero Way is a
// good one.
type Way struct {
	Cut       bool
	Loss      float64       // share of packets lost, 0 to 1
	Duplicate float64       // share of packets that come twice
	Corrupt   float64       // share of packets with one byte changed
	Delay     time.Duration // on top of the way's own
	Jitter    time.Duration // drawn anew for each packet: packets overtake each other
	Rate      int           // bytes a second, 0 is no limit; what waits longer than lineBuffer is lost
}

// lineBuffer is how much a slow line holds, as time.
const lineBuffer = 300 * time.Millisecond

// Tally counts packets, as the proof that a fault bit (proof.V2).
type Tally struct{ Sent, Cut, Lost, Doubled, Corrupted, Delayed int }

// Simulate runs a test in virtual time on a network drawn from seed. When run
// returns everything must be stopped: a goroutine left over fails the test
// (pitfalls.S3).
func Simulate(t *testing.T, seed uint64, run func(p *Province)) {
	synctest.Test(t, func(t *testing.T) {
		p := New(t, newSimnet(t, seed))
		p.Dir = memoryDir(t)
		defer p.Close()
		run(p)
	})
}

// memoryDir is a folder whose fsync costs nothing, where the machine has one:
// the level of these tests has no power cuts to survive (proof.md §3).
func memoryDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "province-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func newSimnet(t testing.TB, seed uint64) *Simnet {
	return &Simnet{t: t, rand: rand.New(rand.NewPCG(seed, 1)), hosts: map[string]netip.AddrPort{}, names: map[netip.AddrPort]string{},
		ports: map[netip.AddrPort]*port{}, off: map[string]bool{}, ways: map[way]Way{}, busy: map[way]time.Time{}}
}

// Simulated is true: time is the bubble's.
func (n *Simnet) Simulated() bool { return true }

// Listen opens the socket of a host, which keeps its address for good.
func (n *Simnet) Listen(host string) (net.PacketConn, string) {
	n.mu.Lock()
	addr, ok := n.hosts[host]
	if !ok {
		i := len(n.hosts) + 1
		addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 7443)
		n.hosts[host], n.names[addr] = addr, host
	}
	n.mu.Unlock()
	udp := net.UDPAddrFromAddrPort(addr)
	udp.IP = udp.IP.To16()
	p := &port{net: n, addr: addr}
	p.LatencyFunc = n.delay
	p.SimConn = simnet.NewBlockingSimConn(udp, p) // pitfalls.S5: what is lost is lost on purpose
	p.SimulatedLink.Start()
	n.mu.Lock()
	n.ports[addr] = p
	n.mu.Unlock()
	return p, addr.String()
}

// port is one socket with the queue of what is on its way to it.
type port struct {
	*simnet.SimConn
	simnet.SimulatedLink
	net  *Simnet
	addr netip.AddrPort
	once sync.Once
}

// SendPacket takes what the socket sends; the sender never learns of a loss.
func (p *port) SendPacket(packet simnet.Packet) error {
	p.net.carry(p, packet)
	return nil
}

// RecvPacket queues what comes in.
func (p *port) RecvPacket(packet simnet.Packet) { p.SimulatedLink.RecvPacket(packet) }

// Close ends the socket and drops what is on its way to it.
func (p *port) Close() error {
	p.once.Do(func() {
		p.net.mu.Lock()
		if p.net.ports[p.addr] == p {
			delete(p.net.ports, p.addr)
		}
		p.net.mu.Unlock()
		p.SimConn.Close()
		p.SimulatedLink.Close()
	})
	return nil
}

func (n *Simnet) carry(from *port, packet simnet.Packet) {
	to := packet.To.(*net.UDPAddr).AddrPort()
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	target, copies := n.fate(from, to, &packet)
	for range copies {
		target.RecvPacket(packet)
	}
}

// fate decides what becomes of a packet.
func (n *Simnet) fate(from *port, to netip.AddrPort, packet *simnet.Packet) (target *port, copies int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tally.Sent++
	target = n.ports[to]
	a, b := n.names[from.addr], n.names[to]
	w := n.ways[way{a, b}]
	switch {
	case target == nil || n.off[a] || n.off[b] || w.Cut || n.ports[from.addr] != from:
		n.tally.Cut++
		return nil, 0
	case n.rand.Float64() < w.Loss, !n.queue(way{a, b}, w.Rate, len(packet.Data)):
		n.tally.Lost++
		return nil, 0
	case n.rand.Float64() < w.Corrupt:
		n.tally.Corrupted++
		packet.Data[n.rand.IntN(len(packet.Data))] ^= 0xff // quic-go is done with it: the socket took a copy
	case n.rand.Float64() < w.Duplicate:
		n.tally.Doubled++
		return target, 2
	}
	return target, 1
}

// queue puts a packet behind those that a slow line still has to send.
func (n *Simnet) queue(w way, rate, size int) bool {
	if rate == 0 {
		return true
	}
	now := time.Now()
	until := n.busy[w]
	if until.Before(now) {
		until = now
	}
	if until.Sub(now) > lineBuffer {
		return false
	}
	n.busy[w] = until.Add(time.Duration(size) * time.Second / time.Duration(rate))
	return true
}

// delay is how long a packet is on its way.
func (n *Simnet) delay(packet simnet.Packet) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.ways[way{n.name(packet.From), n.name(packet.To)}]
	d := latency + w.Delay
	if w.Rate > 0 {
		d += max(0, time.Until(n.busy[way{n.name(packet.From), n.name(packet.To)}]))
	}
	if w.Jitter > 0 {
		d += time.Duration(n.rand.Int64N(int64(w.Jitter)))
	}
	if d > latency {
		n.tally.Delayed++
	}
	return d
}

func (n *Simnet) name(a net.Addr) string {
	ap := a.(*net.UDPAddr).AddrPort()
	return n.names[netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())]
}

// detach takes a host's socket off the network at once, for good.
func (n *Simnet) detach(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.ports, n.hosts[host])
}

// Off cuts a host off from everybody, or heals it.
func (n *Simnet) Off(host string, off bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.off[host] = off
}

// Cut cuts the way from one host to another, and not back, or heals it.
func (n *Simnet) Cut(from, to string, cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	w := n.ways[way{from, to}]
	w.Cut = cut
	n.ways[way{from, to}] = w
}

// Slow gives the line between two hosts so many bytes a second each way.
func (n *Simnet) Slow(a, b string, rate int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range []way{{a, b}, {b, a}} {
		bad := n.ways[w]
		bad.Rate = rate
		n.ways[w] = bad
	}
}

// Everywhere changes every way between the hosts there are.
func (n *Simnet) Everywhere(change func(*Way)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for a := range n.hosts {
		for b := range n.hosts {
			w := n.ways[way{a, b}]
			change(&w)
			n.ways[way{a, b}] = w
		}
	}
}

// Heal makes all ways good and everybody heard.
func (n *Simnet) Heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.off)
	clear(n.ways)
}

// Tally tells what was carried and what was not.
func (n *Simnet) Tally() Tally {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.tally
}

func (t Tally) String() string {
	return fmt.Sprintf("%d packets, %d cut, %d lost, %d doubled, %d corrupted, %d delayed", t.Sent, t.Cut, t.Lost, t.Doubled, t.Corrupted, t.Delayed)
}
