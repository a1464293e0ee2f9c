package boltfile

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// make gives a database with branch pages, overflow pages, an inline bucket and
// freed pages.
func makeFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	db := openAs(t, path)
	for round := range 3 {
		err := db.Update(func(tx *bbolt.Tx) error {
			big, err := tx.CreateBucketIfNotExists([]byte("big"))
			if err != nil {
				return err
			}
			for i := range 900 {
				if err := big.Put(fmt.Appendf(nil, "%06d", i), bytes.Repeat([]byte{byte(round)}, 100)); err != nil {
					return err
				}
			}
			if err := big.Put([]byte("over"), make([]byte, 20_000)); err != nil {
				return err
			}
			small, err := tx.CreateBucketIfNotExists([]byte("small"))
			if err != nil {
				return err
			}
			return small.Put([]byte("k"), []byte("v"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func openAs(t testing.TB, path string) *bbolt.DB {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestAWholeFilePasses(t *testing.T) {
	path := makeFile(t)
	if err := Check(path); err != nil {
		t.Fatal(err)
	}
	if got := Tally(path); got["big"] != 901 || got["small"] != 1 {
		t.Fatalf("tally %v", got)
	}
	empty := filepath.Join(t.TempDir(), "new")
	if err := openAs(t, empty).Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(empty); err != nil {
		t.Fatalf("a new file: %v", err)
	}
}

func TestPitfallsB3ATruncatedFileIsFoundBeforeItIsMapped(t *testing.T) {
	whole, err := os.ReadFile(makeFile(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut")
	for _, n := range []int{0, 1, 16, 79, 4095, 4096, 8192, 12_288, 20_000, 60_000} {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Check(path); err == nil {
			t.Errorf("cut to %d bytes it passes", n)
		}
		Tally(path)
	}
}

func TestAFileThatSomebodyHasOpenIsNotCalledDamaged(t *testing.T) {
	path := makeFile(t)
	db := openAs(t, path)
	if err := Check(path); !errors.Is(err, ErrInUse) {
		t.Errorf("got %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(path); err != nil {
		t.Error(err)
	}
}

const childEnv = "XIANGYUN_BOLTFILE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		os.Exit(readAll(path))
	}
	os.Exit(m.Run())
}

// readAll opens a file as a store does and reads every row.
func readAll(path string) int {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		return 0 // said in words
	}
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error { bytes.Count(v, k); return nil })
		})
	})
	if err != nil {
		return 3
	}
	return 0
}

// TestPitfallsB3NoFlipThatPassesKillsTheProcess flips one bit at a time; what
// Check lets pass is opened and read in a child, which must live.
func TestPitfallsB3NoFlipThatPassesKillsTheProcess(t *testing.T) {
	whole, err := os.ReadFile(makeFile(t))
	if err != nil {
		t.Fatal(err)
	}
	flips, tries := 1500, 30
	if testing.Short() {
		flips, tries = 300, 6
	}
	rng := rand.New(rand.NewPCG(7, 11))
	path := filepath.Join(t.TempDir(), "flipped")
	found, passed := 0, 0
	for range flips {
		page, at := rng.IntN(len(whole)/4096), rng.IntN(4096)
		if rng.IntN(2) == 0 {
			at = rng.IntN(200) // headers and elements: that is where bbolt dies
		}
		b := bytes.Clone(whole)
		b[page*4096+at] ^= 1 << rng.IntN(8)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if Check(path) != nil {
			found++
			Tally(path)
			continue
		}
		if passed++; passed%(max(1, flips/tries)) != 0 {
			continue
		}
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childEnv+"="+path)
		if out, err := child.CombinedOutput(); err != nil {
			t.Fatalf("flip at page %d byte %d passes and kills the reader: %v\n%s", page, at, err, out)
		}
	}
	t.Logf("%d flips: %d found, %d passed", flips, found, passed)
	if found == 0 || passed == 0 {
		t.Fatal("the flips prove nothing")
	}
}

func FuzzCheck(f *testing.F) {
	whole, err := os.ReadFile(makeFile(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole[:64<<10], uint32(16_400), byte(3))
	f.Fuzz(func(t *testing.T, b []byte, at uint32, with byte) {
		if len(b) > 0 {
			b[int(at)%len(b)] ^= with
		}
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		Check(path) // any answer but a panic
		Tally(path)
	})
}
