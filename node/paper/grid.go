package paper

// table draws columns and rows; the heads are repeated on every page.
func (s *sheet) table(b *Block) {
	widths := shares(b.Columns)
	s.file.Tag("Table", func() {
		s.need(4 * tableLead)
		s.file.Tag("TR", func() { s.tableHead(b.Columns, widths, s.file.Header) })
		for _, row := range b.Rows {
			s.tableRow(b, row, widths)
		}
	})
}

func shares(columns []Column) []float64 {
	total := 0.0
	for _, c := range columns {
		total += c.Share
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = c.Share / total * (right - left)
	}
	return widths
}

// tableHead draws the heads, each through cell: a heading cell the first time,
// an artifact where they are only repeated.
func (s *sheet) tableHead(columns []Column, widths []float64, cell func(func())) {
	cells := make([][]string, len(columns))
	for i, c := range columns {
		cells[i] = wrap(s.noted(c.Title), tableSize, widths[i]-2*cellPad, 0)
	}
	height := rowHeight(longest(cells))
	s.file.Artifact(func() { s.file.Shade(left, s.y, right-left, height, 0.92) })
	s.cells(cells, widths, cell)
}

// tableRow draws one row. What does not fit on the page goes on on the next, so
// that no text is ever lost however long a cell is.
func (s *sheet) tableRow(b *Block, row []string, widths []float64) {
	cells := make([][]string, len(row))
	for i, text := range row {
		cells[i] = wrap(s.noted(text), tableSize, widths[i]-2*cellPad, 0)
	}
	for longest(cells) > 0 {
		if short := rowHeight(min(longest(cells), 20)); s.y+short > bottom {
			s.newPage()
			s.tableHead(b.Columns, widths, s.file.Artifact)
		}
		fits := int((bottom - s.y - 2*cellPad) / tableLead)
		now, rest := splitCells(cells, fits)
		s.file.Tag("TR", func() {
			s.cells(now, widths, func(draw func()) { s.file.Tag("TD", draw) })
		})
		cells = rest
	}
}

func splitCells(cells [][]string, n int) (now, rest [][]string) {
	for _, lines := range cells {
		k := min(n, len(lines))
		now, rest = append(now, lines[:k]), append(rest, lines[k:])
	}
	return now, rest
}

// cells draws one row of lines in its frame.
func (s *sheet) cells(cells [][]string, widths []float64, cell func(func())) {
	height, x := rowHeight(longest(cells)), left
	for i, lines := range cells {
		s.file.Artifact(func() { s.file.Frame(x, s.y, widths[i], height, 0.6, 0) })
		cell(func() {
			for k, line := range lines {
				s.file.Text(x+cellPad, s.y+cellPad+tableSize+float64(k)*tableLead, tableSize, line)
			}
		})
		x += widths[i]
	}
	s.y += height
}

func rowHeight(lines int) float64 { return float64(lines)*tableLead + 2*cellPad - 3 }

func longest(cells [][]string) (n int) {
	for _, lines := range cells {
		n = max(n, len(lines))
	}
	return n
}

// labelWidth is how wide the labels of the head are.
const labelWidth = 94.0

// facts draws the head as a table: two short facts share a row.
func (s *sheet) facts(facts []Fact) {
	s.file.Tag("Table", func() {
		for len(facts) > 0 {
			n := 1
			if len(facts) > 1 && short(facts[0]) && short(facts[1]) {
				n = 2
			}
			s.factRow(facts[:n])
			facts = facts[n:]
		}
	})
	s.y += 10
}

// short reports whether a fact fits in half a row on two lines.
func short(f Fact) bool {
	return !f.Wide && len(wrap(f.Value, tableSize, (right-left)/2-labelWidth-2*cellPad, 0)) <= 2
}

func (s *sheet) factRow(facts []Fact) {
	value := (right-left)/float64(len(facts)) - labelWidth
	var cells [][]string
	var widths []float64
	for _, f := range facts {
		cells = append(cells, wrap(s.noted(f.Label), tableSize, labelWidth-2*cellPad, 0), wrap(s.noted(f.Value), tableSize, value-2*cellPad, 0))
		widths = append(widths, labelWidth, value)
	}
	height := rowHeight(longest(cells))
	s.need(height)
	s.file.Artifact(func() {
		for i := range facts {
			s.file.Shade(left+float64(i)*(labelWidth+value), s.y, labelWidth, height, 0.95)
		}
	})
	s.file.Tag("TR", func() {
		s.cells(cells, widths, func(draw func()) { s.file.Tag("TD", draw) })
	})
}
