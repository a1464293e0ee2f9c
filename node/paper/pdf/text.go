package pdf

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"xiangyun/node/paper/typeface"
)

// glyph says what draws one character.
type glyph struct {
	font  int // 0 Latin, 1 Han
	index typeface.Glyph
	text  rune // what copying and searching see
	known bool
}

// box is what a character without a drawing looks like: a box to write it into
// by hand, never a gap. Copied and searched it is still the character, unless
// that is a control, which a copy must not carry on.
const box = '□'

// find looks for r in Latin first, which has the better letters and digits, and
// in Han otherwise.
func find(r rune) glyph {
	if !drawable(r) {
		return glyph{0, typeface.Latin().Find(box), box, false}
	}
	if g := typeface.Latin().Find(r); g != 0 {
		return glyph{0, g, r, true}
	}
	if g := typeface.Han().Find(r); g != 0 {
		return glyph{1, g, r, true}
	}
	return glyph{0, typeface.Latin().Find(box), r, false}
}

// drawable refuses what would change the look of its neighbours or leave no
// trace: controls, marks that join, signs of writing direction.
func drawable(r rune) bool {
	switch {
	case r < ' ', r >= 0x7F && r < 0xA0, r == 0xAD, r >= 0x300 && r <= 0x36F:
		return false
	case r >= 0x200B && r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF, r == 0xFFFD:
		return false
	}
	return true
}

// Known reports whether r can be drawn; otherwise a box stands for it.
func Known(r rune) bool { return find(r).known }

// Width is how far s reaches at size.
func Width(size float64, s string) float64 {
	sum := 0
	for _, r := range s {
		g := find(r)
		sum += g.advance()
	}
	return float64(sum) * size / 1000
}

// advance is the width of g in thousandths of an em; a box takes a whole one.
func (g glyph) advance() int {
	if !g.known {
		return 1000
	}
	return faces()[g.font].Advance(g.index)
}

func faces() [2]*typeface.Face { return [2]*typeface.Face{typeface.Latin(), typeface.Han()} }

// Text draws s with its base line at y.
func (f *File) Text(x, y, size float64, s string) { f.text(x, y, size, 0, s) }

// Bold draws s with strokes thickened by a fortieth of size: the Chinese face
// has no bold cut.
func (f *File) Bold(x, y, size float64, s string) { f.text(x, y, size, size/40, s) }

func (f *File) text(x, y, size, stroke float64, s string) {
	if s == "" {
		return
	}
	f.openContent()
	mode := "0 Tr"
	if stroke > 0 {
		mode = "2 Tr " + num(stroke) + " w"
	}
	f.write("BT %s %s %s Td\n", mode, num(x), num(height-y))
	f.showRuns(size, s)
	f.write("ET\n")
}

// showRuns writes the characters, changing the font where the face changes and
// the size for a box, whose drawing is smaller than a Chinese character.
func (f *File) showRuns(size float64, s string) {
	font, known, hex := -1, true, strings.Builder{}
	flush := func() {
		scaled := size
		if !known {
			scaled = size * 1000 / float64(typeface.Latin().Advance(typeface.Latin().Find(box)))
		}
		if hex.Len() > 0 {
			f.write("/F%d %s Tf <%s> Tj\n", font, num(scaled), hex.String())
			hex.Reset()
		}
	}
	for _, r := range s {
		g := find(r)
		if g.font != font || g.known != known {
			flush()
			font, known = g.font, g.known
		}
		fmt.Fprintf(&hex, "%04X", f.fonts[font].Use(g.text, g.index))
	}
	flush()
}

// textString writes s as a PDF text string in UTF-16.
func textString(s string) string {
	return "<FEFF" + utf16hex(s) + ">"
}

func utf16hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}
