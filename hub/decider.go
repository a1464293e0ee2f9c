package hub

import (
	"context"
	"crypto/x509"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
	"xiangyun/replication"
	"xiangyun/replication/mark"
)

// decider shows the server to its Downlink.
type decider struct{ *Server }

func (d decider) Origin(node protocol.NodeID) (replication.Origin, bool, error) {
	o, ok, err := d.fsm.Origin(node)
	if err != nil || !ok {
		return replication.Origin{}, false, err
	}
	out := replication.Origin{Epoch: o.Epoch, Key: o.Key, Ended: o.State != protocol.NodeEnrolled}
	for _, lane := range protocol.Lanes {
		out.Last[lane] = o.Last[lane]
	}
	return out, true, nil
}

func (d decider) Lines(node protocol.NodeID, lane protocol.Lane, after wire.Cursor, maxBytes int) (wire.Lines, error) {
	return d.fsm.Lines(node, lane, after, maxBytes)
}

func (d decider) Scope(ctx context.Context, node protocol.NodeID, ask wire.SnapAsk, head func(wire.SnapHead) error, part func([]byte) error) (protocol.Hash, error) {
	return d.fsm.Scope(ctx, node, ask, head, part)
}

func (d decider) Applied() *mark.Mark { return d.fsm.Applied() }

func (d decider) Claim(ctx context.Context, node protocol.NodeID, boot wire.Boot) error {
	return d.claim(ctx, claim{Node: node, Boot: boot})
}

// claim goes to the leader's memory. While there is no leader nobody can write
// anyway, so a claim that cannot be made is no reason to cut a node off.
func (s *Server) claim(ctx context.Context, c claim) error {
	if s.quorum.IsLeader() {
		return s.presence.claim(c, s.cfg.Now())
	}
	_, err := s.askOnce(ctx, ask{Claim: &c})
	if protocol.CodeOf(err) == protocol.Twin {
		return err
	}
	return nil
}

// Heard notes at the leader how many receipt numbers a node has left.
func (d decider) Heard(node protocol.NodeID, beat wire.NodeBeat) {
	d.sightings.heard(node, beat, d.cfg.Now())
	ctx, cancel := context.WithTimeout(context.Background(), forwardWait)
	defer cancel()
	c := claim{Node: node, Boot: beat.Boot, BlockLeft: beat.BlockLeft, Known: true, Stored: d.sightings.stored(node)}
	if head := beat.Heads.Of(protocol.Urgent); head.Seq > 0 {
		c.Head, c.Told = head, beat.Time
	}
	if err := d.claim(ctx, c); err != nil {
		d.log.Warn("beat not noted", "node", node, "err", err)
	}
}

func (d decider) Welcome() wire.Welcome {
	w := wire.Welcome{Server: d.id, Generation: d.fsm.Generation(), Level: d.fsm.Level()}
	for _, m := range d.quorum.Members() {
		w.Servers = append(w.Servers, wire.Server{ID: m.ID, Addr: m.Addr})
		if m.Voter {
			w.Voters++
		}
	}
	return w
}

// roots are the issuers whose hub servers' receipts count.
func (s *Server) roots() []*x509.Certificate { return s.holder.Bundle().Roots }

func (s *Server) downlink() *replication.Downlink {
	return &replication.Downlink{Acceptor: s.end, Decider: decider{s}, Log: s.log, Credit: s.credit, Chain: s.chain, Roots: s.roots, Looker: s.look,
		Inside: map[wire.FrameType]replication.Verb{wire.FramePropose: s.serveAsk}, Blobs: s.courier.Verbs(),
		AtOnce: s.catchUps, Stored: s.sightings.store}
}

// catchUps shares the three nodes that may catch up in bulk at once among the
// servers (replication.R8).
func (s *Server) catchUps() int {
	voters := 0
	for _, m := range s.quorum.Members() {
		if m.Voter {
			voters++
		}
	}
	return max(1, 3/max(1, voters))
}
