package quorum

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
)

// Bounds of the gossip transport.
const (
	maxPeers       = 32               // others are not talked to: a cluster has 3 to 5
	sendQueue      = 64               // packets waiting for one peer; more are dropped
	maxPacket      = 64 << 10         // of a one-way stream
	sendTimeout    = 3 * time.Second  // for one packet, dial included
	uniTimeout     = 5 * time.Second  // for a one-way stream to be read
	gossipUrgency  = 7                // gossip never stands before anything
	gossipPackets  = 256              // received and not yet looked at
	gossipIdleTime = 10 * time.Minute // after which a silent peer's sender ends
)

// gossipNet is memberlist's transport over link: a packet is a datagram, or a
// one-way stream when it does not fit (pitfalls.G4); push-pull is a stream.
type gossipNet struct {
	*peers
	self    netip.AddrPort
	dials   context.Context // ends before the transport does, so that a stop need not wait for a dial
	packets chan *memberlist.Packet
	streams chan net.Conn
	once    sync.Once

	sendMu  sync.Mutex // guards senders
	senders map[memberlist.Address]chan []byte
}

var _ memberlist.NodeAwareTransport = (*gossipNet)(nil)

func newGossipNet(dials context.Context, end *link.Endpoint, self netip.AddrPort, log *slog.Logger) *gossipNet {
	g := &gossipNet{
		peers: newPeers(end, identity.ALPNGossip, log), self: self, dials: dials,
		packets: make(chan *memberlist.Packet, gossipPackets), streams: make(chan net.Conn),
		senders: map[memberlist.Address]chan []byte{},
	}
	g.goRun(func() { g.accept(g.serveSession) })
	return g
}

// FinalAdvertiseAddr is the one address of the process.
func (g *gossipNet) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	return net.IP(g.self.Addr().AsSlice()), int(g.self.Port()), nil
}

func (g *gossipNet) PacketCh() <-chan *memberlist.Packet { return g.packets }
func (g *gossipNet) StreamCh() <-chan net.Conn           { return g.streams }

var errNoName = errors.New("gossip to an address without a name")

// WriteTo is refused: whom to expect at an address is the name (pitfalls.G6).
func (g *gossipNet) WriteTo([]byte, string) (time.Time, error) { return time.Time{}, errNoName }

// DialTimeout is refused like WriteTo.
func (g *gossipNet) DialTimeout(string, time.Duration) (net.Conn, error) { return nil, errNoName }

// WriteToAddress returns at once: memberlist's loop never waits for a dial, and
// a packet that finds the peer's queue full is dropped (pitfalls.G5, Q3, Q12).
func (g *gossipNet) WriteToAddress(b []byte, to memberlist.Address) (time.Time, error) {
	queue, err := g.sender(to)
	if err != nil {
		return time.Time{}, err
	}
	select {
	case queue <- slices.Clone(b): // the buffer is reused
	default:
	}
	return time.Now(), nil
}

func (g *gossipNet) sender(to memberlist.Address) (chan []byte, error) {
	if err := protocol.NodeID(to.Name).Validate(); err != nil {
		return nil, errNoName
	}
	g.sendMu.Lock()
	defer g.sendMu.Unlock()
	if queue := g.senders[to]; queue != nil {
		return queue, nil
	}
	if len(g.senders) >= maxPeers {
		return nil, fmt.Errorf("gossip to %s: too many peers", to.Name)
	}
	queue := make(chan []byte, sendQueue)
	g.senders[to] = queue
	g.goRun(func() { g.send(to, queue) })
	return queue, nil
}

// send works through one peer's queue.
func (g *gossipNet) send(to memberlist.Address, queue chan []byte) {
	idle := time.NewTimer(gossipIdleTime)
	defer idle.Stop()
	for {
		select {
		case b := <-queue:
			idle.Reset(gossipIdleTime)
			if err := g.sendOne(to, b); err != nil {
				g.log.Debug("gossip packet lost", "to", to.Name, "err", err)
			}
		case <-idle.C:
			g.sendMu.Lock()
			delete(g.senders, to)
			g.sendMu.Unlock()
			return // a packet put in just now is lost, as packets may be
		case <-g.ctx.Done():
			return
		}
	}
}

func (g *gossipNet) sendOne(to memberlist.Address, b []byte) error {
	ctx, cancel := context.WithTimeout(g.ctx, sendTimeout)
	defer cancel()
	s, err := g.pool.Get(ctx, to.Addr, protocol.NodeID(to.Name))
	if err != nil {
		return err
	}
	if err := s.SendDatagram(b); protocol.CodeOf(err) != protocol.TooBig {
		return err
	}
	st, err := s.OpenUni(ctx, gossipUrgency)
	if err != nil {
		return err
	}
	if err := st.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
		return err
	}
	if _, err := st.Write(b); err != nil {
		st.Reset(0)
		return err
	}
	return st.CloseWrite()
}

// DialAddressTimeout opens a stream for a push-pull or a fallback probe.
func (g *gossipNet) DialAddressTimeout(to memberlist.Address, timeout time.Duration) (net.Conn, error) {
	id := protocol.NodeID(to.Name)
	if err := id.Validate(); err != nil {
		return nil, errNoName
	}
	ctx, cancel := context.WithTimeout(g.dials, timeout)
	defer cancel()
	s, err := g.pool.Get(ctx, to.Addr, id)
	if err != nil {
		return nil, err
	}
	st, err := s.OpenStream(ctx, gossipUrgency)
	if err != nil {
		return nil, err
	}
	return streamConn{st, s, hostPort(g.self.String()), hostPort(to.Addr)}, nil
}

// Shutdown ends all sessions and waits for all goroutines of the transport.
func (g *gossipNet) Shutdown() error {
	g.once.Do(g.peers.close)
	return nil
}

func (g *gossipNet) serveSession(ctx context.Context, s link.Session) {
	var all sync.WaitGroup
	all.Go(func() { g.takeDatagrams(ctx, s) })
	all.Go(func() { g.takeUnis(ctx, s) })
	all.Go(func() { g.takeStreams(ctx, s) })
	all.Wait()
}

func (g *gossipNet) takeDatagrams(ctx context.Context, s link.Session) {
	for {
		b, err := s.ReceiveDatagram(ctx)
		if err != nil {
			return // the session ended
		}
		g.deliver(ctx, s, b)
	}
}

// takeUnis reads one stream at a time: a peer that is slow with one packet
// delays only its own.
func (g *gossipNet) takeUnis(ctx context.Context, s link.Session) {
	for {
		st, err := s.AcceptUni(ctx)
		if err != nil {
			return
		}
		b, err := readPacket(st)
		st.CancelRead()
		if err != nil {
			g.log.Debug("gossip packet dropped", "from", s.Peer().ID, "err", err)
			continue
		}
		g.deliver(ctx, s, b)
	}
}

func readPacket(st link.ReceiveStream) ([]byte, error) {
	if err := st.SetReadDeadline(time.Now().Add(uniTimeout)); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(st, maxPacket+1))
	if err == nil && len(b) > maxPacket {
		err = fmt.Errorf("packet of more than %d bytes", maxPacket)
	}
	return b, err
}

// deliver drops the packet when memberlist is behind.
func (g *gossipNet) deliver(ctx context.Context, s link.Session, b []byte) {
	select {
	case g.packets <- &memberlist.Packet{Buf: b, From: s.RemoteAddr(), Timestamp: time.Now()}:
	case <-ctx.Done():
	default:
	}
}

func (g *gossipNet) takeStreams(ctx context.Context, s link.Session) {
	for {
		st, err := s.AcceptStream(ctx)
		if err != nil {
			return
		}
		conn := streamConn{st, s, hostPort(g.self.String()), s.RemoteAddr()}
		select {
		case g.streams <- conn:
		case <-ctx.Done():
			_ = conn.Close() // the session is over anyway
			return
		}
	}
}
