package protocol

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Judging decodes a body at its writer and again on every hub server, so
// encoding/json was a third of what an entry costs. A plain body is one that
// encodeBody could have written for the kind: members in the order of the
// struct, no space, no null. plainReader reads exactly those, in one pass, into
// what encoding/json would have made of them; everything else it leaves alone,
// and decodeBody takes the long way. A fuzz test holds the two together.
type plainReader struct {
	text string // the whole body; strings of the result are parts of it
	data []byte // the same bytes
	at   int
}

// readPlain fills rec, a pointer to a zero T of the plan; false means that rec
// is spoilt and the body must be read the long way.
func (p *plan) readPlain(body []byte, rec reflect.Value) bool {
	r := plainReader{text: string(body), data: body}
	return p.read(&r, rec.Elem()) && r.at == len(body)
}

// next reports whether c is next, and passes over it.
func (r *plainReader) next(c byte) bool {
	if r.at < len(r.data) && r.data[r.at] == c {
		r.at++
		return true
	}
	return false
}

// has reports whether word is next.
func (r *plainReader) has(word string) bool {
	n := len(word)
	return r.at+n <= len(r.text) && r.text[r.at:r.at+n] == word
}

// str reads a string. Escapes other than those of json.Marshal's own output
// below the surrogates are left to the long way.
func (r *plainReader) str() (s string, ok bool) {
	if !r.next('"') {
		return "", false
	}
	for start := r.at; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return r.text[start : r.at-1], true
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escaped reads on from the first backslash of a string that began at start.
func (r *plainReader) escaped(start int) (s string, ok bool) {
	buf := append(make([]byte, 0, 2*(r.at-start)+32), r.data[start:r.at]...)
	for r.at < len(r.data) {
		c := r.data[r.at]
		r.at++
		switch {
		case c == '"':
			return string(buf), true
		case c < ' ':
			return "", false
		case c != '\\':
			buf = append(buf, c)
		default:
			if buf, ok = r.escape(buf); !ok {
				return "", false
			}
		}
	}
	return "", false
}

func (r *plainReader) escape(buf []byte) ([]byte, bool) {
	if r.at == len(r.data) {
		return nil, false
	}
	c := r.data[r.at]
	r.at++
	switch c {
	case '"', '\\', '/':
		return append(buf, c), true
	case 'n':
		return append(buf, '\n'), true
	case 't':
		return append(buf, '\t'), true
	case 'r':
		return append(buf, '\r'), true
	case 'u':
		return r.unicode(buf)
	}
	return nil, false
}

func (r *plainReader) unicode(buf []byte) ([]byte, bool) {
	if r.at+4 > len(r.data) {
		return nil, false
	}
	var v rune
	for _, c := range r.data[r.at : r.at+4] {
		switch {
		case '0' <= c && c <= '9':
			v = v<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			v = v<<4 | rune(c-'a'+10)
		default:
			return nil, false
		}
	}
	if v >= 0xd800 && v < 0xe000 {
		return nil, false
	}
	r.at += 4
	return utf8.AppendRune(buf, v), true
}

// number reads an integer without fraction or exponent.
func (r *plainReader) number() (abs uint64, negative, ok bool) {
	negative = r.next('-')
	start := r.at
	for ; r.at < len(r.data); r.at++ {
		c := r.data[r.at] - '0'
		if c > 9 {
			break
		}
		if abs > (math.MaxUint64-uint64(c))/10 {
			return 0, false, false
		}
		abs = abs*10 + uint64(c)
	}
	n := r.at - start
	if n == 0 || n > 1 && r.data[start] == '0' {
		return 0, false, false
	}
	if r.at < len(r.data) && (r.data[r.at] == '.' || r.data[r.at] == 'e' || r.data[r.at] == 'E') {
		return 0, false, false
	}
	return abs, negative, true
}

// raw gives the bytes of one value of any kind.
func (r *plainReader) raw() ([]byte, bool) {
	start, depth := r.at, 0
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case '"':
			if !r.skipString() {
				return nil, false
			}
			if depth == 0 {
				return r.value(start)
			}
			continue
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 {
				return r.value(start)
			}
			if r.data[r.at] != ',' {
				depth--
			}
			if depth == 0 {
				r.at++
				return r.value(start)
			}
		}
		r.at++
	}
	return nil, false
}

func (r *plainReader) skipString() bool {
	for r.at++; r.at < len(r.data); r.at++ {
		switch r.data[r.at] {
		case '\\':
			r.at++
		case '"':
			r.at++
			return true
		}
	}
	return false
}

// value is what raw found, if it is JSON and not null.
func (r *plainReader) value(start int) ([]byte, bool) {
	v := r.data[start:r.at]
	return v, len(v) == len(bytes.TrimSpace(v)) && string(v) != "null" && json.Valid(v)
}

func readString(r *plainReader, v reflect.Value) bool {
	s, ok := r.str()
	if ok {
		v.SetString(s)
	}
	return ok
}

// readName is for ids and words of a closed set: they are kept longer than the
// body, and must not hold it.
func readName(r *plainReader, v reflect.Value) bool {
	s, ok := r.str()
	if ok {
		v.SetString(strings.Clone(s))
	}
	return ok
}

func readBool(r *plainReader, v reflect.Value) bool {
	for _, word := range [...]string{"true", "false"} {
		if r.has(word) {
			r.at += len(word)
			v.SetBool(word == "true")
			return true
		}
	}
	return false
}

func readInt(r *plainReader, v reflect.Value) bool {
	abs, negative, ok := r.number()
	if !ok || abs > math.MaxInt64 { // the one number below is left to the long way
		return false
	}
	n := int64(abs)
	if negative {
		n = -n
	}
	if v.OverflowInt(n) {
		return false
	}
	v.SetInt(n)
	return true
}

func readUint(r *plainReader, v reflect.Value) bool {
	abs, negative, ok := r.number()
	if !ok || negative || v.OverflowUint(abs) {
		return false
	}
	v.SetUint(abs)
	return true
}

func readText(r *plainReader, v reflect.Value) bool {
	s, ok := r.str()
	if !ok {
		return false
	}
	u, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
	return ok && u.UnmarshalText([]byte(s)) == nil
}

func readRaw(r *plainReader, v reflect.Value) bool {
	b, ok := r.raw()
	if ok {
		v.SetBytes(append([]byte(nil), b...))
	}
	return ok
}

func readBytes(r *plainReader, v reflect.Value) bool {
	s, ok := r.str()
	if !ok {
		return false
	}
	b, err := base64.StdEncoding.DecodeString(s)
	v.SetBytes(b)
	return err == nil
}
