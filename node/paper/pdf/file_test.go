package pdf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func sample() []byte {
	f := New(Info{Title: "样张", Author: "某机构", Created: time.Date(2026, 3, 2, 9, 15, 7, 0, time.FixedZone("", 8*3600))})
	f.Page()
	f.Tag("H1", func() { f.Bold(70, 80, 20, "受理通知书") })
	f.Tag("Table", func() {
		f.Tag("TR", func() { f.Header(func() { f.Text(70, 120, 12, "序号 No. 1") }) })
	})
	f.Figure("二维码", func() { f.Image(70, 200, 40, [][]bool{{true, false}, {false, true}}) })
	f.Page()
	f.Tag("P", func() { f.Text(70, 120, 12, "第二页 <b>原样</b> \\( \u202e𠅤") })
	f.EachPage(func(n, of int) {
		f.Artifact(func() {
			f.Text(250, 800, 9, fmt.Sprintf("第 %d 页 共 %d 页", n, of))
			f.Line(70, 790, 500, 790, 0.5)
		})
	})
	return f.Bytes()
}

func TestSameCallsSameBytes(t *testing.T) {
	if !bytes.Equal(sample(), sample()) {
		t.Error("two files of the same calls differ")
	}
}

// TestCrossReferences finds every object where the table says it is.
func TestCrossReferences(t *testing.T) {
	b := sample()
	start := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(b)
	at, err := strconv.Atoi(string(start[1]))
	if err != nil || !bytes.HasPrefix(b[at:], []byte("xref\n")) {
		t.Fatalf("startxref leads to %q", b[at:at+5])
	}
	rows := regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`).FindAllSubmatch(b[at:], -1)
	if len(rows) < 10 {
		t.Fatalf("only %d objects", len(rows))
	}
	for i, row := range rows {
		off, _ := strconv.Atoi(string(row[1]))
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(b[off:], []byte(want)) {
			t.Errorf("object %d is not at %d", i+1, off)
		}
	}
}

func TestEverythingDrawnIsTaggedOrArtifact(t *testing.T) {
	depth := 0
	for _, line := range strings.Split(string(sample()), "\n") {
		switch {
		case strings.HasSuffix(line, "BDC"), strings.HasSuffix(line, "BMC"):
			depth++
		case line == "EMC":
			depth--
		case strings.HasPrefix(line, "BT "), strings.HasSuffix(line, "Do Q"), strings.HasSuffix(line, "l S"):
			if depth != 1 {
				t.Errorf("%q is drawn at depth %d of marks, want 1", line, depth)
			}
		}
	}
	if depth != 0 {
		t.Errorf("%d marks stay open", depth)
	}
}

func TestOutsideToolsReadIt(t *testing.T) {
	text := outside(t, "pdftotext", "-layout", "FILE", "-")
	for _, want := range []string{"受理通知书", "序号 No. 1", "<b>原样</b> \\(", "第 2 页 共 2 页", "□𠅤"} {
		if !strings.Contains(strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(want, " ", "")) {
			t.Errorf("pdftotext does not find %q in:\n%s", want, text)
		}
	}
	info := outside(t, "pdfinfo", "FILE")
	for _, want := range []string{"样张", "Tagged:          yes", "Pages:           2", "A4"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, info)
		}
	}
	tree := outside(t, "pdfinfo", "-struct-text", "FILE")
	for _, want := range []string{"Document", "H1", "Table", "TR", "TH", "Figure", "\"受理通知书\""} {
		if !strings.Contains(tree, want) {
			t.Errorf("the structure has no %s:\n%s", want, tree)
		}
	}
	if fonts := outside(t, "pdffonts", "FILE"); strings.Count(fonts, "yes yes yes") != 2 {
		t.Errorf("fonts are not embedded subsets with characters:\n%s", fonts)
	}
}

func outside(t *testing.T, tool string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Skipf("%s is not installed (Debian package poppler-utils): not checked with an outside tool", tool)
	}
	file := filepath.Join(t.TempDir(), "sample.pdf")
	if err := os.WriteFile(file, sample(), 0o644); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "FILE", file)
	}
	var complaints bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v: %s", tool, err, complaints.String())
	}
	return string(out)
}

func TestUnknownCharactersAreBoxesNotGaps(t *testing.T) {
	for _, r := range []rune{'\u202e', '\u200b', 0x20164, '\x07', 0x1F600, '\u0301', 0xFFFD} {
		if Known(r) {
			t.Errorf("U+%04X counts as drawable", r)
		}
		if Width(10, string(r)) != 10 {
			t.Errorf("U+%04X leaves no visible box", r)
		}
	}
	for _, r := range "祥A0〔—“" {
		if !Known(r) {
			t.Errorf("%q is not drawable", r)
		}
	}
}
