package desk

import (
	"context"

	"xiangyun/protocol"
)

// HandOver sends a case to the place that decides (C-04).
func (d *Desk) HandOver(ctx context.Context, who *protocol.Account, a CaseAct) (protocol.Record, error) {
	return d.Do(ctx, who, a, "hand_over", protocol.Case{})
}

// Accept starts the statutory clocks (C-10).
func (d *Desk) Accept(ctx context.Context, who *protocol.Account, a CaseAct) (protocol.Record, error) {
	return d.Do(ctx, who, a, "accept", protocol.Case{})
}

// Decide grants, denies or refuses to accept (C-18, C-19, C-03): kind is the
// act's name.
func (d *Desk) Decide(ctx context.Context, who *protocol.Account, a CaseAct, kind protocol.Act, decision protocol.Decision) (protocol.Record, error) {
	return d.Do(ctx, who, a, kind, protocol.Case{Decision: &decision})
}

// Deliver hands the result out (C-20, elsewhere R-03).
func (d *Desk) Deliver(ctx context.Context, who *protocol.Account, a CaseAct, how protocol.Delivery) (protocol.Record, error) {
	return d.Do(ctx, who, a, "deliver", protocol.Case{Delivery: &how})
}

// Withdraw ends a case at the applicant's wish (C-21, elsewhere R-02).
func (d *Desk) Withdraw(ctx context.Context, who *protocol.Account, a CaseAct, reason string) (protocol.Record, error) {
	return d.Do(ctx, who, a, "withdraw", protocol.Case{WithdrawnBy: &protocol.Ending{Reason: reason}})
}
