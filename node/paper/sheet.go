package paper

import (
	"fmt"

	"xiangyun/node/paper/pdf"
)

// The sheet in points: A4 with 22 mm at the sides, and sizes of type.
const (
	left, right  = 62.0, 533.0
	top, bottom  = 58.0, 776.0
	bodySize     = 11.0
	bodyLead     = 18.0
	tableSize    = 10.0
	tableLead    = 14.0
	cellPad      = 4.5
	footBaseline = 800.0
)

// sheet draws a document from top to bottom and opens pages as it needs them.
type sheet struct {
	doc     *Document
	file    *pdf.File
	y       float64 // upper edge of what comes next
	missing []rune  // characters without a drawing, in order of appearance
	lonely  bool    // signatures and seal came to stand on a page without text
}

func newSheet(d *Document) *sheet {
	s := &sheet{doc: d, file: pdf.New(pdf.Info{Title: d.Title + " " + d.Serial, Author: d.Agency,
		Subject: fmt.Sprintf("D-%02d v%d", d.Template, d.Version), Created: d.At.Time()})}
	s.newPage()
	return s
}

// newPage goes on at the top of a new page, which says what it continues.
func (s *sheet) newPage() {
	again := s.file.Open()
	s.file.Page()
	s.y = top
	if !again {
		return
	}
	s.file.Artifact(func() {
		s.file.Text(left, top-18, 9, s.noted(s.doc.Title+"（续）"))
		s.rightText(right, top-18, 9, s.noted(s.doc.Serial))
		s.file.Line(left, top-11, right, top-11, 0.5)
	})
}

// need opens a page when less than height is left.
func (s *sheet) need(height float64) {
	if s.y+height > bottom {
		s.newPage()
	}
}

// noted remembers the characters of text that the fonts cannot draw.
func (s *sheet) noted(text string) string {
	for _, r := range text {
		if !pdf.Known(r) && !contains(s.missing, r) {
			s.missing = append(s.missing, r)
		}
	}
	return text
}

func contains(list []rune, r rune) bool {
	for _, have := range list {
		if have == r {
			return true
		}
	}
	return false
}

func (s *sheet) centreText(x, y, size float64, text string) {
	s.file.Text(x-pdf.Width(size, text)/2, y, size, text)
}

func (s *sheet) rightText(x, y, size float64, text string) {
	s.file.Text(x-pdf.Width(size, text), y, size, text)
}

// centredLines sets a heading of the page in the middle, on as many lines as it takes.
func (s *sheet) centredLines(tag string, size, lead float64, text string) {
	s.file.Tag(tag, func() {
		for _, line := range wrap(s.noted(text), size, right-left, 0) {
			s.need(lead)
			s.file.Bold((left+right-pdf.Width(size, line))/2, s.y+size, size, line)
			s.y += lead
		}
	})
}

// lines sets text left-aligned, the first line indented.
func (s *sheet) lines(tag, text string, size, lead, indent float64) {
	s.file.Tag(tag, func() {
		for i, line := range wrap(s.noted(text), size, right-left, indent) {
			x := left
			if i == 0 {
				x += indent
			}
			s.need(lead)
			s.file.Text(x, s.y+size, size, line)
			s.y += lead
		}
	})
}

// block draws one piece of the text.
func (s *sheet) block(b *Block) {
	switch b.Kind {
	case BlockHeading:
		s.heading(b.Text)
	case BlockParagraph:
		indent := 2 * bodySize
		if isSalutation(b.Text) {
			indent = 0
		}
		s.lines("P", b.Text, bodySize, bodyLead, indent)
		s.y += 3
	case BlockNote:
		s.lines("P", b.Text, 9.5, 14, 0)
		s.y += 4
	case BlockTable:
		s.table(b)
		s.y += 7
	}
}

// heading keeps a title together with what follows it.
func (s *sheet) heading(text string) {
	s.need(18 + 3*bodyLead)
	s.y += 4
	s.file.Tag("H2", func() {
		for _, line := range wrap(s.noted(text), bodySize, right-left, 0) {
			s.file.Bold(left, s.y+bodySize, bodySize, line)
			s.y += bodyLead
		}
	})
}

// isSalutation tells "某某:" from a sentence: it stands at the margin.
func isSalutation(text string) bool {
	r := []rune(text)
	return len(r) > 1 && len(r) <= 201 && r[len(r)-1] == '：' && !containsAny(r, '，', '。', '\n')
}

func containsAny(text []rune, signs ...rune) bool {
	for _, r := range text {
		if contains(signs, r) {
			return true
		}
	}
	return false
}
