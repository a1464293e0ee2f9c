package replication

import (
	"sync"

	"xiangyun/protocol"
	"xiangyun/protocol/wire"
)

// A node with more bulk lines to bring than catchUpLines catches up: at most
// AtOnce nodes do so at one server at a time, so that those who are up to date
// keep their pace (replication.R8). The others get no bulk credit and ask again.
const (
	catchUpLines  = 4 * wire.MaxBatchEntries
	catchUpAtOnce = 3
)

type catchUps struct {
	mu sync.Mutex // guards n
	n  int
}

// turn is a node's place among those who catch up. A nil turn is that of a node
// that needs none.
type turn struct {
	of    *catchUps
	until uint64 // seq with which it has caught up
	once  sync.Once
}

// over gives the place free; it may be called again.
func (t *turn) over() {
	if t == nil {
		return
	}
	t.once.Do(func() {
		t.of.mu.Lock()
		defer t.of.mu.Unlock()
		t.of.n--
	})
}

// reached gives the place free once the lane stands at seq.
func (t *turn) reached(seq uint64) {
	if t != nil && seq >= t.until {
		t.over()
	}
}

// take gives a place while there is one.
func (c *catchUps) take(limit int, until uint64) *turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n >= limit {
		return nil
	}
	c.n++
	return &turn{of: c, until: until}
}

// admitBulk says how many bulk bytes a node may have in flight, and gives it
// its turn when it needs one.
func (d *Downlink) admitBulk(h wire.Hello, last protocol.Pos) (int64, *turn) {
	credit, head := d.Credit(protocol.Bulk), h.Heads.Of(protocol.Bulk)
	if h.Class != wire.ClassBulk || credit == 0 || head.Seq <= last.Seq+catchUpLines {
		return credit, nil
	}
	limit := catchUpAtOnce
	if d.AtOnce != nil {
		limit = d.AtOnce()
	}
	t := d.catchUps.take(limit, head.Seq)
	if t == nil {
		d.Log.Info("bulk waits for its turn", "node", h.Origin, "lines", head.Seq-last.Seq)
		return 0, nil
	}
	return credit, t
}
