package rest

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode"

	"xiangyun/protocol"
)

// Schema is the part of JSON Schema 2020-12 that this kit writes.
type Schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name, or a list of names
	Format      string             `json:"format,omitempty"`
	Encoding    string             `json:"contentEncoding,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Maximum     int                `json:"maximum,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // a bool or a *Schema
	Description string             `json:"description,omitempty"`
}

// schemas describes Go types once each, as components of the document. A type
// that is read and written has two: an input refuses what it does not know and
// demands only what is tagged need:"true"; an answer says what is always there.
type schemas struct {
	parts map[string]*Schema
	names map[described]string
	known map[reflect.Type]Schema
}

type described struct {
	typ   reflect.Type
	input bool
}

func newSchemas() *schemas {
	return &schemas{parts: make(map[string]*Schema), names: make(map[described]string), known: knownTypes()}
}

// knownTypes says what types with a form of their own look like.
func knownTypes() map[reflect.Type]Schema {
	var roles, states []string
	for _, r := range protocol.Roles {
		roles = append(roles, string(r.Role))
	}
	for _, s := range protocol.CaseStates {
		states = append(states, string(s.State))
	}
	return map[reflect.Type]Schema{
		reflect.TypeFor[time.Time]():          {Type: "string", Format: "date-time"},
		reflect.TypeFor[json.RawMessage]():    {},
		reflect.TypeFor[protocol.Day]():       {Type: "string", Pattern: `^(\d{4}-\d{2}-\d{2})?$`},
		reflect.TypeFor[protocol.Hash]():      {Type: "string", Pattern: `^[0-9a-f]{64}$`},
		reflect.TypeFor[protocol.Instant]():   {Type: "integer", Format: "int64", Description: "自 1970-01-01 UTC 起的毫秒数"},
		reflect.TypeFor[protocol.Lane]():      {Type: "integer", Description: "1 为 urgent,2 为 bulk"},
		reflect.TypeFor[protocol.Outcome]():   {Type: "string"},
		reflect.TypeFor[protocol.Role]():      {Type: "string", Enum: roles},
		reflect.TypeFor[protocol.CaseState](): {Type: "string", Enum: states},
		reflect.TypeFor[Rev]():                {Type: "string", Pattern: `^("?\d+"?|\*)$`},
	}
}

var (
	marshaler     = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	describer     = reflect.TypeFor[interface{ describedAs() reflect.Type }]()
)

// of gives the schema of t: inline for simple types, a reference for structs.
func (s *schemas) of(t reflect.Type, input bool) *Schema {
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem(), input)
	}
	if known, ok := s.known[t]; ok {
		return &known
	}
	if t.Implements(describer) {
		return s.of(reflect.Zero(t).Interface().(interface{ describedAs() reflect.Type }).describedAs(), input)
	}
	if t.Implements(textMarshaler) {
		return &Schema{Type: "string"}
	}
	if t.Implements(marshaler) {
		panic(fmt.Sprintf("rest: %s writes its own JSON and nobody says what it looks like", t))
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return &Schema{Type: "string", Encoding: "base64"}
		}
		return &Schema{Type: "array", Items: s.of(t.Elem(), input)}
	case reflect.Map:
		return &Schema{Type: "object", Additional: s.of(t.Elem(), input)}
	case reflect.Struct:
		if t.Name() == "" {
			return s.inline(t, input)
		}
		return &Schema{Ref: "#/components/schemas/" + s.part(t, input)}
	case reflect.Interface:
		return &Schema{}
	}
	return plain(t)
}

func plain(t reflect.Type) *Schema {
	zero := 0
	switch t.Kind() {
	case reflect.String:
		return &Schema{Type: "string"}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Float32, reflect.Float64:
		return &Schema{Type: "number"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &Schema{Type: "integer"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &Schema{Type: "integer", Minimum: &zero}
	}
	panic("rest: no JSON for " + t.String())
}

// part makes the component of a struct and gives its name. Two types of one
// name cannot both be in a document: that is a programmer's error.
func (s *schemas) part(t reflect.Type, input bool) string {
	d := described{t, input}
	if name, ok := s.names[d]; ok {
		return name
	}
	name := partName(t.String())
	if input {
		name += "Input"
	}
	if _, taken := s.parts[name]; taken {
		panic(fmt.Sprintf("rest: two types are called %s in the document, one is %s", name, t))
	}
	part := &Schema{Type: "object", Properties: make(map[string]*Schema)}
	s.names[d], s.parts[name] = name, part
	s.members(part, t, input)
	return name
}

// inline describes a struct without a name where it stands.
func (s *schemas) inline(t reflect.Type, input bool) *Schema {
	part := &Schema{Type: "object", Properties: make(map[string]*Schema)}
	s.members(part, t, input)
	return part
}

func (s *schemas) members(part *Schema, t reflect.Type, input bool) {
	if input {
		part.Additional = false
	}
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("json")
		if f.Anonymous && f.Type == reflect.TypeFor[protocol.Rest]() && !input {
			part.Additional = true // replication.V4: members of newer versions
		}
		if f.Anonymous || !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			panic(fmt.Sprintf("rest: %s.%s has no JSON name", t, f.Name))
		}
		member := *s.of(f.Type, input)
		member.Description = strings.TrimSpace(member.Description + " " + f.Tag.Get("doc"))
		if e := f.Tag.Get("enum"); e != "" {
			member.Enum = strings.Split(e, ",")
		}
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		if input {
			optional = f.Tag.Get("need") != "true"
		}
		if !optional {
			part.Required = append(part.Required, name)
		}
		part.Properties[name] = nullable(&member, f, t, optional || input)
	}
}

// nullable: a list or pointer of a record's body is null when it is empty, for
// bodies are handed out as they were written. Types of the APIs never are.
func nullable(member *Schema, f reflect.StructField, t reflect.Type, never bool) *Schema {
	if never || t.PkgPath() != reflect.TypeFor[protocol.Ref]().PkgPath() {
		return member
	}
	switch {
	case f.Type.Kind() == reflect.Slice && member.Type == "array":
		member.Type = []string{"array", "null"}
	case f.Type.Kind() == reflect.Pointer:
		return &Schema{AnyOf: []*Schema{member, {Type: "null"}}}
	}
	return member
}

var qualifier = regexp.MustCompile(`[\w./-]*\.`)

// partName turns "rest.Record[xiangyun/protocol.Case]" into CaseRecord.
func partName(t string) string {
	t = qualifier.ReplaceAllString(t, "")
	base, args, generic := strings.Cut(t, "[")
	if generic {
		base = partName(strings.TrimSuffix(args, "]")) + base
	}
	r := []rune(base)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}
