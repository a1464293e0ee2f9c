package main

import "testing"

func TestParseLineRate(t *testing.T) { // replication.L2
	for _, row := range []struct {
		text string
		want uint64
		bad  bool
	}{
		{"", 0, false}, {"20Mbit", 2_500_000, false}, {"20mbit", 2_500_000, false}, {"1.5 Gbit", 187_500_000, false}, {"64kbit", 8000, false},
		{"20", 0, true}, {"Mbit", 0, true}, {"-1Mbit", 0, true}, {"0Mbit", 0, true}, {"NaNMbit", 0, true}, {"1kbit", 0, true}, {"20MB", 0, true}, {"InfGbit", 0, true},
	} {
		got, err := parseLineRate(row.text)
		if got != row.want || (err != nil) != row.bad {
			t.Errorf("%q: %d, %v", row.text, got, err)
		}
	}
}
