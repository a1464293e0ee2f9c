package typeface

import (
	"encoding/binary"
)

// Subset collects the glyphs one document uses. Glyphs are numbered in the
// order they are first asked for, one number per character, so that the same
// text gives the same font file.
type Subset struct {
	face  *Face
	used  []Glyph         // new number → glyph of the face
	runes []rune          // new number → the character it stands for
	byRun map[rune]uint16 // character → new number; looked up, never ranged over
}

// NewSubset starts a subset whose number 0 is the face's "no such character".
func NewSubset(f *Face) *Subset {
	return &Subset{face: f, used: []Glyph{0}, runes: []rune{0}, byRun: make(map[rune]uint16)}
}

// Use gives the number of r in the subset, drawn by glyph g.
func (s *Subset) Use(r rune, g Glyph) uint16 {
	if n, ok := s.byRun[r]; ok {
		return n
	}
	n := uint16(len(s.used))
	s.used, s.runes = append(s.used, g), append(s.runes, r)
	s.byRun[r] = n
	return n
}

// Face is the font the subset is cut from.
func (s *Subset) Face() *Face { return s.face }

// Len is how many glyphs characters stand for, number 0 included.
func (s *Subset) Len() int { return len(s.runes) }

// Rune is the character that number n stands for.
func (s *Subset) Rune(n int) rune { return s.runes[n] }

// Advance is the width of number n in thousandths of an em.
func (s *Subset) Advance(n int) int { return s.face.Advance(s.used[n]) }

// File writes a TrueType file with the glyphs of the subset and the parts they
// are composed of. It has no cmap: PDF addresses glyphs by number.
func (s *Subset) File() []byte {
	glyf, loca, hmtx := s.outlines()
	n := len(loca)/4 - 1
	head, hhea, maxp := patched(s.face.tables["head"]), patched(s.face.tables["hhea"]), patched(s.face.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checksum, filled in by assemble
	binary.BigEndian.PutUint16(head[50:], 1) // long loca
	binary.BigEndian.PutUint16(hhea[34:], uint16(n))
	binary.BigEndian.PutUint16(maxp[4:], uint16(n))
	tables := []table{{"cvt ", s.face.tables["cvt "]}, {"fpgm", s.face.tables["fpgm"]}, {"glyf", glyf}, {"head", head}, {"hhea", hhea},
		{"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}, {"prep", s.face.tables["prep"]}}
	return assemble(tables)
}

func patched(b []byte) []byte { return append([]byte(nil), b...) }

// outlines copies drawings. Parts of composed glyphs get numbers after the
// characters; the loop meets them as it goes on, so parts of parts come too.
func (s *Subset) outlines() (glyf, loca, hmtx []byte) {
	all, at := append([]Glyph(nil), s.used...), make(map[Glyph]uint16)
	for i := 0; i < len(all); i++ {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		hmtx = append(hmtx, s.face.metric(all[i])...)
		drawing := patched(s.face.outline(all[i]))
		eachPart(drawing, func(index []byte) {
			part := Glyph(binary.BigEndian.Uint16(index))
			if _, ok := at[part]; !ok {
				at[part] = uint16(len(all))
				all = append(all, part)
			}
			binary.BigEndian.PutUint16(index, at[part])
		})
		glyf = append(glyf, drawing...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	return glyf, binary.BigEndian.AppendUint32(loca, uint32(len(glyf))), hmtx
}

// metric gives advance and left bearing of g, four bytes as hmtx has them.
func (f *Face) metric(g Glyph) []byte {
	hmtx, i := f.tables["hmtx"], int(g)
	if i < f.metrics {
		return hmtx[4*i : 4*i+4]
	}
	m := append([]byte(nil), hmtx[4*f.metrics-4:4*f.metrics-2]...)
	if off := 4*f.metrics + 2*(i-f.metrics); off+2 <= len(hmtx) {
		return append(m, hmtx[off:off+2]...)
	}
	return append(m, 0, 0)
}

// Flags of the parts of a composed glyph (OpenType, glyf table).
const (
	partWords  = 0x0001
	partScale  = 0x0008
	partMore   = 0x0020
	partScale2 = 0x0040
	partMatrix = 0x0080
)

// eachPart calls f with the two bytes that name each part of a composed glyph.
func eachPart(drawing []byte, f func(index []byte)) {
	if len(drawing) < 10 || int16(binary.BigEndian.Uint16(drawing)) >= 0 {
		return
	}
	for rest := drawing[10:]; len(rest) >= 4; {
		flags := binary.BigEndian.Uint16(rest)
		f(rest[2:4])
		size := partSize(flags)
		if flags&partMore == 0 || size > len(rest) {
			return
		}
		rest = rest[size:]
	}
}

func partSize(flags uint16) int {
	size := 6
	if flags&partWords != 0 {
		size = 8
	}
	switch {
	case flags&partScale != 0:
		size += 2
	case flags&partScale2 != 0:
		size += 4
	case flags&partMatrix != 0:
		size += 8
	}
	return size
}

type table struct {
	tag  string
	data []byte
}

// assemble writes the file: tables in order of tag, each at a multiple of four.
func assemble(tables []table) []byte {
	present := tables[:0]
	for _, t := range tables {
		if len(t.data) > 0 {
			present = append(present, t)
		}
	}
	out := fileHeader(len(present))
	off := len(out) + 16*len(present)
	for _, t := range present {
		out = append(out, t.tag...)
		for _, v := range []int{int(checksum(t.data)), off, len(t.data)} {
			out = binary.BigEndian.AppendUint32(out, uint32(v))
		}
		off += (len(t.data) + 3) &^ 3
	}
	headAt := 0
	for _, t := range present {
		if t.tag == "head" {
			headAt = len(out)
		}
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[headAt+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func fileHeader(n int) []byte {
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, power * 16, log, n*16 - power*16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	return out
}

func checksum(b []byte) (sum uint32) {
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
