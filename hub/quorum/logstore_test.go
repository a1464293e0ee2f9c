package quorum

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/raft"
)

// Sizes that put the filled log into several segments, or into one.
const (
	smallSegment = 2 << 10
	oneSegment   = 16 << 10
)

func openSmall(dir string) (LogStore, error) {
	s, err := openSegmentLog(dir, smallSegment)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func TestLogSuite(t *testing.T) {
	t.Run("segments of 64 MiB", func(t *testing.T) { LogSuite(t, OpenLog) })
	t.Run("segments of 2 KiB", func(t *testing.T) { LogSuite(t, openSmall) })
	t.Run("newest entries in memory", func(t *testing.T) { LogSuite(t, openRecent) })
}

// fill writes 12 batches of 3, each acknowledged, and gives where in which
// file each of them ends.
func fill(t *testing.T, s *segmentLog) (ends []int64) {
	t.Helper()
	for i := uint64(1); i <= 36; i += 3 {
		if err := s.StoreLogs(entries(i, i+2, 1)); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, s.segs[len(s.segs)-1].end)
	}
	return ends
}

func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "log"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(to, "log")
}

// prefix opens dir and gives the last index; every entry before it must be right.
func prefix(t *testing.T, dir string, size uint64) (uint64, error) {
	t.Helper()
	s, err := openSegmentLog(dir, size)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err := s.Close(); err != nil && s.Err() == nil {
			t.Fatal(err)
		}
	}()
	last, err := s.LastIndex()
	if err != nil {
		return 0, err
	}
	for i := uint64(1); i <= last; i++ {
		var l raft.Log
		if err := s.GetLog(i, &l); err != nil {
			return i - 1, err
		}
		if !sameLog(&l, entry(i, 1)) {
			t.Fatalf("entry %d is silently wrong: %+v", i, l)
		}
	}
	return last, s.StoreLog(entry(last+1, 1))
}

// A power cut leaves any part of the last batch. What was synced before is
// all there, and the log can be written on.
func TestTornWriteReopensWithEverySyncedBatch(t *testing.T) { // proof F: torn write
	dir := filepath.Join(t.TempDir(), "log")
	s, err := openSegmentLog(dir, oneSegment)
	if err != nil {
		t.Fatal(err)
	}
	ends := fill(t, s)
	clean := copyDir(t, dir) // as after kill -9: no end mark
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	step := int64(37)
	if testing.Short() {
		step = 293
	}
	for off := int64(headerSize); off < ends[len(ends)-1]+100; off += step {
		var want uint64
		for i, end := range ends {
			if end <= off {
				want = uint64(3 * (i + 1))
			}
		}
		t.Run(fmt.Sprintf("file cut at byte %d", off), func(t *testing.T) {
			work := copyDir(t, clean)
			if err := os.Truncate(filepath.Join(work, segmentName(1)), off); err != nil {
				t.Fatal(err)
			}
			got, err := prefix(t, work, oneSegment)
			if err != nil || got != want && got != want+3 { // a batch that lost only its padding is whole
				t.Fatalf("reopened with %d entries (%v), want %d", got, err, want)
			}
			if again, err := prefix(t, work, oneSegment); err != nil || again != got+1 {
				t.Fatalf("after writing on: %d entries (%v), want %d", again, err, got+1)
			}
		})
	}
}

// Sectors of the last batch reach the disk in any order.
func TestTornWriteOfAnySectors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	s, err := openSegmentLog(dir, oneSegment)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	start := s.segs[0].end
	if err := s.StoreLogs(entries(37, 120, 1)); err != nil {
		t.Fatal(err)
	}
	end := s.segs[0].end
	clean := copyDir(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 1))
		work := copyDir(t, clean)
		lost := 0
		overwrite(t, filepath.Join(work, segmentName(1)), func(b []byte) {
			for from := start; from < end; from = (from/512 + 1) * 512 {
				if rng.IntN(3) == 0 {
					lost++
					clear(b[from:min(end, (from/512+1)*512)])
				}
			}
		})
		got, err := prefix(t, work, oneSegment)
		if want := uint64(36); err != nil || lost > 0 && got != want || lost == 0 && got != 120 {
			t.Fatalf("seed %d: %d sectors lost: %d entries (%v)", seed, lost, got, err)
		}
	}
}

func overwrite(t *testing.T, path string, change func([]byte)) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change(b)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// One flipped bit anywhere is found or harmless. A log that was closed cleanly
// never even loses its last batch.
func TestBitFlipIsNeverASilentlyWrongLog(t *testing.T) { // pitfalls.M2
	dir := filepath.Join(t.TempDir(), "log")
	s, err := openSegmentLog(dir, smallSegment)
	if err != nil {
		t.Fatal(err)
	}
	ends := fill(t, s)
	if err := s.SetUint64([]byte("CurrentTerm"), 3); err != nil {
		t.Fatal(err)
	}
	crashed := copyDir(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*[^k]")) // all but the lock
	if err != nil || len(files) < 4 || ends[0] == 0 {
		t.Fatalf("want several segments: %v %v", files, err)
	}
	step := 29
	if testing.Short() {
		step = 307
	}
	found := map[string]int{}
	for name, least := range map[string]uint64{dir: 36, crashed: 33} {
		for _, file := range files {
			b, err := os.ReadFile(filepath.Join(name, filepath.Base(file)))
			if err != nil {
				t.Fatal(err)
			}
			for at := 0; at < len(b); at += step {
				work := copyDir(t, name)
				overwrite(t, filepath.Join(work, filepath.Base(file)), func(b []byte) { b[at] ^= 1 << (at % 8) })
				switch got, err := prefix(t, work, smallSegment); {
				case errors.Is(err, ErrDamaged):
					found["refused"]++
				case err != nil || got < least || got > 36:
					t.Fatalf("bit in byte %d of %s: %d entries, %v", at, filepath.Base(file), got, err)
				case got == 36:
					found["all entries right"]++
				default:
					found["last batch of a crashed log dropped"]++
				}
			}
		}
	}
	t.Logf("flips: %v", found)
}

func TestDamageThatNoCrashExplainsIsRefused(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, dir string){
		"a segment in the middle is gone": func(t *testing.T, dir string) { remove(t, dir, segmentName(2)) },
		"all segments are gone": func(t *testing.T, dir string) {
			for i := range uint64(9) {
				_ = os.Remove(filepath.Join(dir, segmentName(i)))
			}
		},
		"term and vote are gone": func(t *testing.T, dir string) { remove(t, dir, stableName) },
		"a sealed segment lost its end": func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, segmentName(1)), 600); err != nil {
				t.Fatal(err)
			}
		},
		"two segments changed places": func(t *testing.T, dir string) {
			for _, mv := range [][2]string{{segmentName(1), "x"}, {segmentName(2), segmentName(1)}, {"x", segmentName(2)}} {
				if err := os.Rename(filepath.Join(dir, mv[0]), filepath.Join(dir, mv[1])); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "log")
			s, err := openSegmentLog(dir, smallSegment)
			if err != nil {
				t.Fatal(err)
			}
			fill(t, s)
			if err := errors.Join(s.SetUint64([]byte("CurrentTerm"), 3), s.Close()); err != nil {
				t.Fatal(err)
			}
			harm(t, dir)
			if s, err := openSegmentLog(dir, smallSegment); !errors.Is(err, ErrDamaged) {
				t.Fatalf("opened %v: %v", s, err)
			}
		})
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestDamageMetWhileReadingStopsTheStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	s, err := openSegmentLog(dir, smallSegment)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	at := s.locs[4]
	if _, err := at.seg.f.WriteAt([]byte{0xff}, int64(at.off)+entryHeader+3); err != nil {
		t.Fatal(err)
	}
	l := raft.Log{Index: 77}
	if err := s.GetLog(5, &l); !errors.Is(err, ErrDamaged) || l.Index != 77 {
		t.Fatalf("damaged entry read as %+v: %v", l, err)
	}
	<-s.Failed()
	if err := s.StoreLog(entry(37, 1)); !errors.Is(err, ErrDamaged) {
		t.Fatalf("a damaged store took an entry: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A write or sync error is final: the page cache may claim what the disk lacks.
func TestWriteErrorIsFinal(t *testing.T) { // pitfalls.W2, proof F24
	dir := filepath.Join(t.TempDir(), "log")
	s, err := openSegmentLog(dir, oneSegment)
	if err != nil {
		t.Fatal(err)
	}
	ends := fill(t, s)
	tail := s.segs[len(s.segs)-1]
	readOnly, err := os.Open(tail.path)
	if err != nil {
		t.Fatal(err)
	}
	good := tail.f
	tail.f = readOnly
	if err := s.StoreLog(entry(37, 1)); err == nil {
		t.Fatal("stored into a file that cannot be written")
	}
	tail.f = good
	if err := s.StoreLog(entry(37, 1)); err == nil {
		t.Fatal("the store went on after a failed write")
	}
	if err := s.Set([]byte("k"), nil); err == nil {
		t.Fatal("stable values went on after a failed write")
	}
	<-s.Failed()
	if err := errors.Join(readOnly.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if got, err := prefix(t, dir, oneSegment); err != nil || got != 36 {
		t.Fatalf("after restart: %d entries, %v (ends %v)", got, err, ends)
	}
}

func TestTrimmedSegmentsAreDeleted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	s, err := openSegmentLog(dir, smallSegment)
	if err != nil {
		t.Fatal(err)
	}
	for i := uint64(1); i <= 400; i++ {
		if err := s.StoreLog(entry(i, 1)); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err := s.DeleteRange(1, 390); err != nil {
		t.Fatal(err)
	}
	after, _ := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if len(before) < 20 || len(after) > 3 {
		t.Fatalf("%d segments before, %d after", len(before), len(after))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
