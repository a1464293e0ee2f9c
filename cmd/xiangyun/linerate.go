package main

import (
	"fmt"
	"strconv"
	"strings"
)

// parseLineRate reads the rate of a line as carriers write it (64kbit, 20Mbit,
// 1Gbit, each per second) and gives bytes per second; 0 for nothing written.
func parseLineRate(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	for unit, bits := range map[string]float64{"kbit": 1e3, "mbit": 1e6, "gbit": 1e9} {
		number, ok := strings.CutSuffix(strings.ToLower(text), unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if rate := n * bits / 8; err == nil && rate >= 1000 && rate <= 1e11 {
			return uint64(rate), nil
		}
	}
	return 0, fmt.Errorf("线路带宽 %q 应写作数字加单位 kbit、Mbit 或 Gbit(每秒),不低于 8kbit,例如 20Mbit", text)
}
