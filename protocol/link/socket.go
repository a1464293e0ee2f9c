package link

import (
	"errors"
	"fmt"
	"net"
)

// ListenUDP opens a UDP socket such as ":7443" with the buffers QUIC wants.
// The kernel cuts them to net.core.rmem_max and wmem_max without a word;
// deploy sets those to 8 MiB.
func ListenUDP(addr string) (net.PacketConn, error) {
	local, err := net.ResolveUDPAddr("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	pc, err := net.ListenUDP("udp", local)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	if err := errors.Join(pc.SetReadBuffer(socketBuffer), pc.SetWriteBuffer(socketBuffer)); err != nil {
		return nil, errors.Join(fmt.Errorf("set socket buffers of %s: %w", addr, err), pc.Close())
	}
	return pc, nil
}
