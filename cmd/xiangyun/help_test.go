package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
)

// Every command has its help in a golden file, in Chinese, with its exit codes.
func TestHelpOfEveryCommand(t *testing.T) {
	seen := make(map[string]bool)
	eachCommand(newRoot(), func(c *cobra.Command) {
		if c.Hidden {
			return
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "_") + ".txt"
		seen[name] = true
		t.Run(c.CommandPath(), func(t *testing.T) { compareHelp(t, c, filepath.Join("testdata", "help", name)) })
	})
	files, err := os.ReadDir(filepath.Join("testdata", "help"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[f.Name()] {
			t.Errorf("%s is the help of no command", f.Name())
		}
	}
}

func compareHelp(t *testing.T, c *cobra.Command, file string) {
	var out bytes.Buffer
	c.Root().SetOut(&out)
	c.Root().SetArgs(append(strings.Fields(c.CommandPath())[1:], "--help"))
	if err := c.Root().Execute(); err != nil {
		t.Fatal(err)
	}
	if !strings.ContainsFunc(c.Short, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Errorf("short help is not Chinese: %q", c.Short)
	}
	if !c.HasSubCommands() && !strings.Contains(out.String(), exitTitle) {
		t.Error("help does not list exit codes")
	}
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != string(want) {
		t.Errorf("help has changed (run with -update when it should):\n%s", got)
	}
}

func TestColumnsAreAlignedByWhatATerminalShows(t *testing.T) {
	var out bytes.Buffer
	if err := (grid{{"节点", "状态"}, {"yanbian", "正常"}, {"长", "-"}}).print(&out); err != nil {
		t.Fatal(err)
	}
	if want := "节点     状态\nyanbian  正常\n长       -\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
