package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestReplicationI11AFullDiskLosesNothingAndFreeSpaceEndsIt(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=12m"); err != nil {
		t.Skip("cannot mount a small disk: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	p := newProvince(t)
	c := testConfig()
	c.Reserve = 1 << 20
	r := open(t, filepath.Join(dir, "node.db"), c)
	p.feed(r)
	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	r.must(err)
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	if !noSpace(errors.Unwrap(err)) {
		t.Fatalf("filled the disk: %v", err)
	}
	r.must(f.Close())
	taken := r.fillUntilFull()
	if len(taken) == 0 || r.Room() != RoomUrgent {
		t.Fatalf("%d cases on the reserve, room %v", len(taken), r.Room())
	}
	if _, err := os.Stat(r.path + ".reserve"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the reserve was not given up: %v", err)
	}
	r.allThere(taken)
	r.must(os.Remove(filler))
	r.again()
	r.receive(itemThere, "after")
	r.allThere(append(taken, "after"))
	r.check()
}
