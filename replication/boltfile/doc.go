// Package boltfile reads a bbolt database file before bbolt does, page by page
// and without mapping it. bbolt has no page checksum: a damaged page can end
// the process from a goroutine that recover cannot reach, and a truncated file
// is a fault in mapped memory (pitfalls.B3). Check finds what bbolt would die
// of; Tally counts what can still be read for the operator who must decide.
//
//	if err := boltfile.Check(path); err != nil { … } // then bbolt.Open
//
// It does not compare values with anything: those carry their own checksums.
// The format is that of bbolt 1.3–1.5, version 2.
package boltfile
