package quorum

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"xiangyun/protocol"
)

// Member is one server of the cluster as the latest configuration has it.
type Member struct {
	ID    protocol.NodeID
	Addr  string
	Voter bool // a server that is still catching up has no vote
}

// changeTimeout bounds the wait for a place in raft's queue of changes.
const changeTimeout = 10 * time.Second

// pollEvery is how often a joining server is asked how far it is.
const pollEvery = 50 * time.Millisecond

// addressBook maps server ids to addresses for raft's transport.
type addressBook struct{ q *Quorum }

// ServerAddr gives id@host:port.
func (b addressBook) ServerAddr(id raft.ServerID) (raft.ServerAddress, error) {
	node := protocol.NodeID(id)
	if node == b.q.cfg.ID {
		return joinAddress(node, b.q.cfg.Addr), nil
	}
	if b.q.cfg.AddressOf != nil {
		if addr := b.q.cfg.AddressOf(node); addr != "" {
			return joinAddress(node, addr), nil
		}
	}
	for _, m := range b.q.Members() {
		if m.ID == node {
			return joinAddress(node, m.Addr), nil
		}
	}
	return "", fmt.Errorf("server %s is not in the configuration", node)
}

// Members lists the servers of the latest configuration this server has,
// which may not be committed yet.
func (q *Quorum) Members() []Member {
	r := q.live.Load()
	if r == nil {
		return nil
	}
	f := r.GetConfiguration() // answered at once, from memory
	if f.Error() != nil {
		return nil
	}
	return membersOf(f.Configuration())
}

func membersOf(c raft.Configuration) (list []Member) {
	for _, s := range c.Servers {
		list = append(list, Member{ID: protocol.NodeID(s.ID), Addr: string(s.Address), Voter: s.Suffrage == raft.Voter})
	}
	return list
}

func (q *Quorum) member(id protocol.NodeID) (Member, bool) {
	for _, m := range q.Members() {
		if m.ID == id {
			return m, true
		}
	}
	return Member{}, false
}

func (q *Quorum) voters() (n int) {
	for _, m := range q.Members() {
		if m.Voter {
			n++
		}
	}
	return n
}

// Bootstrap makes a new cluster of this server alone. Once per province: the
// others Join. It is refused where any state exists.
func (q *Quorum) Bootstrap(id protocol.NodeID, addr string) error {
	f := q.raft.BootstrapCluster(raft.Configuration{Servers: []raft.Server{
		{Suffrage: raft.Voter, ID: raft.ServerID(id), Address: raft.ServerAddress(addr)},
	}})
	if err := f.Error(); err != nil {
		return &protocol.Fault{Code: protocol.Denied, Op: "bootstrap", Err: err,
			Text: "本服务器已有集群数据,不能再次初始化", Hint: "新增服务器请使用加入(join);确需重建请先备份并清空数据目录"}
	}
	return nil
}

// Join makes id a voter: it is added without a vote, copied everything, and
// given the vote only when it has caught up, so that a slow copy never costs
// the quorum (pitfalls.R11). Only on the leader. A voter of this id and address
// is left as it is, one of another address is given the new one. When ctx ends
// first the server stays without a vote; Join again goes on from there.
func (q *Quorum) Join(ctx context.Context, id protocol.NodeID, addr string) error {
	if err := id.Validate(); err != nil {
		return protocol.NewFault(protocol.Malformed, "join", "%v", err)
	}
	q.change.Lock()
	defer q.change.Unlock()
	return q.join(ctx, id, addr)
}

func (q *Quorum) join(ctx context.Context, id protocol.NodeID, addr string) error {
	m, known := q.member(id)
	switch {
	case known && m.Voter && m.Addr == addr && q.IsLeader():
		return nil
	case known && m.Voter:
		return q.alter(ctx, "change address", func() raft.IndexFuture {
			return q.raft.AddVoter(raft.ServerID(id), raft.ServerAddress(addr), 0, changeTimeout)
		})
	}
	err := q.alter(ctx, "add server", func() raft.IndexFuture {
		return q.raft.AddNonvoter(raft.ServerID(id), raft.ServerAddress(addr), 0, changeTimeout)
	})
	if err != nil {
		return err
	}
	if err := q.waitCaughtUp(ctx, id, addr); err != nil {
		return err
	}
	return q.alter(ctx, "give vote", func() raft.IndexFuture {
		return q.raft.AddVoter(raft.ServerID(id), raft.ServerAddress(addr), 0, changeTimeout)
	})
}

// alter makes one change of the configuration.
func (q *Quorum) alter(ctx context.Context, op string, ask func() raft.IndexFuture) error {
	if err := q.flight.call(ctx, func() raft.Future { return ask() }); err != nil {
		return proposalFault(op, err)
	}
	return nil
}

// waitCaughtUp runs rounds: each asks for the index the leader has at its
// start. A round shorter than an election means that the vote can be given
// without anybody noticing.
func (q *Quorum) waitCaughtUp(ctx context.Context, id protocol.NodeID, addr string) error {
	for {
		begin := time.Now()
		if err := q.waitApplied(ctx, id, addr, q.raft.LastIndex()); err != nil {
			return err
		}
		if time.Since(begin) < q.cfg.Election {
			return nil
		}
	}
}

func (q *Quorum) waitApplied(ctx context.Context, id protocol.NodeID, addr string, index uint64) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		s, err := q.streams.ask(ctx, id, addr)
		if err == nil && s.Applied >= index {
			return nil
		}
		if !q.IsLeader() {
			return busy("wait for joining server", raft.ErrNotLeader)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return &protocol.Fault{Code: protocol.Busy, Op: "wait for joining server", Err: errors.Join(context.Cause(ctx), err),
				Text: fmt.Sprintf("服务器 %s 尚未追上数据,暂不授予表决权", id), Hint: "检查该服务器是否已启动、网络是否可达,然后重新执行加入(join),将从当前进度继续"}
		}
	}
}

// Remove takes id out of the cluster. Only on the leader; a leader asked to
// remove itself hands leadership on and answers Busy, so that the next leader
// removes it. A server that is not a member is removed already.
func (q *Quorum) Remove(ctx context.Context, id protocol.NodeID) error {
	q.change.Lock()
	defer q.change.Unlock()
	return q.remove(ctx, id)
}

func (q *Quorum) remove(ctx context.Context, id protocol.NodeID) error {
	m, known := q.member(id)
	switch {
	case !q.IsLeader():
		return busy("remove server", raft.ErrNotLeader)
	case !known:
		return nil
	case m.Voter && q.voters() == 1:
		return protocol.NewFault(protocol.Denied, "remove server", "%s 是最后一台有表决权的服务器,不能移除", id)
	case id == q.cfg.ID:
		if err := q.transfer(ctx, q.raft.LeadershipTransfer); err != nil {
			return proposalFault("remove server", err)
		}
		return busy("remove server", raft.ErrNotLeader)
	}
	return q.alter(ctx, "remove server", func() raft.IndexFuture { return q.raft.RemoveServer(raft.ServerID(id), 0, changeTimeout) })
}

// Replace puts a fresh server in the place of one that is lost or damaged: the
// old one is removed first, the new one joins under an id of its own. A wiped
// server that came back under its old id would have forgotten its vote
// (pitfalls.R2).
func (q *Quorum) Replace(ctx context.Context, old, id protocol.NodeID, addr string) error {
	if err := id.Validate(); err != nil {
		return protocol.NewFault(protocol.Malformed, "replace server", "%v", err)
	}
	q.change.Lock()
	defer q.change.Unlock()
	if old == id {
		return protocol.NewFault(protocol.Denied, "replace server", "替换 %s 的服务器必须使用新的编号:原编号的表决记录已随旧数据丢失", old)
	}
	if err := q.remove(ctx, old); err != nil {
		return err
	}
	return q.join(ctx, id, addr)
}

// TransferTo makes the voter id the leader; 11–17 ms. Only on the leader.
func (q *Quorum) TransferTo(ctx context.Context, id protocol.NodeID) error {
	m, known := q.member(id)
	if !known || !m.Voter {
		return protocol.NewFault(protocol.Denied, "transfer leadership", "%s 不是有表决权的服务器", id)
	}
	if id == q.cfg.ID && q.IsLeader() {
		return nil
	}
	err := q.transfer(ctx, func() raft.Future {
		return q.raft.LeadershipTransferToServer(raft.ServerID(id), raft.ServerAddress(m.Addr))
	})
	return readFault("transfer leadership", err)
}

// transfer notes the term first, so that reads of this term no longer trust
// heartbeats: the heir may be elected at once, within their time-out.
func (q *Quorum) transfer(ctx context.Context, ask func() raft.Future) error {
	q.readMu.Lock()
	q.moved = q.raft.CurrentTerm()
	q.readMu.Unlock()
	return q.flight.call(ctx, ask)
}
