package desk

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkReceive is one window and 64 of them, each acceptance with its receipt
// written: ms/accept is what one window waits (median), accepts/s what all get done.
func BenchmarkReceive(b *testing.B) {
	for _, windows := range []int{1, 64} {
		b.Run(fmt.Sprint(windows), func(b *testing.B) {
			o := newOffice(b)
			o.receive(itemHere, "warm")
			waits := make([][]time.Duration, windows)
			b.ResetTimer()
			var all sync.WaitGroup
			for w := range windows {
				all.Go(func() {
					for i := w; i < b.N; i += windows {
						began := time.Now()
						if _, err := o.Receive(b.Context(), clerk, form(itemHere, fmt.Sprint("n", i))); err != nil {
							b.Error(err)
							return
						}
						waits[w] = append(waits[w], time.Since(began))
					}
				})
			}
			all.Wait()
			b.StopTimer()
			each := slices.Concat(waits...)
			slices.Sort(each)
			b.ReportMetric(float64(each[len(each)/2].Microseconds())/1000, "ms/accept")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
		})
	}
}
