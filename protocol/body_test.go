package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// thing is a body with every sort of member.
type thing struct {
	Name  string   `json:"name"`
	N     int      `json:"n,omitempty"`
	Day   Day      `json:"day,omitzero"`
	Inner struct{} `json:"inner"`
	Rest
}

func TestBodiesThatAreNotOne(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":                      "",
		"half an object":               `{"name":"a"`,
		"a brace too many":             `{"name":"a"}}`,
		"a bracket too many":           `{"name":"a"}]`,
		"two objects":                  `{"name":"a"} {"name":"b"}`,
		"words behind":                 `{"name":"a"} and more`,
		"a list":                       `[]`,
		"a number":                     `7`,
		"another type":                 `{"name":7}`,
		"another type and a stranger":  `{"name":7,"x":1}`,
		"a number with a fraction":     `{"n":1.5}`,
		"a number that does not fit":   `{"n":99999999999999999999}`,
		"a day that does not exist":    `{"day":"2026-02-30"}`,
		"catalog.K-20 bad UTF-8":       "{\"name\":\"\xff\"}",
		"bad UTF-8 in unknown members": "{\"x\":\"\xff\"}",
	} {
		if rec, err := decodeBody[thing]([]byte(body)); CodeOf(err) != Malformed {
			t.Errorf("%s is read as %+v, %v", name, rec, err)
		}
	}
}

func TestUnknownMembersAreKeptBehindTheKnown(t *testing.T) {
	for _, row := range []struct{ name, in, out string }{
		{"none", `{"name":"a","inner":{}}`, `{"name":"a","inner":{}}`},
		{"in order of name", `{"z":1,"name":"a","b":[1, 2],"inner":{}}`, `{"name":"a","inner":{},"b":[1, 2],"z":1}`},
		{"Chinese and odd names", `{"字段":"值","a\"b":null,"inner":{},"name":""}`, `{"name":"","inner":{},"a\"b":null,"字段":"值"}`},
		{"the empty name", `{"":1,"name":"a"}`, `{"name":"a","inner":{},"":1}`},
		{"a dash, which hides a field in Go", `{"-":1,"name":"a"}`, `{"name":"a","inner":{},"-":1}`},
		{"names of embedded fields", `{"Rest":1,"Unknown":2,"name":"a"}`, `{"name":"a","inner":{},"Rest":1,"Unknown":2}`},
		{"a member in capitals fills its field once", `{"NAME":"a","x":1}`, `{"name":"a","inner":{},"x":1}`},
		{"inside a member nothing unknown is kept", `{"name":"a","inner":{"x":1}}`, `{"name":"a","inner":{}}`},
		{"null is an empty body", `null`, `{"name":"","inner":{}}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec, err := decodeBody[thing]([]byte(row.in))
			if err != nil {
				t.Fatal(err)
			}
			out, err := encodeBody(rec)
			if err != nil || string(out) != row.out {
				t.Errorf("%s, want %s; %v", out, row.out, err)
			}
		})
	}
}

func TestABodyOfOnlyUnknownMembers(t *testing.T) {
	type empty struct{ Rest }
	rec, err := decodeBody[empty]([]byte(`{"x":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := encodeBody(rec); err != nil || string(out) != `{"x":1}` {
		t.Errorf("%s %v", out, err)
	}
}

func TestCarryRestNeedsAnOldRecord(t *testing.T) {
	next := &thing{Rest: Rest{map[string]json.RawMessage{"x": json.RawMessage("1")}}}
	carryRest(nil, next)
	carryRest((*thing)(nil), next)
	if len(next.Unknown) != 1 {
		t.Error("a new record lost what its writer added")
	}
	carryRest(&thing{}, next)
	if next.Unknown != nil {
		t.Error("an act added a member that the old record did not have")
	}
}

// FuzzBody: what can be read can be written, and then reads and writes the same.
func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"name":"a","n":1,"day":"2026-03-02","inner":{}}`, `{"x":{"a": [1]},"name":"b"}`, `{"NAME":"a","":0,"-":1}`,
		`null`, `{}`, `{"name":"\ud800"}`, `{"":{}}`, `{"x":1,"x":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		rec, err := decodeBody[thing](body)
		if err != nil {
			if CodeOf(err) != Malformed {
				t.Fatal(err)
			}
			return
		}
		once, err := encodeBody(rec)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeBody[thing](once)
		if err != nil {
			t.Fatalf("own body: %v\n%s", err, once)
		}
		twice, err := encodeBody(again)
		if err != nil || !bytes.Equal(once, twice) || !reflect.DeepEqual(rec, again) {
			t.Fatalf("%s\n%s\n%s %v", strings.ToValidUTF8(string(body), "?"), once, twice, err)
		}
	})
}
