// Package importer turns the files that departments have, CSV from a spreadsheet
// or the JSON of another system, into filings of service items and entries of
// the catalogue, and hands them to a node in batches.
//
// Reading is pure: the same file with the same options gives the same drafts,
// to the last byte, so importing a file again changes nothing (catalog.I-04).
// Everything wrong is reported at once, each row with its line, a rule and what
// to do (catalog.md §11 T-ids, §14 P-08); what is right is sent on only when the
// caller says so. Nothing of a refused row leaves the reader, so a row that is
// marked secret is never stored anywhere (catalog.K-39).
//
// It decides no identity: an entry is found again by its code (catalog.I-03),
// and where a source has no codes, one is derived from the source's own id.
package importer
