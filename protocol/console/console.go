package console

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"xiangyun/protocol"
	"xiangyun/protocol/page"
)

//go:embed templates/*.html
var templates embed.FS

// Config is what a console hands in. Product, Place, At, Sessions and Records are
// needed.
type Config struct {
	Product page.Text
	Place   func(page.Lang) string
	At      protocol.NodeID // whose accounts log in
	Version string

	Sessions Sessions
	Records  Records

	Templates fs.FS // the console's own pages
	Texts     page.Texts
	Nav       []page.Section
	Verbs     map[string]protocol.Verb // right that a navigation item needs, by key

	// Around gives the strip, open work by navigation item, and notices for the
	// person who looks.
	Around func(r *http.Request, who *protocol.Account) page.Around

	Events string // address of the stream that tells pages of changes; "" is none

	TrustedOrigins []string
	Now            func() time.Time // nil is time.Now
	Log            *slog.Logger     // nil discards
}

// Console is the frame that one console's pages stand in. Register every page
// before the first request.
type Console struct {
	cfg    Config
	shell  *page.Shell
	mux    *http.ServeMux
	routes []Route
	kept   keeper
}

// Route is a registered page.
type Route struct {
	Pattern string // "GET /cases/{id}"
	Verb    protocol.Verb
}

// New builds a console that has the pages every console has: login, logout and
// assets.
func New(cfg Config) (*Console, error) {
	if cfg.Sessions == nil || cfg.Records == nil || cfg.At == "" {
		return nil, errors.New("console needs sessions, records and whose it is")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &Console{cfg: cfg, mux: http.NewServeMux()}
	if err := c.makeShell(); err != nil {
		return nil, fmt.Errorf("build console: %w", err)
	}
	c.mux.Handle("/assets/", c.shell.Assets())
	c.mux.Handle("/", c.shell.Missing())
	c.mux.HandleFunc("GET /login", c.showLogin)
	c.mux.HandleFunc("POST /login", c.login)
	c.mux.HandleFunc("POST /logout", c.logout)
	c.Handle("GET /strip", protocol.MayReadStatus, func(v *Visit) error {
		c.shell.Strip().ServeHTTP(v.W, v.R)
		return nil
	})
	return c, nil
}

func (c *Console) makeShell() (err error) {
	all := page.Texts{}
	maps.Copy(all, c.cfg.Texts)
	for key, text := range texts {
		if _, twice := all[key]; twice {
			return fmt.Errorf("text %s is defined twice", key)
		}
		all[key] = text
	}
	shared, err := fs.Sub(templates, "templates")
	if err != nil {
		return err
	}
	c.shell, err = page.New(page.Config{Product: c.cfg.Product, Place: c.cfg.Place, Version: c.cfg.Version,
		Templates: layered{c.cfg.Templates, shared}, Texts: all, Nav: c.cfg.Nav, Around: c.around, LiveStrip: "/strip", Events: c.cfg.Events,
		TrustedOrigins: c.cfg.TrustedOrigins, Now: c.cfg.Now, Log: c.cfg.Log})
	return err
}

// Handle adds a page. It panics without a right or on a form that no GET shows:
// both are a programmer's error.
func (c *Console) Handle(pattern string, verb protocol.Verb, h Handler) {
	if verb == "" {
		panic("console: page " + pattern + " needs a right")
	}
	if path, isPost := strings.CutPrefix(pattern, "POST "); isPost && !c.shows("GET "+path) {
		panic("console: no GET shows the form of " + pattern)
	}
	c.routes = append(c.routes, Route{pattern, verb})
	c.mux.Handle(pattern, c.guard(verb, h))
}

func (c *Console) shows(pattern string) bool {
	for _, r := range c.routes {
		if r.Pattern == pattern {
			return true
		}
	}
	return false
}

// Routes lists the pages that need a session.
func (c *Console) Routes() []Route { return c.routes }

// Handler serves the console.
func (c *Console) Handler() http.Handler { return c.shell.Secure(c.mux) }

// Shell gives the frame that pages are rendered in.
func (c *Console) Shell() *page.Shell { return c.shell }

// layered shows two folders as one; the first one wins.
type layered [2]fs.FS

func (l layered) Open(name string) (fs.File, error) {
	if l[0] != nil {
		if f, err := l[0].Open(name); err == nil && name != "." {
			return f, nil
		}
	}
	return l[1].Open(name)
}

func (l layered) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(l[1], name)
	if err != nil || l[0] == nil {
		return list, err
	}
	own, err := fs.ReadDir(l[0], name)
	return append(own, list...), err
}
