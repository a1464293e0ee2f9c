package web

import (
	"context"
	"encoding/json"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
)

// Office is what the province's people do; *hub.Server is one but for the
// types below. Every method asks for the right itself and returns once the act
// is decided by a quorum; what a rule refuses is a fault of code refused.
type Office interface {
	Registers
	Dispatch
	Supervision
	Publish(ctx context.Context, who *protocol.Account, request protocol.Ref) (protocol.Record, error)
	Decline(ctx context.Context, who *protocol.Account, request protocol.Ref, reason string) (protocol.Record, error)
	EndItem(ctx context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error)
	Approve(ctx context.Context, who *protocol.Account, set string, returned []protocol.ReturnedItem) (protocol.Record, error)
	Return(ctx context.Context, who *protocol.Account, set, reason string) (protocol.Record, error)
	Release(ctx context.Context, who *protocol.Account, notes string) (protocol.Record, error)
	PlanNode(ctx context.Context, who *protocol.Account, n protocol.Node) (protocol.Record, error)
	EndNode(ctx context.Context, who *protocol.Account, id protocol.NodeID, act protocol.Act, reason string) (protocol.Record, error)
	RegisterAgency(ctx context.Context, who *protocol.Account, a protocol.Agency) (protocol.Record, error)
	PublishCalendar(ctx context.Context, who *protocol.Account, year protocol.CalendarYear) (protocol.Record, error)
	CreateAccount(ctx context.Context, who *protocol.Account, a protocol.Account, password string) (protocol.Record, error)
	Change(ctx context.Context, who *protocol.Account, op string, id protocol.NodeID) error
	// Settle is discard, fix or replay on what is held of a record, thaw on a
	// node. of is the held entry that the operator looked at, body a fix's.
	Settle(ctx context.Context, who *protocol.Account, act protocol.Act, ref protocol.Ref, why string, of *protocol.Pos, body json.RawMessage) error
}

// Tokens issues one-use enrolment tokens; the right is asked for there.
type Tokens interface {
	IssueToken(ctx context.Context, who *protocol.Account, role string, subject protocol.NodeID) (Token, error)
}

// Token is shown once and kept nowhere. Command is the one line to type at the
// machine that joins.
type Token struct {
	ID      string
	Text    string
	Subject protocol.NodeID
	Expires protocol.Instant
	Command string
}

// Reader is what pages read of this server. Its methods are called from many
// goroutines; they answer from what this server has applied.
type Reader interface {
	console.Records
	Reports
	Cluster(ctx context.Context) (Cluster, error)
	Nodes(ctx context.Context) ([]NodeState, error)
	// Lapses lists clocks that ran out before until, latest instant last, at most max.
	Lapses(until protocol.Instant, max int) ([]Lapse, error)
	// Held lists entries that wait for an operator, at most max.
	Held(max int) ([]Held, error)
	// Queue lists what is held of one record in its order, with bodies.
	Queue(ref protocol.Ref) ([]Held, error)
	// Plan says what a release would publish now.
	Plan(ctx context.Context) (Plan, error)
}

// Cluster is the hub as this server sees it.
type Cluster struct {
	Self       protocol.NodeID
	Leader     protocol.NodeID // "" during an election
	Servers    []Server
	Applied    uint64 // hub index at this server
	Generation uint64
	Level      uint16
	Clock      protocol.Instant // of the last tick
	Digest     protocol.Hash    // of the state at Applied
	Held       int
	Overdue    int
	Bytes      int64
	Stopped    string // why this server takes no more commands
}

// Server is one member of the hub. What only gossip knows is zero while it is
// not heard of.
type Server struct {
	ID      protocol.NodeID
	Addr    string
	Voter   bool
	Heard   protocol.Instant // 0 for never
	Alive   bool
	Applied uint64        // of another server: when digests were compared last; 0 when never
	Digest  protocol.Hash // at Applied
	Check   Check
	Build   string
	Nodes   int     // sessions it holds
	Disk    float64 // used part of its disk, 0 when not known
}

// Check is what comparing another server's digest with this one's own gave.
type Check string

// Unchecked is said of this server itself and of one that has told nothing yet.
const (
	Unchecked   Check = ""
	CheckSame   Check = "same"
	CheckOther  Check = "other"
	CheckBehind Check = "unknown" // this server has no digest of its own at that index
)

// Quorum reports how many voters there are, how many are heard of, and whether
// those are enough to decide.
func (c *Cluster) Quorum() (voters, alive int, enough bool) {
	for _, s := range c.Servers {
		if !s.Voter {
			continue
		}
		voters++
		if s.Alive {
			alive++
		}
	}
	return voters, alive, c.Leader != "" && alive > voters/2
}

// NodeState is what the hub knows of a node beside its record.
type NodeState struct {
	ID        protocol.NodeID
	Connected bool
	Server    protocol.NodeID  // which holds its session
	Beat      protocol.Instant // of the last beat heard here, 0 for none; without it Queued and Numbers are not known
	Queued    uint64           // bytes the node said it still holds
	Numbers   uint64           // receipt numbers the node has left
	Frozen    []Frozen         // lanes that are not taken
	Build     string
}

// Frozen is a lane that the hub takes nothing of, and why.
type Frozen struct {
	Lane   protocol.Lane
	Reason string
	Here   protocol.Pos // the last that the hub holds
	There  protocol.Pos // what the node has in place of it or behind it; zero when it is no fork
}

// Lapse is one clock that ran out.
type Lapse struct {
	Ref   protocol.Ref
	Clock protocol.ClockID
	At    protocol.Instant
}

// Held is an entry that waits for an operator.
type Held struct {
	Ref    protocol.Ref
	Origin protocol.NodeID
	Act    protocol.Act
	By     string
	At     protocol.Instant
	Index  uint64
	Reason string
	Pos    protocol.Pos
	Body   string // "" where it is not for an operator's eyes
}

// Plan is the release that would be published now.
type Plan struct {
	Number  uint64
	Count   int // listings in it
	Changes []Staged
}

// Staged is one listing that would change.
type Staged struct {
	Entry  string
	Name   string
	Agency string
	New    bool // not in an earlier release
}
