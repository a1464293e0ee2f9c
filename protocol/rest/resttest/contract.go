package resttest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol/rest"
)

// node is one value of a JSON document; the zero node is one that is not there.
type node struct{ v any }

func (n node) at(path ...string) node {
	for _, name := range path {
		m, _ := n.v.(map[string]any)
		n = node{m[name]}
	}
	return n
}

func (n node) empty() bool { return n.v == nil }

func (n node) text() string {
	s, _ := n.v.(string)
	return s
}

func (n node) members() map[string]any {
	m, _ := n.v.(map[string]any)
	return m
}

func (n node) list() []any {
	l, _ := n.v.([]any)
	return l
}

// contract is a parsed OpenAPI document.
type contract struct{ node }

func parse(t testing.TB, document []byte) contract {
	t.Helper()
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		t.Fatalf("the document is no JSON: %v", err)
	}
	return contract{node{v}}
}

func (c contract) operation(r rest.Route) node {
	return c.at("paths", r.Path, strings.ToLower(r.Method))
}

// resolve follows one reference; a dangling one gives the zero node.
func (c contract) resolve(n node) node {
	ref := n.at("$ref").text()
	if ref == "" {
		return n
	}
	return c.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

// check lists what of v is not as the schema says. It is stricter than JSON
// Schema in one thing: members that are not documented are wrong, unless the
// schema says that there may be more.
func (c contract) check(schema node, v any, at string) (wrong []string) {
	schema = c.resolve(schema)
	if any := schema.at("anyOf").list(); any != nil {
		for _, one := range any {
			if len(c.check(node{one}, v, at)) == 0 {
				return nil
			}
		}
		return []string{at + ": fits none of the documented forms"}
	}
	if !fitsType(schema.at("type").v, v) {
		return []string{fmt.Sprintf("%s: is %T, documented as %v", at, v, schema.at("type").v)}
	}
	switch v := v.(type) {
	case string:
		return checkString(schema, v, at)
	case json.Number:
		return checkNumber(schema, v, at)
	case []any:
		for i, item := range v {
			wrong = append(wrong, c.check(schema.at("items"), item, fmt.Sprintf("%s/%d", at, i))...)
		}
	case map[string]any:
		return c.checkObject(schema, v, at)
	}
	return wrong
}

func (c contract) checkObject(schema node, v map[string]any, at string) (wrong []string) {
	for _, name := range schema.at("required").list() {
		if _, ok := v[name.(string)]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s/%s: is missing", at, name))
		}
	}
	more := schema.at("additionalProperties")
	for name, member := range v {
		property := schema.at("properties", name)
		switch {
		case !property.empty():
			wrong = append(wrong, c.check(property, member, at+"/"+name)...)
		case more.v == true || schema.at("type").empty():
		case len(more.members()) > 0:
			wrong = append(wrong, c.check(more, member, at+"/"+name)...)
		default:
			wrong = append(wrong, fmt.Sprintf("%s/%s: is not documented", at, name))
		}
	}
	return wrong
}

func fitsType(want, v any) bool {
	switch w := want.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(w, func(one any) bool { return fitsType(one, v) })
	case string:
		return w == typeOf(v) || w == "number" && typeOf(v) == "integer"
	}
	return false
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case json.Number:
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return "integer"
		}
		if _, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return "integer"
		}
		return "number"
	}
	return "object"
}

func checkString(schema node, v, at string) (wrong []string) {
	if enum := schema.at("enum").list(); enum != nil && !slices.Contains(enum, any(v)) {
		wrong = append(wrong, fmt.Sprintf("%s: %q is none of the documented values", at, v))
	}
	if p := schema.at("pattern").text(); p != "" && !regexp.MustCompile(p).MatchString(v) {
		wrong = append(wrong, fmt.Sprintf("%s: %q does not match %s", at, v, p))
	}
	if schema.at("format").text() == "date-time" {
		if _, err := time.Parse(time.RFC3339Nano, v); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %q is no RFC 3339 time", at, v))
		}
	}
	return wrong
}

func checkNumber(schema node, v json.Number, at string) []string {
	n, _ := v.Float64()
	if low, ok := schema.at("minimum").v.(float64); ok && n < low {
		return []string{fmt.Sprintf("%s: %s is below %v", at, v, low)}
	}
	if high, ok := schema.at("maximum").v.(float64); ok && n > high {
		return []string{fmt.Sprintf("%s: %s is above %v", at, v, high)}
	}
	return nil
}
