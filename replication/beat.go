package replication

import (
	"context"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// How often a lane's session proves itself, and how long it may stay silent.
// The urgent lane is quick, so that a node is back at another server within
// five seconds of a server's death (proof.I15).
const (
	urgentBeat = time.Second
	urgentLost = 4 * time.Second
	bulkBeat   = 3 * time.Second
	bulkLost   = 9 * time.Second
)

func beatTimes(lane protocol.Lane) (every, lost time.Duration) {
	if lane == protocol.Urgent {
		return urgentBeat, urgentLost
	}
	return bulkBeat, bulkLost
}

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
	every, lost := beatTimes(lane)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		st.SetDeadline(time.Now().Add(lost))
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

func (u *Uplink) clock() time.Time {
	if u.Clock == nil {
		return time.Now()
	}
	return u.Clock()
}

func (u *Uplink) beatOnce(lane protocol.Lane, out *wire.Writer, in *wire.Reader) error {
	sent := u.clock()
	head, err := u.Local.Head(lane) // behind the time: by then at least this was written
	if err != nil {
		return err
	}
	msg := wire.NodeBeat{Boot: u.Boot, Time: protocol.At(sent), QueueBytes: u.Local.QueueBytes(),
		FreeDisk: u.Local.FreeDisk(), BlockLeft: u.Local.BlocksLeft(), Forked: u.forked()}
	if head.Seq > 0 {
		msg.Heads = wire.Positions{head}
	}
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
	now := u.clock()
	middle := sent.Round(0).Add(now.Sub(sent) / 2) // pitfalls.C4: wall clocks are compared, lengths are monotonic
	u.note(lane, func(s *LaneStatus) {
		s.Offset = answer.Time.Time().Sub(middle)
		if answer.Applied <= cursor.Last {
			s.Fresh = time.Now()
		}
	})
	if len(answer.Servers) == 0 {
		return nil
	}
	return u.Servers.Learn(answer.Servers)
}

// part notes the own line of a lane in which the hub has another history, and
// tells the hub before the session ends: it takes nothing of the lane, so it
// could not know (replication.F1).
func (u *Uplink) part(ctx context.Context, s link.Session, lane protocol.Lane, own protocol.Pos) {
	if own.Seq == 0 {
		return // an empty journal has no line to name
	}
	u.mu.Lock()
	u.forks[lane] = own
	u.mu.Unlock()
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		u.Log.Info("fork not told", "lane", lane, "err", err)
		return
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	_, lost := beatTimes(lane)
	st.SetDeadline(time.Now().Add(lost))
	if err := u.beatOnce(lane, wire.NewWriter(st), wire.NewReader(st)); err != nil {
		u.Log.Info("fork not told", "lane", lane, "err", err)
	}
}

// joined takes back what part noted.
func (u *Uplink) joined(lane protocol.Lane) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forks[lane] = protocol.Pos{}
}

func (u *Uplink) forked() (list wire.Positions) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, lane := range protocol.Lanes {
		if u.forks[lane].Seq > 0 {
			list = append(list, u.forks[lane])
		}
	}
	return list
}
