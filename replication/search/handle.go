package search

import (
	"encoding/binary"

	"xiangyun/protocol"
)

// handle stands for one version of one record in every list and posting.
// Lower is newer: the high bits are the record's time, inverted, the low bits
// tell records of one millisecond apart.
type handle uint64

const (
	countBits = 20
	maxAt     = 1<<(64-countBits) - 1 // the year 2527
)

func newHandle(at protocol.Instant, n uint64) handle {
	ms := uint64(min(max(at, 0), maxAt))
	return ^handle(ms<<countBits | n&(1<<countBits-1))
}

// docKey orders the stored documents oldest first, so that new ones are
// appended and pages stay full.
func (h handle) docKey() []byte { return binary.BigEndian.AppendUint64(nil, ^uint64(h)) }
