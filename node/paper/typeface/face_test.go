package typeface

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

func TestFontsAreTheOnesOfTheNotice(t *testing.T) {
	notice, err := os.ReadFile("fonts/NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"Droid": droidFile, "Go": goFile} {
		sum := sha256.Sum256(file)
		if !bytes.Contains(notice, []byte(hex.EncodeToString(sum[:]))) {
			t.Errorf("%s: %x is not in NOTICE", name, sum)
		}
	}
}

func TestHanCoversWhatTheDocumentSays(t *testing.T) {
	for _, c := range []struct {
		from, to rune
		want     int
	}{{0x4E00, 0x9FA5, 20902}, {0x3400, 0x4DB5, 6582}, {0x9FA6, 0x9FFF, 0}, {0xFF01, 0xFF5E, 94}} {
		n := 0
		for r := c.from; r <= c.to; r++ {
			if Han().Find(r) != 0 {
				n++
			}
		}
		if n != c.want {
			t.Errorf("U+%04X–U+%04X: %d characters, want %d", c.from, c.to, n, c.want)
		}
	}
	for _, r := range "0aZ~ —“”‘’…·×□■§" {
		if Latin().Find(r) == 0 {
			t.Errorf("Latin has no %q", r)
		}
	}
	if Han().Find(0x20164) != 0 || Han().Find(-1) != 0 {
		t.Error("a character beyond U+FFFF found a glyph")
	}
}

func TestAdvances(t *testing.T) {
	if w := Han().Advance(Han().Find('祥')); w != 1000 {
		t.Errorf("祥 is %d wide, want a full em", w)
	}
	if a, b := Latin().Advance(Latin().Find('0')), Latin().Advance(Latin().Find('8')); a != b || a == 0 {
		t.Errorf("digits are %d and %d wide: columns of numbers would not stand", a, b)
	}
}

// TestSubsetDrawsTheSame reads the written file back and compares each drawing
// with the one of the whole font; composed glyphs by their parts.
func TestSubsetDrawsTheSame(t *testing.T) {
	for _, c := range []struct {
		face *Face
		text string
	}{{Han(), "吉林省一网通办材料㑇㕮,。《》〔〕"}, {Latin(), "0123456789 ABCxyzÀÉü—“”□½"}} {
		s := NewSubset(c.face)
		for _, r := range c.text {
			s.Use(r, c.face.Find(r))
		}
		cut := reread(t, s.File())
		for n := range s.Len() {
			if got, want := cut.Advance(Glyph(n)), s.Advance(n); got != want {
				t.Errorf("%q: advance %d, want %d", s.Rune(n), got, want)
			}
			if !same(cut, c.face, Glyph(n), s.used[n]) {
				t.Errorf("%s %q: the drawing changed", c.face.Name, s.Rune(n))
			}
		}
	}
}

func same(cut, whole *Face, a, b Glyph) bool {
	x, y := cut.outline(a), whole.outline(b)
	if len(y) == 0 || len(x) < len(y) {
		return len(x) == len(y)
	}
	var parts, wants []Glyph
	eachPart(x, func(i []byte) { parts = append(parts, Glyph(binary.BigEndian.Uint16(i))) })
	eachPart(y, func(i []byte) { wants = append(wants, Glyph(binary.BigEndian.Uint16(i))) })
	if len(wants) == 0 {
		return bytes.Equal(x[:len(y)], y)
	}
	for i := range wants {
		if len(parts) != len(wants) || !same(cut, whole, parts[i], wants[i]) {
			return false
		}
	}
	return true
}

// reread parses a subset; a PDF font has no cmap, so that step is left out.
func reread(t *testing.T, file []byte) *Face {
	t.Helper()
	f := &Face{tables: make(map[string][]byte)}
	if err := f.readDirectory(file); err != nil {
		t.Fatal(err)
	}
	if err := f.readHeaders(); err != nil {
		t.Fatal(err)
	}
	if sum := checksum(file); sum != 0xB1B0AFBA {
		t.Errorf("checksum of the file is %#x", sum)
	}
	return f
}

func TestDamagedFontsAreErrors(t *testing.T) {
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "not a TrueType file", nil},
		{"cut directory", "cut off", droidFile[:40]},
		{"cut table", "cut off", droidFile[:1<<20]},
		{"OpenType with CFF", "not a TrueType file", append([]byte("OTTO"), goFile[4:]...)},
	} {
		if _, err := parse("x", c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(goFile, uint16(300), byte(7))
	f.Fuzz(func(t *testing.T, file []byte, at uint16, with byte) {
		damaged := append([]byte(nil), file...)
		if int(at) < len(damaged) {
			damaged[at] ^= with
		}
		face, err := parse("x", damaged)
		if err != nil {
			return
		}
		s := NewSubset(face)
		for _, r := range "aÀ祥" {
			s.Use(r, face.Find(r))
		}
		s.File()
	})
}
