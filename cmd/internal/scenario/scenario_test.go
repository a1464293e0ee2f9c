package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"xiangyun/cmd/internal/demo"
)

// TestEveryScenarioIsThere: S-01 to S-25, each once, in the order of their dates.
func TestEveryScenarioIsThere(t *testing.T) {
	seen, last := map[string]bool{}, ""
	for _, one := range All() {
		if seen[one.ID] || one.at < last {
			t.Errorf("%s comes twice, or at %s after %s", one.ID, one.at, last)
		}
		seen[one.ID], last = true, one.at
	}
	for i := 1; i <= 25; i++ {
		if id := fmt.Sprintf("S-%02d", i); !seen[id] {
			t.Errorf("%s is missing", id)
		}
	}
}

// TestScenarios plays S-01 to S-25 of cases.md §19 against real processes.
func TestScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("starts six processes and takes minutes; run without -short")
	}
	dir, err := os.MkdirTemp("", "xiangyun-scenarios-") // a socket's path may have 107 bytes, t.TempDir's are long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	exe, err := Build(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := Play(t.Context(), demo.Options{Exe: exe, Dir: filepath.Join(dir, "province"), Say: t.Output()}, nil)
	if err != nil {
		t.Error(err)
	}
	for _, r := range results {
		t.Run(r.ID, func(t *testing.T) {
			if !r.OK {
				t.Errorf("%s: %s", r.Title, r.Why)
			}
		})
	}
}
