package importer

import (
	"fmt"

	"xiangyun/protocol"
)

// Finding is one thing wrong with a row.
type Finding struct {
	Line  int    `json:"line"` // of the file from 1, or the number of the record in JSON
	Field string `json:"field,omitempty"`
	Rule  string `json:"rule"`
	Text  string `json:"text"`
}

// Draft is one row that can be sent.
type Draft[T any] struct {
	Line int
	Body T
}

// Sheet is a file that was read: what can be sent and all that cannot.
type Sheet[T any] struct {
	Unit     string // what Finding.Line counts: 行 or 条
	Rows     int
	Drafts   []Draft[T]
	Findings []Finding // in order of line
}

// Bad counts the rows that cannot be sent.
func (s *Sheet[T]) Bad() int { return s.Rows - len(s.Drafts) }

// Drop takes the drafts of these findings out of the sheet.
func (s *Sheet[T]) Drop(found []Finding) {
	bad := make(map[int]bool, len(found))
	for _, f := range found {
		bad[f.Line] = true
	}
	kept := s.Drafts[:0]
	for _, d := range s.Drafts {
		if !bad[d.Line] {
			kept = append(kept, d)
		}
	}
	s.Drafts = kept
	s.Findings = append(s.Findings, found...)
}

// refused is a file that cannot be read at all.
func refused(rule, hint, format string, args ...any) error {
	return &protocol.Fault{Code: protocol.Refused, Op: "read file", Rule: rule, Text: fmt.Sprintf(format, args...), Hint: hint}
}
