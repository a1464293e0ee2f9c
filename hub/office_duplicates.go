package hub

import (
	"context"

	"xiangyun/protocol"
)

// NotDuplicate is DU-05: the two cases are different, and the pair is not marked
// again. seen is the revision on the screen, 0 for whatever stands.
func (s *Server) NotDuplicate(ctx context.Context, who *protocol.Account, id string, seen uint64, reason string) (protocol.Record, error) {
	if err := s.may(who, protocol.MayRoute); err != nil {
		return protocol.Record{}, err
	}
	return s.one(ctx, protocol.Draft{Ref: protocol.Ref{Kind: "dupmark", ID: id}, Act: "not_duplicate", Body: protocol.Dupmark{Reason: reason},
		By: by(who), Rev: seen})
}
