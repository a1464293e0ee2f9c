package api

import (
	"context"
	"encoding/json"
	"net/http"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/rest"
)

// Office is what provincial admins do; the hub server is one. Each method is
// one group of acts, decided in the order of the province, and asks for the
// right itself. A fault of code unknown means that the outcome is: read, then
// try again. Safe for many goroutines.
type Office interface {
	Registers
	Dispatch
	Supervision
	DataOffice
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
	DisableAccount(ctx context.Context, who *protocol.Account, login string) (protocol.Record, error)
	Change(ctx context.Context, who *protocol.Account, op string, id protocol.NodeID) error
	// Settle is discard, fix or replay on what is held of a record, thaw on a
	// node. of is the held entry that the operator looked at, body a fix's.
	Settle(ctx context.Context, who *protocol.Account, act protocol.Act, ref protocol.Ref, why string, of *protocol.Pos, body json.RawMessage) error
}

// Reader is what this server has applied. It answers at once, from many
// goroutines, and may be behind the leader (see Freshness).
type Reader interface {
	console.Records
	Reports
	Status(ctx context.Context) (Status, error)
	// Overdue lists clocks that ran out and still run, Held entries that wait
	// for an operator; at most max of them.
	Overdue(max int) ([]Lapse, error)
	Held(max int) ([]Held, error)
	// Queue lists what is held of one record, in its order, with bodies.
	Queue(ref protocol.Ref) ([]Held, error)
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
	Digest     protocol.Hash    `json:"digest" doc:"applied 处的状态指纹,各服务器应相同"`
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
	Online bool            `json:"online" doc:"本服务器最近听到过它"`
}

// NodeStatus is how far a node's journals have come, and its last beat at this
// server.
type NodeStatus struct {
	ID        protocol.NodeID  `json:"id"`
	State     string           `json:"state"`
	Epoch     uint64           `json:"epoch"`
	Urgent    uint64           `json:"urgent" doc:"紧急通道执行到的序号"`
	Bulk      uint64           `json:"bulk"`
	Frozen    string           `json:"frozen,omitempty" doc:"为何不再接收它的日志"`
	Forks     []Fork           `json:"forks,omitempty" doc:"与省级已有日志不一致的通道"`
	Server    protocol.NodeID  `json:"server,omitempty" doc:"连着它的省级服务器;心跳、待发送和收件号只有这台听得到"`
	Connected bool             `json:"connected" doc:"有一台省级服务器连着它"`
	LastBeat  protocol.Instant `json:"last_beat,omitzero" doc:"最近一次在本服务器的心跳;连在另一台时为空"`
	Queue     uint64           `json:"queue_bytes,omitempty" doc:"待发送的字节"`
	Numbers   uint64           `json:"numbers_left,omitempty" doc:"还能发出的收件编号"`
}

// Fork is a lane of which the node and the hub hold two histories. Fence the
// node, then enrol it again with a new token: a new epoch.
type Fork struct {
	Lane  protocol.Lane `json:"lane" doc:"1 紧急,2 批量"`
	Here  protocol.Pos  `json:"here" doc:"省级已有的最后一条"`
	There protocol.Pos  `json:"there" doc:"节点送来的不一致的一条"`
}

// Lapse is a clock that ran out.
type Lapse struct {
	Ref   protocol.Ref     `json:"ref"`
	Clock protocol.ClockID `json:"clock"`
	At    protocol.Instant `json:"at"`
}

// Held is an entry that waits for an operator.
type Held struct {
	Ref    protocol.Ref     `json:"ref"`
	Origin protocol.NodeID  `json:"origin"`
	Act    protocol.Act     `json:"act"`
	By     string           `json:"by"`
	At     protocol.Instant `json:"at" doc:"办理时间(节点时钟)"`
	Index  uint64           `json:"index" doc:"何时起等待(省级序号)"`
	Reason string           `json:"reason"`
	Pos    protocol.Pos     `json:"pos"`
	Body   string           `json:"body,omitempty" doc:"原文;含个人信息的类型不给出"`
}

type server struct {
	office Office
	read   Reader
}

// New makes the API of a hub server: an http.Handler for /api/v1/, /healthz,
// /readyz and /metrics.
func New(cfg rest.Config, office Office, read Reader) *rest.API {
	a, s := rest.New(cfg), &server{office, read}
	s.cluster(a)
	s.held(a)
	s.records(a)
	s.nodes(a)
	s.requests(a)
	s.items(a)
	s.cases(a)
	s.calendars(a)
	s.catalog(a)
	s.agencies(a)
	s.accounts(a)
	s.registers(a)
	s.desk(a)
	s.supervise(a)
	s.reports(a)
	s.around(a)
	a.Document() // finds slips at the start
	return a
}

const base = "/api/v1"

func get(path, op, tag, summary string, verb protocol.Verb) rest.Route {
	return rest.Route{Method: http.MethodGet, Path: base + path, Op: op, Tag: tag, Summary: summary, Verb: verb}
}

func post(path, op, tag, summary string, verb protocol.Verb) rest.Route {
	return rest.Route{Method: http.MethodPost, Path: base + path, Op: op, Tag: tag, Summary: summary, Verb: verb}
}

// create is a post that makes something new.
func create(path, op, tag, summary string, verb protocol.Verb) rest.Route {
	r := post(path, op, tag, summary, verb)
	r.Status = http.StatusCreated
	return r
}
