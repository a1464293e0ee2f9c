package typeface

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Glyph is the number of a glyph in its own font file. 0 is "no such character".
type Glyph uint16

// Face is one parsed TrueType font. It is read-only and may be shared.
type Face struct {
	Name    string // PostScript name without spaces, as written into documents
	Units   int    // font units per em
	Ascent  int    // in font units, above the base line
	Descent int    // in font units, below the base line, negative
	Box     [4]int // the box that holds every glyph: left, bottom, right, top

	tables   map[string][]byte
	cmap     []byte // the format 4 subtable
	longLoca bool
	metrics  int // how many glyphs have an advance of their own
	glyphs   int
}

// parse reads the tables this package needs. Every later read is within bounds
// that were checked here or is checked where it is made, so that a damaged file
// is an error and never a panic.
func parse(name string, file []byte) (*Face, error) {
	f := &Face{Name: name, tables: make(map[string][]byte)}
	if err := f.readDirectory(file); err != nil {
		return nil, fmt.Errorf("typeface %s: %w", name, err)
	}
	if err := f.readHeaders(); err != nil {
		return nil, fmt.Errorf("typeface %s: %w", name, err)
	}
	if err := f.findCmap(); err != nil {
		return nil, fmt.Errorf("typeface %s: %w", name, err)
	}
	return f, nil
}

func (f *Face) readDirectory(file []byte) error {
	if len(file) < 12 || binary.BigEndian.Uint32(file) != 0x00010000 {
		return errors.New("not a TrueType file")
	}
	n := int(binary.BigEndian.Uint16(file[4:]))
	if len(file) < 12+16*n {
		return errors.New("directory is cut off")
	}
	for i := range n {
		row := file[12+16*i:]
		off, size := int(binary.BigEndian.Uint32(row[8:])), int(binary.BigEndian.Uint32(row[12:]))
		if off > len(file) || size > len(file)-off {
			return fmt.Errorf("table %q is cut off", row[:4])
		}
		f.tables[string(row[:4])] = file[off : off+size]
	}
	return nil
}

func (f *Face) readHeaders() error {
	head, hhea, maxp := f.tables["head"], f.tables["hhea"], f.tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 {
		return errors.New("head, hhea or maxp is missing or cut off")
	}
	f.Units = int(binary.BigEndian.Uint16(head[18:]))
	for i := range f.Box {
		f.Box[i] = int(int16(binary.BigEndian.Uint16(head[36+2*i:])))
	}
	f.longLoca = binary.BigEndian.Uint16(head[50:]) == 1
	f.Ascent = int(int16(binary.BigEndian.Uint16(hhea[4:])))
	f.Descent = int(int16(binary.BigEndian.Uint16(hhea[6:])))
	f.metrics = int(binary.BigEndian.Uint16(hhea[34:]))
	f.glyphs = int(binary.BigEndian.Uint16(maxp[4:]))
	if f.Units == 0 || f.metrics == 0 || f.metrics > f.glyphs || len(f.tables["hmtx"]) < 4*f.metrics {
		return errors.New("metrics do not fit together")
	}
	return nil
}

// findCmap takes the Unicode subtable of format 4, which every TrueType font
// for people has; characters beyond U+FFFF are not in it.
func (f *Face) findCmap() error {
	cmap := f.tables["cmap"]
	if len(cmap) < 4 {
		return errors.New("cmap is missing")
	}
	for i := range int(binary.BigEndian.Uint16(cmap[2:])) {
		if len(cmap) < 12+8*i {
			break
		}
		row := cmap[4+8*i:]
		platform, encoding := binary.BigEndian.Uint16(row), binary.BigEndian.Uint16(row[2:])
		off := int(binary.BigEndian.Uint32(row[4:]))
		unicode := platform == 0 || platform == 3 && encoding == 1
		if !unicode || off+14 > len(cmap) || binary.BigEndian.Uint16(cmap[off:]) != 4 {
			continue
		}
		f.cmap = cmap[off:]
		return nil
	}
	return errors.New("no Unicode cmap of format 4")
}

// Find gives the glyph of r, 0 when the face has none.
func (f *Face) Find(r rune) Glyph {
	if r < 0 || r > 0xFFFF {
		return 0
	}
	segments := int(binary.BigEndian.Uint16(f.cmap[6:])) / 2
	lo, hi := 0, segments
	for lo < hi { // the first segment that ends at or after r
		mid := (lo + hi) / 2
		if f.cmapAt(14+2*mid) < int(r) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == segments {
		return 0
	}
	return f.inSegment(int(r), lo, segments)
}

func (f *Face) inSegment(r, i, segments int) Glyph {
	startAt := 16 + 2*segments + 2*i
	start, delta, rangeAt := f.cmapAt(startAt), f.cmapAt(startAt+2*segments), startAt+4*segments
	if r < start {
		return 0
	}
	offset := f.cmapAt(rangeAt)
	if offset == 0 {
		return f.existing(uint16(r + delta))
	}
	g := f.cmapAt(rangeAt + offset + 2*(r-start))
	if g == 0 {
		return 0
	}
	return f.existing(uint16(g + delta))
}

func (f *Face) existing(g uint16) Glyph {
	if int(g) >= f.glyphs {
		return 0
	}
	return Glyph(g)
}

// cmapAt reads one number of the subtable, 0 beyond its end.
func (f *Face) cmapAt(off int) int {
	if off+2 > len(f.cmap) {
		return 0
	}
	return int(binary.BigEndian.Uint16(f.cmap[off:]))
}

// Advance is the width of g in thousandths of an em, the unit of PDF.
func (f *Face) Advance(g Glyph) int {
	i := min(int(g), f.metrics-1)
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*i:])) * 1000 / f.Units
}

// outline is the glyph's drawing as it stands in the file; empty for a space.
func (f *Face) outline(g Glyph) []byte {
	from, to := f.location(int(g)), f.location(int(g)+1)
	glyf := f.tables["glyf"]
	if from >= to || to > len(glyf) {
		return nil
	}
	return glyf[from:to]
}

func (f *Face) location(i int) int {
	loca := f.tables["loca"]
	switch {
	case f.longLoca && 4*i+4 <= len(loca):
		return int(binary.BigEndian.Uint32(loca[4*i:]))
	case !f.longLoca && 2*i+2 <= len(loca):
		return 2 * int(binary.BigEndian.Uint16(loca[2*i:]))
	}
	return 0
}
