package protocol

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
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

// decodeBody reads a body. The strict pass succeeds for every body this binary
// could have written; only then is the second, slower pass spared.
func decodeBody[T any](body []byte) (*T, error) {
	rec := new(T)
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(rec); err == nil && !d.More() {
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

// keep notes the members of body that type t has no field for.
func (r *Rest) keep(body []byte, t reflect.Type) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return &Fault{Code: Malformed, Op: "read body", Text: "内容应是一个 JSON 对象", Err: err}
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		delete(all, name)
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
