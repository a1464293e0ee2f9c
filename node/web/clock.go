package web

import (
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/console"
	"xiangyun/protocol/page"
)

// How far the node's clock may be from the hub's before people are told, and
// before an act says in its header that its time is doubtful (replication.C1).
const (
	ClockWarn  = 5 * time.Second
	ClockDoubt = 60 * time.Second
)

func (w *Web) now() protocol.Instant { return protocol.At(w.cfg.Now()) }

// expired reports whether this clock stands outside the certificate: either the
// node was away for long, or the clock is wrong by more than a beat can tell.
func expired(st *Status, now protocol.Instant) bool {
	return st.CertUntil > 0 && (now > st.CertUntil || now < st.CertFrom)
}

func clockAdvice(v *console.Visit, st *Status) (list []string) {
	if now := v.Now(); expired(st, now) {
		list = append(list, v.T("advice.expired", now, st.CertFrom, st.CertUntil))
	}
	off := st.ClockOffset.Abs()
	switch {
	case off <= ClockWarn:
		return list
	case !st.ClockKnown:
		list = append(list, v.T("advice.jumped", span(v, off)))
	default:
		list = append(list, v.T("advice.clock", aheadOrBehind(v, st.ClockOffset)))
	}
	if off > ClockDoubt {
		list = append(list, v.T("advice.doubt"))
	}
	return list
}

// aheadOrBehind says how the own clock stands: hub minus own above zero is slow.
func aheadOrBehind(v *console.Visit, off time.Duration) string {
	if off > 0 {
		return v.T("clock.slow", span(v, off))
	}
	return v.T("clock.fast", span(v, -off))
}

func clockCell(v *console.Visit, st *Status) page.Cell {
	cell := page.When(v.Now())
	switch off := st.ClockOffset.Abs(); {
	case off > ClockWarn:
		cell.Badges = []page.Badge{{Tone: page.Warn, Word: "clock.wrong"}}
		return cell.Under(aheadOrBehind(v, st.ClockOffset))
	case !st.ClockKnown:
		return cell.Under(v.T("clock.unknown"))
	}
	return cell.Under(v.T("clock.fine"))
}

// span is a length of time as people say it.
func span(v *console.Visit, d time.Duration) string {
	for _, unit := range []struct {
		from, of time.Duration
		key      string
	}{{2 * 365 * 24 * time.Hour, 365 * 24 * time.Hour, "span.years"}, {48 * time.Hour, 24 * time.Hour, "span.days"},
		{2 * time.Hour, time.Hour, "span.hours"}, {2 * time.Minute, time.Minute, "span.minutes"}} {
		if d >= unit.from {
			return v.T(unit.key, int(d/unit.of))
		}
	}
	return v.T("span.seconds", int(d/time.Second))
}
