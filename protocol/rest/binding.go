package rest

import (
	"encoding"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"xiangyun/protocol"
)

// Rev is a revision in If-Match: "7" in quotes as the ETag gave it, or bare. 0,
// also written *, means whatever there is.
type Rev uint64

// UnmarshalText reads a revision; a weak tag proves nothing and is refused.
func (v *Rev) UnmarshalText(b []byte) error {
	s := string(b)
	if s == "*" {
		*v = 0
		return nil
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("应为 ETag 给出的版本号,例如 \"7\"")
	}
	*v = Rev(n)
	return nil
}

// binding is how an input type is filled from a request.
type binding struct {
	params []param
	body   int // index of the body field, -1 for none
	stream bool
	maybe  bool         // nothing may be sent: then the body is its zero value
	typ    reflect.Type // of the body
}

// param is one field that comes from the path, the query or a header.
type param struct {
	index []int
	in    string // path, query or header
	name  string
	doc   string
	need  bool
	max   int // largest number, or longest text; 0 is the default
	enum  []string
	typ   reflect.Type
}

// maxText bounds a parameter of text, in bytes, where the field does not say.
const maxText = 200

var (
	readerType = reflect.TypeFor[io.Reader]()
	textType   = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// bindingOf compiles an input type, or panics when it does not fit its route.
func bindingOf(t reflect.Type, r Route) binding {
	b := binding{body: -1}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		if kind, ok := f.Tag.Lookup("body"); ok {
			b.body, b.stream, b.maybe, b.typ = f.Index[0], kind == "stream", kind == "maybe", f.Type
			if b.stream != (f.Type == readerType) || len(f.Index) > 1 {
				panic(fmt.Sprintf("rest: %s.%s: a stream is an io.Reader", t, f.Name))
			}
			continue
		}
		b.params = append(b.params, paramOf(t, f))
	}
	if want, got := pathNames(r.Path), b.names("path"); !slices.Equal(want, got) {
		panic(fmt.Sprintf("rest: %s %s: path has %v, %s has %v", r.Method, r.Path, want, t, got))
	}
	return b
}

func paramOf(t reflect.Type, f reflect.StructField) param {
	for _, in := range []string{"path", "query", "header"} {
		name, ok := f.Tag.Lookup(in)
		if !ok {
			continue
		}
		p := param{index: f.Index, in: in, name: name, doc: f.Tag.Get("doc"), need: in == "path" || f.Tag.Get("need") == "true", typ: f.Type}
		if s := f.Tag.Get("max"); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil {
				panic(fmt.Sprintf("rest: %s.%s: max %q", t, f.Name, s))
			}
			p.max = n
		}
		if s := f.Tag.Get("enum"); s != "" {
			p.enum = strings.Split(s, ",")
		}
		return p
	}
	panic(fmt.Sprintf("rest: %s.%s comes from nowhere", t, f.Name))
}

func pathNames(path string) (names []string) {
	for _, part := range strings.Split(path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.TrimSuffix(strings.Trim(part, "{}"), "..."))
		}
	}
	slices.Sort(names)
	return names
}

func (b *binding) names(in string) (names []string) {
	for _, p := range b.params {
		if p.in == in {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return names
}

// read fills v. Everything it finds wrong is a malformed fault that names the
// parameter.
func (b *binding) read(v reflect.Value, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return protocol.NewFault(protocol.Malformed, "read query", "查询参数无法读取")
	}
	known := b.names("query")
	for name := range query {
		if !slices.Contains(known, name) {
			return protocol.NewFault(protocol.Malformed, "read query", "没有“%s”这个查询参数", name)
		}
	}
	for i := range b.params {
		p := &b.params[i]
		if err := p.read(v.FieldByIndex(p.index), p.values(query, r)); err != nil {
			return &protocol.Fault{Code: protocol.Malformed, Op: "read " + p.in, Text: fmt.Sprintf("参数 %s:%s", p.name, err)}
		}
	}
	if b.body < 0 {
		return nil
	}
	return b.readBody(v.Field(b.body), r)
}

func (p *param) values(query url.Values, r *http.Request) []string {
	switch p.in {
	case "path":
		return []string{r.PathValue(p.name)}
	case "query":
		return query[p.name]
	}
	return r.Header.Values(p.name)
}

func (p *param) read(v reflect.Value, values []string) error {
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	if len(values) == 0 {
		if p.need {
			return fmt.Errorf("必须提供")
		}
		return nil
	}
	if v.Kind() == reflect.Slice && !v.Addr().Type().Implements(textType) {
		list := reflect.MakeSlice(v.Type(), len(values), len(values))
		for i, s := range values {
			if err := p.one(list.Index(i), s); err != nil {
				return err
			}
		}
		v.Set(list)
		return nil
	}
	if len(values) > 1 {
		return fmt.Errorf("只能出现一次")
	}
	return p.one(v, values[0])
}

func (p *param) one(v reflect.Value, s string) error {
	if p.enum != nil && !slices.Contains(p.enum, s) {
		return fmt.Errorf("须为 %s 之一", strings.Join(p.enum, "、"))
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return t.UnmarshalText([]byte(s))
	}
	switch v.Kind() {
	case reflect.String:
		if limit := p.longest(); len(s) > limit {
			return fmt.Errorf("最长 %d 字节", limit)
		}
		v.SetString(s)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 || p.max > 0 && n > int64(p.max) {
			return fmt.Errorf("应为 0 至 %d 的整数", p.max)
		}
		v.SetInt(n)
	case reflect.Uint64:
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return fmt.Errorf("应为非负整数")
		}
		v.SetUint(n)
	case reflect.Bool:
		on, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("应为 true 或 false")
		}
		v.SetBool(on)
	default:
		panic("rest: parameter " + p.name + " of kind " + v.Kind().String())
	}
	return nil
}

func (p *param) longest() int {
	if p.max > 0 {
		return p.max
	}
	return maxText
}
