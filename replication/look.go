package replication

import (
	"context"
	"encoding/json"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// LookAsk asks the hub about cases that the node does not hold (cases.md §4,
// W-09). Either Case or Key is set; By is the account that asks, and Purpose
// stands in the hub's record of the question.
type LookAsk struct {
	Case    string `json:"case,omitempty"`
	Key     string `json:"key,omitempty"` // receipt number, case number, or a person's fingerprint
	By      string `json:"by"`
	Purpose string `json:"purpose"`
}

// LookAnswer is what the hub server had applied: Index, and how old that may be.
// Bodies are masked; it is shown and never kept as a record.
type LookAnswer struct {
	Server protocol.NodeID `json:"server"`
	Index  uint64          `json:"index"`
	Age    time.Duration   `json:"age"` // at the answer
	Cases  []LookCase      `json:"cases,omitempty"`
}

// LookCase is one case as another place may see it.
type LookCase struct {
	Ref   protocol.Ref     `json:"ref"`
	Rev   uint64           `json:"rev"`
	Home  protocol.NodeID  `json:"home"`
	At    protocol.Instant `json:"at"`
	Act   protocol.Act     `json:"act"`
	Index uint64           `json:"index"`
	Body  json.RawMessage  `json:"body"`
}

// lookWait is how long a person at a counter waits for the hub.
const lookWait = 2 * time.Second

// Look asks over the urgent lane's session, on a stream of its own. Without a
// session it is Busy at once: a window does not wait for a line.
func (u *Uplink) Look(ctx context.Context, ask LookAsk) (answer LookAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookWait)
	defer cancel()
	u.mu.Lock()
	s := u.urgent
	u.mu.Unlock()
	if s == nil {
		return answer, protocol.NewFault(protocol.Busy, "look elsewhere", "与省级断开,暂时查不到其他地方的办件;本地办件照常")
	}
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		return answer, lookFault(err)
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	payload, err := json.Marshal(ask)
	if err != nil {
		return answer, err
	}
	if err := wire.NewWriter(st).Write(wire.FrameLookAsk, wire.MustUnderstand, payload); err != nil {
		return answer, lookFault(err)
	}
	f, err := wire.NewReader(st).Expect(wire.FrameLook)
	if err != nil {
		return answer, lookFault(err)
	}
	if err := json.Unmarshal(f.Payload, &answer); err != nil {
		return answer, &protocol.Fault{Code: protocol.Malformed, Op: "look elsewhere", Text: "省级的答复无法读取", Err: err}
	}
	return answer, nil
}

// holdUrgent notes the session that questions go over.
func (u *Uplink) holdUrgent(s link.Session) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.urgent = s
}

// lookFault keeps what the hub said and makes the line's own errors Busy.
func lookFault(err error) error {
	switch protocol.CodeOf(err) {
	case protocol.Denied, protocol.Refused, protocol.Malformed, protocol.Gone, protocol.Busy, protocol.Stale:
		return err
	}
	return &protocol.Fault{Code: protocol.Busy, Op: "look elsewhere", Text: "省级没有及时答复,请稍后再查", Err: err}
}

// look answers a node; Looker records the question first.
func (d *Downlink) look(ctx context.Context, c *Conversation) error {
	var ask LookAsk
	if err := json.Unmarshal(c.First.Payload, &ask); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: "serve look-up", Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, lookWait)
	defer cancel()
	answer, err := d.Looker(ctx, c.Hello.Origin, ask)
	if err != nil {
		return err
	}
	payload, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return c.Out.Write(wire.FrameLook, wire.MustUnderstand, payload)
}
