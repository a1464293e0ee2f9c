package link

import (
	"context"
	"sync"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
)

// Pool shares one session per peer of one protocol and dials again when it is
// dead. Raft and gossip use one each (pitfalls.Q16). It is safe for concurrent
// use; a dead peer never delays another.
type Pool struct {
	end  *Endpoint
	alpn string
	role identity.Role

	mu    sync.Mutex // guards slots and the session in each
	slots map[slotKey]*slot
}

type slotKey struct {
	addr string
	want protocol.NodeID
}

type slot struct {
	turn    chan struct{} // one Get dials, others wait for its result
	session *session
}

// NewPool makes an empty pool of sessions to servers of role speaking alpn.
func NewPool(e *Endpoint, alpn string, role identity.Role) *Pool {
	return &Pool{end: e, alpn: alpn, role: role, slots: make(map[slotKey]*slot)}
}

// Get gives the live session to want at addr, or dials. Callers must not close
// the session for reasons of one stream: others use it too.
func (p *Pool) Get(ctx context.Context, addr string, want protocol.NodeID) (Session, error) {
	sl := p.slot(slotKey{addr, want})
	if s := p.live(sl); s != nil {
		return s, nil
	}
	select {
	case sl.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctxError("wait for another dial", ctx)
	}
	defer func() { <-sl.turn }()
	if s := p.live(sl); s != nil {
		return s, nil
	}
	if old := p.last(sl); old != nil && old.stillborn() {
		return nil, context.Cause(old.ctx) // refused a moment ago: do not dial in a circle
	}
	s, err := p.end.dial(ctx, lineKey{addr, p.alpn, want, p.role})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	sl.session = s
	p.mu.Unlock()
	return s, nil
}

// Peek gives the live session to want at addr, if there is one. It never
// waits: a gossip send must not wait for a dial (pitfalls.Q3).
func (p *Pool) Peek(addr string, want protocol.NodeID) (Session, bool) {
	if s := p.live(p.slot(slotKey{addr, want})); s != nil {
		return s, true
	}
	return nil, false
}

// Close ends the pool's sessions with code 0. The pool can be used again.
func (p *Pool) Close() {
	p.mu.Lock()
	slots := p.slots
	p.slots = make(map[slotKey]*slot)
	p.mu.Unlock()
	for _, sl := range slots {
		if s := p.last(sl); s != nil {
			_ = s.Close(0, "") // cannot fail: it only marks the session closed
		}
	}
}

func (p *Pool) slot(key slotKey) *slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	sl := p.slots[key]
	if sl == nil {
		sl = &slot{turn: make(chan struct{}, 1)}
		p.slots[key] = sl
	}
	return sl
}

func (p *Pool) last(sl *slot) *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	return sl.session
}

func (p *Pool) live(sl *slot) *session {
	if s := p.last(sl); s != nil && s.conn.Context().Err() == nil {
		return s
	}
	return nil
}
