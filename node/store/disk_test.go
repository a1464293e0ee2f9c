package store

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"xiangyun/protocol"
)

// fillUntilFull takes cases in until the disk refuses one and gives those that
// were taken.
func (r *running) fillUntilFull() (taken []string) {
	r.t.Helper()
	for i := range 5000 {
		idem := fmt.Sprintf("full-%d", i)
		err := r.Update(ctx(), func(tx *Tx) error { _, _, err := receive(tx, itemThere, idem); return err })
		if err != nil {
			r.want(protocol.Full, err)
			if f := err.(*protocol.Fault); f.Text == "" || f.Hint == "" {
				r.t.Fatalf("no plain word in %v", err)
			}
			return taken
		}
		taken = append(taken, idem)
		if i%20 == 19 {
			r.must(r.View(func(*ReadTx) error { return nil })) // forces commits, and goes on without room
		}
	}
	r.t.Fatal("the disk never got full")
	return nil
}

// allThere wants each of taken exactly once, and nothing else.
func (r *running) allThere(taken []string) {
	r.t.Helper()
	r.must(r.View(func(tx *ReadTx) error {
		for _, idem := range taken {
			if n := len(tx.ByKey("case", idem)); n != 1 {
				r.t.Errorf("%s is there %d times", idem, n)
			}
		}
		n := 0
		err := tx.Each("case", func(protocol.Record) error { n++; return nil })
		if n != len(taken) {
			r.t.Errorf("%d cases, want %d", n, len(taken))
		}
		return err
	}))
	if head, _ := r.Head(protocol.Urgent); head.Seq != uint64(len(taken)) {
		r.t.Errorf("head %v, want %d", head, len(taken))
	}
}

// again lets the next act try at once, and not only after a second.
func (r *running) again() {
	r.must(r.do(ctx(), false, func(g *group) error { g.s.tried = time.Time{}; return nil }))
}

func TestReplicationI11MaxSizeIsAPlainWordAndNothingIsHalfWritten(t *testing.T) {
	p := newProvince(t)
	c := testConfig()
	c.MaxSize = 512 << 10
	r := open(t, filepath.Join(t.TempDir(), "node.db"), c)
	p.feed(r)
	taken := r.fillUntilFull()
	r.allThere(taken)
	for range 3 {
		r.again()
		r.fillUntilFull()
	}
	r.allThere(taken)
	crashed := r.crash() // what is accepted but not committed is in the redo log
	c.MaxSize = 64 << 20
	again := open(t, crashed, c)
	again.allThere(taken)
	again.receive(itemThere, "more")
	r.shut()
	open(t, r.path, c).allThere(taken)
}

func TestPitfallsW2AFailedSyncIsFinal(t *testing.T) {
	r, _ := equipped(t)
	r.receive(itemHere, "before")
	r.must(r.View(func(*ReadTx) error { return nil }))
	r.must(r.redo.close()) // every write to it fails from now on
	errs := r.together(
		func(tx *Tx) error { _, _, err := receive(tx, itemHere, "a"); return err },
		func(tx *Tx) error { _, _, err := receive(tx, itemHere, "b"); return err })
	for _, err := range errs {
		r.want(protocol.Unknown, err)
	}
	if err := <-r.done; err == nil {
		t.Fatal("Run returned nil")
	}
	r.done <- nil
	r.want(protocol.Frozen, r.Update(ctx(), func(*Tx) error { return nil }))
	r.want(protocol.Frozen, r.View(func(*ReadTx) error { return nil }))
	r.stop()
	r.stop = nil
	if err := r.Close(); err == nil {
		t.Error("closing a closed log went well")
	}
	again := open(t, r.path, testConfig())
	if _, ok := again.byIdem("before"); !ok {
		t.Fatal("what was acknowledged is lost")
	}
	if _, ok := again.byIdem("a"); ok {
		t.Fatal("what was never written is there")
	}
}

func TestWhatTheDiskStillAllows(t *testing.T) {
	var free uint64
	c := testConfig()
	c.Reserve = 64 << 10
	c.FreeDisk = func() (uint64, uint64) { return free, 1_000_000 }
	c.Audit = func(k protocol.KindName) bool { return k == "guide" }
	free = 1_000_000
	r := open(t, filepath.Join(t.TempDir(), "node.db"), c)
	urgent, bulk, audit := protocol.Lookup("case"), protocol.Lookup("item"), protocol.Lookup("guide")
	for _, row := range []struct {
		name                string
		free                uint64
		room                Room
		urgent, bulk, audit bool
		reserve             bool
	}{
		{"plenty", 900_000, RoomAll, true, true, true, true},
		{"85 %", 150_000, RoomFrugal, true, true, true, true},
		{"92 %", 80_000, RoomNoBulk, true, false, true, true},
		{"95 %: the reserve goes", 50_000, RoomUrgent, true, false, true, false},
		{"some room comes back, too little for the reserve", 140_000, RoomFrugal, true, true, true, false},
		{"97 %", 20_000, RoomCases, true, false, false, false},
		{"the reserve is used up", 3_000, RoomNone, false, false, false, false},
		{"plenty again", 500_000, RoomAll, true, true, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			free = row.free
			r.must(r.do(ctx(), false, func(g *group) error { return g.s.room.measure() }))
			if r.Room() != row.room || r.FreeDisk() != row.free {
				t.Errorf("room %v, want %v", r.Room(), row.room)
			}
			for _, k := range []struct {
				kind *protocol.Kind
				ok   bool
			}{{urgent, row.urgent}, {bulk, row.bulk}, {audit, row.audit}} {
				if err := r.room.admits(k.kind); (err == nil) != k.ok {
					t.Errorf("%s: %v", k.kind.Name, err)
				}
			}
			if _, err := os.Stat(r.path + ".reserve"); (err == nil) != row.reserve {
				t.Errorf("reserve: %v", err)
			}
		})
	}
}

// TestReplication12ActsAreRefusedByLaneInPlainWords goes through Update, as the
// counter does, at every step of the table (cases.F-10, cases.G-14).
func TestReplication12ActsAreRefusedByLaneInPlainWords(t *testing.T) {
	p := newProvince(t)
	free := uint64(1_000_000)
	c := testConfig()
	c.Reserve = 64 << 10
	c.FreeDisk = func() (uint64, uint64) { return free, 1_000_000 }
	r := open(t, filepath.Join(t.TempDir(), "node.db"), c)
	p.feed(r)
	taken := 0
	for _, row := range []struct {
		free         uint64
		urgent, bulk bool
	}{{900_000, true, true}, {150_000, true, true}, {80_000, true, false}, {50_000, true, false}, {20_000, true, false}, {3_000, false, false},
		{500_000, true, true}} {
		t.Run(fmt.Sprint(row.free), func(t *testing.T) {
			free = row.free
			r.must(r.do(ctx(), false, func(g *group) error { return g.s.room.measure() }))
			queued := r.QueueBytes()
			err := r.Update(ctx(), func(tx *Tx) error { _, _, err := receive(tx, itemThere, fmt.Sprint("step-", row.free)); return err })
			r.refusedWith(row.urgent, "手工登记", err)
			if err == nil {
				taken++
			}
			err = r.Update(ctx(), func(tx *Tx) error { return tx.g.s.room.admits(protocol.Lookup("catalog.changeset")) })
			r.refusedWith(row.bulk, "暂停办理", err)
			if r.QueueBytes() < queued {
				t.Error("something queued was dropped")
			}
		})
	}
	if head, _ := r.Head(protocol.Urgent); head.Seq != uint64(taken) {
		t.Errorf("head %v, %d taken", head, taken)
	}
	p.exchange(r) // all of it reaches the hub
	if r.QueueBytes() != 0 {
		t.Error("something is still owed")
	}
}

// refusedWith wants success, or a full fault that says words and what to do.
func (r *running) refusedWith(ok bool, words string, err error) {
	r.t.Helper()
	if ok {
		r.must(err)
		return
	}
	r.want(protocol.Full, err)
	if f := err.(*protocol.Fault); !strings.Contains(f.Text, words) || !strings.Contains(f.Text, "运维人员") || !strings.Contains(f.Hint, "不受影响") || f.Rule != "G-14" {
		r.t.Errorf("%q, hint %q, rule %q", f.Text, f.Hint, f.Rule)
	}
}

// TestReplication12TheReserveIsAtMostATenthOfWhatIsFree also over restarts: a
// larger one is made when there is room for it, a smaller one when less is asked.
func TestReplication12TheReserveIsAtMostATenthOfWhatIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.db")
	for _, row := range []struct {
		name  string
		asked int64
		free  uint64
		want  int64
	}{
		{"a small disk", 1 << 20, 900_000, 90_000},
		{"more came free", 1 << 20, 5_000_000, 509_000},
		{"enough", 1 << 20, 90_000_000, 1 << 20},
		{"enough, less came free", 1 << 20, 9_000_000, 1 << 20},
		{"less is asked", 64 << 10, 90_000_000, 64 << 10},
	} {
		t.Run(row.name, func(t *testing.T) {
			var log strings.Builder
			c := testConfig()
			c.Log = slog.New(slog.NewTextHandler(&log, nil))
			c.Reserve, c.FreeDisk = row.asked, func() (uint64, uint64) { return row.free, row.free * 10 / 9 }
			r := open(t, path, c)
			info, err := os.Stat(path + ".reserve")
			r.must(err)
			if info.Size() != row.want {
				t.Errorf("%d bytes, want %d", info.Size(), row.want)
			}
			if told := strings.Contains(log.String(), "smaller than asked for"); told != (info.Size() < row.asked) {
				t.Errorf("log: %s", log.String())
			}
			r.shut()
		})
	}
}

func TestReplication12ADiskThatCannotBeMeasuredIsNotFull(t *testing.T) {
	p := newProvince(t)
	c := testConfig()
	c.Reserve, c.FreeDisk = 64<<10, func() (uint64, uint64) { return 0, 0 }
	r := open(t, filepath.Join(t.TempDir(), "node.db"), c)
	p.feed(r)
	r.receive(itemThere, "taken")
	if r.Room() != RoomAll {
		t.Errorf("room %v", r.Room())
	}
}
