package quorum

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
)

// A stream of xy-raft/1 says with its first byte what it is for. The dialler
// writes it at once: a stream is seen by the peer only after its first byte
// (pitfalls.Q6).
const (
	forRaft   byte = 'R' // one connection of raft's own protocol
	forStatus byte = 'S' // one status answer, then the end
)

// prefaceTimeout bounds how long an accepted stream may stay silent.
const prefaceTimeout = 5 * time.Second

// streamUrgency is the highest: nothing on these sessions may wait.
const streamUrgency = 0

// raftStreams is raft's StreamLayer: one shared session per peer and one
// stream per connection of raft (pitfalls.Q16). Its addresses read id@host:port,
// because a dial must know whom it expects.
type raftStreams struct {
	*peers
	self   raft.ServerAddress
	status func() Status
	in     chan net.Conn
	once   sync.Once
}

func newRaftStreams(end *link.Endpoint, self raft.ServerAddress, status func() Status, log *slog.Logger) *raftStreams {
	t := &raftStreams{peers: newPeers(end, identity.ALPNRaft, log), self: self, status: status, in: make(chan net.Conn)}
	t.goRun(func() { t.accept(t.serveSession) })
	return t
}

func joinAddress(id protocol.NodeID, addr string) raft.ServerAddress {
	return raft.ServerAddress(string(id) + "@" + addr)
}

// splitAddress also takes a bare address, with an empty id.
func splitAddress(a raft.ServerAddress) (protocol.NodeID, string) {
	id, addr, ok := strings.Cut(string(a), "@")
	if !ok {
		return "", string(a)
	}
	return protocol.NodeID(id), addr
}

// Dial opens a stream to the server at address (id@host:port).
func (t *raftStreams) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(t.ctx, timeout)
	defer cancel()
	return t.open(ctx, address, forRaft)
}

func (t *raftStreams) open(ctx context.Context, address raft.ServerAddress, what byte) (net.Conn, error) {
	id, addr := splitAddress(address)
	if id == "" {
		return nil, fmt.Errorf("dial %s: no server of this address is known", addr)
	}
	s, err := t.pool.Get(ctx, addr, id)
	if err != nil {
		return nil, err
	}
	st, err := s.OpenStream(ctx, streamUrgency)
	if err != nil {
		return nil, fmt.Errorf("open stream to %s: %w", id, err)
	}
	conn := streamConn{st, s, hostPort(t.self), hostPort(address)}
	if _, err := conn.Write([]byte{what}); err != nil {
		_ = conn.Close() // the write's error is the one that counts
		return nil, fmt.Errorf("open stream to %s: %w", id, err)
	}
	return conn, nil
}

// Accept gives the next connection another server's raft opened.
func (t *raftStreams) Accept() (net.Conn, error) {
	select {
	case c := <-t.in:
		return c, nil
	case <-t.ctx.Done():
		return nil, net.ErrClosed
	}
}

// Addr is this server as others dial it: id@host:port.
func (t *raftStreams) Addr() net.Addr { return hostPort(t.self) }

// Close ends all sessions and waits for all goroutines.
func (t *raftStreams) Close() error {
	t.once.Do(t.peers.close)
	return nil
}

func (t *raftStreams) serveSession(ctx context.Context, s link.Session) {
	remote := hostPort(joinAddress(s.Peer().ID, s.RemoteAddr().String()))
	for {
		st, err := s.AcceptStream(ctx)
		if err != nil {
			return // the session ended; whoever needs one dials again
		}
		conn := streamConn{st, s, hostPort(t.self), remote}
		t.goRun(func() { t.serveStream(ctx, conn) })
	}
}

// serveStream hands a stream on by its first byte.
func (t *raftStreams) serveStream(ctx context.Context, conn net.Conn) {
	what, err := readPreface(conn)
	if err == nil && what == forRaft {
		select {
		case t.in <- conn:
			return
		case <-ctx.Done():
		}
	}
	if err == nil && what == forStatus {
		_, err = conn.Write(encodeStatus(t.status()))
	}
	if err != nil && ctx.Err() == nil {
		t.log.Debug("stream dropped", "peer", conn.RemoteAddr(), "err", err)
	}
	_ = conn.Close()
}

func readPreface(conn net.Conn) (byte, error) {
	if err := conn.SetReadDeadline(time.Now().Add(prefaceTimeout)); err != nil {
		return 0, err
	}
	var b [1]byte
	if _, err := io.ReadFull(conn, b[:]); err != nil {
		return 0, err
	}
	if b[0] != forRaft && b[0] != forStatus {
		return 0, fmt.Errorf("unknown kind of stream %q", b[0])
	}
	return b[0], conn.SetReadDeadline(time.Time{})
}

// ask fetches the status of another server.
func (t *raftStreams) ask(ctx context.Context, id protocol.NodeID, addr string) (Status, error) {
	conn, err := t.open(ctx, joinAddress(id, addr), forStatus)
	if err != nil {
		return Status{}, err
	}
	defer conn.Close()
	deadline := time.Now().Add(prefaceTimeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	b := make([]byte, statusSize)
	err = conn.SetReadDeadline(deadline)
	if err == nil {
		_, err = io.ReadFull(conn, b)
	}
	if err != nil {
		return Status{}, fmt.Errorf("status of %s: %w", id, err)
	}
	return decodeStatus(b)
}
