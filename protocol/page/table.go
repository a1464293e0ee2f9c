package page

import "fmt"

// Table is a list of records: piece "table". On a narrow window each row becomes
// a card whose lines carry the column's label.
type Table struct {
	Caption string // label; read out, not shown
	Cols    []Col
	Rows    []Row
	Empty   Empty
	Foot    string // label: age of the list, what is left out

	// Select is the name of a checkbox in front of each row, whose value is
	// Row.ID; Form is the id of the form that posts them.
	Select, Form string
}

// Col is a column.
type Col struct {
	Label  string // label
	Num    bool   // right-aligned figures
	Short  bool   // never wraps: numbers, dates, states
	Href   string // sorts by this column
	Sorted string // "ascending" or "descending" when the list is sorted by it
}

// Row is one record.
type Row struct {
	ID    string
	Tone  Tone // a coloured edge, for rows that need a hand now
	Cells []Cell
}

// Cell is one value: of a row or of a Fact. Texts are data, never translated.
type Cell struct {
	Text   string
	Sub    string // second, quieter line
	Href   string
	Mono   bool // codes and numbers read digit by digit
	Time   any  // time.Time, protocol.Instant or protocol.Day; zero shows —
	Day    bool // Time without the clock
	Badges []Badge

	Picture string // address of a small picture of what Href leads to
}

// Empty is what stands in the place of no rows.
type Empty struct {
	What string // label; "" is 暂无记录
	Do   string // label: how rows come to be here
	Link *Link
}

// Badge is a state: colour, sign and word.
type Badge struct {
	Tone Tone
	Word string // label
}

// Word is a cell of plain text.
func Word(text string) Cell { return Cell{Text: text} }

// Goto is a cell that leads to the record; a row's first one is what Enter opens.
func Goto(text, href string) Cell { return Cell{Text: text, Href: href} }

// Code is a cell read digit by digit: receipt numbers, item codes, hashes.
func Code(text string) Cell { return Cell{Text: text, Mono: true} }

// Number is a cell with a figure: 12,345.
func Number[T ~int | ~int64 | ~uint64 | ~uint32](n T) Cell {
	s, err := num(fmt.Sprintf("%d", n))
	if err != nil { // cannot be: an integer is written in digits
		s = noValue
	}
	return Cell{Text: s}
}

// When is a cell with date and time.
func When(t interface{ String() string }) Cell { return Cell{Time: t} }

// OnDay is a cell with a date.
func OnDay(t interface{ String() string }) Cell { return Cell{Time: t, Day: true} }

// State is a cell of badges.
func State(badges ...Badge) Cell { return Cell{Badges: badges} }

// Under adds a second, quieter line.
func (c Cell) Under(sub string) Cell {
	c.Sub = sub
	return c
}

// Add appends a row; its ID is the text of the first cell.
func (t *Table) Add(cells ...Cell) *Row {
	row := Row{Cells: cells}
	if len(cells) > 0 {
		row.ID = cells[0].Text
	}
	t.Rows = append(t.Rows, row)
	return &t.Rows[len(t.Rows)-1]
}

// Col gives the column of cell i; a row with more cells than columns gets blanks.
func (t Table) Col(i int) Col {
	if i < len(t.Cols) {
		return t.Cols[i]
	}
	return Col{}
}

// Pager leads through a list by cursor: piece "pager". It shows nothing when
// there is only one page.
type Pager struct {
	Prev, Next string // addresses; "" is none
	Note       string // label: 第 51–100 条,共 1,204 条
}

// Tab is one of several lists of a page: piece "tabs" takes []Tab.
type Tab struct {
	Label  string // label
	Href   string
	Count  int // exact; -1 shows none
	Active bool
	Tone   Tone // of the count
}

// Fact is a line of the piece "facts", which takes []Fact.
type Fact struct {
	Label string // label
	Cell
}

// Stat is a figure at the top of a page: piece "stats" takes []Stat.
type Stat struct {
	Label string // label
	Value string
	Unit  string // label
	Note  string // label: compared with what, as of when
	Tone  Tone
	Href  string
}

// Progress is work under way: piece "progress". Total 0 is not known yet.
type Progress struct {
	Label       string // label
	Done, Total int64
	Unit        string // label
	Bytes       bool   // Done and Total are bytes
	Note        string // label: since when, how long still
}

// Moment is one line of the piece "timeline", which takes []Moment, newest last.
type Moment struct {
	At    any    // time.Time or protocol.Instant
	What  string // label
	Who   string
	Place string
	Note  string
	Rule  string // rule id behind a verdict
	Mark  *Badge // the verdict
	Href  string
	Open  bool // not happened yet: an expected step
}

// HasTime reports whether the cell shows a time.
func (c Cell) HasTime() bool { return c.Time != nil }
