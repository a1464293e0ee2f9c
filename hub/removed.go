package hub

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// A server that was taken out of the quorum hears nothing more from it: raft
// stops sending. It would go on for ever, asking for votes that nobody gives and
// showing what it knew then. So it asks.

// removedFile says in a server's folder that it was taken out for good: its
// vote is forgotten nowhere, and its id is never used again (pitfalls.R2).
const removedFile = "removed"

// standingEvery is how often a server without a leader asks whether it is still
// one of the hub's.
const standingEvery = 5 * time.Second

// standing ends the server when the leader proves that it is no member.
func (s *Server) standing(ctx context.Context) error {
	ticker := time.NewTicker(standingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		if !s.forsaken() || !s.askStanding(ctx) {
			continue
		}
		if err := identity.WriteSecret(s.path(removedFile), []byte(s.id)); err != nil {
			s.log.Error("removal not noted in the folder", "err", err)
		}
		s.stop(s.removed())
		return nil
	}
}

// forsaken: nobody leads that this server could hear, or it is not in its own
// configuration. A server that has yet to be taken in is not.
func (s *Server) forsaken() bool {
	if _, err := os.Stat(s.path(secretDir, beginFile)); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	for _, m := range s.quorum.Members() {
		if m.ID == s.id {
			return s.quorum.Leader().ID == ""
		}
	}
	return true
}

// askStanding asks every server it knows; the one that leads can prove it.
func (s *Server) askStanding(ctx context.Context) (removed bool) {
	for _, m := range s.quorum.Members() {
		if m.ID == s.id {
			continue
		}
		one, cancel := context.WithTimeout(ctx, standingEvery)
		session, err := s.peers.Get(one, m.Addr, m.ID)
		var r reply
		if err == nil {
			r, err = exchange(one, session, ask{Standing: s.id})
		}
		cancel()
		if err == nil {
			return r.Removed
		}
		s.log.Debug("not told whether still a member", "by", m.ID, "err", err)
	}
	return false
}

func (s *Server) removed() error {
	return &protocol.Fault{Code: protocol.Fenced, Op: "serve hub", Text: "本服务器 " + string(s.id) + " 已被移出省级集群,已停止服务;它的数据不再更新,不能再用",
		Hint: "不要再启动它:清空数据目录 " + s.cfg.Dir + ",需要时换一个新的服务器名称,用 hub token --server-id 和 hub join 重新加入"}
}

// refuseRemoved keeps a removed server from being started again.
func (s *Server) refuseRemoved() error {
	if _, err := os.Stat(s.path(removedFile)); err == nil {
		return s.removed()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
