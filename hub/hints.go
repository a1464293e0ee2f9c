package hub

import (
	"context"
	"math"
	"syscall"
	"time"

	"xiangyun/hub/quorum"
)

// hintEvery is how often a server tells the others about itself.
const hintEvery = 5 * time.Second

// hints keeps this server's own word in the gossip fresh: build, free disk and
// whose sessions it holds. Nothing is ever decided from it (pitfalls.G2).
func (s *Server) hints(ctx context.Context) error {
	ticker := time.NewTicker(hintEvery)
	defer ticker.Stop()
	for {
		if err := s.gossip.Update(s.hint()); err != nil {
			s.log.Debug("hint not told", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *Server) hint() quorum.Hint {
	h := quorum.Hint{ID: s.id, Addr: s.cfg.Advertise, Build: s.cfg.Build, DiskUsed: math.Round(1000*max(0, s.disk.last())) / 1000}
	var st syscall.Statfs_t
	if err := syscall.Statfs(s.cfg.Dir, &st); err == nil {
		h.FreeDisk = st.Bavail * uint64(st.Bsize)
	}
	s.sightings.mu.Lock()
	defer s.sightings.mu.Unlock()
	for id, seen := range s.sightings.nodes {
		if s.cfg.Now().Sub(seen.At) < twinAfter {
			h.Sessions = append(h.Sessions, id)
		}
	}
	return h
}

// Hints is what the servers tell of themselves: addresses, builds, room, and
// whose sessions they hold.
func (s *Server) Hints() []quorum.Hint { return s.gossip.Members() }
