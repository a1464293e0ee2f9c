package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"xiangyun/cmd/internal/demo"
	"xiangyun/protocol"
)

type killReport struct {
	Acknowledged   int     `json:"acknowledged"`
	Failed         int     `json:"failed"`
	AtHub          string  `json:"at_hub"`
	AtHandler      string  `json:"at_handler"`
	LeaderKilled   string  `json:"leader_killed"`
	WritesResumeMs int64   `json:"hub_writes_resumed_ms"`
	AcceptP50Ms    float64 `json:"accept_p50_ms"`
	AcceptP99Ms    float64 `json:"accept_p99_ms"`
	Digest         string  `json:"digest"`
}

func killLeader() *cobra.Command {
	c := &cobra.Command{Use: "kill-leader", Short: "SIGKILL the hub's leader under load; acknowledged = found at the hub = found at the handling node, each once"}
	rate := c.Flags().Int("rate", 50, "acceptances a second")
	span := c.Flags().Duration("for", time.Minute, "how long")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return onScene(cmd, func(ctx context.Context, s *scene) (any, error) { return s.killLeader(ctx, *rate, *span) })
	}
	return c
}

func (s *scene) killLeader(ctx context.Context, rate int, span time.Duration) (r killReport, err error) {
	h := newHistory()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.accept(ctx, "yanbian", "kill", int(span.Seconds())*rate, 16, rate, h)
	}()
	time.Sleep(span / 3)
	st, err := s.HubStatus(ctx)
	if err != nil {
		return r, err
	}
	r.LeaderKilled = string(st.Leader)
	if err := s.KillHub(r.LeaderKilled); err != nil {
		return r, err
	}
	if r.WritesResumeMs, err = s.writesResumed(ctx); err != nil {
		return r, err
	}
	time.Sleep(span / 3)
	if err := s.StartHub(ctx, r.LeaderKilled); err != nil {
		return r, err
	}
	<-done
	r.Acknowledged, r.Failed, r.AcceptP50Ms, r.AcceptP99Ms = len(h.receipts), h.failed, h.percentile(0.5), h.percentile(0.99)
	if err := s.foundEverywhere(ctx, h, &r.AtHub, &r.AtHandler); err != nil {
		return r, err
	}
	r.Digest, err = s.SameDigests(ctx)
	return r, err
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

func (s *scene) foundEverywhere(ctx context.Context, h *history, atHub, atHandler *string) error {
	hub, err := s.settled(ctx, "the hub", func() ([]demo.CaseRow, error) { return s.CasesAtHub(ctx, "yanbian") }, h)
	if err != nil {
		return err
	}
	handler, err := s.settled(ctx, "changchun", func() ([]demo.CaseRow, error) { return s.CasesAtNode(ctx, "changchun", "yanbian") }, h)
	*atHub = fmt.Sprintf("%d, each once, %.1f s after the last receipt", len(h.receipts), hub.Seconds())
	*atHandler = fmt.Sprintf("%d, each once, %.1f s later", len(h.receipts), handler.Seconds())
	return err
}

type offlineReport struct {
	Accepted        int     `json:"accepted_offline"`
	AcceptPerSecond float64 `json:"accepted_per_second"`
	FirstAtHubMs    int64   `json:"first_at_hub_ms"`
	AllAtHubS       float64 `json:"all_at_hub_s"`
	AllSignedForS   float64 `json:"all_signed_for_s"` // the handling node's signatures, too, are committed
	AllAtHandlerS   float64 `json:"all_at_handler_s"` // all are in the list that its people read
	InOrder         bool    `json:"in_order"`
	OtherAloneP50   float64 `json:"other_node_p50_ms_alone"`
	OtherMeanP50    float64 `json:"other_node_p50_ms_meanwhile"`
	Digest          string  `json:"digest"`
}

func offline() *cobra.Command {
	c := &cobra.Command{Use: "offline", Short: "a node is cut off for many acceptances, then joined: all arrive once, in order"}
	cases := c.Flags().Int("cases", 10000, "acceptances while cut off")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		return onScene(cmd, func(ctx context.Context, s *scene) (any, error) { return s.offline(ctx, *cases) })
	}
	return c
}

func (s *scene) offline(ctx context.Context, n int) (r offlineReport, err error) {
	alone := newHistory()
	s.accept(ctx, "jilin", "alone", 200, 1, 0, alone)
	r.OtherAloneP50 = alone.percentile(0.5)
	if err := s.Node("yanbian").Call(ctx, "POST", "/api/v1/uplink/offline", nil, nil); err != nil {
		return r, err
	}
	was, err := s.decided(ctx)
	if err != nil {
		return r, err
	}
	h, start := newHistory(), time.Now()
	s.accept(ctx, "yanbian", "off", n, 32, 0, h)
	r.Accepted, r.AcceptPerSecond = len(h.receipts), float64(n)/time.Since(start).Seconds()
	if h.failed > 0 || r.Accepted != n {
		return r, fmt.Errorf("%d of %d acceptances failed while cut off", h.failed, n)
	}
	if err := s.Node("yanbian").Call(ctx, "POST", "/api/v1/uplink/online", nil, nil); err != nil {
		return r, err
	}
	joined := time.Now()
	meanwhile := newHistory()
	done := make(chan struct{})
	go func() { defer close(done); s.accept(ctx, "jilin", "mean", 200, 1, 0, meanwhile) }()
	first, err := s.past(ctx, "yanbian", was["yanbian"]+1)
	if err != nil {
		return r, err
	}
	all, err := s.past(ctx, "yanbian", was["yanbian"]+2*uint64(n)) // received and handed over
	if err != nil {
		return r, err
	}
	signed, err := s.past(ctx, "changchun", was["changchun"]+uint64(n))
	if err != nil {
		return r, err
	}
	r.FirstAtHubMs, r.AllAtHubS, r.AllSignedForS = first.Sub(joined).Milliseconds(), all.Sub(joined).Seconds(), signed.Sub(joined).Seconds()
	if _, err := s.settled(ctx, "changchun", func() ([]demo.CaseRow, error) { return s.CasesAtNode(ctx, "changchun", "yanbian") }, h); err != nil {
		return r, err
	}
	r.AllAtHandlerS = time.Since(joined).Seconds()
	<-done
	r.OtherMeanP50 = meanwhile.percentile(0.5)
	if r.InOrder, err = s.inOrder(ctx); err != nil {
		return r, err
	}
	r.Digest, err = s.SameDigests(ctx)
	return r, err
}

// decided is how many urgent entries of each node the hub has decided.
func (s *scene) decided(ctx context.Context) (map[protocol.NodeID]uint64, error) {
	st, err := s.HubStatus(ctx)
	entries := make(map[protocol.NodeID]uint64, len(st.Nodes))
	for _, n := range st.Nodes {
		entries[n.ID] = n.Urgent
	}
	return entries, err
}

// past waits until the hub has decided a node's urgent entries up to seq and
// says when that was.
func (s *scene) past(ctx context.Context, node protocol.NodeID, seq uint64) (time.Time, error) {
	for start := time.Now(); time.Since(start) < 5*time.Minute; time.Sleep(5 * time.Millisecond) {
		now, err := s.decided(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if now[node] >= seq {
			return time.Now(), nil
		}
	}
	return time.Time{}, fmt.Errorf("the hub has not decided entry %d of %s within five minutes", seq, node)
}

// inOrder compares the hub's order with the order of the receipts: case ids
// count up at the window, hub indexes must follow them.
func (s *scene) inOrder(ctx context.Context) (bool, error) {
	rows, err := s.CasesAtHub(ctx, "yanbian")
	if err != nil {
		return false, err
	}
	index := make(map[string]uint64, len(rows))
	for _, r := range rows {
		step, err := s.FirstIndex(ctx, r.ID)
		if err != nil {
			return false, err
		}
		index[r.ID] = step
	}
	last := uint64(0)
	for _, id := range sortedKeys(index) {
		if index[id] < last {
			return false, fmt.Errorf("case %s was decided at index %d, before one taken in earlier (%d)", id, index[id], last)
		}
		last = index[id]
	}
	return true, nil
}

type diskReport struct {
	HubReplacedS  float64 `json:"hub_server_replaced_s"`
	NodeRestoredS float64 `json:"node_restored_s"`
	Cases         int     `json:"cases"`
	Members       int     `json:"members"`
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
	s.accept(ctx, "yanbian", "disk", n, 16, 0, h)
	if h.failed > 0 {
		return r, errors.New("acceptances failed before any fault")
	}
	if _, err := s.settled(ctx, "the hub", func() ([]demo.CaseRow, error) { return s.CasesAtHub(ctx, "yanbian") }, h); err != nil {
		return r, err
	}
	start := time.Now()
	if err := s.KillHub("hub2"); err != nil {
		return r, err
	}
	if err := s.LoseHub(ctx, "hub2", "hub4"); err != nil {
		return r, err
	}
	r.HubReplacedS, start = time.Since(start).Seconds(), time.Now()
	if err := s.LoseNode("yanbian"); err != nil {
		return r, err
	}
	if err := s.Enroll(ctx, "yanbian"); err != nil {
		return r, err
	}
	if _, err := s.settled(ctx, "the restored node", func() ([]demo.CaseRow, error) { return s.CasesAtNode(ctx, "yanbian", "yanbian") }, h); err != nil {
		return r, err
	}
	r.NodeRestoredS, r.Cases = time.Since(start).Seconds(), len(h.receipts)
	st, err := s.HubStatus(ctx)
	if err != nil {
		return r, err
	}
	r.Members = len(st.Members)
	r.Digest, err = s.SameDigests(ctx)
	return r, err
}
