//go:build !faults

package store

import "xiangyun/protocol"

type skewed struct{}

func (skewed) skew(now protocol.Instant) protocol.Instant { return now }
