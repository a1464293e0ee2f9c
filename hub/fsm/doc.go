// Package fsm is the hub's Raft state machine: it decides about the entries of
// every place in the one order of the Raft log and keeps what follows from
// them in one bbolt file — records, chains, journals as evidence, verdicts and
// the feed of every node.
//
// Apply writes into one open bbolt transaction and answers; the transaction is
// committed behind it (commit-behind). Durability of a decision is Raft's log:
// after a crash the tail above the stored index is applied again, and gives the
// same state, because time, ids and randomness come only from the command.
//
// What it is not: it forms no quorum (hub/quorum does), checks no signature and
// no certificate (the receiver did, before proposing), and judges no record
// (replication/fold does).
//
//	f, err := fsm.Open(dir, fsm.Options{Log: log, Server: "hub1", Fatal: stop})
//	go f.Run(ctx)                                    // commits when Apply falls idle
//	cmd, err := fsm.EncodeAppend(now, batches, groups) // at the leader, then raft.Apply
//	lines, err := f.Lines("yanbian", protocol.Urgent, cursor, 256<<10)
//
// Compatibility: commands and files of a released version stay readable; a log
// of every release is replayed in the tests. DESIGN.md says why it is as it is.
package fsm
