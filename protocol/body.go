package protocol

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rest keeps the members of a body that this binary does not know, so that an
// older home loses nothing a newer one wrote (replication.V4). A kind embeds
// it; only members at the top of the body are kept.
type Rest struct {
	Unknown map[string]json.RawMessage `json:"-"`
}

func (r *Rest) rest() *Rest { return r }

type rester interface{ rest() *Rest }

// carryRest hands the unknown members of the old record on to the next one.
func carryRest(old, next any) {
	from, ok := old.(rester)
	if !ok || reflect.ValueOf(old).IsNil() {
		return
	}
	next.(rester).rest().Unknown = from.rest().Unknown
}

// decodeAs reads a body by the plan of T, when it is plain.
func decodeAs[T any](p *plan, body []byte) (*T, error) {
	if p != nil && utf8.Valid(body) {
		if rec := new(T); p.readPlain(body, reflect.ValueOf(rec)) {
			return rec, nil
		}
	}
	return decodeBody[T](body)
}

// decodeBody reads any body. The strict pass succeeds for every body this binary
// could have written; only then is the second, slower pass spared.
func decodeBody[T any](body []byte) (*T, error) {
	if !utf8.Valid(body) { // K-20: what is stored and what is shown must be the same text
		return nil, &Fault{Code: Malformed, Op: "read body", Text: "内容不是有效的 UTF-8 文本"}
	}
	rec := new(T)
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(rec); err == nil && atEnd(d) {
		return rec, nil
	}
	rec = new(T)
	if err := json.Unmarshal(body, rec); err != nil {
		return nil, &Fault{Code: Malformed, Op: "read body", Text: "内容不是有效的 JSON", Err: err}
	}
	if r, ok := any(rec).(rester); ok {
		return rec, r.rest().keep(body, reflect.TypeFor[T]())
	}
	return rec, nil
}

// atEnd reports that nothing follows the value; Decoder.More would pass over a
// closing brace that is one too many.
func atEnd(d *json.Decoder) bool {
	_, err := d.Token()
	return err == io.EOF
}

// keep notes the members of body that type t has no field for. Names are
// compared as the decoder does, without regard to case: a member that filled a
// field must not come back a second time as unknown.
func (r *Rest) keep(body []byte, t reflect.Type) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return &Fault{Code: Malformed, Op: "read body", Text: "内容应是一个 JSON 对象", Err: err}
	}
	for _, f := range reflect.VisibleFields(t) {
		known, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if known != "" && known != "-" {
			maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool { return strings.EqualFold(name, known) })
		}
	}
	if len(all) > 0 {
		r.Unknown = all
	}
	return nil
}

// encodeBody writes a body with its unknown members behind the known ones, in
// order of name.
func encodeBody(rec any) ([]byte, error) {
	body, err := json.Marshal(rec)
	r, ok := rec.(rester)
	if err != nil || !ok || len(r.rest().Unknown) == 0 {
		return body, err
	}
	unknown := r.rest().Unknown
	body = body[:len(body)-1]
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		key, _ := json.Marshal(name)
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = append(append(append(body, key...), ':'), unknown[name]...)
	}
	return append(body, '}'), nil
}
