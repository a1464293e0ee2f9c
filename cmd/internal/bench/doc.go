// Command bench measures what architecture §10 promises: hub servers, nodes
// and clients as separate processes on loopback, real fsync, the machine's own
// limits measured in the same run between the repetitions, medians.
//
//	go run ./cmd/internal/bench [--quick] [--only W1,W2] [--repeat 3] [--profile dir]
//	go run ./cmd/internal/bench cases [--count 1000000]    C1: a node with many cases
//
// It starts copies of itself: a hub server, a node or a client is this binary
// with a role as its first argument, told what to do by lines of JSON on its
// standard input (agent.go). See DESIGN.md.
package main
