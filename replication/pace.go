package replication

import (
	"context"
	"io"
	"sync"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/link"
	"xiangyun/protocol/wire"
)

// Bulk and blobs of one node together take at most this share of its line, in
// either direction: QUIC's congestion control fills the queue of the narrowest
// router, and urgent entries would stand in it (replication.L2, pitfalls.Q10).
const lineShare = 0.7

// paceBurst is how much may be sent at once after a pause, as time on the line.
const paceBurst = 20 * time.Millisecond

// pacer lets bytes through at a rate, in the order in which they are asked for.
type pacer struct {
	mu   sync.Mutex // guards rate and free
	rate float64    // bytes per second, 0 for no limit
	free time.Time  // when all that was let through is on the line
}

// line sets the line's rate in bytes per second, 0 when nobody told it.
func (p *pacer) line(rate uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate = float64(rate) * lineShare
}

// reserve takes room for n bytes and says how long to wait for it.
func (p *pacer) reserve(n int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return 0
	}
	now := time.Now()
	if idle := now.Add(-paceBurst); p.free.Before(idle) {
		p.free = idle
	}
	p.free = p.free.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
	return p.free.Sub(now)
}

// piece is how many bytes are written between two looks at the line: some
// milliseconds of it, so that bulk and blobs take turns.
func (p *pacer) piece() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return wire.MaxFrame
	}
	return int(min(max(p.rate/100, 1<<10), 16<<10))
}

// session paces what is sent on every stream of s.
func (p *pacer) session(s link.Session) link.Session { return pacedSession{s, p} }

type pacedSession struct {
	link.Session
	pace *pacer
}

func (s pacedSession) OpenStream(ctx context.Context, urgency int) (link.Stream, error) {
	st, err := s.Session.OpenStream(ctx, urgency)
	if err != nil {
		return nil, err
	}
	return &pacedStream{Stream: st, pace: s.pace}, nil
}

func (s pacedSession) AcceptStream(ctx context.Context) (link.Stream, error) {
	st, err := s.Session.AcceptStream(ctx)
	if err != nil {
		return nil, err
	}
	return &pacedStream{Stream: st, pace: s.pace}, nil
}

type pacedStream struct {
	link.Stream
	pace    *pacer
	writing sync.Mutex // held during a Write: a frame is not torn by another
}

func (s *pacedStream) Write(b []byte) (n int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	for n < len(b) {
		piece := b[n:min(len(b), n+s.pace.piece())]
		if err := s.wait(s.pace.reserve(len(piece))); err != nil {
			return n, err
		}
		k, err := s.Stream.Write(piece)
		if n += k; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *pacedStream) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-s.Context().Done():
		return io.ErrClosedPipe
	}
}

// pacers are the lines of the nodes that a server has sessions with.
type pacers struct {
	mu   sync.Mutex // guards byID
	byID map[protocol.NodeID]*pacer
}

// of gives the pacer of a node, which its bulk and blob sessions share.
func (l *pacers) of(id protocol.NodeID, rate uint64) *pacer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID = make(map[protocol.NodeID]*pacer)
	}
	p := l.byID[id]
	if p == nil {
		p = new(pacer)
		l.byID[id] = p
	}
	p.line(rate)
	return p
}
