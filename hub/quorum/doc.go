// Package quorum is a hub server's place in the province's Raft cluster: log,
// transport, membership, proof of leadership, the watchdog over restores, and
// the gossip between hub servers.
//
// It is not the state machine (hub/fsm), which is handed in, and knows nothing
// of entries, nodes or verdicts: a command is bytes.
//
//	q, err := quorum.Open(quorum.Config{ID: "hub-1", Addr: "10.1.0.1:7443", Dir: dir, FSM: state, Applied: index, Link: end, Log: log})
//	go q.Run(ctx)                        // the reason to leave, or nil when ctx ended
//	answer, index, err := q.Apply(ctx, command)
//
// The log's files, the status answer and the gossip hint carry version 1, whose
// samples in testdata/v1 stay readable. DESIGN.md says what holds, what was
// refused and what was measured.
package quorum
