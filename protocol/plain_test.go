package protocol

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// readBothWays reads a body by plan and the long way.
func readBothWays(k *Kind, body []byte) (plain, long any, took bool, err error) {
	t := reflect.TypeOf(zeroOf(k)).Elem()
	p := planFor(t)
	rec := reflect.New(t)
	took = p != nil && p.readPlain(body, rec)
	long, err = longWay(k, body)
	return rec.Interface(), long, took, err
}

func zeroOf(k *Kind) any {
	rec, err := k.decode([]byte("{}"))
	if err != nil {
		panic(err)
	}
	return rec
}

// longWay is what the kind makes of a body that is not plain: a space in front
// changes nothing else.
func longWay(k *Kind, body []byte) (any, error) {
	return k.decode(append([]byte{' '}, body...))
}

func goldenBodies(t testing.TB) map[KindName][]byte {
	t.Helper()
	bodies := make(map[KindName][]byte)
	for _, k := range Kinds() {
		body, err := os.ReadFile(filepath.Join("testdata", "kinds", string(k.Name)+".json"))
		if err != nil {
			t.Fatal(err)
		}
		bodies[k.Name] = bytes.TrimSpace(body)
	}
	return bodies
}

func TestGoldenSampleOfEveryKindIsPlain(t *testing.T) {
	for name, body := range goldenBodies(t) {
		plain, long, took, err := readBothWays(Lookup(name), body)
		if err != nil || !took || !reflect.DeepEqual(plain, long) {
			t.Errorf("%s: plain %v, err %v, or not what the long way reads", name, took, err)
		}
	}
}

type plainThing struct {
	Name  string   `json:"name"`
	Place NodeID   `json:"place,omitempty"`
	N     int8     `json:"n,omitempty"`
	U     uint16   `json:"u,omitempty"`
	Yes   bool     `json:"yes,omitempty"`
	Day   Day      `json:"day,omitzero"`
	List  []string `json:"list,omitempty"`
	Bytes []byte   `json:"bytes,omitempty"`
	Deep  *struct {
		X int64 `json:"x"`
	} `json:"deep,omitempty"`
	Rest
}

func TestPlainBodyIsReadAsTheLongWayReadsIt(t *testing.T) {
	p := planFor(reflect.TypeFor[plainThing]())
	for _, row := range []struct {
		name, body string
		plain      bool
	}{
		{"nothing set", `{}`, true},
		{"every member", `{"name":"甲","place":"jilin","n":-128,"u":65535,"yes":true,"day":"2026-03-02","list":["a","b"],"deep":{"x":9223372036854775807}}`, true},
		{"escapes", `{"name":"a\"\\\/\n\r\t\u003c\u4e2d"}`, true},
		{"an empty list is not none", `{"list":[]}`, true},
		{"bytes", `{"bytes":"aGVsbG8="}`, true},
		{"no bytes", `{"bytes":""}`, true},
		{"bytes that are none", `{"bytes":"*"}`, false},
		{"members out of order", `{"place":"jilin","name":"a"}`, false},
		{"a member twice", `{"name":"a","name":"b"}`, false},
		{"an unknown member", `{"name":"a","more":1}`, false},
		{"another case of the name", `{"Name":"a"}`, false},
		{"null", `{"list":null}`, false},
		{"a space", `{"name": "a"}`, false},
		{"something behind", `{"name":"a"}}`, false},
		{"a surrogate pair", `{"name":"\ud83d\ude00"}`, false},
		{"a number too large for its member", `{"n":128}`, false},
		{"a fraction", `{"n":1.0}`, false},
		{"a leading zero", `{"n":01}`, false},
		{"minus alone", `{"n":-}`, false},
		{"a negative count", `{"u":-1}`, false},
		{"a day that does not exist", `{"day":"2026-02-30"}`, false},
		{"a comma behind the last", `{"list":["a",]}`, false},
		{"a string that does not end", `{"name":"a`, false},
		{"a control character", "{\"name\":\"a\nb\"}", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := new(plainThing)
			if got := p.readPlain([]byte(row.body), reflect.ValueOf(rec)); got != row.plain {
				t.Fatalf("plain %v, want %v", got, row.plain)
			}
			long, err := decodeBody[plainThing]([]byte(row.body))
			if row.plain && (err != nil || !reflect.DeepEqual(rec, long)) {
				t.Errorf("read %+v, the long way %+v (%v)", rec, long, err)
			}
		})
	}
}

func TestTypesThatPlainBodiesDoNotUseHaveNoPlan(t *testing.T) {
	type inner struct {
		A string `json:"a"`
	}
	type list struct {
		Next []list `json:"next"`
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[map[string]string](), reflect.TypeFor[any](), reflect.TypeFor[float64](), reflect.TypeFor[list](),
		reflect.TypeFor[struct{ inner }](), reflect.TypeFor[struct{ Untagged string }](),
		reflect.TypeFor[struct {
			N int `json:"n,string"`
		}](),
	} {
		if planFor(typ) != nil {
			t.Errorf("%s has a plan", typ)
		}
	}
}

func FuzzPlainBody(f *testing.F) {
	bodies := goldenBodies(f)
	for _, k := range Kinds() {
		f.Add(string(k.Name), bodies[k.Name])
		f.Add(string(k.Name), []byte(strings.ReplaceAll(string(bodies[k.Name]), `"`, `\"`)))
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		k := Lookup(KindName(name))
		if k == nil {
			t.Skip()
		}
		short, err := k.decode(body)
		long, longErr := longWay(k, body)
		if (err == nil) != (longErr == nil) {
			t.Fatalf("err %v, the long way %v", err, longErr)
		}
		if err == nil && !reflect.DeepEqual(short, long) {
			t.Fatalf("read %+v, the long way %+v", short, long)
		}
	})
}

func BenchmarkDecodeBody(b *testing.B) {
	bodies := goldenBodies(b)
	for _, name := range []KindName{"case", "catalog.changeset", "request"} {
		k, body := Lookup(name), bodies[name]
		b.Run(string(name)+"/plain", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := k.decode(body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(string(name)+"/long", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := longWay(k, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
