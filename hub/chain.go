package hub

import (
	"xiangyun/protocol"
	"xiangyun/replication"
)

// chain gives heads of an origin's lines as this server holds them, for the
// operator of a forked node (replication.F2).
func (s *Server) chain(origin protocol.NodeID, lane protocol.Lane, from uint64, max int) ([]replication.ChainLine, error) {
	lines, err := s.fsm.Journal(origin, lane, from, max)
	if err != nil {
		return nil, err
	}
	list := make([]replication.ChainLine, len(lines))
	for i, l := range lines {
		list[i] = replication.ChainLine{Pos: l.Entry.Pos(), Ref: l.Entry.Ref, Act: l.Entry.Act, By: l.Entry.By, At: l.Entry.At}
	}
	return list, nil
}
