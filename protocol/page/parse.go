package page

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

//go:embed templates/*.html
var ownTemplates embed.FS

// Names of the ready-made pages.
const (
	ProblemPage = "problem" // Data is a Problem
	ConfirmPage = "confirm" // Data is a Confirm
	LoginPage   = "login"   // Data is a Login
)

// parse builds all pages in one language: the shell and its pieces, the
// console's shared files, then each page in a copy of its own, since all of them
// define "content".
func (s *Shell) parse(l Lang) (map[string]*template.Template, error) {
	base := template.New("shell").Funcs(s.funcs(l))
	if s.cfg.Funcs != nil {
		base = base.Funcs(s.cfg.Funcs(l))
	}
	sources := []fs.FS{mustSub(ownTemplates, "templates")}
	if s.cfg.Templates != nil {
		sources = append(sources, s.cfg.Templates)
	}
	for _, src := range sources {
		if err := parseShared(base, src); err != nil {
			return nil, err
		}
	}
	pages := map[string]*template.Template{}
	for _, src := range sources {
		if err := parsePages(base, src, pages); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

func parseShared(base *template.Template, src fs.FS) error {
	return eachFile(src, func(name, text string) error {
		if !strings.HasPrefix(path.Base(name), "_") {
			return nil
		}
		_, err := base.New(name).Parse(text)
		return err
	})
}

func parsePages(base *template.Template, src fs.FS, pages map[string]*template.Template) error {
	return eachFile(src, func(name, text string) error {
		if strings.HasPrefix(path.Base(name), "_") {
			return nil
		}
		page := strings.TrimSuffix(name, ".html")
		if pages[page] != nil {
			return fmt.Errorf("page %s is there twice", page)
		}
		set, err := base.Clone()
		if err != nil {
			return fmt.Errorf("copy the shell for page %s: %w", page, err)
		}
		if _, err := set.New(name).Parse(text); err != nil {
			return err
		}
		if set.Lookup("content") == nil {
			return fmt.Errorf(`page %s does not define "content"`, page)
		}
		pages[page] = set
		return nil
	})
}

func eachFile(src fs.FS, do func(name, text string) error) error {
	return fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		text, err := fs.ReadFile(src, name)
		if err != nil {
			return fmt.Errorf("read template: %w", err)
		}
		return do(name, string(text))
	})
}

// mustSub is for embedded folders, which are there or the build is broken.
func mustSub(f embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(f, dir)
	if err != nil {
		panic(err)
	}
	return sub
}

// funcs are the functions every template has. Times are shown in Beijing time.
func (s *Shell) funcs(l Lang) template.FuncMap {
	c := catalogue{s.texts, l}
	return template.FuncMap{
		"t":        c.t,
		"label":    c.label,
		"date":     timeFunc(layoutDay),
		"datetime": timeFunc(layoutMinute),
		"stamp":    timeFunc(layoutSecond),
		"clock":    timeFunc(layoutClock),
		"machine":  machineTime,
		"ago":      c.ago,
		"num":      num,
		"bytes":    size,
		"percent":  percent,
		"asset":    s.assets.url,
	}
}
