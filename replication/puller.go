package replication

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// feedWindow is how many bytes of feed a node takes before it has stored them:
// its memory for a lane is bounded by it (replication.9).
const feedWindow = 2 << 20

// feed takes what the hub decided, piece by piece: a piece and its cursor are
// one transaction of the store.
func (u *Uplink) feed(ctx context.Context, s link.Session, lane protocol.Lane) error {
	seen, err := u.snaps.settled(ctx)
	if err != nil {
		return err
	}
	err = u.follow(ctx, s, lane)
	if code := protocol.CodeOf(err); code != protocol.Gone && code != protocol.Stale {
		return err
	}
	u.Log.Info("feed is below the hub's floor, taking a snapshot", "lane", lane)
	return u.snapshot(ctx, s, seen)
}

func (u *Uplink) follow(ctx context.Context, s link.Session, lane protocol.Lane) error {
	st, err := s.OpenStream(ctx, max(1, pushUrgency(lane))) // replication.L1
	if err != nil {
		return err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	cursor, err := u.Local.Cursor(lane)
	if err != nil {
		return err
	}
	cursor.Lane = lane
	out, in := wire.NewWriter(st), wire.NewReader(st)
	if err := out.Send(cursor); err != nil {
		return err
	}
	if err := out.Send(wire.Credit{Lane: lane, Bytes: feedWindow}); err != nil {
		return err
	}
	for {
		if err := u.takePiece(ctx, lane, in, out); err != nil {
			return err
		}
	}
}

func (u *Uplink) takePiece(ctx context.Context, lane protocol.Lane, in *wire.Reader, out *wire.Writer) error {
	f, err := in.Expect(wire.FrameLines)
	if err != nil {
		return err
	}
	lines, err := wire.ReadLines(f.Payload)
	if err != nil {
		return err
	}
	if err := u.Local.Take(ctx, lane, lines); err != nil {
		return err
	}
	u.note(lane, func(s *LaneStatus) { s.Fresh = time.Now() })
	return out.Send(wire.Got{Lane: lane, Generation: lines.Generation, Last: lines.Last})
}
