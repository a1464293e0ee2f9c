package resttest

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"xiangyun/protocol/rest"
)

// CheckDocument holds the API's own document against the rules of OpenAPI 3.1
// as far as this kit uses them: every reference resolves and every component
// is used, every route is documented and every documented path is served,
// parameters of paths are declared, examples fit, operation ids are unique.
func CheckDocument(t *testing.T, api *rest.API) {
	t.Helper()
	doc := parse(t, api.Document())
	if !strings.HasPrefix(doc.at("openapi").text(), "3.1.") {
		t.Errorf("openapi is %q", doc.at("openapi").text())
	}
	for _, name := range []string{"title", "version"} {
		if doc.at("info", name).text() == "" {
			t.Errorf("info has no %s", name)
		}
	}
	checkReferences(t, doc)
	for _, route := range api.Routes() {
		if doc.operation(route).empty() {
			t.Errorf("%s %s is not documented", route.Method, route.Path)
		}
	}
	ids := make(map[string]bool)
	for path, ops := range doc.at("paths").members() {
		for method := range (node{ops}).members() {
			checkOperation(t, api, doc, path, method, ids)
		}
	}
}

func checkReferences(t *testing.T, doc contract) {
	t.Helper()
	used := make(map[string]bool)
	collect(doc.v, used)
	for ref := range used {
		if !strings.HasPrefix(ref, "#/components/") || doc.resolve(node{map[string]any{"$ref": ref}}).empty() {
			t.Errorf("reference %s leads nowhere", ref)
		}
	}
	for _, group := range []string{"schemas", "responses"} {
		for name := range doc.at("components", group).members() {
			if !used["#/components/"+group+"/"+name] {
				t.Errorf("component %s is used nowhere", name)
			}
		}
	}
}

func collect(v any, used map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			collect(item, used)
		}
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			used[ref] = true
		}
		for _, member := range v {
			collect(member, used)
		}
	}
}

func checkOperation(t *testing.T, api *rest.API, doc contract, path, method string, ids map[string]bool) {
	t.Helper()
	op := doc.at("paths", path, method)
	id := op.at("operationId").text()
	what := method + " " + path
	if id == "" || ids[id] || op.at("summary").text() == "" {
		t.Errorf("%s: operation id %q is empty or used twice, or there is no summary", what, id)
	}
	ids[id] = true
	r := httptest.NewRequest(strings.ToUpper(method), placeholder.ReplaceAllString(path, "x"), nil)
	if !slices.ContainsFunc(api.Routes(), func(route rest.Route) bool {
		return route.Path == path && strings.EqualFold(route.Method, method) && api.Serves(r, route)
	}) {
		t.Errorf("%s is documented and not served", what)
	}
	checkParameters(t, op, path, what)
	if op.at("security").v == nil || op.at("responses", "default").empty() || !slices.ContainsFunc(statusesOf(op), func(s string) bool { return s[0] == '2' }) {
		t.Errorf("%s: needs security, a success and a default answer", what)
	}
	checkExample(t, doc, op, what)
}

func statusesOf(op node) (list []string) {
	for status := range op.at("responses").members() {
		list = append(list, status)
	}
	return list
}

func checkParameters(t *testing.T, op node, path, what string) {
	t.Helper()
	declared := make(map[string]bool)
	for _, p := range op.at("parameters").list() {
		n := node{p}
		name := n.at("in").text() + " " + n.at("name").text()
		if declared[name] || n.at("schema").empty() {
			t.Errorf("%s: parameter %s twice or without a schema", what, name)
		}
		declared[name] = true
		if n.at("in").text() == "path" && n.at("required").v != true {
			t.Errorf("%s: parameter %s of the path must be required", what, name)
		}
	}
	for _, part := range placeholder.FindAllString(path, -1) {
		if !declared["path "+strings.Trim(part, "{}")] {
			t.Errorf("%s: %s is not declared", what, part)
		}
	}
}

func checkExample(t *testing.T, doc contract, op node, what string) {
	t.Helper()
	body := op.at("requestBody", "content", "application/json")
	if body.at("example").empty() {
		return
	}
	raw, err := json.Marshal(body.at("example").v)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range doc.check(body.at("schema"), v, "") {
		t.Errorf("%s: example %s", what, wrong)
	}
}
