package console

import "net/http"

// The session cookie is the API's as well (protocol/rest): who is logged in
// here is logged in there. The __Host- prefix ties it to this host and to TLS;
// on plain loopback a browser would not take it.
const (
	cookieTLS   = "__Host-xy"
	cookiePlain = "xy"
)

func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return cookieTLS
	}
	return cookiePlain
}

func sessionToken(r *http.Request) string {
	if c, err := r.Cookie(cookieName(r)); err == nil {
		return c.Value
	}
	return ""
}

// setSession hands out a token, or takes it back when it is "".
func setSession(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{Name: cookieName(r), Value: token, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
