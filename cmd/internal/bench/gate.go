package main

import (
	"net"
	"sync/atomic"
)

// gate is a UDP socket whose outgoing packets can be dropped: a node behind it
// is cut off from the hub, as by a broken line.
type gate struct {
	*net.UDPConn
	shut atomic.Bool
}

// WriteMsgUDP is what quic-go sends with.
func (g *gate) WriteMsgUDP(b, oob []byte, to *net.UDPAddr) (n, oobn int, err error) {
	if g.shut.Load() {
		return len(b), len(oob), nil
	}
	return g.UDPConn.WriteMsgUDP(b, oob, to)
}

// WriteTo is used for packets of no connection.
func (g *gate) WriteTo(b []byte, to net.Addr) (int, error) {
	if g.shut.Load() {
		return len(b), nil
	}
	return g.UDPConn.WriteTo(b, to)
}
