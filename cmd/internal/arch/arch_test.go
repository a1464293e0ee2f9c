package arch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type listed struct {
	ImportPath, Dir, Export string
	GoFiles, Imports        []string
	Module                  *struct{ Path string }
}

// house lists the packages of the module, and the export data of all they use.
func house(t *testing.T) (own []listed, exports map[string]string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles,Imports,Module", "./...")
	cmd.Dir = root(t)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	exports = make(map[string]string)
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return own, exports
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if p.Module != nil && p.Module.Path == module {
			own = append(own, p)
		}
	}
}

func root(t *testing.T) string {
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImportsPointDownward(t *testing.T) {
	own, _ := house(t)
	if len(own) < 10 {
		t.Fatalf("only %d packages found", len(own))
	}
	for _, p := range own {
		for _, to := range p.Imports {
			if why := breach(relative(p.ImportPath), to); why != "" {
				t.Errorf("%s imports %s: %s", relative(p.ImportPath), relative(to), why)
			}
		}
	}
}

func TestPlantedBreachesAreFound(t *testing.T) {
	for _, c := range []struct{ rule, from, to string }{
		{"hub never imports node", "hub", module + "/node/store"},
		{"node never imports hub", "node/desk", module + "/hub/fsm"},
		{"protocol is standard library only", "protocol", "go.etcd.io/bbolt"},
		{"protocol imports nothing above", "protocol", module + "/protocol/wire"},
		{"quic-go stays in link", "replication", "github.com/quic-go/quic-go"},
		{"raft stays in quorum and fsm", "hub", "github.com/hashicorp/raft"},
		{"memberlist stays in quorum", "hub", "github.com/hashicorp/memberlist"},
		{"bbolt stays with its keepers", "node/desk", "go.etcd.io/bbolt"},
		{"cobra stays in cmd", "node", "github.com/spf13/cobra"},
		{"pages do not touch sessions", "node/web", module + "/protocol/link"},
		{"pages do not touch raft", "hub/web", module + "/hub/quorum"},
		{"backup is handed readers", "backup", module + "/node"},
		{"arrows run downward", "replication/fold", module + "/replication"},
		{"neighbours do not import each other", "replication/fold", module + "/replication/journal"},
		{"a new room needs a place", "attic", module + "/protocol"},
	} {
		if breach(c.from, c.to) == "" {
			t.Errorf("%s: %s importing %s was not found", c.rule, c.from, c.to)
		}
	}
}

func TestPureSetIsPure(t *testing.T) {
	own, exports := house(t)
	for _, p := range own {
		if slices.Contains(pure, relative(p.ImportPath)) {
			for _, found := range impurities(t, p, exports) {
				t.Error(found)
			}
		}
	}
}

func TestPlantedImpuritiesAreFound(t *testing.T) {
	_, exports := house(t)
	for name, src := range map[string]string{
		"clock":      `package p; import "time"; func f() int64 { return time.Now().Unix() }`,
		"randomness": `package p; import "math/rand/v2"; func f() int { return rand.Int() }`,
		"files":      `package p; import "os"; func f() string { return os.Getenv("X") }`,
		"goroutine":  `package p; func f() { go f() }`,
		"map range":  `package p; func f(m map[int]int) { for range m { } }`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		p := listed{ImportPath: module + "/p", Dir: dir, GoFiles: []string{"p.go"}}
		if len(impurities(t, p, exports)) == 0 {
			t.Errorf("planted %s was not found", name)
		}
	}
}

// impurities lists what a package of the pure set must not contain.
func impurities(t *testing.T, p listed, exports map[string]string) (found []string) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object)}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	if _, err := conf.Check(p.ImportPath, fset, files, info); err != nil {
		t.Fatalf("%s: %v", p.ImportPath, err)
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if what := impurity(n, info); what != "" {
				found = append(found, fmt.Sprintf("%s: %s in the pure set", fset.Position(n.Pos()), what))
			}
			return true
		})
	}
	return found
}

func impurity(n ast.Node, info *types.Info) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "goroutine"
	case *ast.RangeStmt:
		if _, ok := info.TypeOf(n.X).Underlying().(*types.Map); ok {
			return "range over a map"
		}
	case *ast.SelectorExpr:
		obj := info.Uses[n.Sel]
		if obj == nil || obj.Pkg() == nil {
			return ""
		}
		path := obj.Pkg().Path()
		if _, method := obj.(*types.Func); method && obj.Parent() == nil {
			return "" // a method of a value that was handed in
		}
		if slices.Contains(impure, path) || slices.Contains(impure, path+"."+obj.Name()) {
			return path + "." + obj.Name()
		}
	}
	return ""
}

// TestEveryKindIsOneFile holds each kind to one golden sample beside its file.
func TestEveryKindIsOneFile(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root(t), "protocol", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(src), `= Define("`)[1:] {
			kind, _, _ := strings.Cut(part, `"`)
			sample := filepath.Join(root(t), "protocol", "testdata", "kinds", kind+".json")
			if _, err := os.Stat(sample); err != nil {
				t.Errorf("kind %s has no golden sample: %v", kind, err)
			}
		}
	}
}
