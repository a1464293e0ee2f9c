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

type offlineReport struct {
	Accepted        int     `json:"accepted_offline"`
	AcceptPerSecond float64 `json:"accepted_per_second"`
	FirstAtHubMs    int64   `json:"first_at_hub_ms"`
	AllAtHubS       float64 `json:"all_committed_s"`
	AllSignedForS   float64 `json:"all_signed_for_s"` // the handling node's signatures, too, are committed
	AtHandler       found   `json:"found_at_handler"`
	AtHub           found   `json:"found_at_hub"`
	InOrder         bool    `json:"in_order"`
	OtherAloneP50   float64 `json:"other_node_p50_ms_alone"`
	OtherMeanP50    float64 `json:"other_node_p50_ms_meanwhile"`
	Digest          string  `json:"digest"`
}

// others is how many acceptances at another node its p50 is taken from.
const others = 200

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
	s.accept(ctx, "jilin", "alone", min(n, others), 1, 0, alone)
	if err := alone.whole(min(n, others)); err != nil {
		return r, fmt.Errorf("the other node, before: %w", err)
	}
	r.OtherAloneP50 = alone.percentile(0.5)
	if err := s.cut(ctx); err != nil {
		return r, err
	}
	was, err := s.decided(ctx)
	if err != nil {
		return r, err
	}
	h := newHistory()
	s.accept(ctx, "yanbian", "off", n, 32, 0, h)
	r.Accepted, r.AcceptPerSecond = h.acknowledged(), h.rate()
	if err := h.whole(n); err != nil {
		return r, fmt.Errorf("while cut off: %w", err)
	}
	early, err := s.AnyCaseAtHub(ctx, "yanbian")
	if err != nil {
		return r, err
	}
	if early {
		return r, errors.New("the node was not cut off: cases of it are at the hub")
	}
	return s.join(ctx, was, h, r)
}

// cut ends the node's sessions and waits until it says so itself.
func (s *scene) cut(ctx context.Context) error {
	if err := s.Node("yanbian").Call(ctx, "POST", "/api/v1/uplink/offline", nil, nil); err != nil {
		return err
	}
	st := struct{ Connected bool }{true}
	for start := time.Now(); st.Connected; time.Sleep(10 * time.Millisecond) {
		if err := s.Node("yanbian").Call(ctx, "GET", "/api/v1/status", nil, &st); err != nil {
			return err
		}
		if time.Since(start) > time.Minute {
			return fmt.Errorf("yanbian did not cut its line within a minute")
		}
	}
	return nil
}

// join lets the node back in, with another one at work meanwhile, and checks
// that everything arrived once and in order.
func (s *scene) join(ctx context.Context, was map[protocol.NodeID]uint64, h *history, r offlineReport) (offlineReport, error) {
	joined, beside := time.Now(), min(r.Accepted, others)
	if err := s.Node("yanbian").Call(ctx, "POST", "/api/v1/uplink/online", nil, nil); err != nil {
		return r, err
	}
	meanwhile, done := newHistory(), make(chan struct{})
	go func() { defer close(done); s.accept(ctx, "jilin", "mean", beside, 1, 0, meanwhile) }()
	err := s.arrived(ctx, was, h, joined, &r)
	<-done
	r.OtherMeanP50 = meanwhile.percentile(0.5)
	if err == nil {
		err = meanwhile.whole(beside)
	}
	if err == nil {
		r.Digest, err = s.agreed(ctx, 3)
	}
	return r, err
}

func (s *scene) arrived(ctx context.Context, was map[protocol.NodeID]uint64, h *history, joined time.Time, r *offlineReport) (err error) {
	if err := s.committed(ctx, was, joined, r); err != nil {
		return err
	}
	if r.AtHandler, err = s.settled(ctx, "changchun", func() ([]demo.CaseRow, error) { return s.CasesAtNode(ctx, "changchun", "yanbian") }, h); err != nil {
		return err
	}
	r.AtHandler.After = time.Since(joined).Seconds()
	if r.AtHub, err = s.settled(ctx, "the hub", func() ([]demo.CaseRow, error) { return s.CasesAtHub(ctx, "yanbian") }, h); err != nil {
		return err
	}
	r.AtHub.After = time.Since(joined).Seconds()
	err = s.orderAtHub(ctx, h)
	r.InOrder = err == nil
	return err
}

// committed notes when the hub had decided the first and the last entry of the
// queue, and the signature of the handling node under the last case.
func (s *scene) committed(ctx context.Context, was map[protocol.NodeID]uint64, joined time.Time, r *offlineReport) error {
	n := uint64(r.Accepted)
	first, err := s.past(ctx, "yanbian", was["yanbian"]+1)
	if err != nil {
		return err
	}
	all, err := s.past(ctx, "yanbian", was["yanbian"]+2*n) // received and handed over
	if err != nil {
		return err
	}
	signed, err := s.past(ctx, "changchun", was["changchun"]+n)
	r.FirstAtHubMs, r.AllAtHubS, r.AllSignedForS = first.Sub(joined).Milliseconds(), all.Sub(joined).Seconds(), signed.Sub(joined).Seconds()
	return err
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
	for start := time.Now(); time.Since(start) < 5*time.Minute; time.Sleep(20 * time.Millisecond) {
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
