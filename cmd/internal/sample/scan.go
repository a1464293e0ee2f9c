package sample

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// ScanKind is a file format that windows take in.
type ScanKind string

// The formats of sample scans.
const (
	JPEG ScanKind = "jpeg"
	PNG  ScanKind = "png"
	PDF  ScanKind = "pdf"
)

// ScanKinds lists the formats in the order above.
var ScanKinds = [...]ScanKind{JPEG, PNG, PDF}

// MediaType is the type a manifest names: "image/png".
func (k ScanKind) MediaType() string {
	if k == PDF {
		return "application/pdf"
	}
	return "image/" + string(k)
}

// FileName is the name a scanner would give page n.
func (k ScanKind) FileName(n int) string {
	ext := string(k)
	if k == JPEG {
		ext = "jpg"
	}
	return "样例材料" + digits(n) + "." + ext
}

// Scan gives the n-th page in a format: a whole, valid file that says SAMPLE and
// its number, the same bytes each time. Each n is another file.
func Scan(kind ScanKind, n int) []byte {
	var out bytes.Buffer
	var err error
	switch kind {
	case JPEG:
		err = jpeg.Encode(&out, sheet(n), &jpeg.Options{Quality: 70})
	case PNG:
		err = png.Encode(&out, sheet(n))
	case PDF:
		return pdfPage(n)
	default:
		panic("sample: no scan of kind " + string(kind))
	}
	if err != nil { // a buffer takes everything, and the sheet has a legal size
		panic("sample: encode scan: " + err.Error())
	}
	return out.Bytes()
}

// A sheet is A4 at 75 points to the inch.
const sheetWidth, sheetHeight = 620, 877

const (
	paper uint8 = iota
	ink
	grey
	red
)

// sheet draws page n: a frame, the word and the number, lines that look like
// text, and a red ring where the seal would be.
func sheet(n int) *image.Paletted {
	page := image.NewPaletted(image.Rect(0, 0, sheetWidth, sheetHeight),
		color.Palette{color.White, color.Gray{30}, color.Gray{150}, color.RGBA{200, 30, 30, 255}})
	frame(page)
	write(page, "SAMPLE "+digits(n), 60, 60, 5)
	for row := range 22 {
		fill(page, image.Rect(60, 150+row*28, 60+lineLength(n, row), 158+row*28), grey)
	}
	ring(page, 470, 730, 70)
	return page
}

func fill(page *image.Paletted, r image.Rectangle, c uint8) {
	r = r.Intersect(page.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			page.SetColorIndex(x, y, c)
		}
	}
}

func frame(page *image.Paletted) {
	fill(page, image.Rect(30, 30, sheetWidth-30, sheetHeight-30), ink)
	fill(page, image.Rect(33, 33, sheetWidth-33, sheetHeight-33), paper)
}

// lineLength makes every page and line a little different.
func lineLength(n, row int) int {
	x := uint32(n)*2654435761 + uint32(row)*40503
	x ^= x >> 13
	return 250 + int(x%250)
}

func ring(page *image.Paletted, cx, cy, radius int) {
	for y := cy - radius; y <= cy+radius; y++ {
		for x := cx - radius; x <= cx+radius; x++ {
			d := (x-cx)*(x-cx) + (y-cy)*(y-cy)
			if d <= radius*radius && d >= (radius-5)*(radius-5) {
				page.SetColorIndex(x, y, red)
			}
		}
	}
}
