package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Packet sizes that QUIC knows: every path carries the least, an Ethernet frame
// the most (pitfalls.Q15).
const (
	packetUsual = 1280
	packetLeast = 1200
	packetMost  = 1452
)

func packetFlag(c *cobra.Command) {
	c.Flags().Int("packet-size", packetUsual, "QUIC 起始报文的字节数,1200 至 1452;经多层隧道(VPN 套 VPN)连不上时改为 1200")
}

func packetSize(cmd *cobra.Command) (int, error) {
	size, err := cmd.Flags().GetInt("packet-size")
	if err != nil {
		return 0, err
	}
	if size < packetLeast || size > packetMost {
		return 0, usageError{fmt.Errorf("--packet-size %d 不在 %d 至 %d 之间", size, packetLeast, packetMost)}
	}
	return size, nil
}
