// Package paper makes the documents a case gives to people, D-01 to D-19 of
// cases.md §9: a Document is a value built from records, and Render turns it into
// the bytes of a PDF.
//
//	doc := paper.Receipt(paper.ReceiptFacts{Head: head, Materials: rows, Due: due, QR: code})
//	out, err := paper.Render(doc)   // out.PDF, out.Sum, out.Warnings
//
// The same Document gives the same bytes in every process and release: there is
// no clock, no randomness and no map range here, and the instant of a document is
// its entry's. A document is rendered before its entry is written and its hash
// stands in the entry; a lost file is rendered again from the journal.
//
// It stores nothing, numbers nothing and decides nothing: what a document says is
// handed in. Names are text and never markup.
//
// Compatibility: a released template version prints the same for ever; a change
// of wording is a new version beside it (DESIGN.md).
package paper
