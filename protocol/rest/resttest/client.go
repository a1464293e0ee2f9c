package resttest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xiangyun/protocol/rest"
)

// Client calls an API in memory, from this machine, and fails the test when an
// answer, or a body that was accepted, is not as documented.
type Client struct {
	t       testing.TB
	api     *rest.API
	doc     contract
	covered map[string]bool // operation id → has succeeded
	token   string
}

// NewClient makes a client that is not logged in.
func NewClient(t testing.TB, api *rest.API) *Client {
	return &Client{t: t, api: api, doc: parse(t, api.Document()), covered: make(map[string]bool)}
}

// As is the same client with an API token.
func (c *Client) As(token string) *Client {
	with := *c
	with.token = token
	return &with
}

// Answer is what came back.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Into decodes the answer; what is not as it should be fails the test.
func (a *Answer) Into(v any) *Answer {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("answer %d is not what was expected: %v\n%s", a.Status, err, a.Body)
	}
	return a
}

// Problem reads an answer that is one.
func (a *Answer) Problem() (p rest.Problem) {
	a.t.Helper()
	a.Into(&p)
	if p.Status != a.Status || a.Header.Get("Content-Type") != "application/problem+json" {
		a.t.Errorf("answer %d is no problem: %s", a.Status, a.Body)
	}
	return p
}

// Want fails the test when the status is another.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// Do sends a request. body is nil, an io.Reader that is sent as it is, or
// anything else that is sent as JSON.
func (c *Client) Do(method, path string, body any, change ...func(*http.Request)) *Answer {
	c.t.Helper()
	var sent []byte
	w := send(c.api, method, path, body, func(r *http.Request) {
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		for _, f := range change {
			f(r)
		}
		if r.Header.Get("Content-Type") == "application/json" {
			sent, _ = io.ReadAll(r.Body) // from memory: it cannot fail
			r.Body = io.NopCloser(bytes.NewReader(sent))
		}
	})
	a := &Answer{t: c.t, Status: w.Code, Header: w.Result().Header, Body: w.Body.Bytes()}
	c.hold(method, path, sent, a)
	return a
}

// With sets a header.
func With(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func send(api *rest.API, method, path string, body any, change func(*http.Request)) *httptest.ResponseRecorder {
	var b io.Reader
	media := ""
	switch v := body.(type) {
	case nil:
	case io.Reader:
		b = v
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err) // a test that sends what is no JSON
		}
		b, media = bytes.NewReader(raw), "application/json"
	}
	r := httptest.NewRequest(method, path, b)
	r.RemoteAddr = "127.0.0.1:40000"
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	change(r)
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

// hold checks an answer against the document.
func (c *Client) hold(method, path string, sent []byte, a *Answer) {
	c.t.Helper()
	route, ok := c.route(method, path)
	if !ok {
		if a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed {
			c.t.Errorf("%s %s is not in the table and answers %d", method, path, a.Status)
		}
		return
	}
	op := c.doc.operation(route)
	status := strconv.Itoa(a.Status)
	answer := op.at("responses", status)
	if answer.empty() {
		if a.Status < 400 {
			c.t.Errorf("%s: status %s is not documented", route.Op, status)
		}
		answer = op.at("responses", "default")
	}
	c.holdAnswer(route, c.doc.resolve(answer), a)
	if a.Status < 300 {
		c.covered[route.Op] = true
		if len(sent) > 0 {
			c.holdJSON(route.Op+" request", op.at("requestBody", "content", "application/json", "schema"), sent)
		}
	}
}

func (c *Client) holdAnswer(route rest.Route, answer node, a *Answer) {
	c.t.Helper()
	for name, header := range answer.at("headers").members() {
		if (node{header}).at("required").v == true && a.Header.Get(name) == "" {
			c.t.Errorf("%s: %d has no header %s", route.Op, a.Status, name)
		}
	}
	content := answer.at("content")
	if content.empty() {
		if len(a.Body) > 0 {
			c.t.Errorf("%s: %d has a body and none is documented", route.Op, a.Status)
		}
		return
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if !content.at("application/octet-stream").empty() {
		return
	}
	if content.at(media).empty() {
		c.t.Errorf("%s: %d is %q, which is not documented", route.Op, a.Status, media)
		return
	}
	if strings.HasSuffix(media, "json") {
		c.holdJSON(route.Op, content.at(media, "schema"), a.Body)
	}
}

func (c *Client) holdJSON(what string, schema node, body []byte) {
	c.t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		c.t.Errorf("%s: %v", what, err)
		return
	}
	for _, wrong := range c.doc.check(schema, v, "") {
		c.t.Errorf("%s: not as documented: %s", what, wrong)
	}
}

func (c *Client) route(method, path string) (rest.Route, bool) {
	r := httptest.NewRequest(method, path, nil)
	for _, route := range c.api.Routes() {
		if c.api.Serves(r, route) {
			return route, true
		}
	}
	return rest.Route{}, false
}

// EveryRouteSucceededBut fails the test for routes that have not answered with
// a success through this client: what no test has seen work is not documented,
// only promised. Those named are tested elsewhere.
func (c *Client) EveryRouteSucceededBut(ops ...string) {
	c.t.Helper()
	for _, route := range c.api.Routes() {
		if !c.covered[route.Op] && !slices.Contains(ops, route.Op) {
			c.t.Errorf("no test saw %s succeed", route.Op)
		}
	}
}
