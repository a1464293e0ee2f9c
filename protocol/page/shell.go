package page

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"
)

// Config is what a console hands to its shell. Product and Place are needed.
type Config struct {
	Product Text              // 窗口工作台
	Place   func(Lang) string // 延边朝鲜族自治州
	Version string            // shown in the foot

	Templates fs.FS                       // *.html, one page each; "_*.html" are shared
	Texts     Texts                       // the console's own words
	Funcs     func(Lang) template.FuncMap // further template functions
	Assets    fs.FS                       // further files below /assets/, flat
	Nav       []Section
	Around    func(*http.Request) Around // runs once per page; nil is nobody logged in

	Home      string // where the product's name leads; "" is /
	Logout    string // address the logout form posts to; "" is /logout
	LiveStrip string // address of Shell.Strip for refreshing the strip; "" refreshes nothing

	Events string // address of a stream of server-sent events, each of which refreshes a page; "" is none

	// TrustedOrigins may send POSTs although they are another origin, such as
	// "https://zw.example.gov.cn" of a reverse proxy.
	TrustedOrigins []string

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil discards
}

// Shell renders the pages of one console. It is safe for concurrent use.
type Shell struct {
	cfg    Config
	texts  Texts
	say    map[Lang]catalogue
	pages  map[Lang]map[string]*template.Template
	assets *assets
	origin *http.CrossOriginProtection
}

// catalogue is the texts in one language.
type catalogue struct {
	texts Texts
	lang  Lang
}

func (c catalogue) t(key string, args ...any) string { return c.texts.say(c.lang, key, args...) }

func (c catalogue) label(s string) string { return c.texts.label(c.lang, s) }

// New builds the shell and checks everything that can be checked before the
// first request: templates parse, every key they name exists in both languages,
// no text, page, asset or navigation key is there twice.
func New(cfg Config) (*Shell, error) {
	if cfg.Product.ZH == "" || cfg.Product.EN == "" || cfg.Place == nil {
		return nil, errors.New("page shell needs a product in both languages and a place")
	}
	fillDefaults(&cfg)
	if err := checkNav(cfg.Nav); err != nil {
		return nil, err
	}
	texts, err := ownTexts.join(cfg.Texts)
	if err != nil {
		return nil, err
	}
	s := &Shell{cfg: cfg, texts: texts, say: map[Lang]catalogue{}, pages: map[Lang]map[string]*template.Template{}}
	if s.assets, err = loadAssets(cfg.Assets); err != nil {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	if s.origin, err = s.crossOrigin(); err != nil {
		return nil, err
	}
	for _, l := range langs {
		s.say[l] = catalogue{texts, l}
		if s.pages[l], err = s.parse(l); err != nil {
			return nil, err
		}
	}
	return s, s.checkKeys()
}

func fillDefaults(cfg *Config) {
	if cfg.Home == "" {
		cfg.Home = "/"
	}
	if cfg.Logout == "" {
		cfg.Logout = "/logout"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
}

// T gives a text of the catalogue in the language of r, with its arguments.
func (s *Shell) T(r *http.Request, key string, args ...any) string {
	return s.say[LangOf(r)].t(key, args...)
}

// Text is T for a known language.
func (s *Shell) Text(l Lang, key string, args ...any) string { return s.say[l].t(key, args...) }
