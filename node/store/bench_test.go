package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// The bar of architecture §10: A1 is BenchmarkAccept's p50 ≤ 2 × that of
// BenchmarkAppendSync in the same run, A2 is BenchmarkAccept64's accepts/s ≥ 5 ×
// those of BenchmarkAccept. Run all three together:
//
//	go test -run xxx -bench 'AppendSync|Accept' -count 3 ./node/store

// BenchmarkAppendSync is the floor: 1 KiB appended to a file and fdatasynced.
func BenchmarkAppendSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 1024)
	timed(b, func(int) {
		if _, err := f.Write(buf); err != nil {
			b.Fatal(err)
		}
		if err := datasync(f); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkAccept is one window taking in one case after another.
func BenchmarkAccept(b *testing.B) {
	r, _ := equipped(b)
	timed(b, func(i int) { r.receive(itemHere, fmt.Sprintf("w1-%d", i)) })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
}

// BenchmarkAccept64 is 64 windows at once.
func BenchmarkAccept64(b *testing.B) {
	r, _ := equipped(b)
	var n atomic.Int64
	b.SetParallelism(32) // × 2 cores
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r.receive(itemHere, fmt.Sprintf("w1-%d", n.Add(1)))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
}

// BenchmarkAcceptCPU is the same without a disk: what one acceptance costs.
func BenchmarkAcceptCPU(b *testing.B) {
	r, _ := equipped(b)
	r.db.NoSync = true
	b.ReportAllocs()
	timed(b, func(i int) { r.receive(itemHere, fmt.Sprintf("w1-%d", i)) })
}

func timed(b *testing.B, fn func(i int)) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		fn(i)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
}

// BenchmarkSnapshot is a scope snapshot of 20,000 records into an empty node,
// parts and swap.
func BenchmarkSnapshot(b *testing.B) {
	var records []protocol.Record
	var all []byte
	for i := range 20_000 {
		body := fmt.Appendf(nil, `{"uscc":"%018d","name":"某某市某某局","node":"changchun","state":"active","phone":"0431-%08d"}`, i, i)
		rec := protocol.Record{Ref: ref("agency", fmt.Sprintf("%018d", i)), Rev: 1, Home: protocol.Hub, Epoch: 1, Index: 7, At: testAt, By: "admin", Act: "register", Body: body}
		records, all = append(records, rec), wire.AppendRecord(all, &rec)
	}
	head := wire.SnapHead{ID: "s", Generation: 1, Index: 9, Level: 1, Count: uint64(len(records)), Digest: protocol.HashOf(all)}
	for b.Loop() {
		r := fresh(b)
		r.must(r.BeginSnapshot(ctx(), head))
		for _, part := range parts(records, 1000) {
			r.must(r.SnapshotPart(ctx(), part))
		}
		start := time.Now()
		r.must(r.EndSnapshot(ctx(), wire.SnapEnd{Digest: head.Digest}))
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "swap-ms")
		b.StopTimer()
		r.shut()
		b.StartTimer()
	}
}
