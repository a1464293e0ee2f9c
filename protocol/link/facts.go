package link

import "time"

// Facts are measured values of a session, for doctor and metrics.
type Facts struct {
	GSO         bool // the kernel cuts packets for us (pitfalls.Q14)
	RTT         time.Duration
	PacketsSent uint64
	PacketsLost uint64
}

// FactsOf measures a session; false for one not made by this package.
func FactsOf(s Session) (Facts, bool) {
	q, ok := s.(*session)
	if !ok {
		return Facts{}, false
	}
	stats := q.conn.ConnectionStats()
	return Facts{
		GSO: q.conn.ConnectionState().GSO, RTT: stats.SmoothedRTT,
		PacketsSent: stats.PacketsSent, PacketsLost: stats.PacketsLost,
	}, true
}
