package hub

import (
	"context"
	"errors"
	"time"

	"xiangyun/protocol"
)

// scrubEvery is how often a server reads all of its state: seven times as often
// as must be (pitfalls.B3).
const scrubEvery = 24 * time.Hour

// scrubs reads the state for damage. A server that finds some leaves the
// quorum: it must never vote on.
func (s *Server) scrubs(ctx context.Context) error {
	ticker := time.NewTicker(scrubEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		if err := s.scrub(ctx); err != nil {
			return err
		}
	}
}

// scrub gives an error only for damage; what kept it from reading is logged.
func (s *Server) scrub(ctx context.Context) error {
	begin := time.Now()
	err := s.fsm.Scrub(ctx)
	switch {
	case protocol.CodeOf(err) == protocol.BadChain:
		return err
	case err != nil && !errors.Is(err, context.Canceled):
		s.log.Error("state not scrubbed", "err", err)
	case err == nil:
		s.log.Info("state scrubbed", "took", time.Since(begin))
	}
	return nil
}
