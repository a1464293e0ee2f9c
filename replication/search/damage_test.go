package search

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"xiangyun/protocol"
)

const damagedFile = "SEARCH_DAMAGED_FILE"

// TestMain lets the test binary be the process that opens a damaged file.
func TestMain(m *testing.M) {
	if file := os.Getenv(damagedFile); file != "" {
		fmt.Print(useDamaged(file))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const flipDocs = 40

func TestEveryFlippedByteIsSeenOrHarmless(t *testing.T) { // pitfalls.B3
	if testing.Short() {
		t.Skip("starts a process for each damaged file")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "x.db")
	ix := mustOpen(t, path)
	var docs []Doc
	for i := range flipDocs {
		docs = append(docs, item(fmt.Sprint(i), 1, protocol.Instant(i), "失业保险金申领", "延边州"))
	}
	put(t, ix, docs...)
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	outcome := map[string]int{}
	for at := 0; at < min(len(good), 64<<10); at += 633 {
		bad := slices.Clone(good)
		bad[at] ^= 0x20
		outcome[openElsewhere(t, filepath.Join(dir, fmt.Sprint(at)), bad)]++
	}
	t.Logf("one byte flipped: %v", outcome)
	if outcome["wrong answer"] > 0 {
		t.Error("a wrong answer that Check does not see")
	}
}

// openElsewhere uses a damaged file in a process of its own, which must not die.
func openElsewhere(t *testing.T, file string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), damagedFile+"="+file)
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", file, err)
	}
	return string(out)
}

// useDamaged opens, checks and searches a file and says how that went.
func useDamaged(file string) string {
	ix, err := Open(file, nil)
	if err != nil {
		return "not opened: " + err.Error()
	}
	defer ix.Close()
	if st, err := ix.Stats(); err == nil && st.Docs == 0 {
		return "replaced by an empty one"
	}
	if err := ix.Check(context.Background()); err != nil {
		return "found by check"
	}
	r, err := ix.Search(context.Background(), Query{Text: "失业保险金", Limit: MaxLimit})
	if err != nil {
		return "found by search"
	}
	if len(r.Hits) != flipDocs || r.Hits[0].Title != "失业保险金申领" {
		return "wrong answer"
	}
	return "harmless"
}

func TestFileCutShortUnderARunningIndexIsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	ix := mustOpen(t, path)
	defer ix.Close()
	docs := []Doc{item("a", 1, 1, "失业保险", "")}
	put(t, ix, docs...)
	if err := os.Truncate(path, 8192); err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Search(t.Context(), Query{Text: "失业"}); !Damaged(err) {
		t.Fatalf("got %v", err)
	}
	if err := ix.Rebuild(func(add func([]Doc) error) error { return add(docs) }); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, ix, Query{Text: "失业"}); got != "a" {
		t.Fatalf("after the rebuild: %q", got)
	}
}
