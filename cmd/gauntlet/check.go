package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"xiangyun/cmd/internal/demo"
	"xiangyun/protocol"
)

// found is what a place held when it was compared with the history.
type found struct {
	Cases int     `json:"cases"` // acknowledged and found, each once, under its number, arrived
	After float64 `json:"after_s"`
}

// compare wants a place to hold exactly the acknowledged cases, each once,
// under the number on its receipt, and handed over: nothing lost, nothing
// doubled, nothing that nobody took in.
func (h *history) compare(where string, rows []demo.CaseRow) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := make(map[string]int)
	for _, r := range rows {
		no, ok := h.receipts[r.ID]
		switch {
		case !ok:
			return fmt.Errorf("%s holds case %s that nobody acknowledged", where, r.ID)
		case no != r.ReceiptNo:
			return fmt.Errorf("%s has number %s for case %s, the receipt says %s", where, r.ReceiptNo, r.ID, no)
		case r.State != protocol.CaseArrived:
			return fmt.Errorf("%s holds case %s as %q, not handed over", where, r.ID, r.State)
		}
		seen[r.ID]++
	}
	for _, id := range slices.Sorted(maps.Keys(h.receipts)) {
		if seen[id] != 1 {
			return fmt.Errorf("%s holds case %s %d times (%d of %d found)", where, id, seen[id], len(seen), len(h.receipts))
		}
	}
	return nil
}

// settled waits until a place holds what compare wants, and says how long that
// took.
func (s *scene) settled(ctx context.Context, where string, list func() ([]demo.CaseRow, error), h *history) (found, error) {
	start := time.Now()
	problem := fmt.Errorf("%s was never asked", where)
	for ctx.Err() == nil && time.Since(start) < 5*time.Minute {
		rows, err := list()
		if err != nil {
			problem = fmt.Errorf("list cases at %s: %w", where, err)
		} else if problem = h.compare(where, rows); problem == nil {
			return found{len(rows), time.Since(start).Seconds()}, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return found{}, problem
}

// handedOver is the whole life of a case in these trials.
var handedOver = []string{"receive", "hand_over", "acknowledge"}

// inOrder wants every case to have been decided step by step, each step once,
// and the cases in the order in which the window took them in: case ids count
// up at a window, so the hub's index must never fall from one to the next.
func inOrder(steps map[string][]demo.HubStep) error {
	last, before := uint64(0), ""
	for _, id := range slices.Sorted(maps.Keys(steps)) {
		if err := once(id, steps[id]); err != nil {
			return err
		}
		if first := steps[id][0].Index; first < last {
			return fmt.Errorf("case %s was decided at index %d, before %s which was taken in earlier (%d)", id, first, before, last)
		}
		last, before = steps[id][0].Index, id
	}
	return nil
}

func once(id string, steps []demo.HubStep) error {
	if len(steps) != len(handedOver) {
		return fmt.Errorf("case %s has %d steps at the hub, want %v", id, len(steps), handedOver)
	}
	last := uint64(0)
	for i, step := range steps {
		if step.Act != handedOver[i] || step.Rev != uint64(i+1) || step.Index < last {
			return fmt.Errorf("step %d of case %s is %s, revision %d, index %d after %d; want %s", i+1, id, step.Act, step.Rev, step.Index, last, handedOver[i])
		}
		last = step.Index
	}
	return nil
}

// orderAtHub reads the history of every acknowledged case and checks it.
func (s *scene) orderAtHub(ctx context.Context, h *history) error {
	steps := make(map[string][]demo.HubStep, h.acknowledged())
	for _, id := range slices.Sorted(maps.Keys(h.receipts)) {
		list, err := s.StepsAtHub(ctx, id)
		if err != nil {
			return err
		}
		steps[id] = list
	}
	return inOrder(steps)
}

// agreed wants every server of the hub to stand at one index with one digest.
func (s *scene) agreed(ctx context.Context, servers int) (string, error) {
	if n := len(s.Servers()); n != servers {
		return "", fmt.Errorf("%d hub servers run, want %d", n, servers)
	}
	digest, err := s.SameDigests(ctx)
	return fmt.Sprintf("%s on %d servers", digest, servers), err
}
