package link

import (
	"time"

	"github.com/quic-go/quic-go"
)

// Settings of pitfalls §3, fixed: two sides with different tables would only
// make faults harder to read.
const (
	streamWindow      = 512 << 10
	maxStreamWindow   = 6 << 20
	sessionWindow     = 2 << 20 // windows grow only by reading: with 512 KiB one stopped stream would stall a young session (pitfalls.Q1)
	maxSessionWindow  = 15 << 20
	hubStreams        = 1024
	hubUniStreams     = 256
	nodeStreams       = 256
	nodeUniStreams    = 16
	retryAbove        = 200         // new connections a second, then clients prove their address
	holdOff           = time.Second // how long a failed dial is remembered (pitfalls.Q3)
	waiting           = 128         // accepted sessions of one ALPN that nobody took yet
	socketBuffer      = 8 << 20
	minimumPacketSize = 1200
)

func base(o Options) *quic.Config {
	return &quic.Config{
		InitialStreamReceiveWindow:     streamWindow,
		MaxStreamReceiveWindow:         maxStreamWindow,
		InitialConnectionReceiveWindow: sessionWindow,
		MaxConnectionReceiveWindow:     maxSessionWindow,
		InitialPacketSize:              uint16(o.PacketSize), // 0 is 1280 (pitfalls.Q15)
		DisablePathMTUDiscovery:        o.DisablePMTUD,
		EnableDatagrams:                true,  // gossip
		Allow0RTT:                      false, // a replayed push would be a lie
	}
}

// dialConfig has the timings of the table: short inside the hub, where a dead
// peer must be noticed, long from a node behind NAT.
func dialConfig(o Options) *quic.Config {
	c := base(o)
	if o.Inside {
		c.HandshakeIdleTimeout, c.KeepAlivePeriod, c.MaxIdleTimeout = 2*time.Second, 5*time.Second, 20*time.Second
		c.MaxIncomingStreams, c.MaxIncomingUniStreams = hubStreams, hubUniStreams
		return c
	}
	c.HandshakeIdleTimeout, c.KeepAlivePeriod, c.MaxIdleTimeout = 3*time.Second, 10*time.Second, 45*time.Second
	c.MaxIncomingStreams, c.MaxIncomingUniStreams = nodeStreams, nodeUniStreams
	return c
}

// listenConfig serves hub servers and nodes on one port (pitfalls.Q9): it
// offers the longer timings, and a session's idle time-out is the smaller of
// both sides', so the dialler's apply.
func listenConfig(o Options) *quic.Config {
	c := dialConfig(Options{PacketSize: o.PacketSize, DisablePMTUD: o.DisablePMTUD})
	if o.Inside {
		c.MaxIncomingStreams, c.MaxIncomingUniStreams = hubStreams, hubUniStreams
	}
	return c
}
