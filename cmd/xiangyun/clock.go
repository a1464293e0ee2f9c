//go:build !faults

package main

import "time"

// clock is what a server stamps acts with: the machine's own.
var clock func() time.Time
