package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"xiangyun/node/paper/typeface"
)

// A4 in points.
const (
	width  = 595.28
	height = 841.89
)

// Info is what viewers show of a file. Created is the instant of the entry the
// document belongs to, never that of rendering.
type Info struct {
	Title, Author, Subject string
	Created                time.Time
}

// File is a document being drawn, page after page. It is used by one goroutine.
type File struct {
	info     Info
	objects  objects
	fonts    [2]*typeface.Subset
	pages    []*page
	images   []ref
	tree     ref
	elements []*element
	current  *element
	drawOn   int  // page that is drawn on
	open     bool // a marked part of the page is open
	artifact bool
}

type page struct {
	self    ref
	content bytes.Buffer
	owners  []ref // marked part → element
}

// New starts a file without pages.
func New(info Info) *File {
	f := &File{info: info, fonts: [2]*typeface.Subset{typeface.NewSubset(typeface.Latin()), typeface.NewSubset(typeface.Han())}}
	f.tree = f.objects.reserve()
	root := &element{tag: "Document", self: f.objects.reserve(), parent: f.tree}
	f.elements, f.current = []*element{root}, root
	return f
}

// Page appends an A4 page and draws on it from now on.
func (f *File) Page() {
	f.closeContent()
	f.pages = append(f.pages, &page{self: f.objects.reserve()})
	f.drawOn = len(f.pages) - 1
}

// Open reports whether there is a page to draw on.
func (f *File) Open() bool { return len(f.pages) > 0 }

// EachPage goes back to every page in order, for what is only known at the
// end: "第 1 页 共 3 页".
func (f *File) EachPage(draw func(n, of int)) {
	f.closeContent()
	for i := range f.pages {
		f.drawOn = i
		draw(i+1, len(f.pages))
		f.closeContent()
	}
}

func (f *File) page() *page { return f.pages[f.drawOn] }

func (f *File) write(format string, args ...any) { fmt.Fprintf(&f.page().content, format, args...) }

// num writes a length with at most two decimals and without an exponent.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Line draws a straight line of the given thickness.
func (f *File) Line(x1, y1, x2, y2, thick float64) {
	f.write("%s w %s %s m %s %s l S\n", num(thick), num(x1), num(height-y1), num(x2), num(height-y2))
}

// Frame draws the outline of a rectangle, dashed where dash is more than 0.
func (f *File) Frame(x, y, w, h, thick, dash float64) {
	pattern := "[] 0 d"
	if dash > 0 {
		pattern = "[" + num(dash) + "] 0 d"
	}
	f.write("q %s %s w %s %s %s %s re S Q\n", pattern, num(thick), num(x), num(height-y-h), num(w), num(h))
}

// Shade fills a rectangle with grey, 0 black to 1 white.
func (f *File) Shade(x, y, w, h, grey float64) {
	f.write("q %s g %s %s %s %s re f Q\n", num(grey), num(x), num(height-y-h), num(w), num(h))
}

// Image draws black squares, row by row from the top, into a square of side
// points, without smoothing.
func (f *File) Image(x, y, side float64, black [][]bool) {
	n := len(black)
	data := make([]byte, 0, n*(n+7)/8)
	for _, row := range black {
		line := make([]byte, (n+7)/8)
		for i, dark := range row {
			if !dark {
				line[i/8] |= 0x80 >> (i % 8)
			}
		}
		data = append(data, line...)
	}
	image := f.objects.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"+
		" /BitsPerComponent 1 /Interpolate false", n, n), data)
	f.images = append(f.images, image)
	f.openContent()
	f.write("q %s 0 0 %s %s %s cm /I%d Do Q\n", num(side), num(side), num(x), num(height-y-side), len(f.images)-1)
}

// Bytes finishes the file. The file's id is a hash of its content.
func (f *File) Bytes() []byte {
	f.closeContent()
	pages := f.objects.reserve()
	resources := f.resources()
	kids := make([]string, len(f.pages))
	for i, p := range f.pages {
		kids[i] = p.self.String()
		content := f.objects.stream("", p.content.Bytes())
		f.objects.set(p.self, "<< /Type /Page /Parent %v /MediaBox [0 0 %s %s] /Resources %v /Contents %v /StructParents %d /Tabs /S >>",
			pages, num(width), num(height), resources, content, i)
	}
	f.objects.set(pages, "<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
	f.writeTree()
	root := f.objects.add("<< /Type /Catalog /Pages %v /Lang (zh-CN) /MarkInfo << /Marked true >> /StructTreeRoot %v"+
		" /ViewerPreferences << /DisplayDocTitle true >> >>", pages, f.tree)
	return f.objects.file(root, f.writeInfo(), identify)
}

func identify(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

func (f *File) resources() ref {
	fonts := fmt.Sprintf("/F0 %v /F1 %v", f.writeFont(f.fonts[0]), f.writeFont(f.fonts[1]))
	var images strings.Builder
	for i, r := range f.images {
		fmt.Fprintf(&images, "/I%d %v ", i, r)
	}
	return f.objects.add("<< /Font << %s >> /XObject << %s>> >>", fonts, images.String())
}

func (f *File) writeInfo() ref {
	at := f.info.Created.Format("20060102150405-0700")
	at = at[:17] + "'" + at[17:] + "'"
	return f.objects.add("<< /Title %s /Author %s /Subject %s /Producer (Xiangyun) /CreationDate (D:%s) /ModDate (D:%s) >>",
		textString(f.info.Title), textString(f.info.Author), textString(f.info.Subject), at, at)
}
