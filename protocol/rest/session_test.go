package rest_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/identity"
	"xiangyun/protocol/page"
	"xiangyun/protocol/rest"
	"xiangyun/protocol/rest/resttest"
)

// clerks is one account with a password.
type clerks struct{ hash string }

func (c clerks) Account(id string) (protocol.Account, bool, error) {
	return protocol.Account{Place: "yanbian", Login: "zhang", Name: "张", Roles: []protocol.Role{protocol.RoleClerk}, Password: c.hash,
		State: protocol.AccountActive}, id == "yanbian:zhang", nil
}

func (clerks) AccountByToken(string) (protocol.Account, bool, error) {
	return protocol.Account{}, false, nil
}

func withPasswords(t *testing.T, secure bool) *rest.API {
	t.Helper()
	hash, err := identity.HashPassword("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	s := newSample(t)
	s.config = func(c *rest.Config) {
		c.Sessions = &rest.Sessions{Place: "yanbian", Gate: identity.NewGate("yanbian", clerks{hash}), Secure: secure}
	}
	return s.api()
}

func call(api *rest.API, method, path, body string, change ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
	r.RemoteAddr = "127.0.0.1:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w.Result()
}

const goodLogin = `{"login":"zhang","password":"correct horse"}`

func overTLS(r *http.Request)  { r.TLS = &tls.ConnectionState{} }
func fromAfar(r *http.Request) { r.RemoteAddr = "10.1.2.3:999" }

func TestSessionOfABrowser(t *testing.T) {
	api := withPasswords(t, false)
	in := call(api, "POST", "/api/v1/session", goodLogin, overTLS, fromAfar)
	if in.StatusCode != 201 || len(in.Cookies()) != 1 {
		t.Fatalf("login: %d, cookies %v", in.StatusCode, in.Cookies())
	}
	c := in.Cookies()[0]
	if c.Name != "__Host-xy" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
		t.Errorf("cookie %+v", c)
	}
	with := func(r *http.Request) { r.AddCookie(c) }
	me := call(api, "GET", "/api/v1/session", "", overTLS, with)
	var who rest.Me
	if err := json.NewDecoder(me.Body).Decode(&who); err != nil || who.Login != "zhang" || len(who.May) == 0 {
		t.Errorf("me: %+v %v", who, err)
	}
	if out := call(api, "DELETE", "/api/v1/session", "", overTLS, with); out.StatusCode != 200 || out.Cookies()[0].MaxAge != -1 {
		t.Errorf("logout: %d %v", out.StatusCode, out.Cookies())
	}
	if again := call(api, "GET", "/api/v1/session", "", overTLS, with); again.StatusCode != 401 || again.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("after the logout: %d", again.StatusCode)
	}
	if relogin := call(api, "POST", "/api/v1/session", goodLogin, overTLS, with); relogin.StatusCode != 201 {
		t.Errorf("a dead session keeps its owner out: %d", relogin.StatusCode)
	}
}

func TestSessionsNeedEncryptionExceptHere(t *testing.T) {
	for _, c := range []struct {
		name   string
		secure bool
		change []func(*http.Request)
		status int
		cookie string
	}{
		{"on this machine a plain cookie will do", false, nil, 201, "xy"},
		{"from afar in clear text nobody logs in", false, []func(*http.Request){fromAfar}, 403, ""},
		{"behind a proxy that speaks TLS", true, []func(*http.Request){fromAfar}, 201, "__Host-xy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := call(withPasswords(t, c.secure), "POST", "/api/v1/session", goodLogin, c.change...)
			name := ""
			if len(res.Cookies()) > 0 {
				name = res.Cookies()[0].Name
			}
			if res.StatusCode != c.status || name != c.cookie {
				t.Errorf("status %d, cookie %q", res.StatusCode, name)
			}
		})
	}
}

func TestTokensNeedEncryptionExceptHere(t *testing.T) {
	s := newSample(t)
	token := resttest.With("Authorization", "Bearer "+s.people.Add("li", protocol.RoleClerk))
	api := s.api()
	if res := call(api, "GET", "/api/v1/things", "", token, fromAfar); res.StatusCode != 403 {
		t.Errorf("a token in clear text gets %d", res.StatusCode)
	}
	if res := call(api, "GET", "/api/v1/things", "", token, fromAfar, overTLS); res.StatusCode != 200 {
		t.Errorf("a token over TLS gets %d", res.StatusCode)
	}
	for _, bad := range []string{"Basic eDp5", "Bearer", "Bearer nonsense"} {
		if res := call(api, "GET", "/api/v1/things", "", resttest.With("Authorization", bad)); res.StatusCode != 401 {
			t.Errorf("%q gets %d", bad, res.StatusCode)
		}
	}
}

func TestWrongPasswordSetsNoCookie(t *testing.T) {
	res := call(withPasswords(t, false), "POST", "/api/v1/session", `{"login":"zhang","password":"wrong horse"}`)
	if res.StatusCode != 401 || len(res.Cookies()) != 0 {
		t.Errorf("status %d, cookies %v", res.StatusCode, res.Cookies())
	}
}

func TestAnotherSiteCannotUseASession(t *testing.T) {
	api := withPasswords(t, false)
	cross := resttest.With("Sec-Fetch-Site", "cross-site")
	if res := call(api, "POST", "/api/v1/session", goodLogin, overTLS, cross); res.StatusCode != 403 {
		t.Errorf("logging a visitor in from elsewhere gets %d", res.StatusCode)
	}
	c := call(api, "POST", "/api/v1/session", goodLogin, overTLS).Cookies()[0]
	with := func(r *http.Request) { r.AddCookie(c) }
	if res := call(api, "DELETE", "/api/v1/things/1", "", overTLS, with, cross); res.StatusCode != 403 {
		t.Errorf("an act from elsewhere gets %d", res.StatusCode)
	}
	if res := call(api, "DELETE", "/api/v1/things/1", "", overTLS, with, resttest.With("Sec-Fetch-Site", "same-origin")); res.StatusCode != 204 {
		t.Errorf("an act from here gets %d", res.StatusCode)
	}
	if res := call(api, "DELETE", "/api/v1/things/1", "", overTLS, with, resttest.With("Origin", "https://evil.example")); res.StatusCode != 403 {
		t.Errorf("an old browser's act from elsewhere gets %d", res.StatusCode)
	}
}

func TestNothingIsReadBeforeTheRightIsChecked(t *testing.T) {
	s := newSample(t)
	api := s.api()
	body := &watched{Reader: strings.NewReader(`{"name":"一"}`)}
	r := httptest.NewRequest("PUT", "/api/v1/things/1?nonsense=1", body)
	r.Header.Set("Authorization", "Bearer "+s.people.Add("aud", protocol.RoleAuditor))
	r.RemoteAddr = "127.0.0.1:1"
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code != 403 || body.read {
		t.Errorf("status %d, body read: %v", w.Code, body.read)
	}
}

type watched struct {
	*strings.Reader
	read bool
}

func (w *watched) Read(b []byte) (int, error) {
	w.read = true
	return w.Reader.Read(b)
}

func TestAPageThatRefreshesItselfDoesNotProlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := withPasswords(t, false)
		c := call(api, "POST", "/api/v1/session", goodLogin, overTLS).Cookies()[0]
		with := func(r *http.Request) { r.AddCookie(c) }
		for range 3 {
			time.Sleep(11 * time.Minute)
			call(api, "GET", "/api/v1/session", "", overTLS, with, resttest.With(page.RefreshHeader, "1"))
		}
		if res := call(api, "GET", "/api/v1/session", "", overTLS, with); res.StatusCode != 401 {
			t.Errorf("after 33 minutes without a person: %d", res.StatusCode)
		}
	})
}

func TestTheAdminSocketActsForItsPlace(t *testing.T) {
	s := newSample(t)
	s.people.Add("li", protocol.RoleClerk)
	s.config = func(c *rest.Config) {
		c.Sessions = &rest.Sessions{Place: "yanbian", Local: rest.LocalOperator("yanbian", s.people)}
	}
	api := s.api()
	for _, c := range []struct {
		name, as, login string
		status          int
	}{
		{"its own operator", "", "local", 200},
		{"an account of the place", "li", "li", 200},
		{"an account that is not there", "wang", "", 401},
	} {
		res := call(api, "GET", "/api/v1/session", "", resttest.With(rest.AsHeader, c.as), func(r *http.Request) { r.RemoteAddr = "@" })
		var who rest.Me
		if err := json.NewDecoder(res.Body).Decode(&who); err != nil || res.StatusCode != c.status || who.Login != c.login {
			t.Errorf("%s: %d %+v %v", c.name, res.StatusCode, who, err)
		}
	}
}
