package rest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"xiangyun/protocol"
)

type fuzzBody struct {
	Name string           `json:"name" need:"true"`
	Case *protocol.Case   `json:"case"`
	List []protocol.Limit `json:"list"`
}

type fuzzIn struct {
	Seen  Rev      `header:"If-Match"`
	State []string `query:"state" enum:"a,b"`
	N     int      `query:"n" max:"9"`
	Body  fuzzBody `body:"json"`
}

// FuzzRead: whatever is sent is read or is a malformed fault with a text.
func FuzzRead(f *testing.F) {
	f.Add("state=a&n=3", `"7"`, `{"name":"x","list":[{"n":1,"unit":"wd"}]}`)
	f.Add("n=99", `*`, `{"name":"x"}{}`)
	f.Add("x=%", `W/"1"`, `[`)
	f.Add("", "", `{"case":{"materials":[{"line_id":"a","unknown":1}]}}`)
	b := bindingOf(reflect.TypeFor[fuzzIn](), Route{Path: "/x"})
	f.Fuzz(func(t *testing.T, query, match, body string) {
		r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header = http.Header{"Content-Type": {"application/json"}, "If-Match": {match}}
		var in fuzzIn
		err := b.read(reflect.ValueOf(&in).Elem(), r)
		if err == nil {
			if in.Body.Name == "" || in.N > 9 {
				t.Errorf("took %+v", in)
			}
			return
		}
		var fault *protocol.Fault
		if !errors.As(err, &fault) || fault.Code != protocol.Malformed || fault.Text == "" {
			t.Errorf("%v is no malformed fault", err)
		}
	})
}
