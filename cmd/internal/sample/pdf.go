package sample

import (
	"bytes"
	"fmt"
)

// pdfPage writes a document of one page by hand: five objects, their table and
// the trailer, as ISO 32000 lays them out.
func pdfPage(n int) []byte {
	content := pdfContent(n)
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // the second line marks the file as binary
	offsets := make([]int, len(objects))
	for i, body := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.Bytes()
}

func pdfContent(n int) string {
	var out bytes.Buffer
	fmt.Fprintf(&out, "BT /F1 28 Tf 60 760 Td (SAMPLE %d) Tj ET\n0.6 g", n)
	for row := range 22 {
		fmt.Fprintf(&out, "\n60 %d %d 7 re f", 700-row*26, lineLength(n, row))
	}
	return out.String()
}
