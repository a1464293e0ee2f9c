package protocol

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// plan is how a plain value of one type is read.
type plan struct {
	read   func(r *plainReader, v reflect.Value) bool
	fields []planField // of a struct, in its order
	elem   *plan       // of a slice or pointer
}

type planField struct {
	key   string // `"name":`
	index int
	plan  *plan
}

// planFor makes the plan of a type, or nil when it holds anything that plain
// bodies do not use: maps, interfaces, floats, embedded members, recursion.
func planFor(t reflect.Type) *plan { return planWithin(t, nil) }

func planWithin(t reflect.Type, outer []reflect.Type) *plan {
	for _, o := range outer {
		if o == t {
			return nil
		}
	}
	outer = append(outer, t)
	p := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return &plan{read: readRaw}
	case p.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return nil
	case p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return &plan{read: readText}
	}
	switch t.Kind() {
	case reflect.String:
		if t != reflect.TypeFor[string]() {
			return &plan{read: readName}
		}
		return &plan{read: readString}
	case reflect.Bool:
		return &plan{read: readBool}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &plan{read: readInt}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &plan{read: readUint}
	case reflect.Struct:
		return planStruct(t, outer)
	case reflect.Slice, reflect.Pointer:
		return planElem(t, outer)
	}
	return nil
}

// planElem is for slices and pointers.
func planElem(t reflect.Type, outer []reflect.Type) *plan {
	if t == reflect.TypeFor[[]byte]() {
		return &plan{read: readBytes}
	}
	elem := planWithin(t.Elem(), outer)
	if elem == nil || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		return nil
	}
	p := &plan{elem: elem}
	p.read = p.readSlice
	if t.Kind() == reflect.Pointer {
		p.read = p.readPointer
	}
	return p
}

func planStruct(t reflect.Type, outer []reflect.Type) *plan {
	p := &plan{}
	p.read = p.readStruct
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Type == reflect.TypeFor[Rest](): // has no members of its own
			continue
		case f.Anonymous || !f.IsExported() || name == "" || name == "-" || strings.Contains(options, "string"):
			return nil
		}
		member := planWithin(f.Type, outer)
		if member == nil {
			return nil
		}
		p.fields = append(p.fields, planField{`"` + name + `":`, i, member})
	}
	return p
}

// readStruct takes members in the order of the struct only, so that none can
// come twice.
func (p *plan) readStruct(r *plainReader, v reflect.Value) bool {
	if !r.next('{') {
		return false
	}
	if r.next('}') {
		return true
	}
	for i := 0; ; {
		for i < len(p.fields) && !r.has(p.fields[i].key) {
			i++
		}
		if i == len(p.fields) {
			return false
		}
		f := &p.fields[i]
		r.at += len(f.key)
		if !f.plan.read(r, v.Field(f.index)) {
			return false
		}
		if i++; r.next('}') {
			return true
		}
		if !r.next(',') {
			return false
		}
	}
}

func (p *plan) readSlice(r *plainReader, v reflect.Value) bool {
	if !r.next('[') {
		return false
	}
	if r.next(']') {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return true
	}
	for n := 0; ; n++ {
		if n >= v.Cap() {
			v.Grow(1)
		}
		v.SetLen(n + 1)
		if !p.elem.read(r, v.Index(n)) {
			return false
		}
		if r.next(']') {
			return true
		}
		if !r.next(',') {
			return false
		}
	}
}

func (p *plan) readPointer(r *plainReader, v reflect.Value) bool {
	v.Set(reflect.New(v.Type().Elem()))
	return p.elem.read(r, v.Elem())
}
