package api

import (
	"context"

	"xiangyun/protocol"
)

// Registers are what the desk and the province keep beside items: who handles
// what, who accepts for whom, and the basic catalogue.
type Registers interface {
	SetRoute(ctx context.Context, who *protocol.Account, r protocol.Route) (protocol.Record, error)
	RetireRoute(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error)
	Delegate(ctx context.Context, who *protocol.Account, d protocol.Delegation) (protocol.Record, error)
	EndDelegation(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error)
	LoadBasics(ctx context.Context, who *protocol.Account, list []protocol.Basic) ([]protocol.BasicRow, error)
	RetireBasic(ctx context.Context, who *protocol.Account, code, reason string) (protocol.Record, error)
}

// Dispatch is the hub desk: nothing happens before a second person confirms.
type Dispatch interface {
	ProposeDesk(ctx context.Context, who *protocol.Account, p protocol.Proposal) (protocol.Record, error)
	ConfirmDesk(ctx context.Context, who *protocol.Account, id string) ([]protocol.CarriedCase, error)
	WithdrawDesk(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error)
	// CheckDesk says what the rules would answer now; it changes nothing.
	CheckDesk(p protocol.Proposal) ([]protocol.CarriedCase, error)
}

// Supervision is what the supervisor does (arts. 47, 48).
type Supervision interface {
	SuperviseCard(ctx context.Context, who *protocol.Account, id string, act protocol.Act, reason string) (protocol.Record, error)
	AnswerCard(ctx context.Context, who *protocol.Account, id, cause, measure string) (protocol.Record, error)
	DrawCheck(ctx context.Context, who *protocol.Account, c protocol.SpotCheck, n int) (protocol.Record, error)
	FindCheck(ctx context.Context, who *protocol.Account, id, caseID, finding, text string) (protocol.Record, error)
	CloseCheck(ctx context.Context, who *protocol.Account, id, result string) (protocol.Record, error)
	PublishAssessment(ctx context.Context, who *protocol.Account, from, until protocol.Day) (int, error)
}

// Reports are figures over the province; none reads the cases.
type Reports interface {
	Clocks(ctx context.Context) ([]protocol.ClockTally, error)
	Coverage() ([]protocol.Coverage, protocol.Instant, error)
	CoverageOf(ctx context.Context, agency string) (protocol.Coverage, error)
	Behind(ctx context.Context, id, figure string, max int) ([]protocol.Counted, protocol.Figure, error)
	// Outages lists places that are fenced or not heard of, with their cases at risk.
	Outages(ctx context.Context) ([]Outage, error)
}

// Outage is a place that is down, and what lies there.
type Outage struct {
	Node     protocol.NodeID  `json:"node"`
	Name     string           `json:"name"`
	State    string           `json:"state" doc:"enrolled 为失去连接,fenced 为已隔离"`
	LastBeat protocol.Instant `json:"last_beat,omitzero" doc:"最近一次心跳;本服务器启动后没有听到的为空"`
	Open     int              `json:"open" doc:"在办办件"`
	AtRisk   int              `json:"at_risk" doc:"一次性告知或法定期限只剩 2 个工作日以内"`
	Cases    []CaseAtRisk     `json:"cases,omitempty" doc:"最急的在前,至多 200 件"`
}

// CaseAtRisk is one case whose clock runs out soon at a place that is down.
type CaseAtRisk struct {
	Case      string           `json:"case"`
	ReceiptNo string           `json:"receipt_no"`
	Item      string           `json:"item"`
	ItemName  string           `json:"item_name"`
	Clock     protocol.ClockID `json:"clock"`
	Due       protocol.Day     `json:"due"`
	Left      int              `json:"left" doc:"剩余工作日,负数为已超期"`
}
