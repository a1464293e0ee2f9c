package page

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Page is the dot of every page template. Handlers fill .Data; the rest is there
// to be read.
type Page struct {
	Lang    Lang
	Now     time.Time // one instant for the whole page
	Title   string    // label
	Data    any
	Path    string // of the request, without the query
	User    *User
	Product string
	Place   string
	Version string

	Home, Logout string
	Groups       []Group
	Crumbs       []Link
	Strip        *Strip
	StripFrom    string // address the strip refreshes itself from
	Events       string // address of the stream that tells of changes
	Flash        []Flash
	Switch       Link // the same page in the other language
	SwitchLang   Lang
	Bare, Wide   bool
	Live         bool // a GET that succeeded: its elements may refresh themselves
}

// RefreshHeader marks a request that the page made by itself, without a person:
// it must not prolong a session nor count as reading a record.
const RefreshHeader = "Xy-Refresh"

// IsRefresh reports whether a page asked by itself: with RefreshHeader, or for
// an event stream, whose header a script cannot set.
func IsRefresh(r *http.Request) bool {
	return r.Header.Get(RefreshHeader) != "" || r.Header.Get("Accept") == "text/event-stream"
}

// Render writes the page name. A template that fails is logged and becomes a
// problem page; nothing of the broken page is sent.
func (s *Shell) Render(w http.ResponseWriter, r *http.Request, name string, v View) {
	if v.Status == 0 {
		v.Status = http.StatusOK
	}
	if !IsRefresh(r) {
		keepLang(w, r)
		v.Flash = append(takeFlash(w, r, s.say[LangOf(r)]), v.Flash...)
	}
	body, err := s.execute(r, name, v)
	if err != nil {
		s.cfg.Log.Error("page not rendered", "page", name, "path", r.URL.Path, "err", err)
		s.broken(w, r)
		return
	}
	s.send(w, r, v.Status, body)
}

func (s *Shell) execute(r *http.Request, name string, v View) ([]byte, error) {
	p := s.page(r, v)
	set := s.pages[p.Lang][name]
	if set == nil {
		return nil, fmt.Errorf("no page is named %q", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "shell", p); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func (s *Shell) page(r *http.Request, v View) *Page {
	l := LangOf(r)
	c := s.say[l]
	var around Around
	if s.cfg.Around != nil && !v.Bare {
		around = s.cfg.Around(r)
	}
	if v.User != nil {
		around.User = v.User
	}
	if v.Strip != nil {
		around.Strip = v.Strip
	}
	gs := groups(s.cfg.Nav, v.Active, around)
	if v.Bare || around.User == nil && around.Allow == nil {
		gs = nil
	}
	return &Page{
		Lang: l, Now: s.cfg.Now(), Title: v.Title, Data: v.Data, Path: r.URL.Path, User: around.User,
		Product: s.cfg.Product.In(l), Place: s.cfg.Place(l), Version: s.cfg.Version,
		Home: s.cfg.Home, Logout: s.cfg.Logout, Groups: gs, Crumbs: c.trail(gs, v),
		Strip: around.Strip, StripFrom: s.cfg.LiveStrip, Flash: slices.Concat(around.Notice, v.Flash),
		Switch:     Link{Label: s.say[l.other()].t("page.this-language"), Href: With(r.URL, langParam, string(l.other()))},
		SwitchLang: l.other(), Bare: v.Bare, Wide: v.Wide,
		Live: r.Method == http.MethodGet && v.Status == http.StatusOK && !v.Bare, Events: s.events(around.User),
	}
}

// events is where a page hears of changes; nobody's page hears of none.
func (s *Shell) events(who *User) string {
	if who == nil {
		return ""
	}
	return s.cfg.Events
}

// Strip answers Config.LiveStrip: the strip alone, so that its refresh repeats
// no work of the page and leaves no trace of reading it again.
func (s *Shell) Strip() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		p := s.page(r, View{Status: http.StatusOK})
		if err := s.pages[p.Lang][ProblemPage].ExecuteTemplate(&b, "strip", p); err != nil {
			s.cfg.Log.Error("strip not rendered", "err", err)
			s.broken(w, r)
			return
		}
		s.send(w, r, http.StatusOK, b.Bytes())
	})
}

// broken is the last resort when a template fails: the problem page, or plain
// text when that fails too.
func (s *Shell) broken(w http.ResponseWriter, r *http.Request) {
	problem := Problem{Status: http.StatusInternalServerError}
	body, err := s.execute(r, ProblemPage, s.problemView(r, problem))
	if err != nil {
		s.cfg.Log.Error("problem page not rendered", "err", err)
		http.Error(w, s.T(r, "page.problem.500.what"), problem.Status)
		return
	}
	s.send(w, r, problem.Status, body)
}

func (s *Shell) send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", LangOf(r).Tag())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.cfg.Log.Debug("reader went away", "path", r.URL.Path, "err", err)
	}
}
