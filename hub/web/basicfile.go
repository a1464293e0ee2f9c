package web

import (
	"encoding/csv"
	"strings"

	"xiangyun/protocol"
)

// basicLine is one row of a file of the basic catalogue: code, name, type, then
// the bases, in further columns or separated by semicolons.
type basicLine struct {
	line  int
	text  string
	basic protocol.Basic
}

// badLine is a row that is no row.
type badLine struct {
	line int
	text string
}

// readBasics reads CSV, or columns as a spreadsheet copies them (tabs). Each line
// stands for itself: a broken quote spoils one row and no other. A heading and
// empty lines are left out.
func readBasics(text string) (rows []basicLine, bad []badLine) {
	for i, line := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells, err := cellsOf(line)
		switch {
		case err != nil || len(cells) < 4:
			bad = append(bad, badLine{i + 1, line})
		case len(rows)+len(bad) == 0 && (cells[0] == "code" || strings.Contains(cells[0], "编码")): // the heading
		default:
			rows = append(rows, basicLine{i + 1, line, protocol.Basic{Code: protocol.NormalizeCode(cells[0]), Name: cells[1], Type: typeCode(cells[2]), Basis: basesOf(cells[3:])}})
		}
	}
	return rows, bad
}

func cellsOf(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(line))
	if strings.ContainsRune(line, '\t') {
		r.Comma = '\t'
	}
	cells, err := r.Read()
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells, err
}

// typeCode takes the Chinese name of a type, too.
func typeCode(s string) string {
	for _, t := range protocol.ItemTypes {
		if t.Title == s {
			return t.Code
		}
	}
	if len(s) == 1 { // a spreadsheet drops the zero of 05
		return "0" + s
	}
	return s
}

func basesOf(cells []string) (list []string) {
	for _, cell := range cells {
		for _, b := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '；' }) {
			if b = strings.TrimSpace(b); b != "" {
				list = append(list, b)
			}
		}
	}
	return list
}
