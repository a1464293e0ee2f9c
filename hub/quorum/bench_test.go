package quorum

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/raft"
)

// blackHole is a state machine that costs nothing.
type blackHole struct{ tally }

func (*blackHole) ApplyBatch(logs []*raft.Log) []any { return make([]any, len(logs)) }

// BenchmarkApply measures the floor below hub/fsm: three servers on one disk,
// real fsync, over link on the loopback.
func BenchmarkApply(b *testing.B) {
	c := newCluster(b, newLoopback(b, 3))
	defer c.close()
	c.adjust = func(cfg *Config) { cfg.FSM, cfg.OpenLog, cfg.Log = new(blackHole), OpenLog, quiet() }
	c.form(3)
	leader := c.leader(c.servers...)
	for _, inFlight := range []int{1, 16, 64, 256} {
		for _, size := range []int{1 << 10, 64 << 10} {
			if inFlight > 16 && size > 1<<10 {
				continue
			}
			b.Run(fmt.Sprintf("%d in flight of %d KiB", inFlight, size>>10), func(b *testing.B) {
				command := make([]byte, size)
				var left atomic.Int64
				left.Store(int64(b.N))
				done := make(chan error, inFlight)
				for range inFlight {
					go func() {
						var err error
						for left.Add(-1) >= 0 && err == nil {
							_, _, err = leader.Apply(context.Background(), command)
						}
						done <- err
					}()
				}
				for range inFlight {
					if err := <-done; err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
			})
		}
	}
	b.Run("linearizable read", func(b *testing.B) {
		for b.Loop() {
			if _, err := leader.Linearizable(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkStoreLogs(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch of %d entries of 1 KiB", n), func(b *testing.B) {
			s, err := OpenLog(filepath.Join(b.TempDir(), "log"))
			if err != nil {
				b.Fatal(err)
			}
			data, next := bytes.Repeat([]byte("x"), 1024), uint64(1)
			for b.Loop() {
				logs := make([]*raft.Log, n)
				for i := range logs {
					logs[i] = &raft.Log{Index: next, Term: 1, Data: data}
					next++
				}
				if err := s.StoreLogs(logs); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "entries/s")
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
