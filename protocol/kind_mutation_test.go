package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestG09AChangedFieldIsRefusedUnlessTheActMaySetIt changes every member of every
// legal body in turn. A change is refused, or the member is one the act takes
// from its writer; testdata/settable.golden lists those, and nothing that the
// judge computes is among them.
func TestG09AChangedFieldIsRefusedUnlessTheActMaySetIt(t *testing.T) {
	var out strings.Builder
	for _, s := range legal(t) {
		free := settable(t, s)
		fmt.Fprintf(&out, "%s:\n", s.name)
		for _, path := range free {
			fmt.Fprintf(&out, "\t%s\n", path)
		}
		for _, computed := range []string{"/state", "/editor", "/submitter", "/submitted", "/reviewer", "/reviewed", "/by", "/at",
			"/filed", "/ended", "/epoch", "/received/at", "/received/node", "/received/clerk", "/due/k1", "/due/k2", "/due/k3", "/guide_hash",
			"/agency_name", "/handler", "/accepted", "/decision/by", "/decision/at", "/decision/kind", "/withdrawn/by", "/withdrawn/at"} {
			if slices.Contains(free, computed) && !mayName(s, computed) {
				t.Errorf("%s lets its writer set %s", s.name, computed)
			}
		}
	}
	golden(t, out.String(), "settable.golden")
}

// mayName: two members bear the name of a computed one and are not. An item names
// its agency's name, a number block the epoch it is for.
func mayName(s scene, path string) bool {
	return s.ref.Kind == "item" && path == "/agency_name" || s.ref.Kind == "numblock" && path == "/epoch"
}

// settable lists the members of a legal body that may be otherwise.
func settable(t *testing.T, s scene) []string {
	body := s.must(t).Body
	free := map[string]bool{}
	for _, m := range mutations(t, body) {
		made, no, err := s.verify(t, m.body)
		if no != nil || err != nil || same(s.kind(), m.body, body) {
			continue
		}
		free[m.path] = true
		again, no, err := s.kind().Complete(s.before(t), s.header(), json.RawMessage(m.body), s.view)
		if no != nil || err != nil || !bytes.Equal(again.Body, mustCanonical(t, s.kind(), made.Body)) {
			t.Errorf("%s: accepted body with another %s completes to something else: %v %v", s.name, m.path, no, err)
		}
	}
	return slices.Sorted(maps.Keys(free))
}

func mustCanonical(t *testing.T, k *Kind, body []byte) []byte {
	rec, err := k.decode(body)
	if err != nil {
		t.Fatal(err)
	}
	out, err := encodeBody(rec)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mutation is a body with one member changed; indexes of lists are left out of
// the path.
type mutation struct {
	path string
	body []byte
}

var listIndex = regexp.MustCompile(`/\d+`)

func mutations(t *testing.T, body []byte) (list []mutation) {
	t.Helper()
	var root any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		t.Fatal(err)
	}
	walk("", root, func(path string, put func(any), was any) {
		for _, v := range others(was) {
			put(v)
			list = append(list, mutation{listIndex.ReplaceAllString(path, "/*"), []byte(mustJSON(t, root))})
		}
		put(was)
	})
	return list
}

// same reports that two bodies say the same: null for an absent member or hex
// digits in capitals, for example.
func same(k *Kind, a, b []byte) bool {
	x, errX := k.decode(a)
	y, errY := k.decode(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

// walk visits every member below the root with a way to replace it.
func walk(path string, v any, visit func(path string, put func(any), was any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			was := v[name]
			visit(path+"/"+name, func(x any) { v[name] = x }, was)
			walk(path+"/"+name, was, visit)
		}
	case []any:
		for i, was := range v {
			visit(fmt.Sprintf("%s/%d", path, i), func(x any) { v[i] = x }, was)
			walk(fmt.Sprintf("%s/%d", path, i), was, visit)
		}
	}
}

// others gives values near v: some break the type, some only the meaning.
func others(v any) []any {
	switch v := v.(type) {
	case string:
		return []any{v + "x", "", strings.ToUpper(v), 7, nil}
	case json.Number:
		n, _ := v.Int64()
		return []any{n + 1, -n - 1, 0, "x", nil}
	case bool:
		return []any{!v, nil}
	case []any:
		return []any{append(slices.Clone(v), v...), []any{}, nil}
	case map[string]any:
		return []any{map[string]any{}, nil}
	}
	return []any{"x", 7, true}
}
