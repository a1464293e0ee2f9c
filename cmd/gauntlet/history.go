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
	numbers  map[string]string // receipt number → case id
	took     []time.Duration
	began    time.Time
	ended    time.Time
	failed   int
	first    error // of the failures
	doubled  error // one case, or one number, was given to two applications
}

func newHistory() *history {
	return &history{receipts: make(map[string]string), numbers: make(map[string]string), began: time.Now()}
}

func (h *history) note(r demo.Receipt, took time.Duration, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = time.Now()
	if err != nil {
		h.failed++
		if h.first == nil {
			h.first = err
		}
		return
	}
	if no, twice := h.receipts[r.ID]; twice {
		h.doubled = fmt.Errorf("case %s was handed out for two applications, as %s and %s", r.ID, no, r.ReceiptNo)
	}
	if id, twice := h.numbers[r.ReceiptNo]; twice {
		h.doubled = fmt.Errorf("number %s was handed out for two applications, cases %s and %s", r.ReceiptNo, id, r.ID)
	}
	h.receipts[r.ID], h.numbers[r.ReceiptNo] = r.ReceiptNo, r.ID
	h.took = append(h.took, took)
}

// whole is nil when every one of n applications was acknowledged, each with a
// case and a number of its own: a window never waits for the hub.
func (h *history) whole(n int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.doubled != nil:
		return h.doubled
	case h.failed > 0:
		return fmt.Errorf("%d of %d acceptances failed, the first: %w", h.failed, n, h.first)
	case len(h.receipts) != n:
		return fmt.Errorf("%d of %d applications were acknowledged", len(h.receipts), n)
	}
	return nil
}

func (h *history) acknowledged() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.receipts)
}

// rate is how many acknowledgements a second there were.
func (h *history) rate() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if span := h.ended.Sub(h.began).Seconds(); span > 0 {
		return float64(len(h.took)) / span
	}
	return 0
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
	for i := 0; i < n && ctx.Err() == nil; i++ {
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
