package wire

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// recordRules breaks what a record that travels must hold.
var recordRules = []struct {
	name  string
	spoil func(*protocol.Record)
	code  protocol.Code
}{
	{"has a kind", func(r *protocol.Record) { r.Ref.Kind = "" }, protocol.Malformed},
	{"has an id", func(r *protocol.Record) { r.Ref.ID = "" }, protocol.Malformed},
	{"id is UTF-8", func(r *protocol.Record) { r.Ref.ID = "\xff" }, protocol.Malformed},
	{"has a home", func(r *protocol.Record) { r.Home = "" }, protocol.Malformed},
	{"home is a node id", func(r *protocol.Record) { r.Home = protocol.NodeID(strings.Repeat("x", 300)) }, protocol.Malformed},
	{"rev is above 0", func(r *protocol.Record) { r.Rev = 0 }, protocol.Malformed},
	{"author is short", func(r *protocol.Record) { r.By = strings.Repeat("b", 101) }, protocol.Malformed},
	{"author is UTF-8", func(r *protocol.Record) { r.By = "\xff" }, protocol.Malformed},
	{"act is short", func(r *protocol.Record) { r.Act = protocol.Act(strings.Repeat("b", 41)) }, protocol.Malformed},
	{"body is not empty", func(r *protocol.Record) { r.Body = []byte{} }, protocol.Malformed},
	{"body is within its bound", func(r *protocol.Record) { r.Body = make([]byte, protocol.MaxBody+1) }, protocol.TooBig},
}

func TestRecordRulesHoldWhereItTravels(t *testing.T) {
	for _, row := range recordRules {
		t.Run(row.name, func(t *testing.T) {
			r := sampleRecord()
			row.spoil(&r)
			wantCode(t, CheckRecord(&r), row.code)
			_, err := AppendLines(nil, &Lines{Last: 1, Lines: []Line{{Index: 1, What: LineRecord, Record: &r}}})
			wantCode(t, err, row.code)
			_, err = ReadSnapPart(AppendRecord(nil, &r))
			wantCode(t, err, row.code)
		})
	}
}

func TestStoredRecordStaysReadableWhateverItHolds(t *testing.T) {
	for _, row := range recordRules {
		r := sampleRecord()
		row.spoil(&r)
		got, rest, err := ReadRecord(AppendRecord(nil, &r))
		if err != nil || len(rest) > 0 || !reflect.DeepEqual(got, r) {
			t.Errorf("%s: got %+v %v", row.name, got, err)
		}
	}
}

func TestRecordSizeIsWhatIsWritten(t *testing.T) {
	r := sampleRecord()
	if got := len(AppendRecord(nil, &r)); got != RecordSize(&r) {
		t.Errorf("%d bytes, said %d", got, RecordSize(&r))
	}
	r.Body = nil
	if got := len(AppendRecord(nil, &r)); got != RecordSize(&r) {
		t.Errorf("erased: %d bytes, said %d", got, RecordSize(&r))
	}
}

func TestSnapPartHoldsRecordsInOrder(t *testing.T) { // replication.T4
	var payload []byte
	var want []protocol.Record
	for i := range 5 {
		r := sampleRecord()
		r.Rev = uint64(i + 1)
		payload, want = AppendRecord(payload, &r), append(want, r)
	}
	got, err := ReadSnapPart(payload)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v %v", got, err)
	}
	for name, bad := range map[string][]byte{"empty": nil, "cut": payload[:len(payload)-1], "followed": append(payload, 0)} {
		_, err := ReadSnapPart(bad)
		if protocol.CodeOf(err) != protocol.Malformed {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err = ReadSnapPart(make([]byte, MaxSnapPart+1))
	wantCode(t, err, protocol.TooBig)
}

func TestATextBeyond64KiBIsAProgrammersError(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("want a panic, not bytes that cannot be read again")
		}
	}()
	r := sampleRecord()
	r.By = strings.Repeat("b", 1<<16)
	AppendRecord(nil, &r)
}

func TestValueRoundTrip(t *testing.T) { // pitfalls.B3
	for _, payload := range [][]byte{{}, {0}, []byte("祥云"), bytes.Repeat([]byte("a"), 1<<20)} {
		stored := SealValue(9, payload)
		version, got, err := OpenValue(stored)
		if err != nil || version != 9 || !bytes.Equal(got, payload) || cap(stored) != len(stored) {
			t.Errorf("%d bytes: got version %d, %d bytes, %v", len(payload), version, len(got), err)
		}
	}
}

func TestDamagedValueIsMalformed(t *testing.T) { // pitfalls.B3
	stored := SealValue(1, []byte(`{"seq":7}`))
	for n := range stored {
		_, _, err := OpenValue(stored[:n])
		wantCode(t, err, protocol.Malformed)
	}
	for n := range len(stored) * 8 {
		if _, _, err := OpenValue(flip(stored, n/8, n%8)); err == nil {
			t.Fatalf("bit %d of byte %d flipped and accepted", n%8, n/8)
		}
	}
	for n := range 64 { // a page of zeros
		if _, _, err := OpenValue(make([]byte, n)); err == nil {
			t.Fatalf("%d zero bytes accepted", n)
		}
	}
	_, _, err := OpenValue(append(stored, 0))
	wantCode(t, err, protocol.Malformed)
}
