package fsm

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/search"
)

// BenchmarkFollow is what the search index costs behind the decisions: records
// that come while it rests are taken together, as on a busy hub.
func BenchmarkFollow(b *testing.B) {
	h := newHub(b)
	pens := h.enrol("yanbian", "changchun", "jilin", "siping")
	logs := commands(b, h, pens, 256, func(p *pen, n int) protocol.Entry { return filing(p, n) })
	ix, err := search.Open(filepath.Join(b.TempDir(), "search.db"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer ix.Close()
	src := &held{h.f.Changes(), make(chan struct{})}
	f := search.NewFollower(ix, src, nil)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	if err := f.Covered().Wait(ctx, h.f.Applied().Get()); err != nil {
		b.Fatal(err)
	}
	for len(logs) > 0 {
		n := min(4, len(logs))
		h.f.ApplyBatch(logs[:n])
		logs = logs[n:]
	}
	b.ResetTimer()
	begin, cpu := time.Now(), cpuTime()
	close(src.open)
	if err := f.Covered().Wait(ctx, h.index); err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/took.Seconds(), "docs/s")
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-µs/doc")
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// held keeps changes back until open is closed.
type held struct {
	*Changes
	open chan struct{}
}

func (h *held) Next(ctx context.Context) ([]protocol.Ref, uint64, error) {
	select {
	case <-h.open:
	case <-ctx.Done():
	}
	return h.Changes.Next(ctx)
}
