package province

import (
	"syscall"
	"time"
)

// wall is the machine's own time, which goes on in a bubble.
func wall() time.Time {
	var tv syscall.Timeval
	if err := syscall.Gettimeofday(&tv); err != nil {
		return time.Time{}
	}
	return time.Unix(tv.Sec, int64(tv.Usec)*1000)
}

func wallSince(begin time.Time) time.Duration { return wall().Sub(begin).Round(10 * time.Millisecond) }
