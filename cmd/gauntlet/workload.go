package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"xiangyun/cmd/internal/demo"
	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// history is what the windows were told: a receipt for every acknowledged
// application, and how long each took.
type history struct {
	mu       sync.Mutex        // guards all below
	receipts map[string]string // case id → receipt number
	took     []time.Duration
	failed   int
	last     time.Time
}

func newHistory() *history { return &history{receipts: make(map[string]string)} }

func (h *history) note(r demo.Receipt, took time.Duration, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.failed++
		return
	}
	h.receipts[r.ID] = r.ReceiptNo
	h.took = append(h.took, took)
	h.last = time.Now()
}

func (h *history) percentile(p float64) float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(h.took))
	return float64(sorted[min(len(sorted)-1, int(p*float64(len(sorted))))].Microseconds()) / 1000
}

// accept takes n applications in at a window, width at a time, not faster than
// rate a second when rate is above 0.
func (s *scene) accept(ctx context.Context, at protocol.NodeID, key string, n, width, rate int, h *history) {
	applicants := sample.Applicants(min(n, 500))
	work := make(chan int)
	var wg sync.WaitGroup
	for range width {
		wg.Go(func() {
			for i := range work {
				start := time.Now()
				r, err := s.Intake(ctx, at, s.item, applicants[i%len(applicants)], fmt.Sprintf("%s-%d", key, i), nil)
				h.note(r, time.Since(start), err)
			}
		})
	}
	pace := time.NewTicker(time.Second / time.Duration(max(rate, 1)))
	defer pace.Stop()
	for i := range n {
		if rate > 0 {
			select {
			case <-pace.C:
			case <-ctx.Done():
			}
		}
		work <- i
	}
	close(work)
	wg.Wait()
}

// settled waits until a place holds exactly the acknowledged cases, each once,
// with its number, and says how long that took.
func (s *scene) settled(ctx context.Context, where string, list func() ([]demo.CaseRow, error), h *history) (time.Duration, error) {
	start := time.Now()
	var problem error
	for ctx.Err() == nil && time.Since(start) < 5*time.Minute {
		rows, err := list()
		if err != nil {
			problem = err
		} else if problem = h.compare(where, rows); problem == nil {
			return time.Since(start), nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 0, problem
}

func (h *history) compare(where string, rows []demo.CaseRow) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := make(map[string]int)
	for _, r := range rows {
		if no, ok := h.receipts[r.ID]; ok && no == r.ReceiptNo {
			seen[r.ID]++
		} else if !ok {
			return fmt.Errorf("%s holds case %s that nobody acknowledged", where, r.ID)
		} else {
			return fmt.Errorf("%s has number %s for case %s, the receipt says %s", where, r.ReceiptNo, r.ID, no)
		}
	}
	for id := range h.receipts {
		if seen[id] != 1 {
			return fmt.Errorf("%s holds case %s %d times (%d of %d found)", where, id, seen[id], len(seen), len(h.receipts))
		}
	}
	return nil
}
