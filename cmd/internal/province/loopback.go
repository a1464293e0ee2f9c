package province

import (
	"net"
	"sync"
	"testing"

	"xiangyun/protocol/link"
)

// Loopback is the machine's own network: real sockets, real time.
type Loopback struct {
	T testing.TB

	mu    sync.Mutex // guards addrs
	addrs map[string]string
}

// Listen opens a UDP socket on a port that stays the host's own.
func (l *Loopback) Listen(host string) (net.PacketConn, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.addrs == nil {
		l.addrs = make(map[string]string)
	}
	addr := l.addrs[host]
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	pc, err := link.ListenUDP(addr)
	if err != nil {
		l.T.Fatalf("listen for %s: %v", host, err)
	}
	l.addrs[host] = pc.LocalAddr().String()
	return pc, l.addrs[host]
}

// Simulated is false: time is the machine's.
func (l *Loopback) Simulated() bool { return false }
