package hub

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"time"
)

// diskRoom is how much of the disk is left, in steps (pitfalls.R14). A full disk
// makes the leader step down and stops the state machine, so nodes are told to
// wait long before: what they hold is safe with them.
type diskRoom int

const (
	roomAmple  diskRoom = iota
	roomScarce          // 85 %: alarm
	roomUrgent          // 92 %: no bulk is taken
	roomNone            // 98 % and the reserve used up: nothing is taken
)

// stepUsed is the used part of the disk at which each step begins.
var stepUsed = [...]float64{roomScarce: 0.85, roomUrgent: 0.92, roomNone: 0.98}

var roomNames = [...]string{"ample", "scarce", "urgent only", "full"}

func (r diskRoom) String() string { return roomNames[r] }

// roomOf is the step of a used part; one that cannot be told (-1) is ample,
// because nobody may be shut out for a failed question.
func roomOf(used float64) diskRoom {
	step := roomAmple
	for r := roomScarce; r <= roomNone; r++ {
		if used >= stepUsed[r] {
			step = r
		}
	}
	return step
}

// diskEvery is how often the disk is measured; a province writes some megabytes
// in that time.
const diskEvery = 5 * time.Second

// diskWatch remembers the last measurement of the disk that holds the data.
type diskWatch struct {
	measure func() float64 // used part, -1 for unknown
	reserve *reserve
	log     *slog.Logger

	mu   sync.Mutex // guards used, step
	used float64
	step diskRoom
}

func newDiskWatch(measure func() float64, reserve *reserve, log *slog.Logger) *diskWatch {
	return &diskWatch{measure: measure, reserve: reserve, log: log, used: -1}
}

// look measures, and tells the log of a step once.
func (d *diskWatch) look() {
	used := d.measure()
	now, err := d.reserve.judge(roomOf(used))
	if err != nil {
		d.log.Error("the reserve for a full disk", "err", err)
	}
	d.mu.Lock()
	before := d.step
	d.used, d.step = used, now
	d.mu.Unlock()
	switch {
	case now > before:
		d.log.Warn("disk room changed", "step", now, "used", percent(used))
	case now < before:
		d.log.Info("disk room changed", "step", now, "used", percent(used))
	}
}

func (d *diskWatch) last() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used
}

func (d *diskWatch) room() diskRoom {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.step
}

// Run measures until ctx ends.
func (d *diskWatch) Run(ctx context.Context) error {
	ticker := time.NewTicker(diskEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			d.look()
		case <-ctx.Done():
			return nil
		}
	}
}

func percent(used float64) string { return fmt.Sprintf("%.0f%%", 100*used) }

// diskUsed is the used part of the file system of dir, as whoever is not root
// sees it; -1 when it cannot be told.
func diskUsed(dir string) float64 {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil || st.Blocks == 0 {
		return -1
	}
	used := st.Blocks - st.Bfree
	return float64(used) / float64(used+st.Bavail)
}

// diskFree is the room that whoever is not root may still take, in bytes.
func diskFree(dir string) uint64 {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}
