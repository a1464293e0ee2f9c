// Package journal keeps one origin's own append-only, hash-chained lines inside
// a bbolt database of the caller, one chain per lane (replication.md §3). Every
// function takes the caller's transaction, so that a line and the record it is
// about are durable together.
//
//	err := journal.Init(tx)
//	err = journal.Append(tx, entries, signer)         // entries go on from journal.Head
//	batch, err := journal.Read(tx, lane, acked.Seq, wire.MaxBatch)
//	err = journal.SetAcked(tx, pos, index)
//	report, err := journal.Verify(tx, lane, keys)
//
// It is not a judge (replication/fold is) and not a sender: it neither decides
// what is written nor who reads it. It never changes a line; what it removes
// (Trim, EraseBody, Rebase) keeps the chain verifiable.
//
// Every stored value is in the checked envelope of protocol/wire. Layout and
// invariants: DESIGN.md. Compatibility: rows of a released version stay
// readable; a changed row is a new version byte.
package journal
