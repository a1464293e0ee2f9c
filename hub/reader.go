package hub

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"xiangyun/hub/api"
	"xiangyun/hub/web"
	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
	"xiangyun/replication/fold"
	"xiangyun/replication/search"
)

// reader shows what this server has applied to its pages and its API.
type reader struct{ *Server }

func (r reader) History(ref protocol.Ref) (steps []console.Step, err error) {
	list, err := r.fsm.History(ref)
	for _, s := range list {
		steps = append(steps, console.Step(s))
	}
	return steps, err
}

func (r reader) Search(ctx context.Context, q console.Query) (console.Result, error) {
	found, err := r.search.Search(ctx, search.Query(q))
	if err != nil {
		return console.Result{}, err
	}
	out := console.Result{Next: found.Next, Total: found.Total.N, More: found.Total.More}
	for _, h := range found.Hits {
		out.Hits = append(out.Hits, console.Hit(h))
	}
	for _, c := range found.Counts {
		out.Counts = append(out.Counts, console.FacetCount(c))
	}
	return out, nil
}

func (r reader) Overdue(max int) (list []api.Lapse, err error) {
	lapses, err := r.fsm.Overdue(max)
	for _, l := range lapses {
		list = append(list, api.Lapse(l))
	}
	return list, err
}

func (r reader) Held(max int) (list []api.Held, err error) {
	held, err := r.fsm.Held(max)
	for i := range held {
		list = append(list, r.heldEntry(&held[i]))
	}
	return list, err
}

func (r reader) heldEntry(h *fold.Held) api.Held {
	e := &h.Entry
	return api.Held{Ref: e.Ref, Pos: e.Pos(), Reason: h.Reason, Origin: e.Origin, Act: e.Act, By: e.By, At: e.At, Index: h.Index}
}

// Queue gives bodies too, but for personal ones.
func (r reader) Queue(ref protocol.Ref) (list []api.Held, err error) {
	held, err := r.fsm.Queue(ref)
	for i := range held {
		one := r.heldEntry(&held[i])
		if !hideBody(ref.Kind) {
			one.Body = string(held[i].Entry.Body)
		}
		list = append(list, one)
	}
	return list, err
}

// Status gathers where this server, the cluster and the nodes stand.
func (r reader) Status(ctx context.Context) (api.Status, error) {
	st, err := r.fsm.Status()
	if err != nil {
		return api.Status{}, err
	}
	links, err := r.links(ctx)
	if err != nil {
		return api.Status{}, err
	}
	out := api.Status{Server: r.id, Leader: r.Leader(), Applied: st.Applied, Generation: st.Generation, Level: st.Level, Digest: st.Digest,
		Clock: st.Clock, Held: st.Held, Overdue: st.Overdue, Members: []api.Member{}, Nodes: []api.NodeStatus{}}
	online := r.online()
	for _, m := range r.Members() {
		out.Members = append(out.Members, api.Member{ID: m.ID, Addr: m.Addr, Voter: m.Voter, Leader: m.ID == out.Leader, Online: online[m.ID]})
	}
	for _, o := range st.Origins {
		if o.ID == protocol.Hub {
			continue
		}
		n := api.NodeStatus{ID: o.ID, State: o.State, Epoch: o.Epoch, Urgent: o.Last[protocol.Urgent].Seq, Bulk: o.Last[protocol.Bulk].Seq,
			Frozen: o.Frozen[protocol.Urgent] + o.Frozen[protocol.Bulk]}
		l := links[o.ID]
		for _, f := range l.Frozen {
			if n.Frozen == "" {
				n.Frozen = f.Reason
			}
			if f.There.Seq > 0 {
				n.Forks = append(n.Forks, api.Fork{Lane: f.Lane, Here: f.Here, There: f.There})
			}
		}
		n.Server, n.Connected, n.LastBeat, n.Queue, n.Numbers = l.Server, l.Connected, l.Beat, l.Queued, l.Numbers
		out.Nodes = append(out.Nodes, n)
	}
	return out, nil
}

// links gives, by node, what the pages say of its link: one answer to people
// and to programs.
func (r reader) links(ctx context.Context) (map[protocol.NodeID]web.NodeState, error) {
	list, err := pageReader{r}.Nodes(ctx)
	byNode := make(map[protocol.NodeID]web.NodeState, len(list))
	for _, l := range list {
		byNode[l.ID] = l
	}
	return byNode, err
}

// online tells the servers that gossip hears, this one among them.
func (s *Server) online() map[protocol.NodeID]bool {
	heard := map[protocol.NodeID]bool{s.id: true}
	for _, h := range s.Hints() {
		heard[h.ID] = true
	}
	return heard
}

// Account and AccountByToken make the server the list of accounts of its gate.
func (s *Server) Account(id string) (protocol.Account, bool, error) {
	rec, ok, err := s.fsm.Record(protocol.Ref{Kind: "account", ID: id})
	if err != nil || !ok {
		return protocol.Account{}, false, err
	}
	a, err := protocol.Load[protocol.Account](rec)
	if err != nil {
		return protocol.Account{}, false, err
	}
	return *a, true, nil
}

// AccountByToken finds the account with the hash of an API token.
func (s *Server) AccountByToken(hash string) (protocol.Account, bool, error) {
	refs, err := s.search.ByKey(context.Background(), "account", hash)
	if err != nil || len(refs) == 0 {
		return protocol.Account{}, false, err
	}
	a, ok, err := s.Account(refs[0].ID)
	return a, ok && a.Place == protocol.Hub, err
}

// AdminHandler is the door on the admin socket.
func (s *Server) AdminHandler() http.Handler {
	return s.api(&rest.Sessions{Place: protocol.Hub, Local: rest.LocalOperator(protocol.Hub, s)})
}

func (s *Server) api(sessions *rest.Sessions) http.Handler {
	cfg := rest.Config{Title: "祥云省级接口", Version: s.cfg.Build, Sessions: sessions, Log: s.log, Metrics: s.metrics(), Ready: s.ready}
	api.Freshness(&cfg, s.fsm.Applied().Get, s.age)
	return api.New(cfg, office{s}, reader{s})
}

// age bounds how old this server's answers are; false at the leader itself. A
// heartbeat alone proves nothing about the log (it may hang while they go on),
// so the leader's stamp on the newest tick counts, too: one comes every second
// (pitfalls.R9, replication.15).
func (s *Server) age() (time.Duration, bool) {
	if s.quorum.IsLeader() {
		return 0, false
	}
	return staleness(s.quorum.Stats().SinceContact, s.fsm.Clock(), s.Now()), true
}

// unknownAge is said by a server that has not heard of a leader since its start.
const unknownAge = time.Hour

// staleness takes the worse of both; contact is negative when there was none.
func staleness(contact time.Duration, clock, now protocol.Instant) time.Duration {
	if contact < 0 {
		contact = unknownAge
	}
	return max(contact, time.Duration(now-clock)*time.Millisecond, 0)
}

// office shows the server's office in the API's words.
type office struct{ *Server }

func (o office) IssueToken(ctx context.Context, who *protocol.Account, role string, subject protocol.NodeID) (api.Token, error) {
	t, err := o.Server.IssueToken(ctx, who, role, subject)
	return api.Token(t), err
}

// ready: a hub server can serve once somebody leads and it is not far behind.
func (s *Server) ready(context.Context) []rest.Check {
	c := rest.Check{Name: "leader", OK: s.Leader() != ""}
	if !c.OK {
		c.Text = "省级集群正在选举主服务器"
	}
	checks := []rest.Check{c}
	if age, follower := s.age(); follower && age > maxAge {
		checks = append(checks, rest.Check{Name: "fresh", Text: fmt.Sprintf("本服务器的数据已落后 %.0f 秒", age.Seconds())})
	}
	return checks
}

// maxAge is how far behind a server may be and still be given to people.
const maxAge = 30 * time.Second

// doors sends the API's addresses to the API and all others to the pages.
func doors(api, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := r.URL.Path; {
		case strings.HasPrefix(p, "/api/"), p == "/healthz", p == "/readyz", p == "/metrics":
			api.ServeHTTP(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	})
}
