package replication

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// took checks that bytes went over a paced line of a rate in the time they need.
func took(t *testing.T, what string, start time.Time, sent int, rate float64) {
	t.Helper()
	need := time.Duration(float64(sent) / rate * float64(time.Second))
	if d := time.Since(start); d < need-2*paceBurst || d > need+need/5+time.Second {
		t.Errorf("%s: %d bytes took %v, want about %v", what, sent, d, need)
	}
}

func TestBulkLeavesAThirdOfTheLineInEitherDirection(t *testing.T) { // replication.L2
	inSim(t, func(b *bench) {
		const line, size = 1_000_000, 3_000_000
		u, n := b.uplink("yanbian")
		u.Line = line
		b.run(u.Run)
		n.write(protocol.Urgent, 1, 10)
		b.soon("online", func() bool { return n.ackedSeq(protocol.Urgent) == 1 })

		start := time.Now()
		n.write(protocol.Bulk, 60, size/60)
		time.Sleep(time.Second)
		n.write(protocol.Urgent, 1, 10)
		urgent := time.Now()
		b.soon("urgent goes at once", func() bool { return n.ackedSeq(protocol.Urgent) == 2 })
		if d := time.Since(urgent); d > 100*time.Millisecond {
			b.t.Errorf("urgent took %v", d)
		}
		b.soon("the push is acknowledged", func() bool { return n.ackedSeq(protocol.Bulk) == 60 })
		took(b.t, "push", start, size, line*0.7)

		start = time.Now()
		for range 60 {
			b.hub.tell(protocol.Bulk, size/60)
		}
		b.soon("the feed is taken", func() bool { return len(n.told(protocol.Bulk)) == 60 })
		took(b.t, "feed", start, size, line*0.7)
		if s := u.Status().Lanes[protocol.Bulk]; !s.Connected || time.Since(s.Since) < 5*time.Second {
			b.t.Errorf("the bulk session did not hold: %+v", s)
		}
	})
}

// gulp is a stream that takes everything at once.
type gulp struct {
	link.Stream
	ctx context.Context
	mu  sync.Mutex // guards got
	got bytes.Buffer
}

func (g *gulp) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.got.Write(p)
}

func (g *gulp) Context() context.Context { return g.ctx }

func TestBulkAndBlobsShareOneLine(t *testing.T) { // replication.L2
	synctest.Test(t, func(t *testing.T) {
		const line = 1_000_000
		var lines pacers
		a := &pacedStream{Stream: &gulp{ctx: t.Context()}, pace: lines.of("yanbian", line)}
		c := &pacedStream{Stream: &gulp{ctx: t.Context()}, pace: lines.of("yanbian", line)}
		other := &pacedStream{Stream: &gulp{ctx: t.Context()}, pace: lines.of("baishan", 100*line)}
		start := time.Now()
		var wg sync.WaitGroup
		for _, s := range []*pacedStream{a, c} {
			wg.Go(func() {
				if n, err := s.Write(make([]byte, line)); n != line || err != nil {
					t.Error(n, err)
				}
			})
		}
		if _, err := other.Write(make([]byte, line)); err != nil || time.Since(start) > time.Second {
			t.Errorf("another node's line took %v, %v", time.Since(start), err)
		}
		wg.Wait()
		took(t, "both", start, 2*line, line*0.7)
	})
}

func TestAPausedWriteEndsWithItsStream(t *testing.T) { // replication.L2
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var lines pacers
		s := &pacedStream{Stream: &gulp{ctx: ctx}, pace: lines.of("yanbian", 10)}
		done := make(chan error, 1)
		go func() { _, err := s.Write(make([]byte, wire.MaxFrame)); done <- err }()
		time.Sleep(time.Second)
		cancel()
		synctest.Wait()
		select {
		case err := <-done:
			if err != io.ErrClosedPipe {
				t.Error(err)
			}
		default:
			t.Error("it still waits")
		}
	})
}
