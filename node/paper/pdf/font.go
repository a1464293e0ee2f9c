package pdf

import (
	"fmt"
	"strings"

	"xiangyun/node/paper/typeface"
)

// writeFont writes one subset as a composite font addressed by glyph number,
// with the table that turns numbers back into characters.
func (f *File) writeFont(s *typeface.Subset) ref {
	face := s.Face()
	name := fmt.Sprintf("%s+%s", subsetTag(face.Name), face.Name)
	data := s.File()
	file := f.objects.stream(fmt.Sprintf("/Length1 %d", len(data)), data)
	scale := func(v int) int { return v * 1000 / face.Units }
	descriptor := f.objects.add("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0"+
		" /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile2 %v >>", name, scale(face.Box[0]), scale(face.Box[1]),
		scale(face.Box[2]), scale(face.Box[3]), scale(face.Ascent), scale(face.Descent), scale(face.Ascent), file)
	cid := f.objects.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"+
		" /Supplement 0 >> /FontDescriptor %v /DW 1000 /W [0 [%s]] /CIDToGIDMap /Identity >>", name, descriptor, widths(s))
	unicode := f.objects.stream("", toUnicode(s))
	return f.objects.add("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%v] /ToUnicode %v >>",
		name, cid, unicode)
}

// subsetTag is the six letters before the name of a subset.
func subsetTag(name string) string {
	if name == typeface.Han().Name {
		return "XYHANA"
	}
	return "XYLATN"
}

func widths(s *typeface.Subset) string {
	var b strings.Builder
	for n := range s.Len() {
		fmt.Fprintf(&b, "%d ", s.Advance(n))
	}
	return strings.TrimSpace(b.String())
}

const cmapHead = `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
`

// toUnicode lists the characters in groups of at most 100, as the format wants.
func toUnicode(s *typeface.Subset) []byte {
	var b strings.Builder
	b.WriteString(cmapHead)
	for from := 1; from < s.Len(); from += 100 {
		to := min(from+100, s.Len())
		fmt.Fprintf(&b, "%d beginbfchar\n", to-from)
		for n := from; n < to; n++ {
			fmt.Fprintf(&b, "<%04X> <%s>\n", n, utf16hex(string(s.Rune(n))))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return []byte(b.String())
}
