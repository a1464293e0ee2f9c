package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
)

// reserve is a preallocated file that a server gives up when its disk is full
// (pitfalls.R14): what is acknowledged can then still be folded and snapshots
// written, and urgent acts go on until a quarter of it is left. It is made anew
// when the disk is ample again. One goroutine uses it.
type reserve struct {
	path string
	want int64         // bytes, 0 keeps none
	free func() uint64 // of the file system
	log  *slog.Logger

	held  bool
	given int64 // bytes that were given up
}

const (
	reserveShare = 10 // it takes at most this part of what is free
	reserveFloor = 4  // of what was given up this part is kept for the server itself
)

// judge is what the disk allows, the reserve considered.
func (r *reserve) judge(step diskRoom) (diskRoom, error) {
	if r.want <= 0 {
		return step, nil
	}
	switch {
	case step == roomAmple:
		return step, r.keep()
	case step < roomNone:
		return step, r.find()
	}
	if err := errors.Join(r.find(), r.release()); err != nil {
		return roomNone, err
	}
	if r.given == 0 || r.free() < uint64(r.given/reserveFloor) {
		return roomNone, nil
	}
	return roomUrgent, nil
}

// find takes over the file of an earlier process.
func (r *reserve) find() error {
	if r.held {
		return nil
	}
	info, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for reserve: %w", err)
	}
	r.held = info.Size() > 0 && info.Size() <= r.want
	return nil
}

func (r *reserve) keep() error {
	if err := r.find(); err != nil || r.held {
		return err
	}
	size := min(r.want, int64(r.free()/reserveShare))
	if size < r.want {
		r.log.Warn("the reserve for a full disk is smaller than asked for: a tenth of what is free", "bytes", size, "asked", r.want)
	}
	if size == 0 {
		return nil
	}
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("make reserve: %w", err)
	}
	if err := errors.Join(allocate(f, size), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("make reserve: %w", err), os.Remove(r.path))
	}
	r.held = true
	return nil
}

func (r *reserve) release() error {
	if !r.held {
		return nil
	}
	info, err := os.Stat(r.path)
	if err == nil {
		err = os.Remove(r.path)
	}
	if err != nil {
		return fmt.Errorf("release reserve: %w", err)
	}
	r.held, r.given = false, info.Size()
	r.log.Warn("the disk is full: the reserve is given up, urgent acts go on for a while", "bytes", r.given)
	return nil
}

// fill is for file systems that cannot promise blocks: it writes them.
func fill(f *os.File, size int64) error {
	zeros := make([]byte, 1<<20)
	for size > 0 {
		n, err := f.Write(zeros[:min(size, int64(len(zeros)))])
		if err != nil {
			return err
		}
		size -= int64(n)
	}
	return f.Sync()
}
