package replication

import (
	"fmt"
	"math"
	"time"

	"xiangyun/protocol"
)

// A clock that is further off than clockWarn is told to people (replication.C1).
const clockWarn = 5 * time.Second

// measure takes a beat's answer: sent and now by this clock, hub by the hub's,
// which was somewhere between. Later acts carry how far this clock may be off,
// so whoever reads an entry of a clock that is wrong can tell (C1).
func (u *Uplink) measure(sent, now, hub time.Time) (offset time.Duration) {
	trip := now.Sub(sent) // monotonic, pitfalls.C4
	offset = hub.Round(0).Sub(sent.Round(0).Add(trip / 2))
	bound := (offset.Abs() + trip/2).Milliseconds() + 1
	u.Local.SetClockError(uint32(min(bound, math.MaxUint32)))
	if offset.Abs() <= clockWarn {
		u.lower(alarmClock)
		return offset
	}
	u.raise(alarmClock, alarm(protocol.Stale, "C1", "chronyc tracking; timedatectl",
		"本机时间比省级%s,办理时间会不准;请运维人员校准本机时间", clockText(offset)))
	return offset
}

// clockText says how this clock stands to the hub's, whose time minus ours is
// offset.
func clockText(offset time.Duration) string {
	way := "慢"
	if offset < 0 {
		way = "快"
	}
	d := offset.Abs()
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%s %d 天", way, d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%s %d 小时", way, d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%s %d 分钟", way, d/time.Minute)
	}
	return fmt.Sprintf("%s %d 秒", way, d/time.Second)
}
