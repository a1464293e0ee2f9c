package store

import (
	"time"

	"xiangyun/protocol"
)

// wallTime is the only place of the package that reads the wall clock (pitfalls.C2).
func wallTime() protocol.Instant { return protocol.At(time.Now()) }
