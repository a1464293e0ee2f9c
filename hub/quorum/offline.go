package quorum

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

// Offline is what a server that does not run keeps of the quorum. It is there
// for one thing: to go on alone when a majority is lost for ever (pitfalls.R12).
type Offline struct {
	cfg   Config
	log   LogStore
	snaps raft.SnapshotStore
	last  uint64 // newest index in log and snapshots
	all   raft.Configuration
}

// OpenOffline opens the data of server id in dir, which nobody else may have
// open (ErrInUse). Applied is the index the state machine has on disk: one that
// is ahead of the log belongs to another log and is refused, as by Open.
func OpenOffline(id protocol.NodeID, dir string, applied uint64, log *slog.Logger) (*Offline, error) {
	o := &Offline{cfg: Config{ID: id, Dir: dir, Applied: applied, Log: log}}
	o.cfg.setDefaults()
	var err error
	if o.log, err = OpenLog(o.cfg.logDir()); err != nil {
		return nil, fmt.Errorf("open quorum offline: %w", err)
	}
	if err := o.read(); err != nil {
		return nil, fmt.Errorf("open quorum offline: %w", errors.Join(err, o.log.Close()))
	}
	return o, nil
}

func (o *Offline) read() (err error) {
	o.snaps, err = raft.NewFileSnapshotStoreWithLogger(o.cfg.Dir, retained, newHCLogger(o.cfg.Log, "snapshot"))
	if err != nil {
		return err
	}
	if o.last, _, err = ends(o.log, o.snaps); err != nil {
		return err
	}
	if o.cfg.Applied > o.last {
		return olderLog(o.last, o.cfg.Applied)
	}
	o.all, err = raft.GetConfiguration(o.cfg.raftConfig(), nil, o.log, o.log, o.snaps, o.nowhere())
	return err
}

// nowhere stands in for the network, of which nothing is asked.
func (o *Offline) nowhere() raft.Transport {
	_, t := raft.NewInmemTransport(raft.ServerAddress(o.cfg.ID))
	return t
}

// Members lists the servers as this one knew them last.
func (o *Offline) Members() []Member { return membersOf(o.all) }

// Last is the newest index this server has: where it will go on.
func (o *Offline) Last() uint64 { return o.last }

// GoOnAlone makes this server the only one. Everything in its log counts as
// decided from then on, and the state machine stands at the end of it. Done
// again after a crash it comes to the same.
func (o *Offline) GoOnAlone(state raft.FSM) error {
	i := slices.IndexFunc(o.all.Servers, func(s raft.Server) bool { return s.ID == raft.ServerID(o.cfg.ID) })
	if i < 0 {
		return protocol.NewFault(protocol.Denied, "recover", "服务器 %s 不是集群的成员,不能由它恢复", o.cfg.ID)
	}
	self := o.all.Servers[i]
	self.Suffrage = raft.Voter
	alone := raft.Configuration{Servers: []raft.Server{self}}
	if err := raft.RecoverCluster(o.cfg.raftConfig(), state, o.log, o.log, o.snaps, o.nowhere(), alone); err != nil {
		return fmt.Errorf("go on alone: %w", err)
	}
	return nil
}

// Close frees the data for the server.
func (o *Offline) Close() error { return o.log.Close() }
