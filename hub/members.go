package hub

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"xiangyun/hub/quorum"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/wire"
)

// change asks the leader for a change of the quorum.
type change struct {
	Op   string          `json:"op"` // join, remove, replace, transfer
	ID   protocol.NodeID `json:"id"`
	Old  protocol.NodeID `json:"old,omitempty"` // replace: the lost server
	Addr string          `json:"addr,omitempty"`
}

// begin takes a fresh server into the quorum: the first one founds it, each
// other asks the leader, as a non-voter first (pitfalls.R11). It is done once;
// a restart finds the quorum's own configuration.
func (s *Server) begin(ctx context.Context) error {
	path := s.path(secretDir, beginFile)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read how to begin: %w", err)
	}
	how := strings.Fields(string(data))
	switch {
	case len(how) == 1 && how[0] == "bootstrap":
		if len(s.quorum.Members()) == 0 {
			err = s.quorum.Bootstrap(s.id, s.cfg.Advertise)
		}
	case len(how) == 2 && how[0] == "join":
		err = s.askIn(ctx, how[1], change{Op: "join", ID: s.id, Addr: s.cfg.Advertise})
	case len(how) == 3 && how[0] == "join":
		err = s.askIn(ctx, how[1], change{Op: "replace", ID: s.id, Addr: s.cfg.Advertise, Old: protocol.NodeID(how[2])})
	default:
		err = protocol.NewFault(protocol.Malformed, "begin", "文件 %s 的内容无法识别", path)
	}
	if err != nil || ctx.Err() != nil {
		return err
	}
	return os.Remove(path)
}

// askIn asks server after server until the leader has taken this one in.
func (s *Server) askIn(ctx context.Context, first string, c change) error {
	q := ask{Change: &c}
	for ctx.Err() == nil {
		err := s.askAt(ctx, first, q)
		if err == nil {
			s.log.Info("joined the hub", "id", s.id)
			return nil
		}
		s.log.Info("not yet in the hub, asking again", "err", err)
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	return nil
}

// askAt asks one server, which passes the question on to the leader.
func (s *Server) askAt(ctx context.Context, addr string, q ask) error {
	session, err := s.end.Dial(ctx, addr, identity.ALPNSync, "", identity.RoleHub)
	if err != nil {
		return err
	}
	defer session.Close(0, "asked")
	_, err = exchange(ctx, session, q)
	return err
}

// alter changes the quorum here, at the leader.
func (s *Server) alter(ctx context.Context, c change) error {
	switch c.Op {
	case "join":
		return s.quorum.Join(ctx, c.ID, c.Addr)
	case "replace":
		return s.quorum.Replace(ctx, c.Old, c.ID, c.Addr)
	case "remove":
		return s.quorum.Remove(ctx, c.ID)
	case "transfer":
		return s.quorum.TransferTo(ctx, c.ID)
	}
	return protocol.NewFault(protocol.Malformed, "change quorum", "没有“%s”这种变更", c.Op)
}

// Change has the leader remove a server or hand over to one.
func (s *Server) Change(ctx context.Context, who *protocol.Account, op string, id protocol.NodeID) error {
	if err := s.may(who, protocol.MayOperate); err != nil {
		return err
	}
	c := change{Op: op, ID: id}
	if s.quorum.IsLeader() {
		return s.alter(ctx, c)
	}
	_, err := s.askLeader(ctx, ask{Change: &c})
	return err
}

// Members lists the servers of the hub.
func (s *Server) Members() []quorum.Member { return s.quorum.Members() }

// Leader names the leading server, or "" during an election.
func (s *Server) Leader() protocol.NodeID { return s.quorum.Leader().ID }

// blobPeers lists the other servers, which keep copies of every blob.
func (s *Server) blobPeers() (others []wire.Server, voters int) {
	for _, m := range s.quorum.Members() {
		if m.Voter {
			voters++
		}
		if m.ID != s.id {
			others = append(others, wire.Server{ID: m.ID, Addr: m.Addr})
		}
	}
	return others, voters
}
