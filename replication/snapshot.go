package replication

import (
	"context"
	"errors"
	"io"
	"slices"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// snapshots lets one lane take a scope snapshot, which resets both lanes'
// cursors, while the other waits for it.
type snapshots struct {
	ch    chan struct{} // holds one token while no snapshot is taken
	taken uint64        // how many were; whoever holds the token may look
	bad   int           // how many since then were not whole
}

func (s *snapshots) init() { s.ch = make(chan struct{}, 1); s.ch <- struct{}{} }

// settled returns when no snapshot is under way, and tells how many were taken.
func (s *snapshots) settled(ctx context.Context) (uint64, error) {
	if err := s.take(ctx); err != nil {
		return 0, err
	}
	defer s.give()
	return s.taken, nil
}

func (s *snapshots) take(ctx context.Context) error {
	select {
	case <-s.ch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *snapshots) give() { s.ch <- struct{}{} }

// snapshot replaces what this node holds by the hub's records for it
// (replication.T4), unless the other lane did so since seen was counted. The
// session then ends and the lane resumes from the new cursor.
func (u *Uplink) snapshot(ctx context.Context, s link.Session, seen uint64) error {
	if err := u.snaps.take(ctx); err != nil {
		return err
	}
	defer u.snaps.give()
	if u.snaps.taken > seen {
		return errResume
	}
	ask, err := u.Local.SnapshotAsk()
	if err != nil {
		return err
	}
	st, err := s.OpenStream(ctx, 7)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := wire.NewWriter(st).Send(ask); err != nil {
		return err
	}
	in := wire.NewReader(st)
	head, err := wire.Receive[wire.SnapHead](in)
	if err != nil {
		return err
	}
	if err := u.Local.BeginSnapshot(ctx, head); err != nil {
		return err
	}
	err = u.snapParts(ctx, in)
	u.judgeSnapshot(err)
	return err
}

// badSnapshots is how many in a row that were not whole raise an alarm
// (replication.T4).
const badSnapshots = 3

// judgeSnapshot counts; the caller holds the token.
func (u *Uplink) judgeSnapshot(err error) {
	switch {
	case err == errResume:
		u.snaps.taken, u.snaps.bad = u.snaps.taken+1, 0
		u.lower(alarmSnapshot)
	case protocol.CodeOf(err) == protocol.BadChain:
		if u.snaps.bad++; u.snaps.bad >= badSnapshots {
			u.raise(alarmSnapshot, alarm(protocol.BadChain, "T4", "检查线路与省级服务器的磁盘", "整体同步已连续 %d 次校验不符,系统仍在重试;请联系省级管理员", u.snaps.bad))
		}
	}
}

// prefer puts the server first that keeps the snapshot this node has a part
// of: any other would begin anew. Blobs go where bulk is, which paces both.
func (u *Uplink) prefer(servers []wire.Server, class wire.Class) error {
	ask, err := u.Local.SnapshotAsk()
	if err != nil {
		return err
	}
	want := ask.Server()
	if class == wire.ClassBlob {
		want = u.Status().Lanes[protocol.Bulk].Server
	}
	if i := slices.IndexFunc(servers, func(s wire.Server) bool { return s.ID == want }); i > 0 {
		servers[0], servers[i] = servers[i], servers[0]
	}
	return nil
}

var errResume = errors.New("snapshot taken, resuming")

func (u *Uplink) snapParts(ctx context.Context, in *wire.Reader) error {
	for {
		f, err := in.Next()
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		switch f.Type {
		case wire.FrameSnapPart:
			records, err := wire.ReadSnapPart(f.Payload)
			if err != nil {
				return err
			}
			if err := u.Local.SnapshotPart(ctx, records); err != nil {
				return err
			}
		case wire.FrameSnapEnd:
			end, err := wire.Decode[wire.SnapEnd](f.Payload)
			if err != nil {
				return err
			}
			if err := u.Local.EndSnapshot(ctx, end); err != nil {
				return err
			}
			return errResume
		default:
			return outOfTurn("take snapshot", f.Type)
		}
	}
}
