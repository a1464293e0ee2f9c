package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
	"xiangyun/replication/blob"
	"xiangyun/replication/blob/blobtest"
)

func open(t *testing.T) (*blob.Store, string) {
	t.Helper()
	dir := t.TempDir()
	return openAt(t, dir), dir
}

func openAt(t *testing.T, dir string) *blob.Store {
	t.Helper()
	s, err := blob.Open(dir, blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	blobtest.Suite(t, func(t *testing.T) blobtest.Store { s, _ := open(t); return s })
}

func put(t *testing.T, s *blob.Store, data []byte) blob.Stored {
	t.Helper()
	got, err := s.Put(t.Context(), bytes.NewReader(data), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func file(dir string, id protocol.BlobID) string {
	h := strings.TrimPrefix(string(id), "sha256:")
	return filepath.Join(dir, h[:2], h[2:4], h)
}

func wantCode(t *testing.T, err error, want protocol.Code) {
	t.Helper()
	if got := protocol.CodeOf(err); got != want {
		t.Fatalf("got %v (%v), want %v", got, err, want)
	}
}

func tempFiles(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(dir, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestChunksLieWhereB1SaysAndSurviveReopening(t *testing.T) {
	s, dir := open(t)
	data := blobtest.Bytes(1, blob.ChunkSize+5)
	got := put(t, s, data)
	for _, c := range got.Chunks {
		if info, err := os.Stat(file(dir, c.ID)); err != nil || info.Size() != c.Size {
			t.Fatalf("chunk %s: %v, %v", c.ID, info, err)
		}
	}
	if left := tempFiles(t, dir); len(left) != 0 {
		t.Fatalf("temp files left: %v", left)
	}
	s.Close()
	read, err := io.ReadAll(openAt(t, dir).Reader(t.Context(), got.Chunks))
	if err != nil || !bytes.Equal(read, data) {
		t.Fatalf("after reopening: %v", err)
	}
}

func TestOpenRemovesLeftoverTempFilesAndKeepsOthersOut(t *testing.T) {
	s, dir := open(t)
	if _, err := blob.Open(dir, blob.Options{}); err == nil {
		t.Fatal("a second store opened the same folder")
	}
	s.Close()
	if err := os.WriteFile(filepath.Join(dir, "tmp", "left"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	openAt(t, dir)
	if left := tempFiles(t, dir); len(left) != 0 {
		t.Fatalf("temp files left: %v", left)
	}
}

func TestDamageIsFoundAndNeverDelivered(t *testing.T) {
	damage := map[string]func(b []byte) []byte{
		"one bit flipped":       func(b []byte) []byte { b[len(b)/3] ^= 4; return b },
		"cut at half":           func(b []byte) []byte { return b[:len(b)/2] },
		"cut to nothing":        func([]byte) []byte { return nil },
		"one byte too long":     func(b []byte) []byte { return append(b, 0) },
		"longer than any chunk": func(b []byte) []byte { return append(b, make([]byte, blob.ChunkSize)...) },
	}
	for name, hurt := range damage {
		t.Run(name, func(t *testing.T) {
			s, dir := open(t)
			data := blobtest.Bytes(2, 50_000)
			id := put(t, s, data).Chunks[0].ID
			if err := os.WriteFile(file(dir, id), hurt(bytes.Clone(data)), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := s.ReadChunk(t.Context(), id, 0, 10)
			wantCode(t, err, protocol.BadChain)
			if got != nil {
				t.Fatal("bytes of a bad chunk were delivered")
			}
			if _, err := os.Stat(filepath.Join(dir, "bad", filepath.Base(file(dir, id)))); err != nil {
				t.Fatal("the bad chunk was not moved aside:", err)
			}
			_, err = s.ReadChunk(t.Context(), id, 0, 10)
			wantCode(t, err, protocol.Gone)
			put(t, s, data)
			if _, err = s.ReadChunk(t.Context(), id, 0, 10); err != nil {
				t.Fatal("not healed by a put:", err)
			}
		})
	}
}

func TestPutOfAChunkHeldBadRepairsIt(t *testing.T) {
	s, dir := open(t)
	data := blobtest.Bytes(3, 1000)
	id := put(t, s, data).Chunks[0].ID
	if err := os.WriteFile(file(dir, id), []byte("rot"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.PutChunk(t.Context(), id, data); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ReadChunk(t.Context(), id, 0, 2000); err != nil || !bytes.Equal(got, data) {
		t.Fatal("still bad:", err)
	}
}

func TestScrubFindsEveryBadChunkAndGoesOnWhereItStopped(t *testing.T) {
	s, dir := open(t)
	var ids, bad []protocol.BlobID
	for i := range 40 {
		ids = append(ids, put(t, s, blobtest.Bytes(uint64(i), 2000)).Chunks[0].ID)
	}
	slices.Sort(ids)
	for i, id := range ids {
		if i%7 == 3 {
			bad = append(bad, id)
			if err := os.Truncate(file(dir, id), 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen := 0
	first, err := s.Scrub(ctx, blob.Sweep{OnSeen: func(protocol.BlobID) {
		if seen++; seen == 15 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || first.Last != ids[14] {
		t.Fatalf("cut scrub: %v, last %s", err, first.Last)
	}
	var told []protocol.BlobID
	rest, err := s.Scrub(t.Context(), blob.Sweep{After: first.Last, OnBad: func(id protocol.BlobID) { told = append(told, id) }})
	if err != nil {
		t.Fatal(err)
	}
	if got := append(first.Bad, rest.Bad...); !slices.Equal(got, bad) || !slices.Equal(told, rest.Bad) {
		t.Fatalf("bad %v, told %v, want %v", got, told, bad)
	}
	if first.Chunks+rest.Chunks != 40 {
		t.Fatalf("%d + %d chunks", first.Chunks, rest.Chunks)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Chunks != int64(40-len(bad)) {
		t.Fatalf("stats %+v, %v", st, err)
	}
}

func TestScrubKeepsItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t)
		put(t, s, blobtest.Bytes(1, 5000))
		put(t, s, blobtest.Bytes(2, 5000))
		start := time.Now()
		if _, err := s.Scrub(t.Context(), blob.Sweep{Pace: 10}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 1000*time.Second {
			t.Fatalf("10,000 bytes at 10/s took %v", took)
		}
	})
}

func TestUploadThatBreaksOffLeavesNothing(t *testing.T) {
	for name, cause := range map[string]error{"reset": errors.New("reset"), "cut body": io.ErrUnexpectedEOF} {
		t.Run(name, func(t *testing.T) {
			s, dir := open(t)
			r := io.MultiReader(bytes.NewReader(blobtest.Bytes(4, blob.ChunkSize+100)), iotest.ErrReader(cause))
			if _, err := s.Put(t.Context(), r, 1<<30); !errors.Is(err, cause) {
				t.Fatalf("got %v", err)
			}
			if st, err := s.Stats(t.Context()); err != nil || st.Chunks != 0 || len(tempFiles(t, dir)) != 0 {
				t.Fatalf("left behind: %+v, %v, %v", st, err, tempFiles(t, dir))
			}
		})
	}
}

func TestTwoHundredMegabytesAreRefusedAtTheLimitWithoutGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	s, dir := open(t)
	kept := put(t, s, blobtest.Bytes(5, 1000))
	before := diskUse(t, dir)
	r := io.LimitReader(zeros{}, 200<<20+1)
	_, err := s.Put(t.Context(), r, 200<<20)
	wantCode(t, err, protocol.TooBig)
	if !strings.Contains(err.Error(), "200 MB") {
		t.Errorf("the text does not name the limit: %v", err)
	}
	if after := diskUse(t, dir); after != before {
		t.Fatalf("folder grew from %d to %d bytes", before, after)
	}
	if _, err := s.ReadChunk(t.Context(), kept.Chunks[0].ID, 0, 1); err != nil {
		t.Fatal(err)
	}
}

// zeros is an endless stream that costs nothing to make.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func diskUse(t *testing.T, dir string) (sum int64) {
	t.Helper()
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestDeleteOlderSparesWhatWasPutAgain(t *testing.T) {
	s, dir := open(t)
	data := blobtest.Bytes(6, 100)
	id := put(t, s, data).Chunks[0].ID
	old := time.Now().Add(-10 * 24 * time.Hour)
	if err := os.Chtimes(file(dir, id), old, old); err != nil {
		t.Fatal(err)
	}
	mark := time.Now().Add(-7 * 24 * time.Hour)
	put(t, s, data)
	if gone, err := s.DeleteOlder(t.Context(), id, mark); gone || err != nil {
		t.Fatalf("swept a chunk that was put again: %v, %v", gone, err)
	}
	if err := os.Chtimes(file(dir, id), old, old); err != nil {
		t.Fatal(err)
	}
	if gone, err := s.DeleteOlder(t.Context(), id, mark); !gone || err != nil {
		t.Fatalf("spared an old chunk: %v, %v", gone, err)
	}
}

func TestEachSkipsForeignFiles(t *testing.T) {
	s, dir := open(t)
	id := put(t, s, blobtest.Bytes(7, 10)).Chunks[0].ID
	stray := filepath.Join(filepath.Dir(file(dir, id)), "notes.txt")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var got []protocol.BlobID
	err := s.Each(t.Context(), "", func(h blob.Held) error { got = append(got, h.ID); return nil })
	if err != nil || len(got) != 1 || got[0] != id {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestReaderServesRanges(t *testing.T) {
	s, _ := open(t)
	data := blobtest.Bytes(8, 2*blob.ChunkSize+777)
	r := s.Reader(t.Context(), put(t, s, data).Chunks)
	if err := iotest.TestReader(io.LimitReader(r, 100), data[:100]); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, blob.ChunkSize - 3, blob.ChunkSize, 2*blob.ChunkSize + 776, int64(len(data))} {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		want := data[at:min(at+10, int64(len(data)))]
		got, err := io.ReadAll(io.LimitReader(r, 10))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("at %d: %v", at, err)
		}
	}
	if end, err := r.Seek(0, io.SeekEnd); err != nil || end != r.Size() || end != int64(len(data)) {
		t.Fatalf("end %d, %v", end, err)
	}
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Fatal("seek before the start succeeded")
	}
}

func TestReaderRefusesAListThatLiesAboutSizes(t *testing.T) {
	s, _ := open(t)
	chunks := put(t, s, blobtest.Bytes(9, 100)).Chunks
	chunks[0].Size = 99
	_, err := io.ReadAll(s.Reader(t.Context(), chunks))
	wantCode(t, err, protocol.BadChain)
}
