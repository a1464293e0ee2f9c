package page

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestABrokenTemplateBecomesAProblemPage(t *testing.T) {
	s := sampleShell(t)
	for _, name := range []string{"sample", "no-such-page"} {
		w := httptest.NewRecorder()
		s.Render(w, httptest.NewRequest(http.MethodGet, "/", nil), name, View{Title: "x", Data: 7})
		if body := w.Body.String(); w.Code != 500 || !strings.Contains(body, "系统出错") || strings.Contains(body, "template") {
			t.Errorf("%s: status %d, %s", name, w.Code, body)
		}
	}
}

func TestAProblemSaysWhatHappenedAndWhatToDo(t *testing.T) {
	s := sampleShell(t)
	for _, status := range append([]int{418, 502, 0}, problemStatuses...) {
		for _, l := range langs {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/?lang="+string(l), nil)
			s.Fail(w, r, Problem{Status: status, Err: errors.New("secret cause")})
			body := w.Body.String()
			if strings.Contains(body, "⟦") || strings.Contains(body, "secret cause") {
				t.Errorf("status %d in %s: %s", status, l, body)
			}
			if want := max(status, 0); want != 0 && w.Code != want || status == 0 && w.Code != 500 {
				t.Errorf("status %d became %d", status, w.Code)
			}
		}
	}
}

func TestNavigationShowsWhatThePersonMayOpen(t *testing.T) {
	s := sampleShell(t, func(c *Config) {
		c.Around = func(*http.Request) Around {
			return Around{User: &User{Name: "窗口 03"}, Allow: func(key string) bool { return key == "inbox" }}
		}
	})
	body := get(sampleMux(s), "/").Body.String()
	if !strings.Contains(body, `href="/" aria-current="page"`) || strings.Contains(body, "审核</a>") || strings.Contains(body, "部门办理") {
		t.Error("the navigation shows more or less than the person may open")
	}
}

func TestNobodyLoggedInSeesNoNavigation(t *testing.T) {
	s := sampleShell(t, func(c *Config) { c.Around = nil })
	body := get(sampleMux(s), "/").Body.String()
	if strings.Contains(body, `class="side"`) || strings.Contains(body, "/logout") {
		t.Error("navigation or logout without a person")
	}
}

func TestAPublicPortalHasNavigationWithoutAPerson(t *testing.T) {
	s := sampleShell(t, func(c *Config) {
		c.Around = func(*http.Request) Around { return Around{Allow: func(key string) bool { return key == "inbox" }} }
	})
	body := get(sampleMux(s), "/").Body.String()
	if !strings.Contains(body, `class="side"`) || strings.Contains(body, "/logout") {
		t.Error("no navigation, or a logout for nobody")
	}
}

func TestTrail(t *testing.T) {
	s := sampleShell(t)
	gs := groups(s.cfg.Nav, "inbox", Around{})
	for _, row := range []struct {
		name string
		view View
		want string
	}{
		{"the item's own page", View{Title: "sample.title"}, "nav.window > sample.title"},
		{"a page below it", View{Title: "撤回", Crumbs: []Link{{"2224", "/cases/2224"}}}, "nav.window > sample.title / > 2224 /cases/2224 > 撤回"},
		{"another title without crumbs", View{Title: "导出"}, "nav.window > sample.title / > 导出"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var parts []string
			for _, l := range s.say[ZH].trail(gs, row.view) {
				parts = append(parts, strings.TrimSpace(l.Label+" "+l.Href))
			}
			if got := strings.Join(parts, " > "); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func TestStripTellsTheStateInWords(t *testing.T) {
	s := sampleShell(t)
	hour := sampleNow.Add(-time.Hour)
	for _, row := range []struct {
		name  string
		strip *Strip
		want  string
	}{
		{"connected", s.Linked(ZH, sampleNow, 3), "与省级已连接 · 数据截至 09:15 · 待发送 3 条"},
		{"nothing waits", s.Linked(ZH, sampleNow, 0), "与省级已连接 · 数据截至 09:15 · 待发送 0 条"},
		{"in English", s.Linked(EN, sampleNow, 1204), "Connected to the province · data as of 09:15 · 1,204 to send"},
		{"cut off since today", s.Cut(ZH, hour, hour, 0, time.Time{}), "与省级断开（自 08:15） · 可继续受理 · 数据截至 08:15 · 待发送 0 条"},
		{"cut off since yesterday names the day", s.Cut(ZH, hour.AddDate(0, 0, -1), hour, 2, hour), "与省级断开（自 2026-03-01 08:15） · 可继续受理 · 数据截至 08:15 · 待发送 2 条 · 最早一条 08:15"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(row.strip.Parts, " · "); got != row.want {
				t.Errorf("got %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestARefreshLeavesNoTrace(t *testing.T) {
	s := sampleShell(t)
	flash := redirected(t, s)
	w := get(sampleMux(s), "/?lang=en", func(r *http.Request) {
		r.Header.Set(RefreshHeader, "1")
		r.AddCookie(flash)
	})
	if len(w.Result().Cookies()) != 0 || strings.Contains(w.Body.String(), "Received as") {
		t.Error("a refresh took the message of a redirect or set a cookie")
	}
	strip := get(sampleMux(s), "/strip").Body.String()
	if !strings.HasPrefix(strip, `<div id="strip"`) || strings.Contains(strip, "<main") {
		t.Errorf("strip alone: %s", strip)
	}
}

func TestOnlyAGetThatSucceededRefreshesItself(t *testing.T) {
	s := sampleShell(t)
	for _, row := range []struct {
		name   string
		method string
		view   View
		want   bool
	}{
		{"a page", http.MethodGet, View{Title: "x"}, true},
		{"the answer to a POST", http.MethodPost, View{Title: "x"}, false},
		{"a problem", http.MethodGet, View{Title: "x", Status: 503}, false},
		{"a bare page", http.MethodGet, View{Title: "x", Bare: true}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			row.view.Data = Problem{What: "x"}
			s.Render(w, httptest.NewRequest(row.method, "/", nil), ProblemPage, row.view)
			if got := strings.Contains(w.Body.String(), "<body data-live"); got != row.want {
				t.Errorf("live is %v", got)
			}
		})
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	page := func(text string) fstest.MapFS { return fstest.MapFS{"a.html": {Data: []byte(text)}} }
	for _, row := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no product", func(c *Config) { c.Product = Text{} }, "product"},
		{"no place", func(c *Config) { c.Place = nil }, "place"},
		{"a page without content", func(c *Config) { c.Templates = page("hello") }, `does not define "content"`},
		{"a template that does not parse", func(c *Config) { c.Templates = page(`{{define "content"}}{{`) }, "a.html"},
		{"a key in no catalogue", func(c *Config) { c.Templates = page(`{{define "content"}}{{if .Data}}{{t "no.such"}}{{end}}{{end}}`) }, `"no.such" is in no catalogue`},
		{"a key in a pipe", func(c *Config) { c.Templates = page(`{{define "content"}}{{template "badge" (t "no.such" 1)}}{{end}}`) }, `"no.such" is in no catalogue`},
		{"a page of the shell again", func(c *Config) {
			c.Templates = fstest.MapFS{"login.html": {Data: []byte(`{{define "content"}}{{end}}`)}}
		}, "login is there twice"},
		{"a text without English", func(c *Config) { c.Texts = Texts{"a.b": {ZH: "一"}} }, "both languages"},
		{"a text of the shell again", func(c *Config) { c.Texts = Texts{"page.name": {"一", "one"}} }, "defined twice"},
		{"a key that is no key", func(c *Config) { c.Texts = Texts{"Title": {"一", "one"}} }, "lower case words"},
		{"languages that differ in placeholders", func(c *Config) { c.Texts = Texts{"a.b": {"{1} 件", "cases"}} }, "different placeholders"},
		{"a hotkey taken twice", func(c *Config) { c.Nav[0].Items[1].Hotkey = "q" }, "hotkey q"},
		{"an item twice", func(c *Config) { c.Nav[0].Items[1].Key = "inbox" }, "inbox is there twice"},
		{"an item without address", func(c *Config) { c.Nav[0].Items[1].Href = "" }, "needs key, label and href"},
		{"an asset of the shell again", func(c *Config) { c.Assets = fstest.MapFS{"app.css": {}} }, "app.css is there twice"},
		{"an asset nobody has", func(c *Config) { c.TrustedOrigins = []string{"no origin"} }, "trust origin"},
	} {
		t.Run(row.name, func(t *testing.T) {
			cfg := sampleConfig()
			row.change(&cfg)
			if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestAConsoleAddsAssetsAndHead(t *testing.T) {
	s := sampleShell(t, func(c *Config) {
		c.Assets = fstest.MapFS{"scan.js": {Data: []byte("1")}}
		c.Templates = fstest.MapFS{
			"_parts.html":     {Data: []byte(`{{define "mine"}}<b>{{.}}</b>{{end}}`)},
			"desk/scan.html":  {Data: []byte(`{{define "head"}}<script src="{{asset "scan.js"}}" defer></script>{{end}}{{define "content"}}{{template "mine" .Data}}{{end}}`)},
			"desk/other.html": {Data: []byte(`{{define "content"}}{{end}}`)},
		}
	})
	body := func(page string) string {
		w := httptest.NewRecorder()
		s.Render(w, httptest.NewRequest(http.MethodGet, "/", nil), page, View{Title: "x", Data: "data"})
		return w.Body.String()
	}
	if got := body("desk/scan"); !strings.Contains(got, `<script src="/assets/scan.6b86b273ff34.js" defer>`) || !strings.Contains(got, "<b>data</b>") {
		t.Errorf("head or shared part missing: %s", got)
	}
	if strings.Contains(body("desk/other"), "scan.6b86b273ff34") {
		t.Error("the head of one page is on another")
	}
}

func TestNoTextIsUnused(t *testing.T) {
	s := sampleShell(t)
	own, err := s.unused(ownTexts, os.DirFS("."))
	if err != nil || len(own) != 0 {
		t.Errorf("texts of the shell nobody uses: %v, %v", own, err)
	}
	mine := fstest.MapFS{"a.go": {Data: []byte("package a\nvar x = map[string]string{\"sample.done\": \"state.\"}\nvar y = f(\"sample.number\")")}}
	unused, err := s.Unused(mine)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(unused, " ")
	for key, used := range map[string]bool{"sample.number": true, "state.moving": true, "sample.title": true, "sample.facts": true, "sample.done": false, "sample.due": false} {
		if strings.Contains(got, key) == used {
			t.Errorf("%s used is %v, unused list: %s", key, used, got)
		}
	}
}
