package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
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
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
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
