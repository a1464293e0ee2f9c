package consoletest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// Sessions logs in whoever the cookie "as" names.
type Sessions map[string]*protocol.Account

// Who finds the account of the cookie; a name that is not known is a session
// that ended.
func (s Sessions) Who(r *http.Request) (*protocol.Account, error) {
	c, err := r.Cookie("as")
	if err != nil || c.Value == "" {
		return nil, nil
	}
	if a := s[c.Value]; a != nil {
		return a, nil
	}
	return nil, protocol.NewFault(protocol.Denied, "session", "登录已过期,请重新登录")
}

// Begin takes every password but "wrong".
func (s Sessions) Begin(_ *http.Request, login, password string) (*http.Cookie, protocol.Account, error) {
	a := s[login]
	if a == nil || password == "wrong" {
		return nil, protocol.Account{}, protocol.NewFault(protocol.Denied, "log in", "登录名或密码不正确")
	}
	return &http.Cookie{Name: "as", Value: login, Path: "/"}, *a, nil
}

// End forgets the cookie.
func (s Sessions) End(*http.Request) *http.Cookie {
	return &http.Cookie{Name: "as", Path: "/", MaxAge: -1}
}

// Browser asks a handler and keeps cookies; it follows no redirect.
type Browser struct {
	t       testing.TB
	handler http.Handler
	cookies map[string]string
}

// NewBrowser makes a browser where login is logged in, nobody when it is "".
func NewBrowser(t testing.TB, h http.Handler, login string) *Browser {
	b := &Browser{t: t, handler: h, cookies: map[string]string{}}
	if login != "" {
		b.cookies["as"] = login
	}
	return b
}

// Cookie sets one.
func (b *Browser) Cookie(name, value string) { b.cookies[name] = value }

// Page is an answer.
type Page struct {
	Status int
	To     string // Location
	Body   string
	Header http.Header
}

// Get asks for an address.
func (b *Browser) Get(target string) Page { return b.do(http.MethodGet, target, nil, "") }

// Post sends a form.
func (b *Browser) Post(target string, form url.Values) Page {
	return b.do(http.MethodPost, target, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// Send posts a body of another type.
func (b *Browser) Send(target, media string, body io.Reader) Page {
	return b.do(http.MethodPost, target, body, media)
}

// Follow gets the page a redirect leads to.
func (b *Browser) Follow(p Page) Page {
	b.t.Helper()
	if p.Status != http.StatusSeeOther {
		b.t.Fatalf("status %d, want a redirect: %s", p.Status, Text(p.Body))
	}
	return b.Get(p.To)
}

func (b *Browser) do(method, target string, body io.Reader, media string) Page {
	r := httptest.NewRequest(method, target, body)
	r.RemoteAddr = "127.0.0.1:40000"
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return Page{Status: w.Code, To: w.Header().Get("Location"), Body: w.Body.String(), Header: w.Header()}
}

// Text is what a page says, without tags, for messages of failed tests.
func Text(html string) string {
	var out strings.Builder
	inside := false
	for _, r := range html {
		switch {
		case r == '<':
			inside = true
		case r == '>':
			inside = false
			out.WriteByte(' ')
		case !inside:
			out.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// Value finds the value of a hidden or text input on a page.
func Value(html, name string) string {
	_, rest, ok := strings.Cut(html, `name="`+name+`" value="`)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
