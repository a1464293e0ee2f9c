package hub

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"xiangyun/hub/fsm"
	"xiangyun/hub/quorum"
	"xiangyun/hub/web"
	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/page"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/wire"
)

// Handler is the server's door for browsers and other systems: API and console
// share one gate, so a person logs in once.
func (s *Server) Handler() (http.Handler, error) {
	sessions := &rest.Sessions{Place: protocol.Hub, Gate: identity.NewGate(protocol.Hub, s), Secure: s.cfg.Secure}
	pages, err := web.New(web.Config{Place: page.Text{ZH: "吉林省", EN: "Jilin"}, Version: s.cfg.Build, Sessions: sessions, Reader: pageReader{reader{s}},
		Office: s, Tokens: pageTokens{s}, Now: s.cfg.Clock, Log: s.log})
	if err != nil {
		return nil, err
	}
	return doors(s.api(sessions), pages.Handler()), nil
}

// pageReader shows this server to the console in the console's words.
type pageReader struct{ reader }

func (p pageReader) Cluster(context.Context) (web.Cluster, error) {
	st, err := p.fsm.Status()
	if err != nil {
		return web.Cluster{}, err
	}
	c := web.Cluster{Self: p.id, Leader: p.Leader(), Applied: st.Applied, Generation: st.Generation, Level: st.Level, Clock: st.Clock,
		Digest: st.Digest, Held: st.Held, Overdue: st.Overdue, Bytes: st.FileBytes}
	if st.Stopped != nil {
		c.Stopped = st.Stopped.Error()
	}
	heard := make(map[protocol.NodeID]quorum.Hint)
	for _, h := range p.Hints() {
		heard[h.ID] = h
	}
	compared := p.fsm.Compared()
	for _, m := range p.Members() {
		s := p.server(m, heard, &c)
		if told, ok := compared[string(m.ID)]; ok && m.ID != p.id {
			s.Applied, s.Digest, s.Check = told.Index, told.Digest, checkOf(told)
		}
		c.Servers = append(c.Servers, s)
	}
	return c, nil
}

func checkOf(c fsm.Compared) web.Check {
	switch {
	case !c.Known:
		return web.CheckBehind
	case c.Same:
		return web.CheckSame
	}
	return web.CheckOther
}

// server joins what Raft says of a member with what it says of itself; this
// server's own index and digest are known here as they are now.
func (p pageReader) server(m quorum.Member, heard map[protocol.NodeID]quorum.Hint, c *web.Cluster) web.Server {
	h, alive := heard[m.ID]
	s := web.Server{ID: m.ID, Addr: m.Addr, Voter: m.Voter, Alive: alive, Build: h.Build, Nodes: len(h.Sessions), Disk: h.DiskUsed}
	if alive || m.ID == p.id {
		s.Heard = p.Now()
	}
	if m.ID == p.id {
		s.Alive, s.Applied, s.Digest, s.Build, s.Disk = true, c.Applied, c.Digest, p.cfg.Build, p.disk.last()
	}
	return s
}

// Nodes joins the registry's chains with the last beats, here or at the server
// that gossip says holds the session.
func (p pageReader) Nodes(context.Context) ([]web.NodeState, error) {
	st, err := p.fsm.Status()
	if err != nil {
		return nil, err
	}
	holder := make(map[protocol.NodeID]protocol.NodeID)
	for _, h := range p.Hints() {
		for _, node := range h.Sessions {
			holder[node] = h.ID
		}
	}
	told := make(map[protocol.NodeID]bool)
	for _, seen := range p.presence.all() { // the leader hears of every beat
		told[seen.Node] = p.quorum.IsLeader() && p.cfg.Now().Sub(seen.at) < twinAfter
	}
	var list []web.NodeState
	for _, o := range st.Origins {
		if o.ID == protocol.Hub {
			continue
		}
		n := web.NodeState{ID: o.ID, Server: holder[o.ID], Connected: holder[o.ID] != "" || told[o.ID], Frozen: frozenLanes(o.OriginState)}
		if seen, ok := p.sightings.of(o.ID); ok {
			fresh := p.cfg.Now().Sub(seen.At) < twinAfter
			if fresh {
				n.Server, n.Connected = p.id, true
			}
			if p.cfg.Now().Sub(seen.At) < forkTold {
				n.Frozen = withForks(n.Frozen, o.OriginState, seen.Beat.Forked)
			}
			if fresh || !n.Connected { // else it has moved on, and this beat is old
				n.Beat, n.Queued, n.Numbers = protocol.At(seen.At), seen.Beat.QueueBytes, seen.Beat.BlockLeft
			}
		}
		list = append(list, n)
	}
	return list, nil
}

// forkTold is how long a node's own word about a fork is shown: a node that
// stands outside comes again every ten seconds, to any server.
const forkTold = time.Minute

// withForks adds the lanes in which the node itself found that the hub has
// another history: the hub takes nothing of them, so it cannot know
// (replication.F1).
func withForks(list []web.Frozen, o fsm.OriginState, forked wire.Positions) []web.Frozen {
	for _, there := range forked {
		if slices.ContainsFunc(list, func(f web.Frozen) bool { return f.Lane == there.Lane }) {
			continue
		}
		list = append(list, web.Frozen{Lane: there.Lane, Reason: "节点自己发现日志与省级记录不一致,已停止办理", Here: o.Last[there.Lane], There: there})
	}
	return list
}

func frozenLanes(o fsm.OriginState) (list []web.Frozen) {
	for _, lane := range protocol.Lanes {
		if why := o.Frozen[lane]; why != "" {
			list = append(list, web.Frozen{Lane: lane, Reason: why, Here: o.Last[lane], There: o.Other[lane]})
		}
	}
	return list
}

func (p pageReader) Lapses(until protocol.Instant, max int) (list []web.Lapse, err error) {
	lapses, err := p.fsm.Overdue(max)
	for _, l := range lapses {
		if l.At <= until {
			list = append(list, web.Lapse(l))
		}
	}
	return list, err
}

func (p pageReader) Held(max int) (list []web.Held, err error) {
	held, err := p.fsm.Held(max)
	for i := range held {
		e := &held[i].Entry
		list = append(list, web.Held{Ref: e.Ref, Origin: e.Origin, Act: e.Act, By: e.By, At: e.At, Index: held[i].Index, Reason: held[i].Reason, Pos: e.Pos()})
	}
	return list, err
}

func (p pageReader) Queue(ref protocol.Ref) (list []web.Held, err error) {
	held, err := p.reader.Queue(ref)
	for _, h := range held {
		list = append(list, web.Held(h))
	}
	return list, err
}

// Plan says what a release would publish now.
func (p pageReader) Plan(context.Context) (web.Plan, error) {
	plan, err := p.planRelease()
	if err != nil {
		return web.Plan{}, err
	}
	out := web.Plan{Number: plan.number, Count: len(plan.leaves)}
	for _, d := range plan.stage {
		l, _, err := load[protocol.Listing](p.Server, d.Ref)
		if err != nil {
			return out, err
		}
		out.Changes = append(out.Changes, web.Staged{Entry: l.Entry, Name: l.Name, Agency: l.Provider, New: l.Cur == nil})
	}
	return out, nil
}

// pageTokens adds the line that the operator types at the other machine.
type pageTokens struct{ *Server }

func (p pageTokens) IssueToken(ctx context.Context, who *protocol.Account, role string, subject protocol.NodeID) (web.Token, error) {
	t, err := p.Server.IssueToken(ctx, who, role, subject)
	if err != nil {
		return web.Token{}, err
	}
	line := fmt.Sprintf("xiangyun node enroll --server %s <<<%s", p.cfg.Advertise, t.Text)
	if role == protocol.RoleServer {
		line = fmt.Sprintf("xiangyun hub join --server %s --advertise 本机地址:7443 <<<%s", p.cfg.Advertise, t.Text)
	}
	return web.Token{ID: t.ID, Text: t.Text, Subject: t.Subject, Expires: t.Expires, Command: line}, nil
}
