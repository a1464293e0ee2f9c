package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/hub/quorum"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/replication"
	"xiangyun/replication/blob"
	"xiangyun/replication/search"
)

// Config is what one hub server is told by its operator.
type Config struct {
	Dir        string         // state, keys and blobs
	Advertise  string         // host:port at which nodes and the other servers reach it
	Socket     net.PacketConn // the UDP socket, ours until Run returns
	Build      string
	Log        *slog.Logger
	Now        func() time.Time // nil is the machine's clock
	Clock      func() time.Time // what acts are stamped with and deadlines count by; nil is Now
	PacketSize int              // of the first QUIC packets, in bytes; 0 is 1280 (pitfalls.Q15)
	Reserve    int64            // bytes given up when the disk is full; 0 keeps none (pitfalls.R14)

	Secure bool // a proxy in front speaks TLS

	// Raft time-outs and the link for simulated networks; zero is the default.
	Heartbeat time.Duration
	Simulated bool
}

// Server is one server of the provincial hub.
type Server struct {
	cfg       Config
	id        protocol.NodeID
	log       *slog.Logger
	holder    *identity.Holder
	authority *identity.Authority
	province  []byte
	end       *link.Endpoint
	fsm       *fsm.FSM
	quorum    *quorum.Quorum
	gossip    *quorum.Gossip
	proposer  *proposer
	presence  *presence
	sightings sightings
	peers     sessions
	pool      *link.Pool
	blobs     *blob.Store
	courier   *replication.BlobServer
	search    *search.Index
	follower  *search.Follower
	disk      *diskWatch
	covered   coverage
	waiting   atomic.Int64 // bytes of nodes' batches under way to a decision
	fatal     chan error
}

// Names of what a hub server keeps in its folder.
const (
	stateDir  = "state"
	raftDir   = "raft"
	blobDir   = "blobs"
	secretDir = "secret"
	caDir     = "ca"

	reserveFile = "reserve"
)

// Open starts a server on a folder that Init or Join has prepared. It takes
// part in the quorum at once; Run serves nodes.
func Open(cfg Config) (s *Server, err error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Clock == nil {
		cfg.Clock = cfg.Now
	}
	s = &Server{cfg: cfg, log: cfg.Log, presence: newPresence(), fatal: make(chan error, 1)}
	s.disk = newDiskWatch(func() float64 { return diskUsed(cfg.Dir) }, &reserve{path: s.path(reserveFile), want: cfg.Reserve,
		free: func() uint64 { return diskFree(cfg.Dir) }, log: cfg.Log}, cfg.Log)
	s.disk.look()
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := s.loadSecrets(); err != nil {
		return s, err
	}
	if err := s.openStores(); err != nil {
		return s, err
	}
	if err := s.openNetwork(); err != nil {
		return s, err
	}
	return s, s.openQuorum()
}

func (s *Server) path(parts ...string) string {
	return filepath.Join(append([]string{s.cfg.Dir}, parts...)...)
}

func (s *Server) loadSecrets() error {
	bundle, err := identity.LoadBundle(s.path(secretDir))
	if err != nil {
		return fmt.Errorf("open hub server: %w", err)
	}
	if s.holder, err = identity.NewHolder(bundle, s.cfg.Now); err != nil {
		return fmt.Errorf("open hub server: %w", err)
	}
	s.id = s.holder.Self().ID
	if err := s.refuseRemoved(); err != nil {
		return err
	}
	if s.authority, err = identity.LoadAuthority(s.path(caDir), s.cfg.Now); err != nil {
		return fmt.Errorf("open hub server: %w", err)
	}
	if s.province, err = os.ReadFile(s.path(secretDir, provinceFile)); err != nil {
		return fmt.Errorf("open hub server: %w", err)
	}
	return nil
}

func (s *Server) openStores() (err error) {
	if s.fsm, err = fsm.Open(s.path(stateDir), fsm.Options{Log: s.log, Server: string(s.id), Outvoted: 2, Fatal: s.stop}); err != nil {
		return fmt.Errorf("open state: %w", err)
	}
	if s.blobs, err = blob.Open(s.path(blobDir), blob.Options{Log: s.log, Fatal: s.stop}); err != nil {
		return fmt.Errorf("open blobs: %w", err)
	}
	if s.search, err = search.Open(s.path(stateDir, "search.db"), s.log); err != nil {
		return fmt.Errorf("open search index: %w", err)
	}
	s.follower = search.NewFollower(s.search, s.fsm.Changes(), s.log)
	return nil
}

func (s *Server) openNetwork() error {
	key, err := link.LoadResetKey(s.path(secretDir, "reset.key"))
	if err != nil {
		return err
	}
	alpns := []string{identity.ALPNRaft, identity.ALPNGossip, identity.ALPNSync, identity.ALPNEnroll}
	s.end, err = link.Open(s.cfg.Socket, s.holder, alpns, link.Options{Inside: true, ResetKey: key, Log: s.log, DisablePMTUD: s.cfg.Simulated, PacketSize: s.cfg.PacketSize})
	if err != nil {
		return err
	}
	s.pool = link.NewPool(s.end, replication.ALPN, identity.RoleHub)
	s.peers = s.pool
	s.courier = &replication.BlobServer{Store: s.blobs, Self: s.id, Sign: s.holder, Cert: s.certificate, Now: s.Now, Peers: s.blobPeers, Pool: s.pool,
		Manifests: s.manifests, Log: s.log}
	return nil
}

func (s *Server) openQuorum() (err error) {
	s.quorum, err = quorum.Open(quorum.Config{ID: s.id, Addr: s.cfg.Advertise, Dir: s.path(raftDir), FSM: s.fsm,
		Applied: s.fsm.Applied().Get(), Link: s.end, Log: s.log, Heartbeat: s.cfg.Heartbeat})
	if err != nil {
		return err
	}
	s.proposer = newProposer(s.quorum, s.Now, s.log)
	s.gossip, err = quorum.NewGossip(quorum.GossipConfig{ID: s.id, Addr: s.cfg.Advertise, Link: s.end, Log: s.log, Peers: s.quorum.Members})
	return err
}

// stop is called by a part that must not go on: a damaged state, a failed
// fsync, a digest that differs from the majority's (pitfalls.W2).
func (s *Server) stop(err error) {
	select {
	case s.fatal <- err:
	default:
	}
}

// ID is the server's name in the quorum and in its certificate.
func (s *Server) ID() protocol.NodeID { return s.id }

// Now is this server's wall clock; the leader's stamps commands.
func (s *Server) Now() protocol.Instant { return protocol.At(s.cfg.Clock()) }

// Run serves until ctx ends or a part must not go on. A leader hands over
// before it leaves; the state machine outlives the quorum that applies to it.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stateCtx, stopState := context.WithCancel(context.WithoutCancel(ctx))
	defer stopState()
	stateDone := make(chan error, 1)
	go func() {
		err := s.fsm.Run(stateCtx)
		cancel(err)
		stateDone <- err
	}()
	err := s.serve(ctx, cancel)
	stopState()
	return errors.Join(err, <-stateDone, s.close())
}

// serve runs the parts until all have ended.
func (s *Server) serve(ctx context.Context, cancel context.CancelCauseFunc) (first error) {
	parts := []func(context.Context) error{s.begin, s.proposer.Run, s.downlink().Run, s.enrolments, s.steward, s.registry, s.follower.Run, s.renewals,
		s.gossip.Run, s.hints, s.disk.Run, s.scrubs, s.standing, s.quorum.Run, s.courier.Run}
	done := make(chan error, len(parts))
	for _, part := range parts {
		go func() { done <- part(ctx) }()
	}
	for left := len(parts); left > 0; {
		select {
		case err := <-s.fatal:
			s.log.Error("hub server stops", "err", err)
			first = errors.Join(first, err)
			cancel(err)
		case err := <-done:
			left--
			if err != nil && ctx.Err() == nil {
				first = errors.Join(first, err)
				cancel(err)
			}
		}
	}
	return first
}

// close releases what was opened, in the opposite order.
func (s *Server) close() error {
	var errs []error
	if s.quorum != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		errs = append(errs, s.quorum.Shutdown(ctx))
	}
	if s.pool != nil {
		s.pool.Close()
	}
	if s.end != nil {
		errs = append(errs, s.end.Close())
	}
	if s.search != nil {
		errs = append(errs, s.search.Close())
	}
	if s.blobs != nil {
		errs = append(errs, s.blobs.Close())
	}
	if s.fsm != nil {
		errs = append(errs, s.fsm.Close())
	}
	return errors.Join(errs...)
}
