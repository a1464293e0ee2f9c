package sample

import (
	"bytes"
	"fmt"
	"image"
	"net/http"
	"regexp"
	"strconv"
	"testing"
)

func TestScansAreWholeFiles(t *testing.T) {
	for _, kind := range []ScanKind{JPEG, PNG} {
		data := Scan(kind, 7)
		page, format, err := image.Decode(bytes.NewReader(data))
		if err != nil || format != string(kind) || page.Bounds().Dx() != sheetWidth || page.Bounds().Dy() != sheetHeight {
			t.Errorf("%s decodes as %s: %v", kind, format, err)
		}
	}
	for _, kind := range ScanKinds {
		data := Scan(kind, 7)
		if got := http.DetectContentType(data); got != kind.MediaType() {
			t.Errorf("%s looks like %s", kind, got)
		}
		if len(data) < 500 || len(data) > 128<<10 {
			t.Errorf("%s has %d bytes", kind, len(data))
		}
		t.Logf("%s: %d bytes, %s", kind, len(data), kind.FileName(7))
	}
}

func TestScansAreTheSameEachTimeAndDifferByNumber(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range ScanKinds {
		for n := range 6 {
			data := Scan(kind, n)
			if !bytes.Equal(data, Scan(kind, n)) {
				t.Errorf("%s %d differs from itself", kind, n)
			}
			if seen[string(data)] {
				t.Errorf("%s %d equals another", kind, n)
			}
			seen[string(data)] = true
		}
	}
}

func TestAnUnknownKindOfScanIsAProgrammersError(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a GIF came back")
		}
	}()
	Scan("gif", 1)
}

// TestPDFTableOfObjects reads the document the way a viewer does: from the end to
// the table, from the table to each object.
func TestPDFTableOfObjects(t *testing.T) {
	data := Scan(PDF, 42)
	end := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(data)
	if end == nil {
		t.Fatal("no end")
	}
	start, _ := strconv.Atoi(string(end[1]))
	rows := regexp.MustCompile(`(?m)^(\d{10}) (\d{5}) ([nf]) $`).FindAllSubmatch(data[start:], -1)
	if !bytes.HasPrefix(data[start:], []byte("xref\n0 6\n")) || len(rows) != 6 {
		t.Fatalf("%d rows in the table", len(rows))
	}
	for n, row := range rows[1:] {
		offset, _ := strconv.Atoi(string(row[1]))
		if !bytes.HasPrefix(data[offset:], fmt.Appendf(nil, "%d 0 obj\n", n+1)) {
			t.Errorf("object %d is not at %d", n+1, offset)
		}
	}
	stream := regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*)\nendstream`).FindSubmatch(data)
	if length, _ := strconv.Atoi(string(stream[1])); length != len(stream[2]) || !bytes.Contains(stream[2], []byte("(SAMPLE 42)")) {
		t.Errorf("stream of %s bytes has %d", stream[1], len(stream[2]))
	}
}
