package main

import "testing"

func TestParseSize(t *testing.T) { // replication.md §12
	for _, row := range []struct {
		text string
		want int64
		bad  bool
	}{
		{"0", 0, false}, {"1GiB", 1 << 30, false}, {"16mib", 16 << 20, false}, {"1.5 GiB", 3 << 29, false},
		{"", 0, true}, {"1", 0, true}, {"GiB", 0, true}, {"-1GiB", 0, true}, {"0MiB", 0, true}, {"NaNGiB", 0, true}, {"1GB", 0, true}, {"InfGiB", 0, true},
	} {
		got, err := parseSize(row.text)
		if got != row.want || (err != nil) != row.bad {
			t.Errorf("%q: %d, %v", row.text, got, err)
		}
	}
}
