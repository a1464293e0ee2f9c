package blob

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"xiangyun/protocol"
)

func TestTendReadsEverythingInAPeriodAndGoesOnAfterARestart(t *testing.T) { // replication.B5
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		bad := make(map[protocol.BlobID]time.Duration)
		start := time.Now()
		tend := func(d time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			if err := s.Tend(ctx, Period, func(_ context.Context, id protocol.BlobID) { bad[id] = time.Since(start) }); err != nil {
				t.Fatal(err)
			}
		}
		tend(2 * tendEvery) // nothing is there yet
		var ids []protocol.BlobID
		for i := range 20 {
			data := make([]byte, ChunkSize-i)
			ids = append(ids, ID(data))
			if err := s.PutChunk(t.Context(), ids[i], data); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range ids { // the disk rots
			if err := os.WriteFile(filepath.Join(dir, mustPlace(t, id).path()), []byte("rot"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		start = time.Now()
		for range 10 { // and the server is restarted again and again
			tend(2*tendEvery + time.Minute)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = Open(dir, Options{}); err != nil {
				t.Fatal(err)
			}
		}
		if len(bad) != len(ids) {
			t.Errorf("%d of %d bad chunks were found", len(bad), len(ids))
		}
		for id, at := range bad {
			if at > Period {
				t.Errorf("%s after %v", id, at)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func mustPlace(t *testing.T, id protocol.BlobID) place {
	t.Helper()
	p, err := placeOf(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlaceThatCannotBeReadBeginsTheRoundAnew(t *testing.T) { // replication.B5
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, junk := range []string{"", "sha256:", "../../etc/passwd", "sha256:zz"} {
		if err := os.WriteFile(filepath.Join(dir, tendName), []byte(junk), 0o600); err != nil {
			t.Fatal(err)
		}
		if at := s.tended(); at != "" {
			t.Errorf("%q gives %q", junk, at)
		}
	}
}

func TestTheProcessIsToldOfAFailedFsyncOnce(t *testing.T) { // pitfalls.W2
	var told []error
	s, err := Open(t.TempDir(), Options{Fatal: func(err error) { told = append(told, err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.disk.sync = func(*os.File) error { return syscall.EIO }
	for range 2 {
		if err := s.PutChunk(t.Context(), ID([]byte("x")), []byte("x")); !Fatal(err) {
			t.Fatal(err)
		}
	}
	if len(told) != 1 || !errors.Is(told[0], syscall.EIO) || !Fatal(told[0]) {
		t.Errorf("told %v", told)
	}
}
