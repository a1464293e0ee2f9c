package main

import (
	"fmt"
	"strconv"
	"strings"
)

// parseSize reads a size in bytes as disks are spoken of (16MiB, 1GiB); 0 keeps
// its meaning of none.
func parseSize(text string) (int64, error) {
	if text == "0" {
		return 0, nil
	}
	for unit, bytes := range map[string]float64{"mib": 1 << 20, "gib": 1 << 30} {
		number, ok := strings.CutSuffix(strings.ToLower(text), unit)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if size := n * bytes; err == nil && size >= 1<<20 && size <= 1<<40 {
			return int64(size), nil
		}
	}
	return 0, fmt.Errorf("大小 %q 应写作数字加单位 MiB 或 GiB,例如 1GiB;不留则写 0", text)
}
