package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/demo"
)

type killReport struct {
	Acknowledged   int     `json:"acknowledged"`
	Failed         int     `json:"failed"`
	RateAsked      int     `json:"rate_asked"`
	RateReached    float64 `json:"rate_reached"`
	LeaderKilled   string  `json:"leader_killed"`
	LeaderAfter    string  `json:"leader_after"`
	WritesResumeMs int64   `json:"hub_writes_resumed_ms"`
	AtHub          found   `json:"found_at_hub"`
	AtHandler      found   `json:"found_at_handler"`
	EachOnce       bool    `json:"each_step_once_in_order"`
	AcceptP50Ms    float64 `json:"accept_p50_ms"`
	AcceptP99Ms    float64 `json:"accept_p99_ms"`
	Digest         string  `json:"digest"`
}

func killLeader() *cobra.Command {
	c := &cobra.Command{Use: "kill-leader", Short: "SIGKILL the hub's leader under load; acknowledged = found at the hub = found at the handling node, each once"}
	rate := c.Flags().Int("rate", 50, "acceptances a second")
	span := c.Flags().Duration("for", time.Minute, "how long")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if *rate < 1 || *span < 3*time.Second {
			return fmt.Errorf("--rate must be at least 1 and --for at least 3s")
		}
		return onScene(cmd, func(ctx context.Context, s *scene) (any, error) { return s.killLeader(ctx, *rate, *span) })
	}
	return c
}

func (s *scene) killLeader(ctx context.Context, rate int, span time.Duration) (r killReport, err error) {
	n := int(span.Seconds() * float64(rate))
	h, done := newHistory(), make(chan struct{})
	go func() {
		defer close(done)
		s.accept(ctx, "yanbian", "kill", n, 16, rate, h)
	}()
	r.RateAsked = rate
	err = s.killOneLeader(ctx, span/3, &r)
	<-done // the load ends by itself; it must not outlive the trial
	r.Acknowledged, r.Failed, r.RateReached, r.AcceptP50Ms, r.AcceptP99Ms = h.acknowledged(), h.failed, h.rate(), h.percentile(0.5), h.percentile(0.99)
	if err == nil {
		err = h.whole(n)
	}
	if err == nil {
		err = s.foundEverywhere(ctx, h, &r)
	}
	if err == nil {
		r.Digest, err = s.agreed(ctx, 3)
	}
	return r, err
}

// killOneLeader waits, kills, times the next write, waits and starts the killed
// server again.
func (s *scene) killOneLeader(ctx context.Context, wait time.Duration, r *killReport) error {
	time.Sleep(wait)
	st, err := s.HubStatus(ctx)
	if err != nil {
		return err
	}
	r.LeaderKilled = string(st.Leader)
	if err := s.KillHub(r.LeaderKilled); err != nil {
		return err
	}
	if r.WritesResumeMs, err = s.writesResumed(ctx); err != nil {
		return err
	}
	if st, err = s.HubStatus(ctx); err != nil {
		return err
	}
	if r.LeaderAfter = string(st.Leader); r.LeaderAfter == r.LeaderKilled {
		return fmt.Errorf("%s still leads after it was killed", r.LeaderKilled)
	}
	time.Sleep(wait)
	return s.StartHub(ctx, r.LeaderKilled)
}

// writesResumed asks the hub to act until it does, from the kill on.
func (s *scene) writesResumed(ctx context.Context) (int64, error) {
	start := time.Now()
	for n := 0; ctx.Err() == nil; n++ {
		err := s.Hub().Call(ctx, "POST", "/api/v1/nodes", map[string]any{"id": fmt.Sprintf("probe-%d", n), "name": "探针"}, nil)
		if err == nil {
			return time.Since(start).Milliseconds(), nil
		}
		if time.Since(start) > time.Minute {
			return 0, fmt.Errorf("no write within a minute of the kill: %w", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return 0, ctx.Err()
}

func (s *scene) foundEverywhere(ctx context.Context, h *history, r *killReport) (err error) {
	if r.AtHub, err = s.settled(ctx, "the hub", func() ([]demo.CaseRow, error) { return s.CasesAtHub(ctx, "yanbian") }, h); err != nil {
		return err
	}
	if r.AtHandler, err = s.settled(ctx, "changchun", func() ([]demo.CaseRow, error) { return s.CasesAtNode(ctx, "changchun", "yanbian") }, h); err != nil {
		return err
	}
	err = s.orderAtHub(ctx, h)
	r.EachOnce = err == nil
	return err
}
