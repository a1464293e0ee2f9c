package hub

import (
	"context"
	"encoding/json"

	"xiangyun/hub/fsm"
	"xiangyun/protocol"
)

// Settle is an operator's act about what waits (replication.Q2, Q3): discard,
// fix or replay on a record, thaw on a node. Of names the held entry that the
// operator looked at; a fix carries the new body.
func (s *Server) Settle(ctx context.Context, who *protocol.Account, act protocol.Act, ref protocol.Ref, why string, of *protocol.Pos, body json.RawMessage) error {
	if err := s.may(who, protocol.MayOperate); err != nil {
		return err
	}
	_, _, err := s.Act(ctx, protocol.Draft{Ref: ref, Act: act, Body: fsm.Operation{Reason: why, Of: of, Body: body}, By: by(who)})
	return err
}

// hideBody reports whether a held entry's body is not for an operator's eyes:
// personal data stays with whoever handles it (art. 45). What a kind that this
// build does not know may hold, nobody can say.
func hideBody(kind protocol.KindName) bool {
	k := protocol.Lookup(kind)
	return k == nil || k.Personal
}
