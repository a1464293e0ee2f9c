package main

import (
	"encoding/json"
	"errors"
	goflag "flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = goflag.Bool("update", false, "write golden files")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"xiangyun": main}) }

// sharedData is the folder with real data, or "".
func sharedData() string {
	dir := os.Getenv("XIANGYUN_SHARED")
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return ""
		}
		dir = filepath.Join(wd, "..", "..", "..", "shared") // beside the checkout
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err != nil {
		return ""
	}
	return filepath.Join(dir, "data")
}

// scripts run commands as people type them, against real servers on loopback.
// A script in the folder "served" starts some, so it takes longer than -short
// allows.
func TestScripts(t *testing.T) { runScripts(t, "local") }

func TestScriptsWithServers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	runScripts(t, "served")
}

// TestRealFiles imports what other systems really hold.
func TestRealFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("imports 3,600 real rows")
	}
	if sharedData() == "" {
		t.Skip("no shared data: set XIANGYUN_SHARED to the folder that holds data/items and data/catalog")
	}
	runScripts(t, "real")
}

func runScripts(t *testing.T, folder string) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script", folder),
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SHARED", sharedData())
			e.Setenv("XIANGYUN_RESERVE", "16MiB") // of every node that a script starts
			e.Values["began"] = time.Now()
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "until": until, "keep": keep, "freeport": freePort, "figures": figures, "recode": recode, "expand": expand, "write": write, "count": count,
		},
	})
}

// exits N command… runs a command that must end with this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// until PATTERN command… repeats a command until it succeeds and prints the
// pattern; a server needs a moment to start and records a moment to arrive.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until pattern command…")
	}
	want := regexp.MustCompile("(?m)" + args[0])
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(40 * time.Second); ; <-tick.C {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("never printed %s: %v", args[0], err)
		}
	}
}

// keep VAR path takes a value of the JSON that the last command printed.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep variable path")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for _, name := range strings.Split(args[1], ".") {
		if i, err := strconv.Atoi(name); err == nil {
			list, _ := v.([]any)
			if i >= len(list) {
				ts.Fatalf("no element %d of %s", i, args[1])
			}
			v = list[i]
			continue
		}
		v = at(v, name)
	}
	if v == nil {
		ts.Fatalf("nothing at %s", args[1])
	}
	ts.Setenv(args[0], text(v))
}

// freeport VAR is a loopback address that nobody listens at.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer l.Close()
	ts.Setenv(args[0], l.Addr().String())
}

// figures WHAT prints seconds since the last figures and the peak memory of the
// servers that the script started.
func figures(ts *testscript.TestScript, neg bool, args []string) {
	var servers []string
	for _, c := range ts.BackgroundCmds() {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
		if err != nil {
			continue // not on this system
		}
		if m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status); m != nil {
			kib, err := strconv.Atoi(string(m[1]))
			ts.Check(err)
			servers = append(servers, fmt.Sprintf("%s %d MiB", filepath.Base(c.Args[len(c.Args)-1]), kib/1024))
		}
	}
	began := ts.Value("began").(time.Time)
	printed := fmt.Sprintf("%s: %.1f s since the start, peak memory %s", strings.Join(args, " "), time.Since(began).Seconds(), strings.Join(servers, ", "))
	ts.Logf("%s", printed)
	fmt.Println(printed)
}

// recode FILE writes a text as GBK would: bytes that are not UTF-8.
func recode(ts *testscript.TestScript, neg bool, args []string) {
	data := []byte(ts.ReadFile(args[0]))
	for i := range data {
		if data[i] >= 0x80 {
			data[i] = 0xC4
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// expand FILE fills in variables.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// write FILE TEXT writes a file of one line.
func write(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]+"\n"), 0o600))
}

// count N command… repeats a list command until it gives so many records: what
// was sent has arrived and is indexed.
func count(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: count number command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Minute); ; <-tick.C {
		var list []json.RawMessage
		ts.Check(ts.Exec("xiangyun", append(args[1:], "--limit", "0", "-o", "json")...))
		ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &list))
		if len(list) == want {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%d records, want %d", len(list), want)
		}
	}
}
