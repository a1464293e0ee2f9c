package blob

import (
	"bytes"
	"errors"
	"os"
	"syscall"
	"testing"

	"xiangyun/protocol"
)

func openFailing(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func assertEmpty(t *testing.T, s *Store) {
	t.Helper()
	left, err := s.list(tmpDir)
	if err != nil || len(left) != 0 {
		t.Fatalf("temp files left: %v, %v", left, err)
	}
	if st, err := s.Stats(t.Context()); err != nil || st.Chunks != 0 {
		t.Fatalf("chunks left: %+v, %v", st, err)
	}
}

func TestFullDiskIsAFullFaultAndLeavesNothing(t *testing.T) {
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		s := openFailing(t)
		writes := 0
		s.disk.write = func(f *os.File, b []byte) (int, error) {
			if writes++; writes == 5 {
				return 0, &os.PathError{Op: "write", Path: "x", Err: cause}
			}
			return f.Write(b)
		}
		_, err := s.Put(t.Context(), bytes.NewReader(make([]byte, 1<<20)), 1<<30)
		if protocol.CodeOf(err) != protocol.Full || Fatal(err) {
			t.Fatalf("got %v", err)
		}
		assertEmpty(t, s)
		if _, err := s.Put(t.Context(), bytes.NewReader([]byte("later")), 10); err != nil {
			t.Fatal("a store must go on once there is room:", err)
		}
	}
}

func TestFailedFsyncEndsTheStore(t *testing.T) { // pitfalls.W2
	for name, at := range map[string]int{"of the chunk": 1, "of the root": 2, "of the first folder": 3, "of the second folder": 4} {
		t.Run(name, func(t *testing.T) {
			s := openFailing(t)
			syncs := 0
			s.disk.sync = func(f *os.File) error {
				if syncs++; syncs == at {
					return syscall.EIO
				}
				return f.Sync()
			}
			id := ID([]byte("x"))
			err := s.PutChunk(t.Context(), id, []byte("x"))
			if !Fatal(err) || !errors.Is(err, syscall.EIO) {
				t.Fatalf("got %v, want fatal", err)
			}
			syncs = 100 // the disk would answer again
			for _, err := range []error{
				s.PutChunk(t.Context(), id, []byte("x")), s.Delete(t.Context(), id), second(s.Put(t.Context(), bytes.NewReader([]byte("y")), 9)),
			} {
				if !Fatal(err) {
					t.Fatalf("a write after a failed fsync gave %v", err)
				}
			}
		})
	}
}

func second(_ Stored, err error) error { return err }

func TestHasSyncsNamesAnEarlierProcessLeft(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	id := ID([]byte("x"))
	if err := s.PutChunk(t.Context(), id, []byte("x")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if s, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	syncs := 0
	s.disk.sync = func(f *os.File) error { syncs++; return f.Sync() }
	for range 2 {
		if lack, err := s.Has(t.Context(), []protocol.BlobID{id}); err != nil || len(lack) != 0 {
			t.Fatalf("%v, %v", lack, err)
		}
	}
	if syncs != 3 { // the folder, and the names of both folders, once
		t.Fatalf("%d syncs, want 3", syncs)
	}
}
