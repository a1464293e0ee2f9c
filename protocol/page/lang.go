package page

import (
	"net/http"
	"net/url"
	"strings"
)

// Lang is a language of the consoles.
type Lang string

// The two languages; Chinese is what everyone gets who has not chosen.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

const (
	langCookie = "xy_lang"
	langParam  = "lang"
	langAge    = 365 * 24 * 60 * 60 // seconds
)

var langs = [...]Lang{ZH, EN}

func parseLang(s string) (Lang, bool) {
	for _, l := range langs {
		if s == string(l) {
			return l, true
		}
	}
	return ZH, false
}

// Tag is the value for the lang attribute.
func (l Lang) Tag() string {
	if l == EN {
		return "en"
	}
	return "zh-CN"
}

func (l Lang) other() Lang {
	if l == EN {
		return ZH
	}
	return EN
}

// LangOf gives the language of a request: ?lang= first, then the cookie, then
// Chinese. Accept-Language is not asked: counter machines are imaged with
// whatever language the browser came in.
func LangOf(r *http.Request) Lang {
	if l, ok := parseLang(r.URL.Query().Get(langParam)); ok {
		return l
	}
	if c, err := r.Cookie(langCookie); err == nil {
		l, _ := parseLang(c.Value)
		return l
	}
	return ZH
}

// keepLang remembers a choice made with ?lang= on this browser.
func keepLang(w http.ResponseWriter, r *http.Request) {
	l, ok := parseLang(r.URL.Query().Get(langParam))
	if !ok {
		return
	}
	if c, err := r.Cookie(langCookie); err == nil && c.Value == string(l) {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", MaxAge: langAge,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
}

// With gives the path and query of u with parameters replaced: pairs of name and
// value, an empty value removes the name. It is for links that keep the filter:
// With(r.URL, "after", cursor).
func With(u *url.URL, pairs ...string) string {
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Del(pairs[i])
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	// A path such as //evil.example would read as another host: one slash.
	out := url.URL{Path: "/" + strings.TrimLeft(u.Path, `/\`), RawQuery: q.Encode()}
	return out.String()
}

// Local gives to when it is an address of this console, otherwise "/". It is for
// what a browser hands in as the next page, such as Login.Next.
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") {
		return "/"
	}
	// Browsers read a backslash as a slash: /\evil.example is another host.
	if strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\t\r\n") {
		return "/"
	}
	return to
}
