package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"xiangyun/node/desk"
	"xiangyun/node/store"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
	"xiangyun/replication/blob"
	"xiangyun/replication/search"
)

// Config is what a node is told by its operator.
type Config struct {
	Dir    string
	Socket net.PacketConn // the UDP socket to dial from, ours until Run returns
	Build  string
	Log    *slog.Logger
	Now    func() time.Time // nil is the machine's clock
	Clock  func() time.Time // what acts are stamped with and deadlines count by; nil is Now

	Secure     bool   // a proxy in front speaks TLS
	Line       uint64 // bytes per second that the line to the hub carries; 0 paces nothing (replication.L2)
	Reserve    int64  // bytes kept for urgent acts on a full disk; 0 keeps none (replication.md §12)
	PacketSize int    // of the first QUIC packets, in bytes; 0 is 1280 (pitfalls.Q15)
	Simulated  bool   // a simulated network
}

// Node is one running node.
type Node struct {
	cfg      Config
	log      *slog.Logger
	holder   *identity.Holder
	end      *link.Endpoint
	store    *store.Store
	drafts   *store.Drafts
	blobs    *blob.Store
	search   *search.Index
	follower *search.Follower
	desk     *desk.Desk
	uplink   *replication.Uplink
	courier  *replication.Courier
	fatal    chan error
	clock    *clockWatch

	mu    sync.Mutex // guards place
	place place
}

// Open starts a node on a folder that Enroll has prepared. Run serves.
func Open(cfg Config) (n *Node, err error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Clock == nil {
		cfg.Clock = cfg.Now
	}
	n = &Node{cfg: cfg, log: cfg.Log, clock: newClockWatch(cfg.Clock, cfg.Clock), fatal: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
		}
	}()
	if n.place, err = loadPlace(cfg.Dir); err != nil {
		return n, fmt.Errorf("open node: %w (先运行 xiangyun node enroll)", err)
	}
	bundle, err := identity.LoadBundle(n.path(secretDir))
	if err != nil {
		return n, fmt.Errorf("open node: %w", err)
	}
	if n.holder, err = identity.NewHolder(bundle, cfg.Now); err != nil {
		return n, fmt.Errorf("open node: %w", err)
	}
	if err := n.openStores(); err != nil {
		return n, err
	}
	return n, n.openNetwork()
}

// stamp is the instant of what happens now.
func (n *Node) stamp() protocol.Instant { return protocol.At(n.cfg.Clock()) }

func (n *Node) path(parts ...string) string {
	return filepath.Join(append([]string{n.cfg.Dir}, parts...)...)
}

func (n *Node) openStores() (err error) {
	if err := n.notLost(); err != nil {
		return err
	}
	n.store, err = store.Open(n.path(storeFile), store.Config{Node: n.place.Node, Epoch: n.place.Epoch, Signer: n.holder, Level: 1,
		Stamp: n.stamp, Log: n.log, FreeDisk: freeDisk(n.cfg.Dir), Reserve: n.cfg.Reserve, MaxSize: maxDatabase(n.cfg.Dir),
		Scribe: func(tx *store.Tx, draft *protocol.Draft) error { return n.desk.Scribe(tx, draft) }}) // the desk is there before the store runs
	if err != nil {
		return fmt.Errorf("open node database: %w", err)
	}
	if err := n.begun(); err != nil {
		return err
	}
	if n.drafts, err = store.OpenDrafts(n.path(draftFile)); err != nil {
		return err
	}
	if n.blobs, err = blob.Open(n.path(blobDir), blob.Options{Log: n.log, Fatal: n.stop}); err != nil {
		return err
	}
	if n.search, err = search.Open(n.path(searchFile), n.log); err != nil {
		return err
	}
	n.follower = search.NewFollower(n.search, newChanges(n.store), n.log)
	province, err := os.ReadFile(n.path(secretDir, provinceFile))
	if err != nil {
		return fmt.Errorf("read province key: %w", err)
	}
	n.desk = &desk.Desk{Node: n.place.Node, Store: n.store, Log: n.log, Sign: n.holder, Papers: shelf{n.blobs}}
	copy(n.desk.Key[:], province)
	return nil
}

func (n *Node) openNetwork() (err error) {
	n.end, err = link.Open(n.cfg.Socket, n.holder, nil, link.Options{Log: n.log, DisablePMTUD: n.cfg.Simulated, PacketSize: n.cfg.PacketSize})
	if err != nil {
		return err
	}
	n.uplink = &replication.Uplink{Node: n.place.Node, Build: n.cfg.Build, Local: n.store, Dialer: n.end, Servers: n, Line: n.cfg.Line, Clock: n.cfg.Clock, Log: n.log}
	if _, err := rand.Read(n.uplink.Boot[:]); err != nil {
		return fmt.Errorf("draw boot: %w", err)
	}
	n.desk.Province = theProvince{n.uplink}
	n.courier = &replication.Courier{Uplink: n.uplink, Store: n.blobs}
	return nil
}

// ID is the node's name.
func (n *Node) ID() protocol.NodeID { return n.place.Node }

// Servers and Learn keep the list of hub servers over restarts.
func (n *Node) Servers() []wire.Server {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]wire.Server(nil), n.place.Servers...)
}

// Learn keeps a new list of hub servers.
func (n *Node) Learn(servers []wire.Server) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(servers) == 0 || sameServers(servers, n.place.Servers) {
		return nil
	}
	n.place.Servers = servers
	return savePlace(n.cfg.Dir, n.place)
}

func sameServers(a, b []wire.Server) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Run serves until ctx ends or a part must not go on.
func (n *Node) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	storeCtx, stopStore := context.WithCancel(context.WithoutCancel(ctx)) // the store outlives what writes to it
	defer stopStore()
	storeDone := make(chan error, 1)
	go func() {
		err := n.store.Run(storeCtx)
		cancel(err)
		storeDone <- err
	}()
	parts := []func(context.Context) error{n.connect, n.follower.Run, n.steward, n.uploads, n.renewals, n.watchClock, n.scrub, n.tendBlobs, n.watch}
	done := make(chan error, len(parts))
	for _, part := range parts {
		go func() { done <- part(ctx) }()
	}
	var first error
	for range parts {
		if err := <-done; err != nil && ctx.Err() == nil {
			first = errors.Join(first, err)
			cancel(err)
		}
	}
	stopStore()
	return errors.Join(first, <-storeDone, n.close())
}

// connect settles where the chains go on after a new enrolment, then keeps the
// sessions with the hub.
func (n *Node) connect(ctx context.Context) error {
	if n.store.NeedsRebase() {
		if err := n.store.Rebase(ctx, n.place.Epoch, n.place.Last); err != nil {
			return fmt.Errorf("go on under epoch %d: %w", n.place.Epoch, err)
		}
	}
	return n.uplink.Run(ctx)
}

func (n *Node) close() error {
	var errs []error
	if n.courier != nil {
		n.courier.Close()
	}
	if n.end != nil {
		errs = append(errs, n.end.Close())
	}
	if n.search != nil {
		errs = append(errs, n.search.Close())
	}
	if n.drafts != nil {
		errs = append(errs, n.drafts.Close())
	}
	if n.blobs != nil {
		errs = append(errs, n.blobs.Close())
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	return errors.Join(errs...)
}

// Record gives a record as this node holds it; a gone fault when it does not.
func (n *Node) Record(ref protocol.Ref) (rec protocol.Record, err error) {
	err = n.store.View(func(tx *store.ReadTx) error {
		var ok bool
		if rec, ok, err = tx.Get(ref); err == nil && !ok {
			err = &protocol.Fault{Code: protocol.Gone, Op: "read", Ref: ref, Text: "本节点没有该记录"}
		}
		return err
	})
	return rec, err
}

// Desk gives the use-cases of this node.
func (n *Node) Desk() *desk.Desk { return n.desk }
