package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const goldenSums = "testdata/sums.golden"

// TestGoldenSums: the hash of a printed document stands in the journal, so a
// template that was released prints the same bytes for ever. A changed wording
// is a new Version; only before a release may the golden file be written anew,
// with -out testdata.
func TestGoldenSums(t *testing.T) {
	got := sums(t)
	if *out == "testdata" {
		if err := os.WriteFile(goldenSums, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenSums)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("documents changed:\n%s\nwant\n%s", got, want)
	}
}

func sums(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, s := range samples() {
		fmt.Fprintf(&b, "%s %v\n", printed(t, s).Sum, s.name)
	}
	return b.String()
}

func printed(t testing.TB, s sample) *Printed {
	t.Helper()
	p, err := Render(s.doc)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return p
}

// TestAnotherProcessPrintsTheSame runs this test program again, with another
// time zone and locale, and compares the hashes.
func TestAnotherProcessPrintsTheSame(t *testing.T) {
	if os.Getenv("PAPER_SUMS") != "" {
		fmt.Print("SUMS\n" + sums(t))
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestAnotherProcessPrintsTheSame$")
	cmd.Env = append(os.Environ(), "PAPER_SUMS=1", "TZ=America/New_York", "LANG=tr_TR.UTF-8", "GOMAXPROCS=1")
	theirs, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(theirs, []byte("SUMS\n"+sums(t))) {
		t.Errorf("another process printed other bytes:\n%s", theirs)
	}
}

func TestEveryDocumentHasASample(t *testing.T) {
	seen := make(map[int]bool)
	for _, s := range samples() {
		seen[s.doc.Template] = true
	}
	for n := 1; n <= 19; n++ {
		if !seen[n] {
			t.Errorf("D-%02d %s has no sample", n, Title(n))
		}
	}
}

// TestOutsideToolFindsEveryField reads the pages back with pdftotext.
func TestOutsideToolFindsEveryField(t *testing.T) {
	tool := lookFor(t, "pdftotext")
	for _, s := range samples() {
		file := written(t, s)
		text, err := exec.Command(tool, "-raw", file, "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", s.name, err, text)
		}
		found := squeezed(withoutFurniture(string(text), &s.doc))
		for _, want := range strings.Split(everything(&s.doc), "\n") {
			if len([]rune(want)) < 500 && !strings.Contains(found, squeezed(want)) { // a longer cell is cut by pages
				t.Errorf("%s: %q is not found", s.name, want)
			}
		}
		if n := strings.Count(found, "材料名称。"); s.name == "d01-long" && n < 157 {
			t.Errorf("of the cell that is longer than a page %d of 160 sentences are found", n)
		}
		for _, want := range []string{"第1页共", "模板D-"} {
			if !strings.Contains(squeezed(string(text)), want) {
				t.Errorf("%s: no %q", s.name, want)
			}
		}
	}
}

// withoutFurniture drops page heads, feet and repeated table heads, which stand
// between the parts of a text that goes on on the next page.
func withoutFurniture(text string, d *Document) string {
	var kept []string
	for i, page := range strings.Split(text, "\f") {
		lines := strings.Split(strings.TrimSpace(page), "\n")
		for k, line := range lines {
			furniture := strings.Contains(line, "模板 D-") || strings.Contains(line, "页 共") || i > 0 && strings.Contains(line, "续")
			furniture = furniture || isHead(line, d) && slices.Contains(kept, line)
			last := k >= len(lines)-3 && strings.TrimSpace(line) == d.Serial
			if !furniture && !last && !(i > 0 && k < 2 && strings.TrimSpace(line) == d.Serial) {
				kept = append(kept, line)
			}
		}
	}
	return d.Serial + strings.Join(kept, "")
}

func isHead(line string, d *Document) bool {
	for _, b := range d.Blocks {
		titles := ""
		for _, c := range b.Columns {
			titles += c.Title
		}
		if titles != "" && squeezed(line) == squeezed(titles) {
			return true
		}
	}
	return false
}

func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func lookFor(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Skipf("%s is not installed (Debian packages poppler-utils, zbar-tools): not checked with an outside tool", tool)
	}
	return path
}

func written(t *testing.T, s sample) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.name+".pdf")
	if err := os.WriteFile(file, printed(t, s).PDF, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestOutsideDecoderReadsTheCodes prints the last page at 200 dpi, as a poor copy
// would show them, and reads the codes back.
func TestOutsideDecoderReadsTheCodes(t *testing.T) {
	if testing.Short() {
		t.Skip("drawing and decoding take seconds")
	}
	draw, read := lookFor(t, "pdftoppm"), lookFor(t, "zbarimg")
	for _, s := range samples() {
		if s.name != "d01-receipt" && s.name != "d01-long" && s.name != "d09-grant" {
			continue
		}
		file := written(t, s)
		last := strconv.Itoa(bytes.Count(printed(t, s).PDF, []byte("/Type /Page ")))
		page := strings.TrimSuffix(file, ".pdf")
		if said, err := exec.Command(draw, "-f", last, "-l", last, "-singlefile", "-r", "200", "-gray", "-png", file, page).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		said, err := exec.Command(read, "--quiet", "--raw", page+".png").Output()
		want, _ := s.doc.code()
		if strings.TrimSpace(string(said)) != want {
			t.Errorf("%s: the decoder reads %q (%v), want %q", s.name, said, err, want)
		}
	}
}

func TestUnknownCharactersWarn(t *testing.T) {
	d := longReceipt()
	p := printed(t, sample{"d01-long", d})
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Text, "U+20164") || p.Warnings[0].Rule != ruleGlyph {
		t.Errorf("warnings %v, want one about U+20164", p.Warnings)
	}
	d.Facts[0].Value = "申请人\u202e甲\x00"
	if p := printed(t, sample{"controls", d}); len(p.Warnings) < 2 {
		t.Errorf("warnings %v, want those about controls too", p.Warnings)
	}
	if plain := printed(t, samples()[0]); len(plain.Warnings) != 0 {
		t.Errorf("warnings without cause: %v", plain.Warnings)
	}
}

// TestEveryTemplateTextIsDrawable: what the templates say themselves is in the fonts.
func TestEveryTemplateTextIsDrawable(t *testing.T) {
	for _, s := range samples() {
		if p := printed(t, s); s.name != "d01-long" && len(p.Warnings) > 0 {
			t.Errorf("%s: %v", s.name, p.Warnings)
		}
	}
}

func TestRenderRefusesWhatIsNotWhole(t *testing.T) {
	for name, spoil := range map[string]func(*Document){
		"serial":        func(d *Document) { d.Serial = "1" },
		"other serial":  func(d *Document) { d.Serial = "222400-D02-2026-07-000042" },
		"no version":    func(d *Document) { d.Version = 0 },
		"no place":      func(d *Document) { d.Place = "" },
		"no agency":     func(d *Document) { d.Agency = "" },
		"no instant":    func(d *Document) { d.At = 0 },
		"another year":  func(d *Document) { d.At += 365 * 86400 * 1000 },
		"short row":     func(d *Document) { d.Blocks[1].Rows = [][]string{{"1"}} },
		"no columns":    func(d *Document) { d.Blocks[1].Columns = nil },
		"code too long": func(d *Document) { d.QR = strings.Repeat("x", 5000) },
	} {
		d := samples()[0].doc
		d.Blocks = append([]Block(nil), d.Blocks...)
		spoil(&d)
		if p, err := Render(d); err == nil {
			t.Errorf("%s: printed, %d bytes", name, len(p.PDF))
		}
	}
}

func TestDigestChangesWithEveryWord(t *testing.T) {
	d := samples()[3].doc
	before, err := d.Digest()
	if err != nil {
		t.Fatal(err)
	}
	d.Facts = append([]Fact(nil), d.Facts...)
	d.Facts[0].Value += "x"
	after, err := d.Digest()
	if err != nil || before == after {
		t.Errorf("digest %s and %s, %v", before, after, err)
	}
}

func BenchmarkRender(b *testing.B) {
	for _, s := range samples() {
		if s.name != "d01-receipt" && s.name != "d01-long" && s.name != "d05-correction" {
			continue
		}
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				printed(b, s)
			}
		})
	}
}
