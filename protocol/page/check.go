package page

import (
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
)

// checkKeys reports literal keys in templates that no catalogue has. Keys that a
// template computes cannot be seen; they show as ⟦key⟧.
func (s *Shell) checkKeys() error {
	var missing []error
	known := func(lit string) bool { _, ok := s.texts[lit]; return ok }
	for _, page := range slices.Sorted(maps.Keys(s.pages[ZH])) {
		for _, key := range s.calledKeys(page) {
			if !known(key) {
				missing = append(missing, fmt.Errorf("page %s: text %q is in no catalogue", page, key))
			}
		}
	}
	return errors.Join(missing...)
}

// calledKeys are the literals that stand as first argument of t.
func (s *Shell) calledKeys(page string) []string {
	var keys []string
	s.eachNode(page, func(n parse.Node) {
		c, ok := n.(*parse.CommandNode)
		if !ok || len(c.Args) < 2 || c.Args[0].String() != "t" {
			return
		}
		if lit, ok := c.Args[1].(*parse.StringNode); ok {
			keys = append(keys, lit.Text)
		}
	})
	return keys
}

// literals are all strings in the templates of a page.
func (s *Shell) literals(page string) []string {
	var all []string
	s.eachNode(page, func(n parse.Node) {
		if lit, ok := n.(*parse.StringNode); ok {
			all = append(all, lit.Text)
		}
	})
	return all
}

func (s *Shell) eachNode(page string, do func(parse.Node)) {
	for _, t := range s.pages[ZH][page].Templates() {
		if t.Tree != nil {
			walk(t.Tree.Root, do)
		}
	}
}

// walk visits a node and everything below it.
func walk(n parse.Node, do func(parse.Node)) {
	do(n)
	switch n := n.(type) {
	case *parse.ListNode:
		walkList(n, do)
	case *parse.ActionNode:
		walkPipe(n.Pipe, do)
	case *parse.IfNode:
		walkBranch(&n.BranchNode, do)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, do)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, do)
	case *parse.TemplateNode:
		walkPipe(n.Pipe, do)
	case *parse.CommandNode:
		for _, arg := range n.Args {
			walk(arg, do)
		}
	case *parse.PipeNode:
		walkPipe(n, do)
	}
}

func walkBranch(b *parse.BranchNode, do func(parse.Node)) {
	walkPipe(b.Pipe, do)
	walkList(b.List, do)
	walkList(b.ElseList, do)
}

func walkList(l *parse.ListNode, do func(parse.Node)) {
	if l == nil {
		return
	}
	for _, n := range l.Nodes {
		walk(n, do)
	}
}

func walkPipe(p *parse.PipeNode, do func(parse.Node)) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		walk(c, do)
	}
}

// Unused lists the console's own texts that neither a template nor the
// navigation nor a string in the Go files of src names. A literal that ends in a
// dot names a whole family: "case.state." + state. It is for one test per console:
//
//	unused, err := shell.Unused(os.DirFS("."))
func (s *Shell) Unused(src fs.FS) ([]string, error) {
	return s.unused(s.cfg.Texts, src)
}

func (s *Shell) unused(texts Texts, src fs.FS) ([]string, error) {
	used, err := goStrings(src)
	if err != nil {
		return nil, err
	}
	for page := range s.pages[ZH] {
		used = append(used, s.literals(page)...)
	}
	for _, g := range s.cfg.Nav {
		used = append(used, g.Label)
		for _, it := range g.Items {
			used = append(used, it.Label)
		}
	}
	slices.Sort(used)
	used = slices.Compact(used)
	families := slices.DeleteFunc(slices.Clone(used), func(u string) bool { return len(u) < 3 || !strings.HasSuffix(u, ".") })
	var out []string
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		_, named := slices.BinarySearch(used, key)
		family := slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(key, f) })
		if !named && !family {
			out = append(out, key)
		}
	}
	return out, nil
}

// goStrings are the string literals of the Go files of src. Catalogue files
// would name every key themselves: a literal followed by a colon does not count.
func goStrings(src fs.FS) ([]string, error) {
	var all []string
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(src, name)
		if err != nil {
			return fmt.Errorf("read source: %w", err)
		}
		all = append(all, stringsOf(text)...)
		return nil
	})
	return all, err
}

func stringsOf(text []byte) []string {
	var all []string
	var sc scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	sc.Init(file, text, nil, 0)
	last := ""
	for {
		_, tok, lit := sc.Scan()
		if tok != token.COLON && last != "" {
			all = append(all, last)
		}
		last = ""
		if tok == token.EOF {
			return all
		}
		if tok == token.STRING {
			if s, err := strconv.Unquote(lit); err == nil {
				last = s
			}
		}
	}
}
