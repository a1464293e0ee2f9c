package rest_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"xiangyun/protocol"
	"xiangyun/protocol/rest/resttest"
)

func TestWhatIsSentIsReadStrictly(t *testing.T) {
	const good = `{"name":"一","parts":[{"code":"a"}],"day":"2026-03-02"}`
	jsonBody := resttest.With("Content-Type", "application/json")
	key := resttest.With("Idempotency-Key", "k-1")
	type change = func(*http.Request)
	for _, c := range []struct {
		name   string
		path   string
		body   string
		change []change
		status int
		says   string
	}{
		{"a good body is taken", "", good, []change{jsonBody, key}, 200, ""},
		{"with a charset", "", good, []change{resttest.With("Content-Type", "application/json; charset=utf-8"), key}, 200, ""},
		{"an unknown member is refused", "", `{"name":"一","nmae":"二"}`, []change{jsonBody, key}, 400, "nmae"},
		{"an unknown member below is refused", "", `{"name":"一","parts":[{"code":"a","x":1}]}`, []change{jsonBody, key}, 400, `"x"`},
		{"a second value is refused", "", good + `{}`, []change{jsonBody, key}, 400, "多余"},
		{"half a value is refused", "", good[:20], []change{jsonBody, key}, 400, "不完整"},
		{"no value is refused", "", "", []change{jsonBody, key}, 400, "缺少请求内容"},
		{"what is no JSON is refused", "", "name=x", []change{jsonBody, key}, 400, "JSON"},
		{"a wrong type is named", "", `{"name":3}`, []change{jsonBody, key}, 400, "/name"},
		{"a member that must be there is named", "", `{"parts":[]}`, []change{jsonBody, key}, 400, "/name"},
		{"a member of a list that must be there is named", "", `{"name":"一","parts":[{"code":"a"},{}]}`, []change{jsonBody, key}, 400, "/parts/1/code"},
		{"a day that does not exist", "", `{"name":"一","day":"2026-02-30"}`, []change{jsonBody, key}, 400, ""},
		{"another media type is refused", "", good, []change{resttest.With("Content-Type", "text/plain"), key}, 400, "application/json"},
		{"no media type is refused", "", good, []change{key}, 400, "application/json"},
		{"a header that must be there", "", good, []change{jsonBody}, 400, "Idempotency-Key"},
		{"an unknown query parameter is refused", "?sate=new", good, []change{jsonBody, key}, 400, "sate"},
		{"a revision that is none", "", good, []change{jsonBody, key, resttest.With("If-Match", "W/\"3\"")}, 400, "If-Match"},
		{"too much is too much", "", `{"name":"` + strings.Repeat("长", 1<<19) + `"}`, []change{jsonBody, key}, 413, "1048576"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
			a := client.Do("PUT", "/api/v1/things/a%2Fb"+c.path, strings.NewReader(c.body), c.change...).Want(c.status)
			if c.status == 200 {
				if s.got.ID != "a/b" || s.got.Key != "k-1" || s.got.Body.Parts[0].Code != "a" || s.got.Body.Day.String() != "2026-03-02" {
					t.Errorf("read %+v", s.got)
				}
				return
			}
			if p := a.Problem(); !strings.Contains(p.Detail, c.says) {
				t.Errorf("says %q, want %q in it", p.Detail, c.says)
			}
		})
	}
}

func TestQueriesAreReadStrictly(t *testing.T) {
	for _, c := range []struct {
		name, query string
		status      int
		want        listIn
	}{
		{"nothing is the zero query", "", 200, listIn{}},
		{"empty values count as none", "?q=&limit=", 200, listIn{}},
		{"all there is", "?state=new&state=old&limit=200&q=abc&all=true", 200, listIn{State: []string{"new", "old"}, Limit: 200, Q: "abc", All: true}},
		{"a value outside the list", "?state=odd", 400, listIn{}},
		{"a number too large", "?limit=201", 400, listIn{}},
		{"a negative number", "?limit=-1", 400, listIn{}},
		{"a text too long", "?q=12345678901", 400, listIn{}},
		{"one value given twice", "?q=a&q=b", 400, listIn{}},
		{"a broken escape", "?q=%zz", 400, listIn{}},
		{"what is neither true nor false", "?all=maybe", 400, listIn{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample(t)
			client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
			client.Do("GET", "/api/v1/things"+c.query, nil).Want(c.status)
			if !reflect.DeepEqual(s.listed, c.want) {
				t.Errorf("read %+v", s.listed)
			}
		})
	}
}

func TestRevisionOfIfMatch(t *testing.T) {
	for sent, want := range map[string]uint64{`"7"`: 7, `7`: 7, `*`: 0, "": 0} {
		s := newSample(t)
		client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
		a := client.Do("PUT", "/api/v1/things/1", map[string]any{"name": "一"}, resttest.With("If-Match", sent), resttest.With("Idempotency-Key", "k")).Want(200)
		if uint64(s.got.Seen) != want {
			t.Errorf("If-Match %s is read as %d", sent, s.got.Seen)
		}
		if a.Header.Get("ETag") != `"7"` {
			t.Errorf("ETag %s", a.Header.Get("ETag"))
		}
	}
}

func TestStoredMembersAreHandedOut(t *testing.T) { // replication.V4
	s := newSample(t)
	client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
	a := client.Do("PUT", "/api/v1/things/1", map[string]any{"name": "一"}, resttest.With("Idempotency-Key", "k"))
	if !strings.Contains(string(a.Body), `"since_next_year":{"a":1}`) {
		t.Errorf("lost a member: %s", a.Body)
	}
}

func TestBytesComeAndGo(t *testing.T) {
	s := newSample(t)
	client := resttest.NewClient(t, s.api()).As(s.people.Add("li", protocol.RoleClerk))
	var got stored
	a := client.Do("POST", "/api/v1/files?name=x.pdf", strings.NewReader(strings.Repeat("x", 1<<20+1))).Want(201).Into(&got)
	if got.Bytes != 1<<20+1 || a.Header.Get("Location") != "/api/v1/files/x" {
		t.Errorf("stored %+v at %s", got, a.Header.Get("Location"))
	}
	client.Do("POST", "/api/v1/files", strings.NewReader(strings.Repeat("x", 2<<20+1))).Want(413).Problem()
	a = client.Do("GET", "/api/v1/files/x", nil, resttest.With("Range", "bytes=2-4")).Want(206)
	if string(a.Body) != "234" {
		t.Errorf("range is %q", a.Body)
	}
	if d := a.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || a.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("a browser might show it: %s", d)
	}
}
