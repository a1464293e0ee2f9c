package consoletest

import (
	"bytes"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"xiangyun/protocol/console"
)

var update = flag.Bool("update", false, "write the golden files")

// changing are parts of a page that differ from run to run: hashes of assets and
// the nonce of a form.
var changing = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(/assets/[a-z]+)\.[0-9a-f]{12}\.`), "$1.HASH."},
	{regexp.MustCompile(`name="nonce" value="[A-Z0-9]+"`), `name="nonce" value="NONCE"`},
	{regexp.MustCompile(`\?draft=[A-Z0-9]+"`), `?draft=NONCE"`},
}

// Golden compares a page with testdata/golden/name.
func Golden(t *testing.T, name, page string) {
	t.Helper()
	got := []byte(page)
	for _, c := range changing {
		got = c.find.ReplaceAll(got, []byte(c.put))
	}
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it and run go test -update\n%s", file, firstDifference(string(want), string(got)))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return "want " + w[i] + "\n got " + g[i]
		}
	}
	return "one is longer"
}

// Address makes an address of a route's pattern: ids are taken from samples, by
// the path they stand in.
func Address(r console.Route, samples map[string]string) (method, target string) {
	method, target, _ = strings.Cut(r.Pattern, " ")
	target = strings.ReplaceAll(target, "{$}", "")
	for {
		start := strings.IndexByte(target, '{')
		if start < 0 {
			return method, target
		}
		end := strings.IndexByte(target, '}')
		id := samples[target[:start]]
		if id == "" {
			id = "none"
		}
		target = target[:start] + url.PathEscape(id) + target[end+1:]
	}
}

// NobodyGetsIn checks every page without a session, with one that ended, and
// with an account that has no right at all.
func NobodyGetsIn(t *testing.T, c *console.Console, samples map[string]string, powerless string) {
	for _, r := range c.Routes() {
		method, target := Address(r, samples)
		t.Run(r.Pattern, func(t *testing.T) {
			for _, login := range []string{"", "ended"} {
				b := NewBrowser(t, c.Handler(), login)
				if method == "GET" {
					if p := b.Get(target); p.Status != 303 || !strings.HasPrefix(p.To, "/login?next=") {
						t.Errorf("as %q: status %d to %q, want the login page", login, p.Status, p.To)
					}
					continue
				}
				p := b.Post(target, url.Values{"reason": {"r"}})
				if p.Status != 401 || !strings.Contains(p.Body, `name="xy-kept"`) {
					t.Errorf("as %q: status %d, want a login page that keeps the form", login, p.Status)
				}
			}
			b := NewBrowser(t, c.Handler(), powerless)
			p := b.Get(target)
			if method == "POST" {
				p = b.Post(target, nil)
			}
			if p.Status != 403 {
				t.Errorf("without the right: status %d, want 403", p.Status)
			}
		})
	}
}

// Payloads are names that would run as a script, or break out of an attribute,
// if a page wrote them as they are.
const Payloads = `<script>alert(1)</script>"><img src=x onerror=alert(2)>'`

// NothingRuns checks that no page shows a payload as markup.
func NothingRuns(t *testing.T, c *console.Console, samples map[string]string, login string) {
	for _, r := range c.Routes() {
		method, target := Address(r, samples)
		if method != "GET" {
			continue
		}
		p := NewBrowser(t, c.Handler(), login).Get(target)
		for _, bad := range []string{"<script>alert", "<img src=x"} {
			if strings.Contains(p.Body, bad) {
				t.Errorf("%s writes %s", target, bad)
			}
		}
		if strings.Contains(p.Body, "⟦") {
			_, rest, _ := strings.Cut(p.Body, "⟦")
			t.Errorf("%s shows a text that is in no catalogue: %s", target, strings.SplitN(rest, "⟧", 2)[0])
		}
	}
}

// Unused checks that every text of a console is named somewhere in folders.
func Unused(t *testing.T, c *console.Console, folders ...string) {
	all := fstest.MapFS{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.ReplaceAll(strings.Trim(folder, "./"), "/", "-")+"-"+filepath.Base(file)] = &fstest.MapFile{Data: data}
		}
	}
	unused, err := c.Shell().Unused(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range unused {
		t.Errorf("text %s is not used", key)
	}
}
