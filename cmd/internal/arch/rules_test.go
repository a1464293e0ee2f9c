package arch

import (
	"path"
	"slices"
	"strings"
)

const module = "xiangyun"

// levels lists the packages of the house from the ground up: an import may only
// point to a lower level. A package that is not listed breaks the test, so that
// nobody adds a room without saying where it stands.
var levels = [][]string{
	{"protocol", "protocol/page", "replication/mark", "replication/boltfile", "node/paper/typeface"},
	{"protocol/wire", "protocol/identity", "hub/merge", "node/paper/pdf"},
	{"protocol/link", "protocol/rest", "protocol/console", "replication/journal", "replication/fold", "replication/blob", "replication/search", "backup/target"},
	{"replication", "backup", "node/paper"},
	{"hub/fsm", "hub/quorum", "hub/api", "hub/web", "node/store", "node/desk", "node/data", "node/api", "node/web"},
	{"hub", "node"},
	{"cmd"},
}

// side gives packages of one level that may import each other in one direction:
// use-cases stand on storage, pages and API on use-cases.
var beside = map[string][]string{
	"node/desk": {"node/store"},
	"node/api":  {"node/desk", "node/data"},
	"node/web":  {"node/desk", "node/data"},
}

// keepers names the only packages that may import a library.
var keepers = map[string][]string{
	"github.com/quic-go/quic-go":      {"protocol/link"},
	"github.com/hashicorp/raft":       {"hub/quorum", "hub/fsm"},
	"github.com/hashicorp/memberlist": {"hub/quorum"},
	"go.etcd.io/bbolt": {"replication/journal", "replication/fold", "replication/blob", "replication/search", "node/store", "node/data",
		"hub/fsm", "hub/quorum"},
	"github.com/spf13/cobra": {"cmd"},
}

// stdOnly names packages that import the standard library and each other only.
var stdOnly = []string{"protocol", "protocol/page", "replication/mark", "node/paper/typeface", "node/paper/pdf", "cmd/internal/arch"}

// pure names the packages that use no clock, randomness, I/O, goroutine or map
// range: what they compute is the same on every machine.
var pure = []string{"protocol", "replication/fold", "hub/merge"}

// impure names what the pure set must not touch, as package or package.name.
var impure = []string{"time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker",
	"time.Tick", "time.Sleep", "time.Local", "os", "net", "io/ioutil", "math/rand", "math/rand/v2", "crypto/rand", "os/exec", "syscall", "unsafe"}

func relative(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

// level gives a package's level, or -1 when it has no place in the house. A
// suite for tests stands one above the package it tests, so that it may import it.
func level(pkg string) int {
	if i := slices.IndexFunc(levels, func(names []string) bool { return slices.Contains(names, pkg) }); i >= 0 {
		return i
	}
	if pkg == "cmd" || strings.HasPrefix(pkg, "cmd/") {
		return len(levels) - 1
	}
	if testOnly(pkg) {
		return level(path.Dir(pkg)) + 1
	}
	return -1
}

// testOnly tells suites that several packages' tests share; nothing else may
// import them.
func testOnly(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// breach names the rule that an import breaks, or "".
func breach(from, to string) string {
	if rel := relative(to); rel != to {
		return breachInside(from, rel)
	}
	for lib, names := range keepers {
		if (to == lib || strings.HasPrefix(to, lib+"/")) && !kept(from, names) {
			return "only " + strings.Join(names, ", ") + " may import " + lib
		}
	}
	if slices.Contains(stdOnly, from) && strings.Contains(strings.SplitN(to, "/", 2)[0], ".") {
		return "standard library only"
	}
	return ""
}

func kept(from string, names []string) bool {
	for _, name := range names {
		if from == name || name == "cmd" && strings.HasPrefix(from, "cmd/") || strings.HasPrefix(from, "cmd/internal/") {
			return true
		}
	}
	return false
}

func breachInside(from, to string) string {
	switch a, b := level(from), level(to); {
	case testOnly(to) && !testOnly(from):
		return "suites for tests stay out of programs"
	case a < 0:
		return from + " has no place in the levels"
	case b < 0:
		return to + " has no place in the levels"
	case strings.HasPrefix(from, "hub") && strings.HasPrefix(to, "node"), strings.HasPrefix(from, "node") && strings.HasPrefix(to, "hub"):
		return "hub and node never import each other"
	case strings.HasPrefix(from, "backup") && (strings.HasPrefix(to, "hub") || strings.HasPrefix(to, "node")):
		return "backup is handed readers"
	case door(from) && (to == "protocol/link" || to == "hub/quorum"):
		return "api and web declare the small interfaces they need"
	case a == b && from != to && a < len(levels)-1 && !slices.Contains(beside[from], to) && !strings.HasPrefix(from, to+"/"):
		return "packages of one level do not import each other"
	case a < b:
		return "arrows run downward only"
	}
	return ""
}

func door(pkg string) bool { return strings.HasSuffix(pkg, "/api") || strings.HasSuffix(pkg, "/web") }
