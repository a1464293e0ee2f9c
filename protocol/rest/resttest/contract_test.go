package resttest

import (
	"encoding/json"
	"strings"
	"testing"
)

const sampleDocument = `{"components":{"schemas":{
	"Thing":{"type":"object","required":["id"],"properties":{
		"id":{"type":"string","pattern":"^[a-z]+$"},"n":{"type":"integer","minimum":0,"maximum":9},"at":{"type":"string","format":"date-time"},
		"kind":{"type":"string","enum":["a","b"]},"list":{"type":["array","null"],"items":{"type":"boolean"}},
		"maybe":{"anyOf":[{"$ref":"#/components/schemas/Thing"},{"type":"null"}]},"any":{},"x":{"type":"number"},
		"map":{"type":"object","additionalProperties":{"type":"string"}}}},
	"Open":{"type":"object","additionalProperties":true,"properties":{"id":{"type":"string"}}}}}}`

// TestPlantedBreachesAreFound: a check that finds nothing proves nothing.
func TestPlantedBreachesAreFound(t *testing.T) {
	doc := parse(t, []byte(sampleDocument))
	for _, c := range []struct{ name, schema, value, wrong string }{
		{"everything right", "Thing", `{"id":"a","n":9,"at":"2026-03-02T09:00:00+08:00","kind":"b","list":[true],"maybe":{"id":"b"},"any":{"z":[1]},"x":1,"map":{"k":"v"}}`, ""},
		{"nulls where they may be", "Thing", `{"id":"a","list":null,"maybe":null,"any":null}`, ""},
		{"more members where there may be", "Open", `{"id":"a","new":1}`, ""},
		{"a member is missing", "Thing", `{}`, "/id: is missing"},
		{"a member that is not documented", "Thing", `{"id":"a","new":1}`, "/new: is not documented"},
		{"another type", "Thing", `{"id":1}`, "/id: is json.Number"},
		{"a null that may not be", "Thing", `{"id":null}`, "/id: is <nil>"},
		{"a pattern", "Thing", `{"id":"A"}`, "/id: \"A\" does not match"},
		{"too small", "Thing", `{"id":"a","n":-1}`, "/n: -1 is below"},
		{"too large", "Thing", `{"id":"a","n":10}`, "/n: 10 is above"},
		{"a fraction for an integer", "Thing", `{"id":"a","n":1.5}`, "/n: is json.Number"},
		{"no time", "Thing", `{"id":"a","at":"yesterday"}`, "/at:"},
		{"a value outside the list", "Thing", `{"id":"a","kind":"c"}`, "/kind:"},
		{"an item of a list", "Thing", `{"id":"a","list":[true,1]}`, "/list/1: is"},
		{"none of the forms", "Thing", `{"id":"a","maybe":{}}`, "/maybe: fits none"},
		{"a value of a map", "Thing", `{"id":"a","map":{"k":1}}`, "/map/k: is"},
		{"not even an object", "Thing", `[]`, ": is []interface {}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v any
			d := json.NewDecoder(strings.NewReader(c.value))
			d.UseNumber()
			if err := d.Decode(&v); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(doc.check(node{map[string]any{"$ref": "#/components/schemas/" + c.schema}}, v, ""), "\n")
			if c.wrong == "" && got != "" || c.wrong != "" && !strings.Contains(got, c.wrong) {
				t.Errorf("found %q, want %q", got, c.wrong)
			}
		})
	}
}
