package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// Serial is the number of a document (cases.md §9), written
// "<division or node code>-<D nn>-<year>-<node ordinal>-<counter>", for example
// "222400-D01-2026-07-000042". The counter runs per node, template and year in
// the transaction that appends the entry; a number that was void stays used.
type Serial struct {
	Place    string // division of six digits, or the node's own code where it serves none
	Template int    // nn of D-nn, 1 to Templates
	Year     int    // of the entry's instant in Beijing
	Ordinal  int    // the node's, in order of enrolment: 1 to 99
	Counter  int    // 1 to maxCounter, of six digits or more
}

// maxCounter is more than a prefecture writes of one document in a year: up to
// 600,000 receipts a month (cases.md §17). Six digits would end within weeks, and
// with them all intake; a seventh is written when it is needed.
const maxCounter = 99_999_999

// Templates is how many documents cases.md §9 lists.
const Templates = 19

// String composes the number; it is only defined for a valid Serial.
func (s Serial) String() string { return fmt.Sprintf("%s%06d", s.Series(), s.Counter) }

// Series is the number without its counter: what one counter runs for.
func (s Serial) Series() string {
	return fmt.Sprintf("%s-D%02d-%04d-%02d-", s.Place, s.Template, s.Year, s.Ordinal)
}

// Validate reports in Chinese why s is no number.
func (s Serial) Validate() error {
	switch {
	case s.Template < 1 || s.Template > Templates:
		return fmt.Errorf("文书编号:没有第 %d 号文书,应为 1 至 %d", s.Template, Templates)
	case s.Year < 2000 || s.Year > 9998:
		return fmt.Errorf("文书编号:年份 %d 不对", s.Year)
	case s.Ordinal < 1 || s.Ordinal > 99:
		return fmt.Errorf("文书编号:节点序号 %d 应在 1 至 99 之间", s.Ordinal)
	case s.Counter < 1 || s.Counter > maxCounter:
		return fmt.Errorf("文书编号:流水号 %d 应在 1 至 %d 之间;用完时请联系省级管理员", s.Counter, maxCounter)
	case !(len(s.Place) == 6 && onlyDigits(s.Place)) && NodeID(s.Place).Validate() != nil:
		return fmt.Errorf("文书编号:区划或节点代号 %q 不对", s.Place)
	}
	return nil
}

// ParseSerial reads what String writes and nothing else.
func ParseSerial(text string) (Serial, error) {
	parts := strings.Split(text, "-")
	bad := fmt.Errorf("文书编号 %.80q 应写作 222400-D01-2026-07-000042", text)
	n := len(parts) - 4 // the code of a node may have hyphens
	if n < 1 || len(parts[n]) != 3 || parts[n][0] != 'D' || len(parts[n+1]) != 4 || len(parts[n+2]) != 2 || len(parts[n+3]) < 6 || len(parts[n+3]) > 8 {
		return Serial{}, bad
	}
	s := Serial{Place: strings.Join(parts[:n], "-")}
	for i, field := range []*int{&s.Template, &s.Year, &s.Ordinal, &s.Counter} {
		digits := strings.TrimPrefix(parts[n+i], "D")
		if !onlyDigits(digits) {
			return Serial{}, bad
		}
		*field, _ = strconv.Atoi(digits) // two to eight digits always fit
	}
	if s.Validate() == nil && s.String() != text {
		return Serial{}, bad
	}
	return s, s.Validate()
}

// PlaceCode gives the first part of a node's serials: the first division it
// serves, or its own code where it serves none (长春新区).
func (n *Node) PlaceCode() string {
	if len(n.Divisions) > 0 {
		return string(n.Divisions[0])
	}
	return string(n.ID)
}
