package hub

import (
	"context"

	"xiangyun/hub/fsm"
)

// State is this server's state machine, for reading: consoles, metrics, checks.
func (s *Server) State() *fsm.FSM { return s.fsm }

// Fresh returns when reads here show everything that was decided before the
// call. Only the leader can; a busy fault may be asked again (pitfalls.R9).
func (s *Server) Fresh(ctx context.Context) (index uint64, err error) {
	return s.quorum.Linearizable(ctx)
}
