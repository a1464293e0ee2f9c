package page

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var payloads = []string{
	`<script>alert(1)</script>`, `"><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`,
	`" onmouseover="alert(1)`, `' onfocus='alert(1)' autofocus='`, "` onclick=alert(1) `", `javascript:alert(1)`, `JaVaScRiPt:alert(1)`,
	"java\tscript:alert(1)", "\x01javascript:alert(1)", `data:text/html,<script>alert(1)</script>`, `vbscript:msgbox(1)`, `</textarea><script>alert(1)</script>`,
	`</title><script>alert(1)</script>`, `</option></select><img src=x onerror=alert(1)>`, `<!--<script>`, `--><script>alert(1)</script>`,
	`{{.Data}}`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `<a href=//evil.example>`, `<base href=//evil.example>`, `<meta http-equiv=refresh content=0>`,
	"\u2028<script>", "<\x00script>alert(1)</script>", `＜script＞`, `<iframe srcdoc="<script>alert(1)</script>">`, `<form action=//evil.example>`,
	`%22%3E%3Cscript%3Ealert(1)%3C/script%3E`, `\"><script>alert(1)</script>`, `x" style="background:url(javascript:alert(1))`, `<math><mi//xlink:href="data:x,<script>">`,
}

// TestHostileTextsNeverBecomeMarkup puts each payload into every text of every
// piece and compares the tags with those of a harmless text: same elements, same
// attributes, no dangerous address.
func TestHostileTextsNeverBecomeMarkup(t *testing.T) {
	s := sampleShell(t)
	for _, p := range samplePieces() {
		t.Run(p.Piece, func(t *testing.T) {
			plain := tagsOf(renderPiece(t, s, ZH, piece{p.Piece, poisoned(p.Of, "harmless")}))
			for _, bad := range payloads {
				html := renderPiece(t, s, ZH, piece{p.Piece, poisoned(p.Of, bad)})
				if got := tagsOf(html); !slices.Equal(got, plain) {
					t.Errorf("payload %q changes the markup:\n%s", bad, html)
				}
				if m := dangerous.FindString(html); m != "" {
					t.Errorf("payload %q gives the address %s", bad, m)
				}
			}
		})
	}
}

func TestHostileShellNeverBecomesMarkup(t *testing.T) {
	text := ""
	s := sampleShell(t, func(c *Config) {
		c.Place = func(Lang) string { return text }
		c.Around = func(*http.Request) Around {
			return Around{Strip: &Strip{Tone: Warn, Parts: []string{text}, Href: text}, User: &User{Name: text, Role: text, Place: text, Links: []Link{{text, text}}},
				Notice: []Flash{{Text: text, Rule: text}}}
		}
	})
	render := func(with string) string {
		text = with
		r := httptest.NewRequest(http.MethodGet, "/?q="+url.QueryEscape(text), nil)
		w := httptest.NewRecorder()
		s.Render(w, r, ProblemPage, View{Title: text, Active: "inbox", Crumbs: []Link{{text, text}}, Data: Problem{What: text}})
		return w.Body.String()
	}
	plain := tagsOf(render("harmless"))
	for _, bad := range payloads {
		html := render(bad)
		if got := tagsOf(html); !slices.Equal(got, plain) {
			t.Errorf("payload %q changes the markup:\n%s", bad, html)
		}
		if m := dangerous.FindString(html); m != "" {
			t.Errorf("payload %q gives the address %s", bad, m)
		}
	}
}

var (
	dangerous = regexp.MustCompile(`(?i)(href|src|action|formaction)="\s*(javascript|vbscript|data):[^"]*"`)
	tag       = regexp.MustCompile(`</?[a-zA-Z!][^\s>]*((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*>`)
	value     = regexp.MustCompile(`="[^"]*"`)
)

// tagsOf lists the tags of html with the names, not the values, of their
// attributes. A "<" that starts no well-formed tag counts as a tag of its own.
func tagsOf(html string) []string {
	var out []string
	rest := html
	for {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			return out
		}
		rest = rest[i:]
		at := tag.FindStringIndex(rest)
		if at == nil || at[0] != 0 {
			out = append(out, "broken tag")
			rest = rest[1:]
			continue
		}
		out = append(out, value.ReplaceAllString(rest[:at[1]], ""))
		rest = rest[at[1]:]
	}
}

// poisoned is a deep copy of v with every non-empty text replaced, but for the
// fields whose words the code itself chooses.
func poisoned(v any, text string) any {
	out := reflect.New(reflect.TypeOf(v)).Elem()
	poison(out, reflect.ValueOf(v), text)
	return out.Interface()
}

var chosenByCode = map[string]bool{"Kind": true, "Tone": true, "Sorted": true, "Width": true, "Piece": true}

func poison(to, from reflect.Value, text string) {
	switch from.Kind() {
	case reflect.String:
		to.SetString(from.String())
		if from.String() != "" {
			to.SetString(text)
		}
	case reflect.Struct:
		to.Set(from)
		for i := range from.NumField() {
			if f := from.Type().Field(i); f.IsExported() && !chosenByCode[f.Name] {
				poison(to.Field(i), from.Field(i), text)
			}
		}
	case reflect.Slice:
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			poison(to.Index(i), from.Index(i), text)
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			poison(to.Elem(), from.Elem(), text)
		}
	default:
		to.Set(from)
	}
}
