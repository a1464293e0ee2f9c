package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/demo"
	"xiangyun/hub/api"
)

type diskReport struct {
	HubReplacedS  float64 `json:"hub_server_replaced_s"`
	NodeRestoredS float64 `json:"node_restored_s"`
	Before        int     `json:"cases_before"`
	AtNode        found   `json:"found_at_restored_node"`
	After         int     `json:"cases_taken_in_after"`
	AtHub         found   `json:"found_at_hub"`
	Voters        int     `json:"voters"`
	Digest        string  `json:"digest"`
}

func loseDisks() *cobra.Command {
	c := &cobra.Command{Use: "lose-disks", Short: "a hub server's and a node's disk emptied: replaced, restored, digests equal"}
	cases := c.Flags().Int("cases", 1000, "acceptances before")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return onScene(cmd, func(ctx context.Context, s *scene) (any, error) { return s.loseDisks(ctx, *cases) })
	}
	return c
}

func (s *scene) loseDisks(ctx context.Context, n int) (r diskReport, err error) {
	h := newHistory()
	atHub := func() ([]demo.CaseRow, error) { return s.CasesAtHub(ctx, "yanbian") }
	s.accept(ctx, "yanbian", "disk", n, 16, 0, h)
	if err := h.whole(n); err != nil {
		return r, fmt.Errorf("before any fault: %w", err)
	}
	if _, err := s.settled(ctx, "the hub", atHub, h); err != nil {
		return r, err
	}
	if r.HubReplacedS, err = s.replaceHub(ctx, "hub2", "hub4"); err != nil {
		return r, err
	}
	r.Before = h.acknowledged()
	if r.AtNode, r.NodeRestoredS, err = s.restoreNode(ctx, h); err != nil {
		return r, err
	}
	r.After = min(n, 100) // under the new epoch: no number is handed out again
	s.accept(ctx, "yanbian", "after", r.After, 16, 0, h)
	if err := h.whole(n + r.After); err != nil {
		return r, fmt.Errorf("after the restore: %w", err)
	}
	if r.AtHub, err = s.settled(ctx, "the hub", atHub, h); err != nil {
		return r, err
	}
	if r.Voters, err = s.votersAre(ctx, "hub1", "hub3", "hub4"); err != nil {
		return r, err
	}
	r.Digest, err = s.agreed(ctx, 3)
	return r, err
}

func (s *scene) replaceHub(ctx context.Context, old, id string) (float64, error) {
	start := time.Now()
	if err := s.KillHub(old); err != nil {
		return 0, err
	}
	err := s.LoseHub(ctx, old, id)
	return time.Since(start).Seconds(), err
}

func (s *scene) restoreNode(ctx context.Context, h *history) (f found, seconds float64, err error) {
	if err := s.LoseNode("yanbian"); err != nil {
		return f, 0, err
	}
	start := time.Now()
	if err := s.Enroll(ctx, "yanbian"); err != nil {
		return f, 0, err
	}
	f, err = s.settled(ctx, "the restored node", func() ([]demo.CaseRow, error) { return s.CasesAtNode(ctx, "yanbian", "yanbian") }, h)
	return f, time.Since(start).Seconds(), err
}

// votersAre wants exactly these servers to vote.
func (s *scene) votersAre(ctx context.Context, ids ...string) (int, error) {
	st, err := s.HubStatus(ctx)
	if err != nil {
		return 0, err
	}
	voters := make(map[string]bool)
	for _, m := range st.Members {
		if m.Voter {
			voters[string(m.ID)] = true
		}
	}
	for _, id := range ids {
		if !voters[id] || len(st.Members) != len(ids) {
			return len(voters), fmt.Errorf("the hub is %v, want %v to vote", members(st), ids)
		}
	}
	return len(voters), nil
}

func members(st api.Status) (list []string) {
	for _, m := range st.Members {
		list = append(list, string(m.ID))
	}
	return list
}
