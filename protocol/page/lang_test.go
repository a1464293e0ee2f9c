package page

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestLanguageOfARequest(t *testing.T) {
	for _, row := range []struct {
		name, target, cookie, accept string
		want                         Lang
	}{
		{"nobody chose: Chinese", "/", "", "", ZH},
		{"the browser's own language does not decide", "/", "", "en-US,en", ZH},
		{"the cookie decides", "/", "en", "zh-CN", EN},
		{"the address is stronger than the cookie", "/?lang=zh", "en", "", ZH},
		{"the address can choose English", "/?lang=en", "", "", EN},
		{"an unknown language in the address is ignored", "/?lang=ko", "en", "", EN},
		{"an unknown language in the cookie is Chinese", "/", "ko", "", ZH},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, row.target, nil)
			if row.cookie != "" {
				r.AddCookie(&http.Cookie{Name: langCookie, Value: row.cookie})
			}
			r.Header.Set("Accept-Language", row.accept)
			if got := LangOf(r); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestLanguageSwitchStaysOnThePageAndIsRemembered(t *testing.T) {
	s := sampleShell(t)
	mux := sampleMux(s)
	first := get(mux, "/?state=2&after=x%26y")
	if want := `href="/?after=x%26y&amp;lang=en&amp;state=2" lang="en" hreflang="en" rel="nofollow">English</a>`; !strings.Contains(first.Body.String(), want) {
		t.Fatalf("no switch %s in %s", want, first.Body)
	}
	second := get(mux, "/?after=x%26y&lang=en&state=2")
	cookies := second.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Name != langCookie || cookies[0].Value != "en" || !cookies[0].HttpOnly {
		t.Fatalf("cookies %v", cookies)
	}
	if !strings.Contains(second.Body.String(), `<html lang="en">`) || !strings.Contains(second.Body.String(), ">中文</a>") {
		t.Error("the second page is not English with a way back")
	}
	third := get(mux, "/", func(r *http.Request) { r.AddCookie(cookies[0]) })
	if !strings.Contains(third.Body.String(), `<html lang="en">`) || len(third.Result().Cookies()) != 0 {
		t.Error("the choice was forgotten, or set again without need")
	}
}

func TestLocalLeadsNowhereElse(t *testing.T) {
	for to, want := range map[string]string{
		"/cases?tab=open#x": "/cases?tab=open#x", "/": "/", "": "/", "cases": "/", "//evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/",
		"https://evil.example/": "/", "javascript:alert(1)": "/", "/\t/evil.example": "/", "///evil.example": "/", "/a%2f..": "/a%2f..", "http:/x": "/",
	} {
		if got := Local(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

func TestWithReplacesParameters(t *testing.T) {
	for _, row := range []struct {
		name, from string
		pairs      []string
		want       string
	}{
		{"adds", "/a?q=1", []string{"after", "c d"}, "/a?after=c+d&q=1"},
		{"replaces", "/a?after=1", []string{"after", "2"}, "/a?after=2"},
		{"an empty value removes", "/a?after=1&q=2", []string{"after", ""}, "/a?q=2"},
		{"never leads to another host", "//evil.example/x", nil, "/evil.example/x"},
		{"nor with a backslash", `/\evil.example`, nil, "/evil.example"},
	} {
		t.Run(row.name, func(t *testing.T) {
			u, err := url.ParseRequestURI(row.from)
			if err != nil {
				t.Fatal(err)
			}
			if row.from[1] == '/' {
				u = &url.URL{Path: row.from}
			}
			if got := With(u, row.pairs...); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}
