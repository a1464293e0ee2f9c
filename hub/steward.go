package hub

import (
	"context"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
)

// How often the leader ticks, compares digests and looks at number blocks.
const (
	tickEvery   = time.Second
	digestEvery = 30 * time.Second
)

// steward ticks the province's clock and keeps nodes in receipt numbers, which
// only the leader may; every server has its digest compared with the others'.
func (s *Server) steward(ctx context.Context) error {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for lastDigest := s.cfg.Now(); ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		if s.cfg.Now().Sub(lastDigest) >= digestEvery {
			s.claimDigest(ctx)
			lastDigest = s.cfg.Now()
		}
		if s.quorum.IsLeader() {
			s.tick(ctx)
			s.refillBlocks(ctx)
		}
	}
}

// tick failing means there is no quorum now; the next one catches up.
func (s *Server) tick(ctx context.Context) {
	if _, _, err := s.quorum.Apply(ctx, fsm.EncodeTick(s.Now())); err != nil {
		s.log.Info("tick not decided", "err", err)
	}
}

// claimDigest tells all voters this server's digest. A server that a majority
// contradicts stops itself (proof.I13).
func (s *Server) claimDigest(ctx context.Context) {
	index, digest := s.fsm.StateDigest()
	cmd, err := fsm.EncodeDigest(string(s.id), index, digest)
	if err == nil && s.quorum.IsLeader() {
		_, _, err = s.quorum.Apply(ctx, cmd)
	} else if err == nil {
		_, err = s.askOnce(ctx, ask{Digest: cmd})
	}
	if err != nil && ctx.Err() == nil {
		s.log.Info("digest not compared", "err", err)
	}
}

// refillBlocks gives each node that runs low its next block of receipt numbers.
func (s *Server) refillBlocks(ctx context.Context) {
	for _, seen := range s.presence.all() {
		if !seen.Known || seen.BlockLeft >= blocksAhead/2 {
			continue
		}
		if err := s.issueBlock(ctx, seen.Node); err != nil {
			s.log.Warn("number block not issued", "node", seen.Node, "err", err)
			continue
		}
		s.presence.refilled(seen.Node)
	}
}

func (s *Server) issueBlock(ctx context.Context, id protocol.NodeID) error {
	node, _, err := load[protocol.Node](s, protocol.Ref{Kind: "node", ID: string(id)})
	if err != nil {
		return err
	}
	next, err := s.nextBlock()
	if err != nil {
		return err
	}
	_, _, err = s.Act(ctx, blockDraft(next, id, node.Epoch))
	return err
}

// refilled keeps a node from being given block after block before its next
// beat tells of the first.
func (p *presence) refilled(node protocol.NodeID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if seen, ok := p.nodes[node]; ok {
		seen.Known = false
		p.nodes[node] = seen
	}
}
