package hub

import (
	"context"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
)

// enrolments lets processes join, and renew what is about to expire.
func (s *Server) enrolments(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		session, err := s.end.Accept(ctx, identity.ALPNEnroll)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		wg.Go(func() { s.enrolment(ctx, session) })
	}
}

func (s *Server) enrolment(ctx context.Context, session link.Session) {
	defer session.Close(0, "done")
	err := replication.ServeEnroll(ctx, session, func(ctx context.Context, ask replication.EnrollAsk) (replication.EnrollAnswer, error) {
		answer, err := s.answerEnroll(ctx, session.Peer(), ask)
		if err != nil {
			s.log.Warn("enrolment refused", "from", session.RemoteAddr(), "peer", session.Peer(), "err", err)
		}
		return answer, err
	})
	if err != nil {
		s.log.Info("enrolment ended", "from", session.RemoteAddr(), "err", err)
	}
}

func (s *Server) answerEnroll(ctx context.Context, peer identity.Peer, ask replication.EnrollAsk) (a replication.EnrollAnswer, err error) {
	var e Enrolled
	if ask.Token == "" {
		if peer.Role == 0 {
			return a, protocol.NewFault(protocol.Denied, "renew", "没有证书,也没有令牌;请用令牌接入")
		}
		e, err = s.Renew(peer, ask.CSR)
	} else if err = s.suits(ask); err == nil {
		e, err = s.Enroll(ctx, ask.Token, ask.CSR)
	}
	if err != nil {
		return a, err
	}
	a = replication.EnrollAnswer{Subject: e.Subject, Role: e.Role, Epoch: e.Epoch, Chain: e.Chain, Servers: decider{s}.Welcome().Servers}
	if ask.Token != "" {
		s.presence.forget(e.Subject)
		a.Province = s.province
	}
	if ask.Token != "" && e.Role == protocol.RoleServer {
		a.CACert, a.CAKey, err = s.authority.PEM()
		return a, err
	}
	return a, s.chainsOf(e.Subject, &a)
}

// suits refuses a token that was made for something else than it is about to be
// used for, without using it up. Whether it is valid at all is Enroll's to say.
func (s *Server) suits(ask replication.EnrollAsk) error {
	token, err := identity.ParseToken(ask.Token)
	if err != nil {
		return err
	}
	e, _, err := load[protocol.Enrolment](s, protocol.Ref{Kind: "enrolment", ID: token.ID})
	if protocol.CodeOf(err) == protocol.Gone || err == nil && !token.Matches(e.Secret) {
		return nil
	}
	switch {
	case err != nil:
		return err
	case ask.Role == protocol.RoleNode && e.Role == protocol.RoleServer:
		return protocol.NewFault(protocol.Denied, "enroll", "这是省级服务器 %s 的令牌,不能用于节点;令牌没有被用掉", e.Subject)
	case ask.Role == protocol.RoleServer && e.Role == protocol.RoleNode:
		return protocol.NewFault(protocol.Denied, "enroll", "这是节点 %s 的令牌,不能用于省级服务器;令牌没有被用掉", e.Subject)
	case ask.Held != "" && ask.Held != e.Subject:
		return protocol.NewFault(protocol.Denied, "enroll", "这个目录属于节点 %s,令牌属于 %s;请换一个目录,令牌没有被用掉", ask.Held, e.Subject)
	}
	return nil
}

// chainsOf says where a restored node's chains go on (replication.T5).
func (s *Server) chainsOf(id protocol.NodeID, a *replication.EnrollAnswer) error {
	o, ok, err := s.fsm.Origin(id)
	if err != nil || !ok {
		return err
	}
	for _, lane := range protocol.Lanes {
		last := o.Last[lane]
		last.Lane = lane
		a.Last = append(a.Last, last)
	}
	return nil
}

// renewEvery is how often a server looks at its own certificate.
const renewEvery = time.Minute

// renewals keeps this server's certificate fresh; it can sign its own.
func (s *Server) renewals(ctx context.Context) error {
	ticker := time.NewTicker(renewEvery)
	defer ticker.Stop()
	for {
		if s.holder.NeedsRenewal(s.cfg.Now()) {
			if err := s.renewSelf(); err != nil {
				s.log.Error("own certificate not renewed", "err", err)
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// certificate is this server's own, as it goes with its receipts.
func (s *Server) certificate() []byte { return s.holder.Bundle().Leaf.Raw }

func (s *Server) renewSelf() error {
	b := s.holder.Bundle()
	cert, err := s.authority.Issue(identity.KeyOf(b.Key), identity.RoleHub, s.id, serverCertLife)
	if err != nil {
		return err
	}
	b.Leaf = cert
	if err := b.Save(s.path(secretDir)); err != nil {
		return err
	}
	s.log.Info("own certificate renewed", "until", cert.NotAfter)
	return s.holder.Swap(b)
}

// sightings is what this server last heard of each node that beats here.
type sightings struct {
	mu    sync.Mutex // guards nodes, feeds
	nodes map[protocol.NodeID]Sighting
	feeds map[protocol.NodeID]uint64 // hub index to which the urgent feed is stored there
}

// Sighting is a node's last beat at this server.
type Sighting struct {
	At   time.Time
	Beat wire.NodeBeat
}

func (n *sightings) heard(node protocol.NodeID, b wire.NodeBeat, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.nodes == nil {
		n.nodes = make(map[protocol.NodeID]Sighting)
	}
	n.nodes[node] = Sighting{now, b}
}

// store notes how far a node has stored its urgent feed.
func (n *sightings) store(node protocol.NodeID, lane protocol.Lane, index uint64) {
	if lane != protocol.Urgent {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.feeds == nil {
		n.feeds = make(map[protocol.NodeID]uint64)
	}
	n.feeds[node] = index
}

func (n *sightings) stored(node protocol.NodeID) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.feeds[node]
}

func (n *sightings) of(node protocol.NodeID) (Sighting, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s, ok := n.nodes[node]
	return s, ok
}
