package hub

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestTheReserveIsGivenUpOnceAndComesBack walks a disk to its end and back.
func TestTheReserveIsGivenUpOnceAndComesBack(t *testing.T) { // pitfalls.R14
	t.Parallel()
	free := uint64(40 << 20)
	path := filepath.Join(t.TempDir(), reserveFile)
	r := &reserve{path: path, want: 4 << 20, free: func() uint64 { return free }, log: quiet()}
	for i, tt := range []struct {
		measured diskRoom
		free     uint64
		room     diskRoom
		size     int64 // of the file, -1 for none
	}{
		{roomScarce, 40 << 20, roomScarce, -1}, // none is made of what is scarce already
		{roomAmple, 20 << 20, roomAmple, 2 << 20},
		{roomUrgent, 1 << 20, roomUrgent, 2 << 20},
		{roomNone, 2 << 20, roomUrgent, -1},
		{roomNone, 600 << 10, roomUrgent, -1},
		{roomNone, 500 << 10, roomNone, -1}, // a quarter is the server's own
		{roomUrgent, 1 << 20, roomUrgent, -1},
		{roomAmple, 400 << 20, roomAmple, 4 << 20},
	} {
		free = tt.free
		room, err := r.judge(tt.measured)
		if err != nil || room != tt.room || sizeOn(t, path) != tt.size {
			t.Errorf("step %d: %v, file of %d, %v; want %v, %d", i, room, sizeOn(t, path), err, tt.room, tt.size)
		}
	}
	again := &reserve{path: path, want: 4 << 20, free: func() uint64 { return 0 }, log: quiet()}
	if room, err := again.judge(roomNone); err != nil || room != roomNone || sizeOn(t, path) != -1 {
		t.Errorf("a server started on a full disk: %v, %v; it must find and give up the file", room, err)
	}
}

func TestNoReserveIsAskedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), reserveFile)
	r := &reserve{path: path, log: quiet()}
	for _, step := range []diskRoom{roomAmple, roomNone} {
		if room, err := r.judge(step); err != nil || room != step || sizeOn(t, path) != -1 {
			t.Errorf("%v became %v, %v", step, room, err)
		}
	}
}

func sizeOn(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return -1
	}
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
