package web

import (
	"context"

	"xiangyun/protocol"
)

// Registers are what the desk and the province keep beside items.
type Registers interface {
	SetRoute(ctx context.Context, who *protocol.Account, r protocol.Route) (protocol.Record, error)
	RetireRoute(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error)
	Delegate(ctx context.Context, who *protocol.Account, d protocol.Delegation) (protocol.Record, error)
	EndDelegation(ctx context.Context, who *protocol.Account, id, reason string) (protocol.Record, error)
	LoadBasics(ctx context.Context, who *protocol.Account, list []protocol.Basic) ([]protocol.BasicRow, error)
	RetireBasic(ctx context.Context, who *protocol.Account, code, reason string) (protocol.Record, error)
}

// Dispatch is the hub desk: one person proposes, a second confirms.
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
}
