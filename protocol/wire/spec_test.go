package wire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// spec holds the tables of SPEC.md by the heading above them, or by their first
// column's title where a section has several.
type spec map[string][][]string

func readSpec(t testing.TB) spec {
	t.Helper()
	text, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	tables := spec{}
	heading, header := "", ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "#"):
			heading, header = strings.TrimLeft(line, "# "), ""
		case !strings.HasPrefix(line, "|"):
			header = ""
		case strings.HasPrefix(line, "|---"):
		case header == "":
			header = cells(line)[0]
		default:
			key := heading
			if heading == "Notation" || heading == "Control messages" {
				key = header
			}
			tables[key] = append(tables[key], cells(line))
		}
	}
	return tables
}

func cells(line string) []string {
	list := strings.Split(strings.Trim(line, "|"), "|")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

func TestSpecConstants(t *testing.T) {
	code := map[string]uint64{
		"Version": Version, "AlgSHA256": AlgSHA256, "AlgSM3": AlgSM3, "MaxBody": protocol.MaxBody, "MaxDeps": protocol.MaxDeps,
		"MaxBatchEntries": MaxBatchEntries, "MaxFrame": MaxFrame, "MaxPayload": MaxPayload, "MinBeat": MinBeat,
		"MaxSnapPart": MaxSnapPart, "MaxIDs": MaxIDs, "MustUnderstand": uint64(MustUnderstand),
	}
	rows := readSpec(t)["constant"]
	if len(rows) != len(code) {
		t.Errorf("spec has %d constants, the test knows %d", len(rows), len(code))
	}
	for _, row := range rows {
		if want, err := strconv.ParseUint(row[1], 10, 64); err != nil || code[row[0]] != want {
			t.Errorf("%s is %d in code and %s in the spec", row[0], code[row[0]], row[1])
		}
	}
}

func TestSpecEnvelopes(t *testing.T) {
	code := map[string]string{}
	for name, e := range map[string]struct {
		magic string
		limit int
	}{
		"Header": {magicHeader, MaxHeader}, "Batch": {magicBatch, MaxBatch}, "Record": {magicRecord, maxRecord},
		"Lines": {magicLines, MaxPayload}, "Ack": {magicAck, MaxPayload},
	} {
		code[name] = fmt.Sprint(e.magic, " ", e.limit)
	}
	rows := readSpec(t)["envelope"]
	if len(rows) != len(code) {
		t.Errorf("spec has %d envelopes, the test knows %d", len(rows), len(code))
	}
	for _, row := range rows {
		if code[row[0]] != row[1]+" "+row[2] {
			t.Errorf("%s is %q in code and %s %s in the spec", row[0], code[row[0]], row[1], row[2])
		}
	}
}

func TestSpecNumbers(t *testing.T) {
	tables := readSpec(t)
	for table, name := range map[string]func(uint8) string{
		"Frame types": func(n uint8) string { return FrameType(n).String() },
		"Line kinds":  func(n uint8) string { return LineKind(n).String() },
	} {
		rows := tables[table]
		for i, row := range rows {
			if row[0] != strconv.Itoa(i+1) || name(uint8(i+1)) != row[1] {
				t.Errorf("%s: number %d is %s in code, %s %s in the spec", table, i+1, name(uint8(i+1)), row[0], row[1])
			}
		}
		if next := name(uint8(len(rows) + 1)); !strings.HasSuffix(next, fmt.Sprintf("(%d)", len(rows)+1)) {
			t.Errorf("%s: %s is missing in the spec", table, next)
		}
	}
}

func TestSpecMembersOfControlMessages(t *testing.T) {
	types := map[string]reflect.Type{
		"Server": reflect.TypeFor[Server](), "Limits": reflect.TypeFor[Limits](), "LaneSeq": reflect.TypeFor[LaneSeq](),
	}
	for name, form := range forms() {
		if name != "Ack" { // binary, see TestSpecLayouts
			types[name] = reflect.TypeOf(form.sample)
		}
	}
	rows := readSpec(t)["message"]
	if len(rows) != len(types) {
		t.Errorf("spec has %d messages, the test knows %d", len(rows), len(types))
	}
	for _, row := range rows {
		var members []string
		for i := range types[row[0]].NumField() {
			tag, _, _ := strings.Cut(types[row[0]].Field(i).Tag.Get("json"), ",")
			members = append(members, tag)
		}
		if got := strings.Join(members, " "); got != row[1] {
			t.Errorf("%s has %s in code and %s in the spec", row[0], got, row[1])
		}
	}
}

// TestSpecLayouts reads every binary sample with nothing but the tables of
// SPEC.md and compares what it finds with a golden listing.
func TestSpecLayouts(t *testing.T) {
	tables := readSpec(t)
	for name, form := range binaryForms(t) {
		t.Run(name, func(t *testing.T) {
			w := walker{t: t, tables: tables, left: form.bytes}
			w.read(form.spec, form.spec)
			if len(w.left) > 0 {
				t.Errorf("%d bytes are not in the spec", len(w.left))
			}
			golden(t, name+".txt", []byte(w.out.String()))
		})
	}
}

func TestSpecLayoutOfValueAndFrame(t *testing.T) {
	var frame strings.Builder
	if err := NewWriter(&frame).Write(FrameChunk, MustUnderstand, []byte("abc")); err != nil {
		t.Fatal(err)
	}
	for table, row := range map[string]struct{ bytes, left, want string }{
		"Stored value": {string(SealValue(2, []byte("abc"))), "", "version = 2|payload = \"abc\"|crc = "},
		"Frame":        {frame.String(), "abc", "length = 3|type = 18|flags = 1|crc = "},
	} {
		w := walker{t: t, tables: readSpec(t), left: []byte(row.bytes)}
		w.read("", table)
		got := strings.ReplaceAll(w.out.String(), "\n", "|")
		if !strings.HasPrefix(got, row.want) || string(w.left) != row.left {
			t.Errorf("%s: got %s and %q left", table, got, w.left)
		}
	}
}

// walker decodes bytes from the spec's words, apart from the code under test.
type walker struct {
	t       *testing.T
	tables  spec
	left    []byte
	out     strings.Builder
	bodyLen int
}

func (w *walker) take(n int) []byte {
	if n > len(w.left) {
		w.t.Fatalf("%d bytes wanted, %d left after\n%s", n, len(w.left), w.out.String())
	}
	b := w.left[:n]
	w.left = w.left[n:]
	return b
}

func (w *walker) number(size int) uint64 {
	return binary.BigEndian.Uint64(append(make([]byte, 8-size), w.take(size)...))
}

func (w *walker) note(path string, v any) { fmt.Fprintf(&w.out, "%s = %v\n", path, v) }

func (w *walker) read(path, typ string) {
	word, of, _ := strings.Cut(typ, " ")
	switch {
	case word == "opt":
		if w.number(1) == 0 {
			w.note(path, "absent")
			return
		}
		w.read(path, of)
	case strings.HasPrefix(word, "list"):
		n := w.number(size(word) / 8)
		for i := range n {
			w.read(fmt.Sprintf("%s[%d]", path, i), of)
		}
	case slices.Contains([]string{"u8", "u16", "u32", "u64"}, word):
		v := w.number(size(word) / 8)
		if strings.HasSuffix(path, ".bodyLen") {
			w.bodyLen = int(v)
		}
		w.note(path, v)
	case word == "i64":
		w.note(path, int64(w.number(8)))
	case word == "hash":
		w.note(path, hex.EncodeToString(w.take(32)))
	case strings.HasPrefix(word, "str"), strings.HasPrefix(word, "bytes"):
		w.note(path, strconv.Quote(string(w.take(int(w.number(size(word)/8))))))
	case word == "body":
		w.note(path, strconv.Quote(string(w.take(w.bodyLen))))
	default:
		w.readTable(path, typ)
	}
}

func (w *walker) readTable(path, name string) {
	rows := w.tables[name]
	if len(rows) == 0 {
		w.t.Fatalf("%s: the spec has no type %q", path, name)
	}
	start, tail := w.left, []byte(nil)
	for _, envelope := range w.tables["envelope"] {
		if envelope[0] == name {
			if got := string(w.take(3)); got != envelope[1] || w.number(1) != 1 {
				w.t.Fatalf("%s: begins with %q", path, got)
			}
			whole := int(w.number(4))
			tail = start[whole:]
			w.left = start[8 : whole-4]
		}
	}
	for _, row := range rows {
		w.read(strings.TrimPrefix(path+"."+row[0], "."), row[1])
	}
	if tail != nil {
		if len(w.left) > 0 {
			w.t.Fatalf("%s: %d bytes in the envelope are not in the spec", path, len(w.left))
		}
		w.left = tail
	}
}

// size is the number at the end of a type's name, in bits.
func size(word string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(word, "abcdefghijklmnopqrstuvwxyz"))
	return n
}
