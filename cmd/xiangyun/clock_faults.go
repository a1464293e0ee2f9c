//go:build faults

package main

import (
	"os"
	"strings"
	"time"
)

// clockFile names the file that says how far the acts' clock is ahead of the
// machine's, as a Go duration: so a trial lives through weeks in seconds, with
// real processes. Only a build with the tag faults reads it.
const clockFile = "XIANGYUN_FAULT_CLOCK"

func clock() time.Time {
	now := time.Now()
	text, err := os.ReadFile(os.Getenv(clockFile))
	if err != nil {
		return now
	}
	ahead, err := time.ParseDuration(strings.TrimSpace(string(text)))
	if err != nil {
		return now
	}
	return now.Add(ahead)
}
