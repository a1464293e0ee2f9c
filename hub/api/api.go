package api

import (
	"context"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
)

// Office is what provincial admins do; the hub server is one. Each method is
// one group of acts and asks for the right itself.
type Office interface {
	RegisterAgency(ctx context.Context, who *protocol.Account, a protocol.Agency) (protocol.Record, error)
	Publish(ctx context.Context, who *protocol.Account, request protocol.Ref) (protocol.Record, error)
	Decline(ctx context.Context, who *protocol.Account, request protocol.Ref, reason string) (protocol.Record, error)
	EndItem(ctx context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error)
	PublishCalendar(ctx context.Context, who *protocol.Account, year protocol.CalendarYear) (protocol.Record, error)
	Approve(ctx context.Context, who *protocol.Account, set string, returned []protocol.ReturnedItem) (protocol.Record, error)
	Return(ctx context.Context, who *protocol.Account, set, reason string) (protocol.Record, error)
	Release(ctx context.Context, who *protocol.Account, notes string) (protocol.Record, error)
	PlanNode(ctx context.Context, who *protocol.Account, n protocol.Node) (protocol.Record, error)
	EndNode(ctx context.Context, who *protocol.Account, id protocol.NodeID, act protocol.Act, reason string) (protocol.Record, error)
	IssueToken(ctx context.Context, who *protocol.Account, role string, subject protocol.NodeID) (Token, error)
	CreateAccount(ctx context.Context, who *protocol.Account, a protocol.Account, password string) (protocol.Record, error)
	Change(ctx context.Context, who *protocol.Account, op string, id protocol.NodeID) error
}

// Reader is what the lists read.
type Reader interface {
	console.Records
	Status(ctx context.Context) (Status, error)
	Overdue(max int) ([]Lapse, error)
	Held(max int) ([]Held, error)
}

// Token is a new enrolment token; Text is shown once and kept nowhere.
type Token struct {
	ID      string           `json:"id"`
	Role    string           `json:"role"`
	Subject protocol.NodeID  `json:"subject"`
	Text    string           `json:"token" doc:"只显示这一次"`
	Expires protocol.Instant `json:"expires"`
}

// Status is where this server and the cluster stand.
type Status struct {
	Server     protocol.NodeID  `json:"server"`
	Leader     protocol.NodeID  `json:"leader" doc:"空为正在选举"`
	Applied    uint64           `json:"applied"`
	Generation uint64           `json:"generation"`
	Level      uint16           `json:"level"`
	Digest     protocol.Hash    `json:"digest" doc:"applied 处的状态摘要,各服务器应相同"`
	Clock      protocol.Instant `json:"clock"`
	Held       int              `json:"held" doc:"等待管理员处理的日志"`
	Overdue    int              `json:"overdue"`
	Members    []Member         `json:"members"`
	Nodes      []NodeStatus     `json:"nodes"`
}

// Member is one server of the hub.
type Member struct {
	ID     protocol.NodeID `json:"id"`
	Addr   string          `json:"addr"`
	Voter  bool            `json:"voter"`
	Leader bool            `json:"leader"`
}

// NodeStatus is how far a node's journals have come, and its last beat at this
// server.
type NodeStatus struct {
	ID       protocol.NodeID  `json:"id"`
	State    string           `json:"state"`
	Epoch    uint64           `json:"epoch"`
	Urgent   uint64           `json:"urgent" doc:"紧急通道已判定到的序号"`
	Bulk     uint64           `json:"bulk"`
	Frozen   string           `json:"frozen,omitempty"`
	LastBeat protocol.Instant `json:"lastBeat,omitzero" doc:"最近一次在本服务器的心跳"`
	Queue    uint64           `json:"queueBytes,omitempty"`
	Numbers  uint64           `json:"numbersLeft,omitempty"`
}

// Lapse is a clock that ran out.
type Lapse struct {
	Ref   protocol.Ref     `json:"ref"`
	Clock protocol.ClockID `json:"clock"`
	At    protocol.Instant `json:"at"`
}

// Held is an entry that waits for an operator.
type Held struct {
	Ref    protocol.Ref `json:"ref"`
	Pos    protocol.Pos `json:"pos"`
	Reason string       `json:"reason"`
}

type server struct {
	office Office
	read   Reader
}

// New makes the API of a hub server.
func New(cfg rest.Config, office Office, read Reader) *rest.API {
	a, s := rest.New(cfg), &server{office, read}
	s.cluster(a)
	s.nodes(a)
	s.items(a)
	s.catalog(a)
	s.people(a)
	return a
}

type byID struct {
	ID string `path:"id" doc:"编号"`
}

// listIn is what every list takes.
type listIn struct {
	Text   string `query:"q" doc:"按文字查找" max:"200"`
	State  string `query:"state" doc:"按状态"`
	Key    string `query:"key" doc:"按编号精确查找"`
	Node   string `query:"node" doc:"按节点"`
	Agency string `query:"agency" doc:"按机构"`
	Want   string `query:"want" doc:"请求的种类"`
	Limit  int    `query:"limit" doc:"每页条数" max:"200"`
	After  string `query:"after" doc:"上一页的 next" max:"200"`
}

// list pages through one kind.
func list[T any](s *server, kind protocol.KindName, nodeFacet string) func(context.Context, *protocol.Account, listIn) (rest.List[rest.Record[T]], error) {
	return func(ctx context.Context, _ *protocol.Account, in listIn) (rest.List[rest.Record[T]], error) {
		q := console.Query{Kind: kind, Text: in.Text, State: in.State, Key: in.Key, Limit: in.Limit, After: in.After}
		for _, f := range []protocol.Facet{{Name: nodeFacet, Value: in.Node}, {Name: "agency", Value: in.Agency}, {Name: "want", Value: in.Want}} {
			if f.Value != "" {
				q.Facets = append(q.Facets, f)
			}
		}
		found, err := s.read.Search(ctx, q)
		if err != nil {
			return rest.List[rest.Record[T]]{}, err
		}
		out := rest.List[rest.Record[T]]{Items: []rest.Record[T]{}, Next: found.Next, Total: found.Total, More: found.More}
		for _, hit := range found.Hits {
			rec, ok, err := s.read.Get(hit.Ref)
			if err != nil {
				return out, err
			}
			if !ok || rec.Body == nil {
				continue // gone since it was indexed
			}
			item, err := rest.RecordOf[T](rec)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, item)
		}
		return out, nil
	}
}

// one reads one record.
func one[T any](s *server, kind protocol.KindName) func(context.Context, *protocol.Account, byID) (rest.Record[T], error) {
	return func(_ context.Context, _ *protocol.Account, in byID) (rest.Record[T], error) {
		rec, ok, err := s.read.Get(protocol.Ref{Kind: kind, ID: in.ID})
		rec.Ref = protocol.Ref{Kind: kind, ID: in.ID}
		return rest.Found[T](rec, ok, err)
	}
}

func ref(kind protocol.KindName, id string) protocol.Ref { return protocol.Ref{Kind: kind, ID: id} }
