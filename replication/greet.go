package replication

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// greet takes a node's hello on the first stream of its session. The turn is to
// be given back with the session.
func (d *Downlink) greet(ctx context.Context, s link.Session) (wire.Hello, *turn, error) {
	ctx, cancel := context.WithTimeout(ctx, helloWait)
	defer cancel()
	st, err := s.AcceptStream(ctx)
	if err != nil {
		return wire.Hello{}, nil, tooLate(err)
	}
	defer st.Close()
	st.SetDeadline(time.Now().Add(helloWait))
	out := wire.NewWriter(st)
	hello, err := wire.Receive[wire.Hello](wire.NewReader(st))
	if err == nil {
		err = d.admit(ctx, s, hello)
	}
	if err = tooLate(err); err != nil {
		if werr := out.Fault(err); werr == nil {
			lingerFor(ctx, st)
		}
		return hello, nil, err
	}
	if err := d.catchUp(ctx, hello); err != nil {
		return hello, nil, err
	}
	welcome, turn, err := d.welcome(hello)
	if err != nil {
		return hello, nil, err
	}
	return hello, turn, out.Send(welcome)
}

// tooLate makes a hello that did not come in time something to try again: a
// slow line is no defect.
func tooLate(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return &protocol.Fault{Code: protocol.Busy, Op: "hello", Text: "连接后未及时表明身份,请检查线路后重试", Err: err}
	}
	return err
}

// lingerFor lets the refusal reach the peer before the session is closed.
func lingerFor(ctx context.Context, st link.Stream) {
	st.CloseWrite()
	st.SetReadDeadline(time.Now().Add(time.Second))
	var b [1]byte
	for ctx.Err() == nil {
		if _, err := st.Read(b[:]); err != nil {
			return
		}
	}
}

// admit checks who speaks: certificate = origin, current epoch and its key, no
// twin (replication.R1, A2, F4).
func (d *Downlink) admit(ctx context.Context, s link.Session, h wire.Hello) error {
	peer := s.Peer()
	if peer.ID != h.Origin {
		return protocol.NewFault(protocol.Denied, "hello", "证书属于 %s,不能代表 %s", peer.ID, h.Origin)
	}
	origin, ok, err := d.Decider.Origin(h.Origin)
	if err != nil {
		return err
	}
	switch {
	case !ok, h.Epoch > origin.Epoch: // the certificate is good, so this server has yet to hear of the enrolment
		return protocol.NewFault(protocol.Busy, "hello", "本省级服务器尚未同步到节点 %s 的接入,请稍候", h.Origin)
	case origin.Ended:
		return protocol.NewFault(protocol.Fenced, "hello", "节点 %s 已被隔离或注销", h.Origin)
	case h.Epoch != origin.Epoch || peer.KeyHash != origin.Key:
		return protocol.NewFault(protocol.Fenced, "hello", "节点 %s 现行代次为 %d,本连接为 %d 或使用旧密钥", h.Origin, origin.Epoch, h.Epoch)
	}
	return d.Decider.Claim(ctx, h.Origin, h.Boot)
}

// catchUpWait bounds how long a server that is behind its leader keeps a node
// waiting; the first exchange as a whole has helloWait.
const catchUpWait = 2 * time.Second

// catchUp waits until this server knows of the node what the node knows to be
// acknowledged: a place that another server decided a moment ago must not look
// like one the province has lost (replication.md §4).
func (d *Downlink) catchUp(ctx context.Context, h wire.Hello) error {
	ctx, cancel := context.WithTimeout(ctx, catchUpWait)
	defer cancel()
	for {
		seen := d.Decider.Applied().Get()
		origin, _, err := d.Decider.Origin(h.Origin)
		if err != nil {
			return err
		}
		behind := slices.ContainsFunc(h.Acked, func(p protocol.Pos) bool { return origin.Last[p.Lane].Seq < p.Seq })
		if !behind || d.Decider.Applied().Wait(ctx, seen+1) != nil { // lost, or this server is cut off: the node must know
			return nil
		}
	}
}

func (d *Downlink) welcome(h wire.Hello) (w wire.Welcome, t *turn, err error) {
	origin, _, err := d.Decider.Origin(h.Origin)
	if err != nil {
		return w, nil, err
	}
	w = d.Decider.Welcome()
	w.Feature, w.HubTime, w.Limits = Feature, d.Decider.Now(), wire.OwnLimits()
	for _, lane := range protocol.Lanes {
		last := origin.Last[lane]
		last.Lane = lane
		w.Last = append(w.Last, last)
		credit := wire.Credit{Lane: lane, Bytes: d.Credit(lane)}
		if lane == protocol.Bulk {
			credit.Bytes, t = d.admitBulk(h, last)
		}
		w.Credits = append(w.Credits, credit)
	}
	return w, t, nil
}

// beat answers every beat of a node and looks at its claim again.
func (d *Downlink) beat(ctx context.Context, c *Conversation) error {
	payload := c.First.Payload
	var told []wire.Server // a session may outlive every server its hello named
	for {
		b, err := wire.Decode[wire.NodeBeat](payload)
		if err != nil {
			return err
		}
		if err := d.stillCurrent(ctx, c, b); err != nil {
			return err
		}
		d.Decider.Heard(c.Hello.Origin, b)
		answer := wire.HubBeat{Time: d.Decider.Now(), Applied: d.Decider.Applied().Get()}
		if servers := d.Decider.Welcome().Servers; !slices.Equal(servers, told) {
			answer.Servers, told = servers, servers
		}
		if err := c.Out.Send(answer); err != nil {
			return err
		}
		c.Stream.SetDeadline(time.Now().Add(5 * bulkLost))
		f, err := c.In.Expect(wire.FrameBeat)
		if err != nil {
			return err
		}
		payload = f.Payload
	}
}

// stillCurrent looks again at who speaks, with every beat.
func (d *Downlink) stillCurrent(ctx context.Context, c *Conversation, b wire.NodeBeat) error {
	if err := d.current(c); err != nil {
		return err
	}
	return d.Decider.Claim(ctx, c.Hello.Origin, b.Boot)
}

// current refuses an origin that was fenced after its hello: whether it beats
// is its own choice, so every exchange and every piece of feed asks
// (replication.F4).
func (d *Downlink) current(c *Conversation) error {
	if c.Peer.Role != identity.RoleNode {
		return nil
	}
	origin, ok, err := d.Decider.Origin(c.Hello.Origin)
	if err != nil {
		return err
	}
	if ok && (origin.Ended || origin.Epoch > c.Hello.Epoch) {
		return protocol.NewFault(protocol.Fenced, "serve node", "节点 %s 已有新的代次", c.Hello.Origin)
	}
	return nil
}
