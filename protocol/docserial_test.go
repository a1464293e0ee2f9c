package protocol

import (
	"strings"
	"testing"
)

func TestSerialReadsBack(t *testing.T) {
	for _, want := range []Serial{{"222400", 1, 2026, 7, 42}, {"changchun-xinqu", 19, 2027, 99, 999999}, {"220000", 5, 2026, 1, 1},
		{"220100", 1, 2026, 1, 1_000_000}, {"220100", 1, 2026, 1, 99_999_999}} {
		got, err := ParseSerial(want.String())
		if err != nil || got != want {
			t.Errorf("%s reads back as %+v, %v", want, got, err)
		}
	}
	if s := (Serial{"222400", 1, 2026, 7, 42}).String(); s != "222400-D01-2026-07-000042" {
		t.Errorf("composed %s", s)
	}
}

func TestSerialRefusals(t *testing.T) {
	for _, text := range []string{"", "222400-D01-2026-07-42", "222400-D20-2026-07-000042", "222400-D00-2026-07-000042", "222400-d01-2026-07-000042",
		"22240-D01-2026-07-000042", "222400-D01-1999-07-000042", "222400-D01-2026-00-000042", "222400-D01-2026-07-000000", " 222400-D01-2026-07-000042",
		"X-D01-2026-07-000042", "222400-D01-2026-07-000042\n", "222400-D01-9999-07-000042", "222400-D01-2026-07-0000042"} {
		if s, err := ParseSerial(text); err == nil {
			t.Errorf("%q reads as %+v", text, s)
		} else if !strings.Contains(err.Error(), "文书编号") {
			t.Errorf("%q: %v does not say what it is about", text, err)
		}
	}
	for _, s := range []Serial{{"222400", 1, 2026, 100, 1}, {"222400", 1, 2026, 1, 100_000_000}, {"", 1, 2026, 1, 1}, {"延边", 1, 2026, 1, 1}, {"222400", -1, 2026, 1, 1}} {
		if s.Validate() == nil {
			t.Errorf("%+v is taken", s)
		}
	}
}

func TestPlaceCode(t *testing.T) {
	if c := (&Node{ID: "yanbian", Divisions: []Division{"222400", "222401"}}).PlaceCode(); c != "222400" {
		t.Errorf("code %q", c)
	}
	if c := (&Node{ID: "changchun-xinqu"}).PlaceCode(); c != "changchun-xinqu" {
		t.Errorf("code %q", c)
	}
}

func FuzzParseSerial(f *testing.F) {
	f.Add("222400-D01-2026-07-000042")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSerial(text)
		if err == nil && (s.String() != text || s.Validate() != nil) {
			t.Fatalf("%q reads as %+v", text, s)
		}
	})
}
