package fsm

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"xiangyun/protocol"
)

// openEnv makes the test binary a process that opens a damaged state and says
// how it ended: bbolt may kill whoever opens one (pitfalls.B3).
const openEnv = "XY_TEST_OPEN_STATE"

const (
	saidOpen    = "open"
	saidDamaged = "damaged"
)

func openAsChild(dir string) {
	f, err := Open(dir, Options{MmapSize: 1 << 26})
	f2 := new(protocol.Fault)
	switch {
	case err == nil:
		fmt.Println(saidOpen)
		if f.Close() != nil {
			os.Exit(3)
		}
	case errors.As(err, &f2) && f2.Code == protocol.BadChain && strings.Contains(f2.Hint, "移除"):
		fmt.Println(saidDamaged)
	default:
		fmt.Println("other:", err)
	}
}

// startOn runs one process on dir and gives its word, "" when it died of it.
func startOn(t *testing.T, dir string) (said string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), openEnv+"="+dir)
	out, err := cmd.Output()
	said, _, _ = strings.Cut(string(out), "\n")
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return said
}

// TestADamagedFileEndsInWords flips and cuts a state's file: whatever is wrong
// with it, the server says so and what to do, and nothing kills it.
func TestADamagedFileEndsInWords(t *testing.T) { // pitfalls.B3
	good := fileOfSomeSize(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	cases := map[string][]byte{"nothing": {}, "a third": good[:len(good)/3], "without its last page": good[:len(good)-pageSize],
		"zeros": make([]byte, len(good))}
	flips := 24
	if testing.Short() {
		flips = 6
	}
	used := pagesInUse(good)
	for i := range flips { // into the heads of pages, where bbolt looks
		bad := bytes.Clone(good)
		at := used[rnd.IntN(len(used))] + rnd.IntN(48)
		bad[at] ^= 1 << rnd.IntN(8)
		cases[fmt.Sprintf("flip %d at %d", i, at)] = bad
	}
	words := 0
	for name, file := range cases {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, fileName), file, 0o600); err != nil {
			t.Fatal(err)
		}
		switch said := startOn(t, dir); said {
		case saidDamaged:
			words++
		case saidOpen: // a flip that changes nothing, or a value: checksums and scrub find that
		default:
			t.Errorf("%s: the process ended with %q", name, said)
		}
	}
	t.Logf("%d of %d files refused with words", words, len(cases))
	if words < 4 {
		t.Errorf("only %d files were found damaged", words)
	}
}

// fileOfSomeSize has branch pages and more than one bucket.
func fileOfSomeSize(t *testing.T) []byte {
	t.Helper()
	h := newHub(t)
	p := h.enrol("yanbian")[0]
	for i := range 40 {
		h.push(batch(p.write(fmt.Sprint("a", i), paper{Text: strings.Repeat("长", 2000)})))
	}
	if err := h.f.Commit(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(h.dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return good
}

// pagesInUse gives where pages begin that were ever written.
func pagesInUse(file []byte) (at []int) {
	for i := 2 * pageSize; i < len(file); i += pageSize {
		if !bytes.Equal(file[i:i+16], make([]byte, 16)) {
			at = append(at, i)
		}
	}
	return at
}
