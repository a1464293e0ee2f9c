package store

import (
	"sync/atomic"

	"xiangyun/protocol"
)

// clock stamps acts with wall time, which is information and never order
// (pitfalls.C2, C4).
type clock struct {
	source func() protocol.Instant
	bound  atomic.Uint32 // error bound in milliseconds, 0 until measured
	skewed               // nothing, unless built with the tag faults
}

// unmeasured is the error bound claimed before a beat has measured one.
const unmeasured = 1000

func (c *clock) set(source func() protocol.Instant) {
	if source == nil {
		source = wallTime
	}
	c.source = source
}

func (c *clock) stamp() protocol.Instant { return c.skew(c.source()) }

func (c *clock) errorBound() uint32 {
	if ms := c.bound.Load(); ms > 0 {
		return ms
	}
	return unmeasured
}

// SetClockError notes how far the node's clock may be off, in milliseconds, as
// measured from beats (replication.C1); every later act carries it.
func (s *Store) SetClockError(ms uint32) { s.clock.bound.Store(ms) }
