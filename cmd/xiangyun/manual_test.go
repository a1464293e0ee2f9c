package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Commands that manuals show are run by a test (style.md §7): each has to exist
// as it is written, and a script has to run the same command with the same
// flags.

// shown is one command line of a manual, without its values.
type shown struct {
	line  string // as printed
	path  string // "xiangyun hub join"
	flags []string
}

func TestCommandsOfManualsExist(t *testing.T) {
	for _, manual := range []string{"../../README.md", "../../deploy/OPERATIONS.md"} {
		lines := commandsOf(t, manual)
		if len(lines) < 5 {
			t.Errorf("%s shows %d commands; is it still read rightly?", manual, len(lines))
		}
		for _, line := range lines {
			if _, err := parseShown(line); err != nil {
				t.Errorf("%s shows %q: %v", manual, line, err)
			}
		}
	}
}

func TestCommandsOfManualsAreRun(t *testing.T) {
	run := commandsOfScripts(t)
	for _, manual := range []string{"../../README.md", "../../deploy/OPERATIONS.md"} {
		for _, line := range commandsOf(t, manual) {
			want, err := parseShown(line)
			if err != nil {
				continue // the test above says so
			}
			if !slices.ContainsFunc(run, func(got shown) bool { return got.path == want.path && within(want.flags, got.flags) }) {
				t.Errorf("%s shows %q, which no script runs", manual, line)
			}
		}
	}
}

// The manual's own commands are looked at, so a slip in them has to be seen.
func TestAWrongCommandInAManualIsFound(t *testing.T) {
	for _, line := range []string{"xiangyun hub jion --server a", "xiangyun node enroll --token x", "xiangyun hub remove", "xiangyun hub members hub2"} {
		if _, err := parseShown(line); err == nil {
			t.Errorf("%q passes", line)
		}
	}
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(f string) bool { return !slices.Contains(all, f) })
}

var inlineCommand = regexp.MustCompile("`(xiangyun [a-z][^`]* --[^`]*)`")

// commandsOf reads the commands of a manual: lines of its blocks, and whole
// commands with flags in its sentences.
func commandsOf(t *testing.T, file string) (lines []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block := false
	for _, line := range strings.Split(string(data), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			block = !block
		case block && strings.HasPrefix(line, "xiangyun "):
			lines = append(lines, line)
		case !block:
			for _, m := range inlineCommand.FindAllStringSubmatch(line, -1) {
				lines = append(lines, m[1])
			}
		}
	}
	return lines
}

// parseShown checks a line against the command table; what follows # or <<< is
// not part of it.
func parseShown(line string) (s shown, err error) {
	for _, end := range []string{" #", " <<<", " <", " |", " >", " &"} {
		line, _, _ = strings.Cut(line, end)
	}
	s.line = line
	cmd, rest, err := newRoot().Find(strings.Fields(line)[1:])
	if err != nil {
		return s, err
	}
	s.path = cmd.CommandPath()
	if err := cmd.ParseFlags(rest); err != nil {
		return s, err
	}
	if help, _ := cmd.Flags().GetBool("help"); help {
		return s, nil
	}
	cmd.Flags().Visit(func(f *pflag.Flag) { s.flags = append(s.flags, f.Name) })
	return s, argsOf(cmd)
}

func argsOf(cmd *cobra.Command) error {
	if cmd.HasSubCommands() && !strings.HasPrefix(cmd.CommandPath(), "xiangyun help") {
		return fmt.Errorf("%s is not a command by itself", cmd.CommandPath())
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// commandsOfScripts reads what the scripts run.
func commandsOfScripts(t *testing.T) (list []shown) {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			if i := strings.Index(line, "xiangyun "); i > 0 && strings.Contains("exec exits until count", strings.Fields(line)[0]) && !strings.HasPrefix(line, "exits 2") {
				if s, err := parseShown(line[i:]); err == nil {
					list = append(list, s)
				}
			}
		}
	}
	return list
}

// What systemd starts is a command that exists, with a file whose every line is
// one of its flags.
func TestUnitsStartWhatTheirFilesSay(t *testing.T) {
	for _, name := range []string{"hub", "node"} {
		unit, err := os.ReadFile("../../deploy/systemd/xiangyun-" + name + ".service")
		if err != nil {
			t.Fatal(err)
		}
		_, line, _ := strings.Cut(string(unit), "ExecStart=/usr/local/bin/")
		line, _, _ = strings.Cut(line, "\n")
		s, err := parseShown(line)
		if err != nil || !slices.Equal(s.flags, []string{"config"}) {
			t.Fatalf("unit of the %s starts %q: %+v %v", name, line, s, err)
		}
		settings, err := readConfig("../../deploy/config/" + name + ".conf")
		if err != nil || len(settings) < 3 {
			t.Fatalf("file of the %s: %v %v", name, settings, err)
		}
		cmd, _, err := newRoot().Find(strings.Fields(s.path)[1:])
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range settings {
			if err := cmd.ParseFlags([]string{"--" + key + "=" + value}); err != nil {
				t.Errorf("%s.conf: %s = %s: %v", name, key, value, err)
			}
		}
	}
}
