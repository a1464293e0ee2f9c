package arch

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	rulesTable = flag.String("rules", "", "write the table of rule ids and the tests that cite them to this file")
	update     = flag.Bool("update", false, "take what is cited by now out of the list of uncited rules")
)

const (
	casesDoc = "../shared/design/cases.md" // beside the checkout
	uncited  = "testdata/uncited.golden"
)

var (
	ruleID   = regexp.MustCompile(`\b(?:I|V|G|C|R|T|N|DU|P|F|E|O|Q|A|S|W|Y|D)-\d\d[a-z]?\b`)
	hasParts = regexp.MustCompile(`^[CPVQE]-\d\d$`) // in the others an "a " is an article
	// letter is a precondition of a row: "a item in force; b identity passes".
	letter = regexp.MustCompile(`(?:^|[;,+] |\| )([a-h]) [^\s|]`)
)

// TestRulesOfCasesAreCited holds every rule id of cases.md to a test that cites
// it. Ids that no test cites yet stand in uncited.golden, a list that may only
// become shorter: -update takes out what is cited by now.
func TestRulesOfCasesAreCited(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root(t), casesDoc))
	if os.IsNotExist(err) {
		t.Skip("the design documents are not beside this checkout")
	} else if err != nil {
		t.Fatal(err)
	}
	cited := citations(t, root(t))
	var open []string
	table := "| rule | tests |\n|---|---|\n"
	for _, id := range rulesOf(string(doc)) {
		table += fmt.Sprintf("| %s | %s |\n", id, strings.Join(cited[id], ", "))
		if len(cited[id]) == 0 {
			open = append(open, id)
		}
	}
	if *rulesTable != "" {
		if err := os.WriteFile(*rulesTable, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ratchet(t, open)
}

// ratchet compares the ids without a test with those allowed to be without.
func ratchet(t *testing.T, open []string) {
	t.Helper()
	data, err := os.ReadFile(uncited)
	if err != nil {
		t.Fatal(err)
	}
	allowed := strings.Fields(string(data))
	if *update {
		allowed = slices.DeleteFunc(allowed, func(id string) bool { return !slices.Contains(open, id) })
		if err := os.WriteFile(uncited, []byte(strings.Join(allowed, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range open {
		if !slices.Contains(allowed, id) {
			t.Errorf("no test cites %s any more", id)
		}
	}
	for _, id := range allowed {
		if !slices.Contains(open, id) {
			t.Errorf("%s is cited by now: take it out of %s", id, uncited)
		}
	}
}

// rulesOf lists the ids of the document in order, with those of lettered
// preconditions, which are refusals of their own.
func rulesOf(doc string) (ids []string) {
	for line := range strings.Lines(doc) {
		ids = append(ids, ruleID.FindAllString(line, -1)...)
		for _, part := range rows(line) {
			if !hasParts.MatchString(part.id) {
				continue
			}
			for _, m := range letter.FindAllStringSubmatch(part.text, -1) {
				ids = append(ids, part.id+m[1])
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

type rulePart struct{ id, text string }

// rows cuts a table line into rules with their text; a line may hold two.
func rows(line string) (parts []rulePart) {
	cells := strings.Split(strings.TrimSpace(line), " | ")
	for _, cell := range cells {
		cell = strings.Trim(cell, "| ")
		switch {
		case ruleID.FindString(cell) == cell && cell != "":
			parts = append(parts, rulePart{id: cell})
		case len(parts) > 0:
			parts[len(parts)-1].text += "| " + cell + " "
		}
	}
	return parts
}

// citations finds, for every rule id, the tests whose source names it.
func citations(t *testing.T, dir string) map[string][]string {
	t.Helper()
	cited := make(map[string][]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || strings.HasPrefix(filepath.Base(path), "cited_") {
			return err
		}
		return citedIn(path, cited)
	})
	if err != nil {
		t.Fatal(err)
	}
	return cited
}

func citedIn(path string, cited map[string][]string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		from, to := fset.Position(begin(d)).Offset, fset.Position(d.End()).Offset
		if line := strings.IndexByte(string(src[to:]), '\n'); line > 0 {
			to += line // a comment behind the brace
		}
		for _, id := range ruleID.FindAllString(string(src[from:to]), -1) {
			if name := filepath.Base(filepath.Dir(path)) + "." + nameOf(d, path); !slices.Contains(cited[id], name) {
				cited[id] = append(cited[id], name)
			}
		}
	}
	return nil
}

// begin is where a declaration begins, with the comment above it.
func begin(d ast.Decl) token.Pos {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil {
			return d.Doc.Pos()
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			return d.Doc.Pos()
		}
	}
	return d.Pos()
}

// nameOf is the test itself, or the file whose tests share what stands outside.
func nameOf(d ast.Decl, path string) string {
	if fn, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(fn.Name.Name, "Test") {
		return fn.Name.Name
	}
	return filepath.Base(path)
}

func TestRulesAreReadFromTheDocument(t *testing.T) {
	doc := "| C-03 | A → B · `refuse` | clerk | a reason; b basis | K1■ | – | D-04 |\n" +
		"| P-01 | – → X | a only lines; b counted | P-06 | X → Y | signs |\ntext (`C-07d`)\n"
	want := []string{"C-03", "C-03a", "C-03b", "C-07d", "D-04", "P-01", "P-01a", "P-01b", "P-06"}
	if got := rulesOf(doc); !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestCitationsAreThoseOfTests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x_test.go")
	src := "package x // C-01\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { // G-03\n\t_ = \"C-02a\"\n}\n\nfunc helper() { _ = \"C-05\" }\n"
	if err := os.WriteFile(path, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	cited := make(map[string][]string)
	if err := citedIn(path, cited); err != nil {
		t.Fatal(err)
	}
	if len(cited) != 3 || !strings.HasSuffix(cited["G-03"][0], ".TestA") || !strings.HasSuffix(cited["C-02a"][0], ".TestA") || !strings.HasSuffix(cited["C-05"][0], ".x_test.go") {
		t.Errorf("cited %v", cited)
	}
}
