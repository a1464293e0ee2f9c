package importer

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xiangyun/cmd/internal/sample"
	"xiangyun/protocol"
)

// workbook makes a sheet of these rows.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, r := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(book.Write(&b), book.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWorkbookIsReadAsCSVIs(t *testing.T) {
	data := workbook(t, []any{"事项名称", "事项类型", "业务编码", "申请材料"}, []any{"甲", "行政许可", "a-1", "申请表\n身份证|复印件"}, []any{}, []any{"乙", "99", "a-2"},
		[]any{"丙", "01", "a-3", "", "多出的"})
	sheet, err := ReadItems(data, itemOptions())
	if err != nil {
		t.Fatal(err)
	}
	if got := rulesOf(sheet.Findings); got != "4 I-14,5 T-03" || len(sheet.Drafts) != 1 || len(sheet.Drafts[0].Body.Guide.Lines) != 2 || sheet.Drafts[0].Line != 2 {
		t.Errorf("%q %+v", got, sheet.Drafts)
	}
	if sheet.UnmappedOnly() {
		t.Error("a broken row counts as an unmapped code")
	}
}

func TestWorkbooksThatCannotBeRead(t *testing.T) {
	good := workbook(t, []any{"name"}, []any{"甲"})
	many := [][]any{{"name"}}
	for range maxSheet + 1 {
		many = append(many, []any{"甲"})
	}
	for name, c := range map[string]struct {
		data []byte
		rule string
	}{
		"nothing but the first bytes": {[]byte("PK\x03\x04"), "T-03"},
		"cut off":                     {good[:len(good)/2], "T-03"},
		"a zip of something else":     {zipped(t, map[string]int{"a.txt": 10}), "T-03"},
		"a zip bomb":                  {zipped(t, map[string]int{"xl/worksheets/sheet1.xml": maxUnfolded + 1}), "T-03"},
		"a bomb of many members":      {zipped(t, map[string]int{"a": maxUnfolded / 2, "b": maxUnfolded/2 + 2}), "T-03"},
		"too many members":            {zipped(t, numbered(maxMembers+1)), "T-03"},
		"too big a file":              {append([]byte("PK\x03\x04"), make([]byte, maxWorkbook)...), "T-03"},
		"too many rows":               {workbook(t, many...), "T-03"},
		"no heading":                  {workbook(t), "T-02"},
		"an unknown heading":          {workbook(t, []any{"颜色"}), "T-02"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadItems(c.data, itemOptions())
			wantRule(t, err, c.rule)
		})
	}
}

// TestABombSaysItIsSmall: the declared size of a member is not believed.
func TestABombSaysItIsSmall(t *testing.T) {
	data := zipped(t, map[string]int{"xl/worksheets/sheet1.xml": maxUnfolded + 1})
	at := bytes.LastIndex(data, []byte("PK\x01\x02")) // the central directory: unfolded size at 24
	copy(data[at+24:], []byte{10, 0, 0, 0})
	_, err := ReadItems(data, itemOptions())
	wantRule(t, err, "T-03")
}

// zipped makes an archive of members full of zeros.
func zipped(t testing.TB, members map[string]int) []byte {
	t.Helper()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for name, size := range members {
		w, err := out.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, int64(size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func numbered(n int) map[string]int {
	m := make(map[string]int, n)
	for i := range n {
		m[fmt.Sprint(i)] = 1
	}
	return m
}

// TestAnExportIsImportedAgain: both forms say the same, and what was exported,
// imported and exported again is the same to the last byte.
func TestAnExportIsImportedAgain(t *testing.T) {
	filings := sample.Items("changchun")
	filings[0].Item.Fee, filings[0].Item.FeeBasis = "=1+1", []string{"《某条例》"}
	var csv, book bytes.Buffer
	if err := errors.Join(WriteItemsCSV(&csv, filings), WriteItemsXLSX(&book, filings)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(csv.String(), ",'=1+1,") {
		t.Error("a formula went into the file")
	}
	o := ItemOptions{Node: "changchun"}
	one, errOne := ReadItems(csv.Bytes(), o)
	two, errTwo := ReadItems(book.Bytes(), o)
	if errOne != nil || errTwo != nil || len(one.Findings) > 0 || len(two.Findings) > 0 {
		t.Fatalf("%v %v\n%v\n%v", errOne, errTwo, one, two)
	}
	var again []protocol.ItemFiling
	for i, d := range one.Drafts {
		if again = append(again, d.Body); !sameJSON(d.Body, two.Drafts[i].Body) {
			t.Errorf("row %d differs between the forms", d.Line)
		}
	}
	var csvAgain bytes.Buffer
	if err := WriteItemsCSV(&csvAgain, again); err != nil || !bytes.Equal(csv.Bytes(), csvAgain.Bytes()) {
		t.Errorf("exported again it differs: %v\n%s", err, firstDifference(csv.String(), csvAgain.String()))
	}
	if f := again[0].Item; f.Fee != "=1+1" || len(again) != len(filings) {
		t.Errorf("%+v", f)
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return "one is longer"
}

func TestI14ForeignCodesAreMappedPerSource(t *testing.T) {
	codes, err := ReadCodes("县级系统", [][3]string{{"case_type", "1", "promise"}, {"case_type", "2", "instant"}, {"scope", "3", "interprefecture"}})
	if err != nil {
		t.Fatal(err)
	}
	o := itemOptions()
	o.Codes = codes
	sheet, err := ReadItems([]byte("name,type,local_code,case_type,scope\n甲,01,a-1,2,3\n乙,01,a-2,5,3\n丙,01,a-3,1,none\n丁,01,a-4,1,3\n"), o)
	if err != nil || rulesOf(sheet.Findings) != "3 I-14,4 I-14" || len(sheet.Drafts) != 2 || !sheet.UnmappedOnly() {
		t.Fatalf("%+v %v", sheet, err)
	}
	i := sheet.Drafts[0].Body.Item
	if i.CaseType != "instant" || i.Scope != "interprefecture" || len(i.Foreign) != 2 || i.Foreign[0] != (protocol.Foreign{Source: "县级系统", Field: "case_type", Code: "2"}) {
		t.Errorf("%+v", i)
	}
	for name, rows := range map[string][][3]string{"a field without foreign codes": {{"name", "1", "a"}}, "a code without meaning": {{"scope", "1", ""}},
		"a code with two": {{"scope", "1", "none"}, {"scope", "1", "nation"}}} {
		if _, err := ReadCodes("x", rows); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzReadWorkbook(f *testing.F) {
	f.Add(workbook(f, []any{"name", "type", "local_code"}, []any{"甲", "01", "a-1"}))
	f.Add(zipped(f, map[string]int{"xl/workbook.xml": 3}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !looksLikeXLSX(data) {
			return
		}
		if sheet, err := ReadItems(data, itemOptions()); err == nil {
			checkSheet(t, sheet)
		}
	})
}
