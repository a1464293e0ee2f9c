//go:build faults

package store

import (
	"sync/atomic"

	"xiangyun/protocol"
)

// skewed lets a fault test offset, drift or freeze the stamps of one store
// (fault F31); only a build with the tag faults has it.
type skewed struct {
	by atomic.Pointer[func(protocol.Instant) protocol.Instant]
}

func (s *skewed) skew(now protocol.Instant) protocol.Instant {
	if by := s.by.Load(); by != nil {
		return (*by)(now)
	}
	return now
}

// Skew has every later stamp pass through by; nil ends it.
func (s *Store) Skew(by func(protocol.Instant) protocol.Instant) {
	if by == nil {
		s.clock.by.Store(nil)
		return
	}
	s.clock.by.Store(&by)
}
