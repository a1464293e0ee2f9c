// Package pdf writes tagged PDF files whose bytes depend on what is drawn and
// on nothing else: no clock, no randomness, no compression whose output a later
// Go release may change, objects numbered in the order they are needed.
//
//	f := pdf.New(pdf.Info{Title: "收件凭证", Created: at})
//	f.Page()
//	f.Tag("P", func() { f.Text(70, 100, 12, "申请人") })
//	bytes := f.Bytes()
//
// Lengths are points (1/72 inch) from the upper left corner of an A4 page.
// Everything drawn is either inside a Tag, and so in the reading order, or
// inside an Artifact (page numbers, rules). It knows no layout: package paper
// breaks lines and pages. It was written because no PDF library within reach
// can tag (DESIGN.md of package paper).
//
// Compatibility: what a given sequence of calls writes is frozen, because the
// hash of a printed document stands in the journal.
package pdf
