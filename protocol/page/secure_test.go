package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	s := sampleShell(t)
	h := s.Secure(sampleMux(s))
	for _, target := range []string{"/", "/login", "/nowhere", "/strip", "/assets/nothing.css"} {
		w := get(h, target)
		policy := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "style-src 'self'", "img-src 'self' data:", "form-action 'self'", "frame-ancestors 'none'",
			"base-uri 'none'", "object-src 'none'", "script-src 'self'"} {
			if !strings.Contains(policy+";", want+";") {
				t.Errorf("%s: policy lacks %s", target, want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %s", target, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
		if w.Header().Get("Permissions-Policy") == "" {
			t.Errorf("%s: no Permissions-Policy", target)
		}
	}
}

func TestPagesHoldNothingInline(t *testing.T) { // the policy would forbid it
	s := sampleShell(t)
	for _, target := range []string{"/", "/confirm", "/login", "/nowhere"} {
		body := get(sampleMux(s), target).Body.String()
		for _, bad := range []string{"<style", " style=", " onclick=", "<script>", "javascript:"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %s", target, bad)
			}
		}
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	s := sampleShell(t, func(c *Config) { c.TrustedOrigins = []string{"https://zw.example.gov.cn"} })
	h := s.Secure(sampleMux(s))
	for _, row := range []struct {
		name, header, value string
		want                int
	}{
		{"the page's own form", "Sec-Fetch-Site", "same-origin", 303},
		{"another site", "Sec-Fetch-Site", "cross-site", 403},
		{"a sister site", "Sec-Fetch-Site", "same-site", 403},
		{"another origin of an old browser", "Origin", "https://evil.example", 403},
		{"an opaque origin", "Origin", "null", 403},
		{"the trusted front", "Origin", "https://zw.example.gov.cn", 303},
		{"no browser at all", "Accept", "*/*", 303},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/receive", nil)
			r.Header.Set(row.header, row.value)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != row.want {
				t.Fatalf("status %d, want %d", w.Code, row.want)
			}
			if body := w.Body.String(); row.want == 403 && (!strings.Contains(body, "来自其他网站") || strings.Contains(body, "窗口 03")) {
				t.Errorf("the refusal does not say why, or shows who is logged in: %s", body)
			}
		})
	}
}

func TestAssetsAreKeptByTheirHash(t *testing.T) {
	s := sampleShell(t)
	h := s.Secure(s.Assets())
	for name, url := range s.assets.urls {
		w := get(h, url)
		if w.Code != 200 || w.Header().Get("Cache-Control") != assetCache || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, cache %q, %d bytes", name, w.Code, w.Header().Get("Cache-Control"), w.Body.Len())
		}
	}
	for name, want := range map[string]string{"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "favicon.svg": "image/svg+xml"} {
		if got := get(h, s.assets.urls[name]).Header().Get("Content-Type"); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	for _, target := range []string{"/assets/app.css", "/assets/", "/assets/../shell.go", "/assets/app.000000000000.css"} {
		if w := get(s.Assets(), target); w.Code != 404 {
			t.Errorf("%s: status %d", target, w.Code)
		}
	}
}
