package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Column is one column a file may have. Its name is what flags and header rows
// say; Title and Also are other headings for it.
type Column struct {
	Name  string
	Title string
	Also  []string
	Help  string
}

// Shape says how to read a CSV file.
type Shape struct {
	Header  []string          // names of the columns in order, for a file without a header row
	Aliases map[string]string // heading → column name, of one source; they come before the usual ones
}

// row is one row before it is judged. Cells that are empty have the default.
type row struct {
	line     int
	cells    map[string]string
	defaults map[string]string
}

func (r row) get(name string) string {
	if v := r.cells[name]; v != "" {
		return v
	}
	return r.defaults[name]
}

// table reads CSV. Each row whose form is broken is one finding; a header that
// is not understood refuses the file.
func table(data []byte, columns []Column, shape Shape, defaults map[string]string) (rows []row, broken []Finding, err error) {
	in := csv.NewReader(bytes.NewReader(data))
	in.Comma, in.FieldsPerRecord = delimiter(data), -1
	names := shape.Header
	if len(names) == 0 {
		heading, err := in.Read()
		if err != nil {
			return nil, nil, refused("T-02", "", "文件没有表头: %v", err)
		}
		if names, err = header(heading, columns, shape.Aliases); err != nil {
			return nil, nil, err
		}
	} else if err := known(names, columns); err != nil {
		return nil, nil, err
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, broken, nil
		}
		r, found := rowOf(in, record, names, err)
		if r.defaults = defaults; len(found) == 0 {
			rows = append(rows, r)
		}
		broken = append(broken, found...)
	}
}

// delimiter looks at the first line: comma, or else tab, or else semicolon.
func delimiter(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte{'\n'})
	for _, c := range []rune{',', '\t', ';'} {
		if bytes.ContainsRune(first, c) {
			return c
		}
	}
	return ','
}

// header finds out which column each heading means.
func header(heading []string, columns []Column, aliases map[string]string) (names []string, err error) {
	meaning := make(map[string]string)
	for _, c := range columns {
		for _, h := range append([]string{c.Name, c.Title}, c.Also...) {
			meaning[plainHeading(h)] = c.Name
		}
	}
	for h, name := range aliases {
		meaning[plainHeading(h)] = name
	}
	var unknown []string
	for _, h := range heading {
		name := meaning[plainHeading(h)]
		switch {
		case name == "":
			unknown = append(unknown, h)
		case name != skipped && slices.Contains(names, name):
			return nil, refused("T-02", "", "表头中“%s”重复", h)
		}
		names = append(names, name)
	}
	if len(unknown) > 0 {
		return nil, refused("T-02", "改用模板中的列名(--template),或用 --aliases 指明各列的含义;没有表头的文件用 --columns", "表头中有不认识的列: %s", strings.Join(unknown, "、"))
	}
	return names, nil
}

// skipped is the name of a column that is not read.
const skipped = "-"

func known(names []string, columns []Column) error {
	for i, name := range names {
		if name == skipped {
			continue
		}
		if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == name }) {
			return refused("T-02", "列名见 --help", "没有名为 %s 的列", name)
		}
		if slices.Contains(names[:i], name) {
			return refused("T-02", "", "列 %s 重复", name)
		}
	}
	return nil
}

// plainHeading: labels come with spaces, colons and stars around them.
func plainHeading(h string) string {
	return strings.ToLower(strings.Trim(strings.TrimSpace(h), ":\uff1a* "))
}

// scientific is what a spreadsheet makes of a long code.
var scientific = regexp.MustCompile(`^\d(\.\d+)?[Ee]\+\d+$`)

func rowOf(in *csv.Reader, record, names []string, err error) (r row, bad []Finding) {
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return r, []Finding{{Line: broken.StartLine, Rule: "T-03", Text: "引号没有成对,本行无法读取: " + broken.Err.Error()}}
	}
	if err != nil {
		return r, []Finding{{Rule: "T-03", Text: err.Error()}}
	}
	line, _ := in.FieldPos(0)
	return cellsOf(line, record, names)
}

// cellsOf gives the cells of one row their names.
func cellsOf(line int, record, names []string) (r row, bad []Finding) {
	r.line = line
	if len(record) != len(names) {
		return r, []Finding{{Line: r.line, Rule: "T-03", Text: plural(len(record), len(names))}}
	}
	r.cells = make(map[string]string, len(names))
	for i, name := range names {
		v := asTyped(strings.TrimSpace(record[i]))
		if name == skipped {
			continue
		}
		if bad == nil && scientific.MatchString(v) {
			bad = append(bad, Finding{Line: r.line, Field: name, Rule: "T-09", Text: "“" + v + "”是表格程序改写的编码,请把该列设为文本格式后重新填写"})
		}
		r.cells[name] = v
	}
	return r, bad
}
