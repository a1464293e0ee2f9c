package page

import (
	"fmt"
	"net/http"
)

// Policy is the Content-Security-Policy of every answer. connect-src lets the
// script refresh an element; the last two forbid it to write markup at all.
const Policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

var securityHeaders = [...][2]string{
	{"Content-Security-Policy", Policy},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"}, // for browsers that ignore frame-ancestors
	// Not no-referrer: old browsers would then send "Origin: null" with a form,
	// and the cross-origin check would refuse it.
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"},
	{"Cache-Control", "no-store"}, // assets set their own
}

// Secure goes around a console's whole mux: it sets the security headers on
// every answer and refuses unsafe requests that another site made the browser
// send (http.CrossOriginProtection). No token in forms is needed.
func (s *Shell) Secure(next http.Handler) http.Handler {
	checked := s.origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, h := range securityHeaders {
			w.Header().Set(h[0], h[1])
		}
		checked.ServeHTTP(w, r)
	})
}

func (s *Shell) crossOrigin() (*http.CrossOriginProtection, error) {
	c := http.NewCrossOriginProtection()
	for _, o := range s.cfg.TrustedOrigins {
		if err := c.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("trust origin %q: %w", o, err)
		}
	}
	c.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.cfg.Log.Warn("cross-origin request refused", "method", r.Method, "path", r.URL.Path, "origin", r.Header.Get("Origin"))
		s.Render(w, r, ProblemPage, s.crossOriginView(r))
	}))
	return c, nil
}

// crossOriginView is bare: who sent the request is not who it claims to be, so
// nothing of the session is shown.
func (s *Shell) crossOriginView(r *http.Request) View {
	v := s.problemView(r, Problem{Status: http.StatusForbidden, What: "page.origin-what", Do: "page.origin-do"})
	v.Bare = true
	return v
}
