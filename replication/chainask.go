package replication

import (
	"context"
	"encoding/json"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// MaxChainLines bounds one answer about a chain.
const MaxChainLines = 256

// ChainAsk asks the hub for lines of the asker's own chain as the hub took them,
// from seq From on: a node whose disk and the hub tell two histories shows them
// side by side (replication.F2).
type ChainAsk struct {
	Lane protocol.Lane `json:"lane"`
	From uint64        `json:"from"`
	Max  int           `json:"max"`
}

// ChainAnswer is the hub's last place in the lane, and the lines, oldest first.
type ChainAnswer struct {
	Last  protocol.Pos `json:"last"`
	Lines []ChainLine  `json:"lines"`
}

// ChainLine is the head of one line: who did what to which record. The body
// stays where it is.
type ChainLine struct {
	Pos protocol.Pos     `json:"pos"`
	Ref protocol.Ref     `json:"ref"`
	Act protocol.Act     `json:"act"`
	By  string           `json:"by"`
	At  protocol.Instant `json:"at"`
}

const chainWait = 10 * time.Second

// Chain asks the hub for own lines, over a session of its own: a forked lane
// keeps none.
func (u *Uplink) Chain(ctx context.Context, ask ChainAsk) (answer ChainAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, chainWait)
	defer cancel()
	s, _, err := u.open(ctx, wire.Class(ask.Lane.String()))
	if err != nil {
		return answer, err
	}
	defer s.Close(0, "asked")
	st, err := s.OpenStream(ctx, 0)
	if err != nil {
		return answer, err
	}
	defer st.Close()
	defer context.AfterFunc(ctx, func() { st.Close() })()
	payload, err := json.Marshal(ask)
	if err != nil {
		return answer, err
	}
	if err := wire.NewWriter(st).Write(wire.FrameChainAsk, wire.MustUnderstand, payload); err != nil {
		return answer, err
	}
	f, err := wire.NewReader(st).Expect(wire.FrameChain)
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(f.Payload, &answer); err != nil {
		return answer, &protocol.Fault{Code: protocol.Malformed, Op: "ask chain", Text: "省级的答复无法读取", Err: err}
	}
	return answer, nil
}

// chain answers a node about its own chain and about no other.
func (d *Downlink) chain(_ context.Context, c *Conversation) error {
	var ask ChainAsk
	if err := json.Unmarshal(c.First.Payload, &ask); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: "serve chain", Err: err}
	}
	if err := ask.Lane.Validate(); err != nil {
		return &protocol.Fault{Code: protocol.Malformed, Op: "serve chain", Err: err}
	}
	origin, _, err := d.Decider.Origin(c.Hello.Origin)
	if err != nil {
		return err
	}
	answer := ChainAnswer{Last: origin.Last[ask.Lane]}
	answer.Last.Lane = ask.Lane
	if answer.Lines, err = d.Chain(c.Hello.Origin, ask.Lane, ask.From, max(0, min(ask.Max, MaxChainLines))); err != nil {
		return err
	}
	payload, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return c.Out.Write(wire.FrameChain, wire.MustUnderstand, payload)
}
