package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"xiangyun/protocol"
)

// readBody fills v from a JSON body, or hands the stream on. The size limit
// stands on the body already.
func (b *binding) readBody(v reflect.Value, r *http.Request) error {
	if b.stream {
		v.Set(reflect.ValueOf(r.Body))
		return nil
	}
	if b.maybe && r.ContentLength == 0 {
		return nil
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return protocol.NewFault(protocol.Malformed, "read body", "请求内容应为 application/json")
	}
	return decode(r.Body, v)
}

// decode reads exactly one JSON value without unknown members into v.
func decode(r io.Reader, v reflect.Value) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(v.Addr().Interface()); err != nil {
		return bodyFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			return err
		}
		return protocol.NewFault(protocol.Malformed, "read body", "请求内容在 JSON 之后还有多余的字符")
	}
	if missing := firstMissing(v, ""); missing != "" {
		return protocol.NewFault(protocol.Malformed, "read body", "%s:必须填写", missing)
	}
	return nil
}

func bodyFault(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var large *http.MaxBytesError
	text := "请求内容无法读取"
	switch {
	case errors.As(err, &large):
		return err
	case errors.Is(err, io.EOF):
		text = "缺少请求内容"
	case errors.Is(err, io.ErrUnexpectedEOF):
		text = "请求内容不完整"
	case errors.As(err, &syntax):
		text = fmt.Sprintf("第 %d 个字节处不是有效的 JSON", syntax.Offset)
	case errors.As(err, &kind):
		text = fmt.Sprintf("/%s:类型不正确", strings.ReplaceAll(kind.Field, ".", "/"))
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		text = "没有 " + strings.TrimPrefix(err.Error(), "json: unknown field ") + " 这个成员"
	}
	return &protocol.Fault{Code: protocol.Malformed, Op: "read body", Text: text, Err: err}
}

// firstMissing gives the JSON pointer of the first member tagged need:"true"
// that is empty. It looks into structs and lists, as deep as the type goes.
func firstMissing(v reflect.Value, at string) string {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return firstMissing(v.Elem(), at)
		}
	case reflect.Slice:
		if !holdsStructs(v.Type()) {
			return ""
		}
		for i := range v.Len() {
			if missing := firstMissing(v.Index(i), fmt.Sprintf("%s/%d", at, i)); missing != "" {
				return missing
			}
		}
	case reflect.Struct:
		return missingMember(v, at)
	}
	return ""
}

func holdsStructs(t reflect.Type) bool {
	e := t.Elem()
	return e.Kind() == reflect.Struct || e.Kind() == reflect.Pointer
}

func missingMember(v reflect.Value, at string) string {
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		member := v.FieldByIndex(f.Index)
		if f.Tag.Get("need") == "true" && member.IsZero() {
			return at + "/" + name
		}
		if missing := firstMissing(member, at+"/"+name); missing != "" {
			return missing
		}
	}
	return ""
}
