package hub

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// Propose has batches of nodes decided, here or by the leader (replication.R7).
func (s *Server) Propose(ctx context.Context, batches []wire.Batch) ([]replication.Decision, error) {
	if s.quorum.IsLeader() {
		return s.proposeHere(ctx, batches)
	}
	size := int64(sizeOf(batches))
	s.waiting.Add(size)
	defer s.waiting.Add(-size)
	r, err := s.askLeader(ctx, ask{batches: batches})
	return r.Decisions, err
}

func (s *Server) proposeHere(ctx context.Context, batches []wire.Batch) ([]replication.Decision, error) {
	size := sizeOf(batches)
	s.waiting.Add(int64(size))
	defer s.waiting.Add(-int64(size))
	o, err := s.proposer.submit(ctx, &proposal{batches: batches, size: size})
	if err != nil {
		return nil, err
	}
	return decisions(o.batches), nil
}

// Act takes acts of the hub itself, all at one place in the order of the
// province. The group stops at its first refusal, which is the error.
func (s *Server) Act(ctx context.Context, drafts ...protocol.Draft) ([]protocol.Record, uint64, error) {
	if s.quorum.IsLeader() {
		return s.actHere(ctx, drafts)
	}
	group, err := packDrafts(drafts)
	if err != nil {
		return nil, 0, err
	}
	r, err := s.askLeader(ctx, ask{Group: group})
	if err != nil {
		return nil, 0, err
	}
	return r.Records, r.Index, s.fsm.Applied().Wait(ctx, r.Index) // read your own writes here
}

func (s *Server) actHere(ctx context.Context, drafts []protocol.Draft) ([]protocol.Record, uint64, error) {
	o, err := s.proposer.submit(ctx, &proposal{group: drafts, size: 1 << 10})
	if err != nil {
		return nil, 0, err
	}
	g := o.group
	switch {
	case g.Refusal != nil:
		return nil, g.Index, g.Refusal.Fault("act", drafts[0].Ref)
	case g.Fault != nil:
		return nil, g.Index, g.Fault
	}
	return g.Records, g.Index, nil
}

// askLeader asks again while there is no leader, until ctx or its own limit
// ends: acts are guarded by revisions and chains, so asking twice is harmless.
func (s *Server) askLeader(ctx context.Context, q ask) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, forwardWait)
	defer cancel()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		r, err := s.askOnce(ctx, q)
		if err == nil || protocol.CodeOf(err) != protocol.Busy {
			return r, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return r, err
		}
	}
}

func (s *Server) askOnce(ctx context.Context, q ask) (reply, error) {
	leader := s.quorum.Leader()
	if leader.ID == "" {
		return reply{}, protocol.NewFault(protocol.Busy, "find leader", "省级集群正在选举,请稍候")
	}
	if leader.Self {
		return s.answerAsk(ctx, q)
	}
	ctx, cancel := s.whileLeads(ctx, leader.ID)
	defer cancel()
	session, err := s.peers.Get(ctx, leader.Addr, leader.ID)
	if err != nil {
		return reply{}, &protocol.Fault{Code: protocol.Busy, Op: "reach leader", Text: "暂时无法连接主服务器", Err: err}
	}
	r, err := exchange(ctx, session, q)
	if err != nil && ctx.Err() != nil && q.Group == nil { // chains make asking again harmless
		return r, &protocol.Fault{Code: protocol.Busy, Op: "ask leader", Text: "主服务器已更换,请重试", Err: err}
	}
	return r, err
}

// leaderLook is how often a question under way looks whether its leader still
// leads: a killed leader answers nothing, and QUIC takes 20 s to notice.
const leaderLook = 50 * time.Millisecond

// whileLeads gives a context that ends when somebody else, or nobody, leads.
func (s *Server) whileLeads(ctx context.Context, id protocol.NodeID) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		ticker := time.NewTicker(leaderLook)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if s.quorum.Leader().ID != id {
					cancel()
				}
			}
		}
	}()
	return ctx, cancel
}
