package replication

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// BeatEvery is how often each lane's session proves itself; beatLost is how
// long it may stay silent.
const (
	BeatEvery = 3 * time.Second
	beatLost  = 9 * time.Second
)

// beat notices a dead hub at once (pitfalls.Q2), measures the clock offset and
// tells the hub what the node still holds.
func (u *Uplink) beat(ctx context.Context, s link.Session, lane protocol.Lane) error {
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		return err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	out, in := wire.NewWriter(st), wire.NewReader(st)
	ticker := time.NewTicker(BeatEvery)
	defer ticker.Stop()
	for {
		st.SetDeadline(time.Now().Add(beatLost))
		if err := u.beatOnce(lane, out, in); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (u *Uplink) beatOnce(lane protocol.Lane, out *wire.Writer, in *wire.Reader) error {
	sent := time.Now()
	msg := wire.NodeBeat{Boot: u.Boot, Time: protocol.At(sent), QueueBytes: u.Local.QueueBytes(),
		FreeDisk: u.Local.FreeDisk(), BlockLeft: u.Local.BlocksLeft()}
	if err := out.Send(msg); err != nil {
		return err
	}
	answer, err := wire.Receive[wire.HubBeat](in)
	if err != nil {
		return u.unwelcome(err)
	}
	cursor, err := u.Local.Cursor(lane)
	if err != nil {
		return err
	}
	now := time.Now()
	middle := sent.Add(now.Sub(sent) / 2)
	u.note(lane, func(s *LaneStatus) {
		s.Offset = answer.Time.Time().Sub(middle)
		if answer.Applied <= cursor.Last {
			s.Fresh = now
		}
	})
	return nil
}
