package replication

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication/mark"
)

// Local is what an Uplink needs of the node's store. Every method may be called
// from several goroutines; those with a context return only once the change is
// durable, but for Acknowledge: a lost acknowledgement costs one duplicate batch
// (replication.R11).
type Local interface {
	Epoch() uint64
	Head(lane protocol.Lane) (protocol.Pos, error)
	Acked(lane protocol.Lane) (protocol.Pos, error)
	Hash(lane protocol.Lane, seq uint64) (protocol.Hash, bool, error)
	ReadBatch(lane protocol.Lane, after uint64, maxBytes int) (wire.Batch, error)
	Acknowledge(ctx context.Context, ack wire.Ack) error
	Appended(lane protocol.Lane) *mark.Mark
	Cursor(lane protocol.Lane) (wire.Cursor, error)
	Take(ctx context.Context, lane protocol.Lane, lines wire.Lines) error
	SnapshotAsk() (wire.SnapAsk, error) // the rest of a snapshot that was cut, or a new one
	BeginSnapshot(ctx context.Context, head wire.SnapHead) error
	SnapshotPart(ctx context.Context, records []protocol.Record) error
	EndSnapshot(ctx context.Context, end wire.SnapEnd) error
	Freeze(f *protocol.Fault) error
	Frozen() *protocol.Fault
	BlocksLeft() uint64
	QueueBytes() uint64
	FreeDisk() uint64
}

// Dialer opens sessions; link.Endpoint is one.
type Dialer interface {
	Dial(ctx context.Context, addr, alpn string, want protocol.NodeID, role identity.Role) (link.Session, error)
}

// Servers is the list of hub servers a node knows, kept over restarts.
type Servers interface {
	Servers() []wire.Server
	Learn([]wire.Server) error
}

// Uplink keeps a node's sessions with the hub.
type Uplink struct {
	Node    protocol.NodeID
	Build   string
	Boot    wire.Boot
	Local   Local
	Dialer  Dialer
	Servers Servers
	Log     *slog.Logger
	Linger  [3]time.Duration // by lane; zero takes replication.R9's 5 ms and 50 ms
	Line    uint64           // bytes per second that the line to the hub carries; 0 paces nothing (replication.L2)
	Clock   func() time.Time // what acts are stamped with: beats tell it and compare it with the hub's; nil is the machine's

	mu        sync.Mutex // guards status, alarms, twinSince, forks, urgent
	status    UplinkStatus
	alarms    map[string]*protocol.Fault
	twinSince time.Time       // since when another process speaks for this node
	forks     [3]protocol.Pos // by lane: own line where the hub has another history
	urgent    link.Session    // of the urgent lane while it is resumed, else nil
	snaps     snapshots
	drill     drill
	pace      pacer // of bulk and blobs together
}

// UplinkStatus is what people are told about the connection to the hub.
type UplinkStatus struct {
	Lanes  [3]LaneStatus     // by lane
	Alarms []*protocol.Fault // what somebody must see to
}

// LaneStatus is one lane's session.
type LaneStatus struct {
	Connected  bool
	Server     protocol.NodeID
	Since      time.Time     // of the connection, or of its loss
	Fresh      time.Time     // when the node last knew it had everything the hub had applied
	Offset     time.Duration // hub clock minus own, measured from beats
	Error      string        // why it is not connected and what to do, in Chinese
	Voters     int
	Generation uint64
	Level      uint16
}

// Status gives a copy for screens and metrics.
func (u *Uplink) Status() UplinkStatus {
	u.mu.Lock()
	defer u.mu.Unlock()
	st := u.status
	st.Alarms = u.listed()
	return st
}

func (u *Uplink) note(lane protocol.Lane, change func(*LaneStatus)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	change(&u.status.Lanes[lane])
}

// Run keeps both lanes connected until ctx ends; it returns when every session
// is closed and every goroutine gone.
func (u *Uplink) Run(ctx context.Context) error {
	u.snaps.init()
	var g group
	for _, lane := range protocol.Lanes {
		g.Go(func() error { u.keep(ctx, lane); return nil })
	}
	return g.Wait()
}

// keep holds one lane's session and dials again with jitter (replication.R8).
func (u *Uplink) keep(ctx context.Context, lane protocol.Lane) {
	for b := newBackoff(); ctx.Err() == nil; b.sleep(ctx) {
		online, done, err := u.drill.online(ctx)
		if err != nil {
			return
		}
		start := time.Now()
		err = u.session(online, lane)
		if online.Err() != nil {
			b.reset()
		}
		done()
		if time.Since(start) > time.Minute {
			b.reset()
		}
		u.note(lane, func(s *LaneStatus) {
			if s.Connected {
				s.Since = time.Now()
			}
			s.Connected, s.Error = false, why(err)
		})
		if ctx.Err() == nil {
			u.Log.Info("lane lost, will reconnect", "lane", lane, "err", err)
		}
		b.after(err)
	}
}

// session runs one connection from hello to its end.
func (u *Uplink) session(ctx context.Context, lane protocol.Lane) error {
	s, welcome, err := u.open(ctx, wire.Class(lane.String()))
	if err != nil {
		return err
	}
	defer s.Close(0, "session over")
	from, err := u.resume(lane, welcome)
	if protocol.CodeOf(err) == protocol.Fork {
		u.part(ctx, s, lane, from)
	}
	if err != nil {
		return err
	}
	u.joined(lane)
	u.alone()
	u.note(lane, func(st *LaneStatus) {
		*st = LaneStatus{Connected: true, Server: welcome.Server, Since: time.Now(), Fresh: st.Fresh,
			Voters: welcome.Voters, Generation: welcome.Generation, Level: welcome.Level}
	})
	if lane == protocol.Urgent {
		u.holdUrgent(s)
		defer u.holdUrgent(nil)
	}
	u.Log.Info("lane resumed", "lane", lane, "server", welcome.Server, "seq", from.Seq)
	return u.together(ctx, s, func(ctx context.Context) error { return u.push(ctx, s, lane, from, creditOf(welcome, lane)) },
		func(ctx context.Context) error { return u.feed(ctx, s, lane) },
		func(ctx context.Context) error { return u.beat(ctx, s, lane) })
}

// together runs the parts of a session until the first ends, then closes the
// session so that the others end too, and gives the first error.
func (u *Uplink) together(ctx context.Context, s link.Session, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var g group
	for _, part := range parts {
		g.Go(func() error { return part(ctx) }, cancel)
	}
	stop := context.AfterFunc(ctx, func() { s.Close(0, "session over") })
	defer stop()
	return g.Wait()
}

// open dials the known servers in random order, but for the one to prefer,
// until one welcomes us. All but urgent is paced.
func (u *Uplink) open(ctx context.Context, class wire.Class) (link.Session, wire.Welcome, error) {
	if err := u.allow(); err != nil {
		return nil, wire.Welcome{}, err
	}
	servers := u.Servers.Servers()
	rand.Shuffle(len(servers), func(i, j int) { servers[i], servers[j] = servers[j], servers[i] })
	if err := u.prefer(servers, class); err != nil {
		return nil, wire.Welcome{}, err
	}
	last := error(protocol.NewFault(protocol.Gone, "dial hub", "没有可用的省级服务器地址,请重新接入"))
	for _, server := range servers {
		s, err := u.Dialer.Dial(ctx, server.Addr, ALPN, "", identity.RoleHub)
		if err != nil {
			last = err
			continue
		}
		welcome, err := u.hello(ctx, s, class)
		if err == nil {
			return u.paced(s, class), welcome, nil
		}
		s.Close(0, "not welcome")
		last = err
	}
	return nil, wire.Welcome{}, last
}

func (u *Uplink) paced(s link.Session, class wire.Class) link.Session {
	if u.Line == 0 || class == wire.ClassUrgent {
		return s
	}
	u.pace.line(u.Line)
	return u.pace.session(s)
}

// ALPN is the protocol of sessions between nodes and hub servers, and of hub
// servers with their leader.
const ALPN = "xy-sync/1"

// Feature is the highest feature this build reads and writes (replication.V2).
// 1: 2026-11, the spine.
const Feature = 1
