package store

import (
	"sync/atomic"

	"xiangyun/protocol"
)

// clock stamps acts with wall time, which is information and never order
// (pitfalls.C2, C4).
type clock struct {
	source func() protocol.Instant
	offset atomic.Int64  // milliseconds to the hub's time, while the clock is far off and a beat said so (F-05)
	doubt  atomic.Bool   // nobody knows what time it is (G-12)
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

func (c *clock) stamp() protocol.Instant {
	return c.skew(c.source()) + protocol.Instant(c.offset.Load())
}

func (c *clock) errorBound() uint32 {
	if ms := c.bound.Load(); ms > 0 {
		return ms
	}
	return unmeasured
}

// SetClockError notes how far the node's clock may be off, in milliseconds, as
// measured from beats (replication.C1); every later act carries it.
func (s *Store) SetClockError(ms uint32) { s.clock.bound.Store(ms) }

// Now is the instant that an act would be stamped with.
func (s *Store) Now() protocol.Instant { return s.clock.stamp() }

// DoubtClock notes whether the node's clock is far off and no beat said by how
// much: what dates a legal effect is refused then (cases.G-12).
func (s *Store) DoubtClock(doubt bool) { s.clock.doubt.Store(doubt) }

// CorrectClock has every later act stamped with the machine's time and this many
// milliseconds more: the attested offset of a clock that is far off (cases.F-05). 0
// ends it.
func (s *Store) CorrectClock(ms int64) { s.clock.offset.Store(ms) }

// ClockDoubted reports whether no act may date anything now.
func (s *Store) ClockDoubted() bool { return s.clock.doubt.Load() }
