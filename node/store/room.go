package store

import (
	"errors"
	"fmt"
	"math"
	"os"
	"sync/atomic"
	"time"

	"xiangyun/protocol"
)

// Room says what the disk still allows (replication.md §12). Each step includes
// those before it, and free space takes it back.
type Room uint32

// The steps, from most room to none.
const (
	RoomAll    Room = iota // below 85 %
	RoomFrugal             // 85 %: caches are dropped, imports of data sets refused (by node/data)
	RoomNoBulk             // 92 %: new bulk entries except audit are refused
	RoomUrgent             // 95 %: the reserve file is given up; bulk other than audit is refused
	RoomCases              // 97 %: audit cannot be written, so data-sharing calls are refused
	RoomNone               // the reserve is used up: nothing is accepted any more
)

// roomKeeper watches the disk and holds the reserve file. Only the writer
// changes it.
type roomKeeper struct {
	config  Config
	reserve string // path
	held    bool   // the reserve file is there
	unknown bool   // the last measurement told nothing
	last    time.Time
	step    atomic.Uint32
}

// remeasure is how old a measurement of the disk may get.
const remeasure = time.Second

func (r *roomKeeper) init(reserve string, c Config) { r.reserve, r.config = reserve, c }

// Room tells what the disk allows now.
func (s *Store) Room() Room { return Room(s.room.step.Load()) }

// FreeDisk is the free space of the store's file system in bytes, 0 when nobody
// measures it.
func (s *Store) FreeDisk() uint64 {
	if s.config.FreeDisk == nil {
		return 0
	}
	free, _ := s.config.FreeDisk()
	return free
}

// refresh measures when the last time is a second ago (monotonic, pitfalls.C4).
func (r *roomKeeper) refresh() error {
	if r.config.FreeDisk == nil || !r.last.IsZero() && time.Since(r.last) < remeasure {
		return nil
	}
	return r.measure()
}

func (r *roomKeeper) measure() error {
	r.last = time.Now()
	if r.config.FreeDisk == nil {
		return r.keep(false, math.MaxUint64)
	}
	free, total := r.config.FreeDisk()
	if total == 0 {
		return r.unmeasured()
	}
	r.unknown = false
	step := r.judge(free, total)
	before := Room(r.step.Swap(uint32(step)))
	if step != before {
		r.config.Log.Warn("disk room changed", "step", step, "before", before, "free", free, "total", total)
	}
	if step >= RoomUrgent {
		return r.release()
	}
	return r.keep(step > RoomAll, free)
}

// unmeasured leaves the step as it was: a file system that does not tell its
// size is not a full one, and a commit that finds no room says so itself.
func (r *roomKeeper) unmeasured() error {
	if !r.unknown {
		r.config.Log.Warn("the disk cannot be measured; its steps are not watched", "step", Room(r.step.Load()))
	}
	r.unknown = true
	return r.keep(true, 0)
}

// judge turns a measurement into a step. With the reserve given up, what is
// left of its room is for urgent acts until only a sixteenth of it remains: the
// feed and acknowledgements need that to get the node out of it.
func (r *roomKeeper) judge(free, total uint64) Room {
	used := 100 - float64(free)/float64(total)*100
	if !r.held && r.config.Reserve > 0 && free < min(uint64(r.config.Reserve), total/reserveShare)/16 {
		return RoomNone
	}
	for _, s := range []struct {
		from float64
		step Room
	}{{97, RoomCases}, {95, RoomUrgent}, {92, RoomNoBulk}, {85, RoomFrugal}} {
		if used >= s.from {
			return s.step
		}
	}
	return RoomAll
}

// keep makes the reserve file, unless the disk is already scarce. One that is
// there is kept when it is as large as would be made now, and no larger than
// was asked for.
func (r *roomKeeper) keep(scarce bool, free uint64) error {
	if r.held || r.config.Reserve <= 0 {
		return nil
	}
	var had int64
	if info, err := os.Stat(r.reserve); err == nil {
		had = info.Size()
	}
	size := r.size(free, had)
	if had > 0 && had <= r.config.Reserve && (scarce || had >= size) {
		r.held = true
		return nil
	}
	if scarce || size == 0 {
		return nil
	}
	return r.make(size)
}

// reserveShare bounds the reserve to this part of the room it is taken from.
const reserveShare = 10

// size is what a reserve may have when that much is free beside the one that is
// there, in bytes.
func (r *roomKeeper) size(free uint64, had int64) int64 {
	most := free / reserveShare
	if free < math.MaxUint64-uint64(had) {
		most = (free + uint64(had)) / reserveShare
	}
	return int64(min(uint64(r.config.Reserve), most))
}

func (r *roomKeeper) make(size int64) error {
	if size < r.config.Reserve {
		r.config.Log.Warn("the reserve for a full disk is smaller than asked for: a tenth of what is free", "bytes", size, "asked", r.config.Reserve)
	}
	if err := makeFile(r.reserve, func(f *os.File) error { return allocate(f, size) }); err != nil {
		return fmt.Errorf("make reserve: %w", err)
	}
	r.held = true
	return nil
}

// release gives the reserve file up.
func (r *roomKeeper) release() error {
	if err := os.Remove(r.reserve); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("release reserve: %w", err)
	}
	if !r.held {
		return nil
	}
	r.held = false
	return syncDir(r.reserve)
}

// surrender releases the reserve because a commit found no room before a
// measurement did, and reports whether there was one: then the commit is worth
// a second try.
func (r *roomKeeper) surrender() bool {
	if !r.held {
		return false
	}
	if err := r.release(); err != nil {
		r.config.Log.Error("release the reserve", "err", err)
		return false
	}
	r.step.Store(uint32(max(Room(r.step.Load()), RoomUrgent)))
	r.last = time.Now()
	return true
}

// admits refuses an act the disk has no room for.
func (r *roomKeeper) admits(kind *protocol.Kind) error {
	step := Room(r.step.Load())
	limit := RoomNone
	if kind.Lane == protocol.Bulk {
		limit = RoomNoBulk
		if r.config.Audit != nil && r.config.Audit(kind.Name) {
			limit = RoomCases
		}
	}
	if step < limit {
		return nil
	}
	f := protocol.NewFault(protocol.Full, "act", "磁盘空间不足,暂停办理“%s”;请联系运维人员清理磁盘后重试", kind.Title)
	if limit == RoomNone {
		f.Text = "磁盘空间已用尽,无法收件;请联系运维人员清理磁盘,期间请到其他窗口办理或手工登记"
	}
	f.Rule, f.Hint = "G-14", "清理磁盘;已排队的内容不受影响"
	return f
}

// String names the step for interfaces and logs.
func (r Room) String() string {
	names := [...]string{"all", "frugal", "no-bulk", "reserve", "cases", "none"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("room(%d)", uint32(r))
}
