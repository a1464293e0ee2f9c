package quorum

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// Quorum is this server's place in the hub's Raft cluster. All methods may be
// called from many goroutines.
type Quorum struct {
	cfg     Config
	raft    *raft.Raft
	live    atomic.Pointer[raft.Raft] // raft, once it is built: streams ask before that
	log     LogStore
	streams *raftStreams
	guard   *guard
	flight  *flight
	leaders chan Leader // latest wins

	change sync.Mutex // held through one membership change (pitfalls.R11)

	readMu sync.Mutex // guards ready and moved
	ready  uint64     // term in which a barrier has passed (pitfalls.R9)
	moved  uint64     // term in which leadership was or is being handed on

	failOnce sync.Once
	failed   chan struct{}
	err      error // set before failed is closed

	stopRaft func() raft.Future // once; its future is the only one that waits
	stopOnce sync.Once
	stopErr  error
}

// transportTimeout bounds one call to another server; raft stretches it with
// the size of a snapshot.
const transportTimeout = 10 * time.Second

// Open starts raft on what is in cfg.Dir. The server takes part as soon as
// Open returns; call Run to have it watched and stopped.
//
// It refuses a log that is damaged (ErrDamaged) and one that is older than the
// state machine: such a server has forgotten what it promised the others.
func Open(cfg Config) (*Quorum, error) {
	cfg.setDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	log, err := cfg.OpenLog(cfg.logDir())
	if err != nil {
		return nil, fmt.Errorf("open quorum: %w", err)
	}
	q := &Quorum{
		cfg: cfg, log: log, guard: newGuard(cfg.FSM, cfg.WatchWindow), flight: newFlight(),
		leaders: make(chan Leader, 1), failed: make(chan struct{}),
	}
	if err := q.start(); err != nil {
		return nil, fmt.Errorf("open quorum: %w", errors.Join(err, log.Close()))
	}
	return q, nil
}

func (q *Quorum) start() error {
	snaps, err := raft.NewFileSnapshotStoreWithLogger(q.cfg.Dir, retained, newHCLogger(q.cfg.Log, "snapshot"))
	if err != nil {
		return fmt.Errorf("open snapshots: %w", err)
	}
	behind, err := q.checkState(snaps)
	if err != nil {
		return err
	}
	conf := q.cfg.raftConfig()
	conf.NoSnapshotRestoreOnStart = !behind
	q.guard.progress, q.guard.trip = q.progress, q.tripped
	q.streams = newRaftStreams(q.cfg.Link, joinAddress(q.cfg.ID, q.cfg.Addr), q.status, q.cfg.Log)
	trans := raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		ServerAddressProvider: addressBook{q}, Logger: newHCLogger(q.cfg.Log, "raft-net"),
		Stream: q.streams, MaxPool: 3, Timeout: transportTimeout,
	})
	notes := newCommitNotes(q, trans)
	q.guard.after = notes.tell
	recent := newRecentLog(q.log, recentBytes)
	if q.raft, err = raft.NewRaft(conf, q.guard, recent, q.log, snaps, transport{trans}); err != nil {
		return errors.Join(err, trans.Close())
	}
	q.streams.goRun(func() { notes.run(q.streams.ctx, q.streams.goRun) })
	q.stopRaft = sync.OnceValue(q.raft.Shutdown)
	q.live.Store(q.raft)
	q.raft.RegisterObserver(raft.NewObserver(nil, false, q.observe))
	q.tellLeader()
	return nil
}

// checkState compares state machine, snapshots and log. behind says that the
// newest snapshot holds commands the state machine lacks, so that it must be
// restored before anything is applied (pitfalls.R5).
func (q *Quorum) checkState(snaps raft.SnapshotStore) (behind bool, err error) {
	last, snap, err := ends(q.log, snaps)
	if err != nil {
		return false, err
	}
	if q.cfg.Applied > last {
		return false, olderLog(last, q.cfg.Applied)
	}
	return q.lacksCommands(q.cfg.Applied, snap)
}

// ends gives the newest index of log and snapshots, and that of the snapshots.
func ends(log LogStore, snaps raft.SnapshotStore) (last, snap uint64, err error) {
	list, err := snaps.List()
	if err != nil {
		return 0, 0, fmt.Errorf("list snapshots: %w", err)
	}
	if len(list) > 0 {
		snap = list[0].Index
	}
	last, err = log.LastIndex()
	return max(last, snap), snap, err
}

func olderLog(last, applied uint64) error {
	return fatal("open quorum", "本服务器的日志比已有数据旧,可能换过磁盘或恢复过旧镜像,不能以原编号参加表决",
		"在主服务器上移除本服务器(remove),清空数据目录,换新的服务器编号重新加入",
		fmt.Errorf("log ends at %d, state machine is at %d", last, applied))
}

// lacksCommands reports whether (from, to] may hold commands. raft's own
// entries never reach the state machine, so its index may lag a snapshot's.
func (q *Quorum) lacksCommands(from, to uint64) (bool, error) {
	for i := from + 1; i <= to; i++ {
		var l raft.Log
		err := q.log.GetLog(i, &l)
		if errors.Is(err, raft.ErrLogNotFound) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if l.Type == raft.LogCommand {
			return true, nil
		}
	}
	return false, nil
}

// tripped is called by the watchdog inside raft's own goroutine, so it does
// not wait for raft to stop.
func (q *Quorum) tripped(err error) {
	q.fail(err)
	if q.live.Load() != nil {
		q.stopRaft()
	}
}

// fail makes Run report err. The first one counts.
func (q *Quorum) fail(err error) {
	q.failOnce.Do(func() {
		q.err = err
		close(q.failed)
	})
}

// Failure is why this server must leave the quorum, nil if it need not.
func (q *Quorum) Failure() error {
	select {
	case <-q.failed:
		return q.err
	default:
		return nil
	}
}

// Run watches until ctx ends, then shuts down and returns nil. It returns the
// reason when this server must leave the quorum by itself: a disk that failed,
// damage, the restore livelock. All goroutines are gone when it returns.
func (q *Quorum) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-q.failed:
	case <-q.log.Failed():
		q.fail(fatal("raft log", "写入或读取日志失败,本服务器已停止参加表决",
			"检查磁盘;若是数据损坏,移除本服务器后清空数据目录,换新编号重新加入", q.log.Err()))
	}
	graceful, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*q.cfg.Election)
	defer cancel()
	err := q.Shutdown(graceful)
	if failure := q.Failure(); failure != nil {
		return failure
	}
	return err
}

// Shutdown hands leadership on (11–17 ms, against a second or two of election),
// then stops raft and closes the log. It returns when all goroutines are gone;
// ctx bounds only the graceful part. Further calls return the first result.
func (q *Quorum) Shutdown(ctx context.Context) error {
	q.stopOnce.Do(func() { q.stopErr = q.shutdown(ctx) })
	return q.stopErr
}

func (q *Quorum) shutdown(ctx context.Context) error {
	q.handOver(ctx)
	q.flight.shut()
	select {
	case <-q.flight.idle:
	case <-ctx.Done():
	case <-q.failed:
	}
	err := q.stopRaft().Error() // closes the transport and with it the streams
	close(q.flight.down)
	if err = errors.Join(err, q.streams.Close(), q.log.Close()); err != nil {
		return fmt.Errorf("shut down quorum: %w", err)
	}
	return nil
}

// handOver moves leadership to another voter. Failing that, the others elect
// one after their time-out.
func (q *Quorum) handOver(ctx context.Context) {
	if !q.IsLeader() || q.voters() < 2 || q.Failure() != nil {
		return
	}
	if err := q.transfer(ctx, q.raft.LeadershipTransfer); err != nil {
		q.cfg.Log.Info("leadership not handed over before the stop", "err", err)
	}
}

// progress is the index raft has handed to the state machine.
func (q *Quorum) progress() uint64 { return q.status().Applied }

func (q *Quorum) status() Status {
	r := q.live.Load()
	if r == nil {
		return Status{}
	}
	return Status{Term: r.CurrentTerm(), Last: r.LastIndex(), Applied: r.AppliedIndex()}
}
